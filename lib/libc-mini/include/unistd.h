/* SPDX-License-Identifier: MIT */
/* POSIX: the break, what the system says about itself, file descriptors and names of files. */
#ifndef LIBC_UNISTD_H
#define LIBC_UNISTD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define _POSIX_VERSION              200809L
#define _POSIX_MEMLOCK              200809L
#define _POSIX_MEMLOCK_RANGE        200809L
#define _POSIX_MEMORY_PROTECTION    200809L
#define _POSIX_MAPPED_FILES         (-1)
#define _POSIX_SYNCHRONIZED_IO      (-1)

#define _SC_VERSION                 29
#define _SC_PAGESIZE                30
#define _SC_PAGE_SIZE               _SC_PAGESIZE
#define _SC_MEMLOCK                 17
#define _SC_MEMLOCK_RANGE           18
#define _SC_MEMORY_PROTECTION       19
#define _SC_MAPPED_FILES            16
#define _SC_SYNCHRONIZED_IO         14
#define _SC_NPROCESSORS_CONF        83
#define _SC_NPROCESSORS_ONLN        84

/* Returns -1 with errno EINVAL if the name is not above; -1 without an error if the option does not
 * exist. */
long sysconf(int name);
int getpagesize(void);

/* The end of a piece of memory that grows and shrinks; at first it is empty.  ENOMEM: the address
 * is outside the piece, or there is no room.  sbrk() returns the old end, or (void *)-1. */
int brk(void *end);
void *sbrk(intptr_t more);

pid_t getpid(void);
pid_t getppid(void);            /* the task that started this one */

/* There are no users: all is 0.  set...: EPERM for another one. */
uid_t getuid(void);
uid_t geteuid(void);
gid_t getgid(void);
gid_t getegid(void);
int setuid(uid_t uid);
int setgid(gid_t gid);

/* Groups and sessions of this task and those below it.  ESRCH, EPERM: as POSIX says, and EPERM for
 * all other tasks. */
pid_t getpgrp(void);
pid_t getpgid(pid_t pid);
int setpgid(pid_t pid, pid_t group);
pid_t getsid(pid_t pid);
pid_t setsid(void);             /* EPERM: it leads a group */

unsigned sleep(unsigned seconds);        /* what is left of it, if a handler has run */
int usleep(unsigned us);        /* EINTR */
unsigned alarm(unsigned seconds);        /* SIGALRM then, 10 ms late at most; 0: none */
int pause(void);                /* until a handler has run: EINTR */

/* A copy of this task, copy-on-write, with the calling thread alone: 0 there, its id here, or -1.
 * MAP_SHARED memory stays shared.  Memory locks are not inherited.  The copy has a guarantee for
 * all pages in core, out of this task's, and a half of what is left (hurd_fork() in <hurd/mm.h>).
 * EAGAIN: no more tasks or threads.  ENOMEM: the guarantee does not suffice for both.  EOPNOTSUPP:
 * a region shows a store of the program, or a container that cannot be shared: a weak reference, or
 * pages that are pinned or missing.  EPERM: a task that has no guarantee of its own.  E2BIG: the
 * pager's memory is in too many pieces. */
pid_t fork(void);
_Noreturn void _exit(int status);        /* _Exit() */

/* ---- another program in this task, for programs that link lib/posix.  They return only if they
 * fail.  The task keeps its id, its memory, its console, the children for which it may wait, and
 * the descriptors that are not FD_CLOEXEC, with their positions; everything else goes.  `path` is a
 * program, or a script that begins with "#!".  Errors as open() in <fcntl.h>, and:
 * EACCES: no file, or no x bit.  ENOEXEC: no program for this system.  E2BIG: HURD_TASK_TEXT_MAX of
 * <hurd/task.h>, of which the open descriptors take some 40 bytes each.  ENOMEM: both programs, or
 * the new one, are too large for the task's memory.  EFAULT: path or argv is NULL.  ENODEV: there
 * is no file server. ---- */

extern char **environ;

int execve(const char *path, char *const argv[], char *const envp[]);
int execv(const char *path, char *const argv[]);
int execl(const char *path, const char *argument, ... /* NULL */);
int execle(const char *path, const char *argument, ... /* NULL, char *const envp[] */);
/* These look for a name without a / in the directories of PATH, or in /bin.  A file that is no
 * program (ENOEXEC) is a script for /bin/sh, if that is there. */
int execvp(const char *name, char *const argv[]);
int execvpe(const char *name, char *const argv[], char *const envp[]);
int execlp(const char *name, const char *argument, ... /* NULL */);

/* ---- file descriptors: for programs that link lib/posix.  All: EBADF; EIO; as <hurd/io.h> says;
 * ENODEV: there is no file system ---- */

#define STDIN_FILENO  0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

/* EBADF also: not opened for this.  EISDIR.  ENOSPC, EFBIG.  Reading from a console or pipe blocks
 * until there is something; 0 is the end. */
ssize_t read(int descriptor, void *data, size_t size);
ssize_t write(int descriptor, const void *data, size_t size);
/* At that position, and the descriptor's own does not move.  EINVAL: it is negative.  ESPIPE. */
ssize_t pread(int descriptor, void *data, size_t size, off_t position);
ssize_t pwrite(int descriptor, const void *data, size_t size, off_t position);
off_t lseek(int descriptor, off_t offset, int whence);  /* EINVAL, ESPIPE */
int close(int descriptor);
int dup(int descriptor);                /* EMFILE */
int dup2(int from, int to);
int pipe(int ends[2]);                  /* 0 to read, 1 to write; EMFILE, ENODEV: no file server */
int ftruncate(int descriptor, off_t size);      /* EINVAL: not a file that is open for writing */
int fsync(int descriptor);              /* EINVAL: no file */
int isatty(int descriptor);             /* 0 with ENOTTY */
/* The group that gets what is typed.  Readers of other groups wait.  set: SIGTTOU if the caller is
 * not in it, unless that is ignored or blocked.  ENOTTY.  EPERM: the caller started no task of that
 * group, or the shell of the system has the console itself.  EINVAL.  EINTR: SIGTTOU was handled.
 * */
pid_t tcgetpgrp(int descriptor);
int tcsetpgrp(int descriptor, pid_t group);

/* ---- names.  Errors as open() in <fcntl.h> ---- */

#define F_OK 0
#define R_OK 4
#define W_OK 2
#define X_OK 1

int access(const char *path, int mode); /* EACCES: no x bit; EROFS; EINVAL */
int unlink(const char *path);           /* EISDIR, EBUSY: the root */
int rmdir(const char *path);            /* ENOTEMPTY, EBUSY */
int link(const char *path, const char *new_path);       /* EEXIST, EPERM: a directory */
int symlink(const char *target, const char *path);      /* EEXIST */
ssize_t readlink(const char *path, char *target, size_t size);  /* EINVAL: no symbolic link */
int truncate(const char *path, off_t size);
int chown(const char *path, uid_t uid, gid_t gid);
int lchown(const char *path, uid_t uid, gid_t gid);
int fchown(int descriptor, uid_t uid, gid_t gid);       /* EINVAL: no file */
void sync(void);

int chdir(const char *path);
/* EINVAL: size 0; ERANGE: too small; ENOENT: the directory was removed.  path NULL: the result is
 * malloc()ed. */
char *getcwd(char *path, size_t size);

#endif
