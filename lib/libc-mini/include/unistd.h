/* SPDX-License-Identifier: MIT */
/* POSIX: the break, what the system says about itself, file descriptors and names of files. */
#ifndef LIBC_UNISTD_H
#define LIBC_UNISTD_H

#include <stddef.h>
#include <getopt.h>
#include <stdint.h>
#include <sys/types.h>

#define _POSIX_VERSION              200809L
#define _POSIX_JOB_CONTROL          1
#define _POSIX_SAVED_IDS            1
#define _POSIX_NO_TRUNC             1
#define _POSIX_FSYNC                200809L
#define _POSIX_MEMLOCK              200809L
#define _POSIX_MEMLOCK_RANGE        200809L
#define _POSIX_MEMORY_PROTECTION    200809L
#define _POSIX_MAPPED_FILES         200809L     /* with lib/posix */
#define _POSIX_MONOTONIC_CLOCK      200809L
#define _POSIX_SPAWN                200809L
#define _POSIX_THREADS              200809L     /* with lib/posix, as the next four */
#define _POSIX_THREAD_ATTR_STACKSIZE 200809L
#define _POSIX_SEMAPHORES           200809L
#define _POSIX_SHARED_MEMORY_OBJECTS 200809L
#define _POSIX_BARRIERS             200809L
#define _POSIX_THREAD_SAFE_FUNCTIONS (-1)
#define _POSIX_SYNCHRONIZED_IO      (-1)
#define _POSIX_ASYNCHRONOUS_IO      (-1)
#define _POSIX_MESSAGE_PASSING      (-1)
#define _POSIX_PRIORITIZED_IO       (-1)
#define _POSIX_PRIORITY_SCHEDULING  (-1)
#define _POSIX_REALTIME_SIGNALS     200809L
#define _POSIX_TIMERS               (-1)
#define _POSIX_VDISABLE             0

#define _SC_ARG_MAX                        0
#define _SC_CHILD_MAX                      1
#define _SC_CLK_TCK                        2
#define _SC_NGROUPS_MAX                    3
#define _SC_OPEN_MAX                       4
#define _SC_STREAM_MAX                     5
#define _SC_TZNAME_MAX                     6
#define _SC_JOB_CONTROL                    7
#define _SC_SAVED_IDS                      8
#define _SC_REALTIME_SIGNALS               9
#define _SC_PRIORITY_SCHEDULING            10
#define _SC_TIMERS                         11
#define _SC_ASYNCHRONOUS_IO                12
#define _SC_PRIORITIZED_IO                 13
#define _SC_SYNCHRONIZED_IO                14
#define _SC_FSYNC                          15
#define _SC_MAPPED_FILES                   16
#define _SC_MEMLOCK                        17
#define _SC_MEMLOCK_RANGE                  18
#define _SC_MEMORY_PROTECTION              19
#define _SC_MESSAGE_PASSING                20
#define _SC_SEMAPHORES                     21
#define _SC_SHARED_MEMORY_OBJECTS          22
#define _SC_VERSION                        29
#define _SC_PAGESIZE                       30
#define _SC_PAGE_SIZE                      _SC_PAGESIZE
#define _SC_RTSIG_MAX                      31
#define _SC_SEM_NSEMS_MAX                  32
#define _SC_SEM_VALUE_MAX                  33
#define _SC_SIGQUEUE_MAX                   34
#define _SC_TIMER_MAX                      35
#define _SC_LINE_MAX                       43
#define _SC_2_VERSION                      46
#define _SC_IOV_MAX                        60
#define _SC_THREADS                        67
#define _SC_THREAD_SAFE_FUNCTIONS          68
#define _SC_GETPW_R_SIZE_MAX               70
#define _SC_LOGIN_NAME_MAX                 71
#define _SC_TTY_NAME_MAX                   72
#define _SC_THREAD_DESTRUCTOR_ITERATIONS   73
#define _SC_THREAD_KEYS_MAX                74
#define _SC_THREAD_STACK_MIN               75
#define _SC_THREAD_THREADS_MAX             76
#define _SC_THREAD_ATTR_STACKSIZE          78
#define _SC_NPROCESSORS_CONF               83
#define _SC_NPROCESSORS_ONLN               84
#define _SC_MONOTONIC_CLOCK                149
#define _SC_SYMLOOP_MAX                    173
#define _SC_HOST_NAME_MAX                  180

