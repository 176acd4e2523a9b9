/* SPDX-License-Identifier: MIT */
/* POSIX open(), with the numbers of Linux.  For programs that link lib/posix. */
#ifndef LIBC_FCNTL_H
#define LIBC_FCNTL_H

#include <sys/types.h>

#define O_RDONLY    0
#define O_WRONLY    1
#define O_RDWR      2
#define O_ACCMODE   3
#define O_CREAT     0100
#define O_EXCL      0200
#define O_NOCTTY    0400
#define O_TRUNC     01000
#define O_APPEND    02000
#define O_NONBLOCK  04000               /* console and pipes: EAGAIN */
#define O_SYNC      04010000            /* each write() returns when its bytes are on the disk */
#define O_DIRECTORY 0200000
#define O_NOFOLLOW  0400000
#define O_CLOEXEC   02000000
#define O_DSYNC     O_SYNC
#define O_RSYNC     O_SYNC
#define O_NDELAY    O_NONBLOCK

#define F_DUPFD     0
#define F_GETFD     1
#define F_SETFD     2
#define F_GETFL     3
#define F_SETFL     4                   /* O_NONBLOCK, and O_APPEND: it stays for good if open()
                                           had it, and is this program's if not */
#define F_GETLK     5
#define F_SETLK     6
#define F_SETLKW    7
#define F_DUPFD_CLOEXEC 1030
#define FD_CLOEXEC  1

/* EINVAL: flags that do not exist.  ENODEV: there is no file system.  EMFILE: 64 descriptors are
 * open.  ENOENT, ENOTDIR, EISDIR, EEXIST, ELOOP, ENAMETOOLONG, EROFS, ENOSPC, ENFILE, EIO, ENOMEM:
 * as <hurd/dir.h> says. */
int open(const char *path, int flags, ...);
int creat(const char *path, mode_t mode);

/* A path that does not begin with '/' begins at an open directory, or, for AT_FDCWD, at the current
 * one.  The directory may have got another name meanwhile.  ENOTDIR: it is none; EBADF.  So do
 * fstatat() and the like of <sys/stat.h>, <unistd.h> and <stdio.h>. */
#define AT_FDCWD            (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_REMOVEDIR        0x200
#define AT_EACCESS          0x200
#define AT_SYMLINK_FOLLOW   0x400
int openat(int directory, const char *path, int flags, ...);

#define F_RDLCK     0
#define F_WRLCK     1
#define F_UNLCK     2
struct flock {
    short l_type, l_whence;
    off_t l_start, l_len;               /* l_len 0: to the end, wherever that is */
    pid_t l_pid;
};

/* EBADF; EINVAL: another command, or a descriptor out of range; EMFILE.
 * Locks are advice, of a task on bytes of a file, and go when the task closes something that it
 * opened of that file (of descriptors that are copies, the last one).  EAGAIN: another task has it.
 * EDEADLK: the wait would never end.  ENOLCK: too many.  EINTR: a handler has run.  EINVAL: no
 * file. */
int fcntl(int descriptor, int command, ...);

#endif