/* Returns -1 with errno EINVAL if the name is not above; -1 without an error if the option does not
 * exist. */
long sysconf(int name);
/* The same for what is the same for every file here.  EINVAL: no such name. */
#define _PC_LINK_MAX           0
#define _PC_MAX_CANON          1
#define _PC_MAX_INPUT          2
#define _PC_NAME_MAX           3
#define _PC_PATH_MAX           4
#define _PC_PIPE_BUF           5
#define _PC_CHOWN_RESTRICTED   6
#define _PC_NO_TRUNC           7
#define _PC_VDISABLE           8
#define _PC_FILESIZEBITS       13
long pathconf(const char *path, int name);
long fpathconf(int descriptor, int name);
#define _CS_PATH               0
size_t confstr(int name, char *text, size_t size);      /* 0: EINVAL */
int gethostname(char *name, size_t size);               /* ENAMETOOLONG */
char *getlogin(void);
int nice(int more);                     /* EPERM: not 0 */
void swab(const void *__restrict from, void *__restrict to, ssize_t size);
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
int seteuid(uid_t uid);
int setegid(gid_t gid);
int getgroups(int size, gid_t groups[]);        /* 0: there are no others */

/* Groups and sessions of this task and those below it.  ESRCH, EPERM: as POSIX says, and EPERM for
 * all other tasks. */
pid_t getpgrp(void);
pid_t getpgid(pid_t pid);
int setpgid(pid_t pid, pid_t group);
pid_t getsid(pid_t pid);
pid_t setsid(void);             /* EPERM: it leads a group */
pid_t setpgrp(void);

unsigned sleep(unsigned seconds);        /* what is left of it, if a handler has run */
int usleep(unsigned us);        /* EINTR */
unsigned alarm(unsigned seconds);        /* SIGALRM then, 10 ms late at most; 0: none */
int pause(void);                /* until a handler has run: EINTR */

/* A copy of this task, copy-on-write, with the calling thread alone: 0 there, its id here, or -1.
 * It ends when this task ends.
 * MAP_SHARED memory stays shared.  Memory locks are not inherited.  The copy has a guarantee for
 * all pages in core, out of this task's, and a half of what is left (hurd_fork() in <hurd/mm.h>).
 * EAGAIN: no more tasks or threads.  ENOMEM: the guarantee does not suffice for both.  EOPNOTSUPP:
 * a region shows a store of the program, or a container that cannot be shared: a weak reference, or
 * pages that are pinned or missing.  EPERM: a task that has no guarantee of its own.  E2BIG: the
 * pager's memory is in too many pieces. */
pid_t fork(void);
pid_t vfork(void);              /* fork(): nothing is shared.  With lib/posix */
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
int fdatasync(int descriptor);
int dup3(int from, int to, int flags);  /* O_CLOEXEC; EINVAL: other flags, or from == to */
int pipe2(int ends[2], int flags);      /* O_CLOEXEC, O_NONBLOCK; EINVAL: other flags */
#define F_ULOCK 0
#define F_LOCK  1
#define F_TLOCK 2
#define F_TEST  3
int lockf(int descriptor, int command, off_t size);     /* as fcntl() */
char *ttyname(int descriptor);          /* NULL: ENOTTY, EBADF */
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
int fchdir(int directory);

/* At an open directory: <fcntl.h>.  EINVAL: unknown flags. */
int unlinkat(int directory, const char *path, int flags);       /* AT_REMOVEDIR: rmdir() */
int symlinkat(const char *target, int directory, const char *path);
ssize_t readlinkat(int directory, const char *path, char *target, size_t size);
int linkat(int directory, const char *path, int new_directory, const char *new_path, int flags);
int fchownat(int directory, const char *path, uid_t uid, gid_t gid, int flags);
int faccessat(int directory, const char *path, int mode, int flags);
/* EINVAL: size 0; ERANGE: too small; ENOENT: the directory was removed.  path NULL: the result is
 * malloc()ed. */
char *getcwd(char *path, size_t size);

#endif
