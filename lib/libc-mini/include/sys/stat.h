/* SPDX-License-Identifier: MIT */
/* POSIX file attributes, with the numbers of Linux.  For programs that link lib/posix. */
#ifndef LIBC_SYS_STAT_H
#define LIBC_SYS_STAT_H

#include <sys/types.h>
#include <time.h>

struct stat {
    dev_t st_dev;                       /* 1: there is one file system */
    ino_t st_ino;
    mode_t st_mode;
    nlink_t st_nlink;
    uid_t st_uid;
    gid_t st_gid;
    dev_t st_rdev;
    off_t st_size;
    long st_blksize;
    long st_blocks;                     /* of 512 bytes */
    struct timespec st_atim, st_mtim, st_ctim;
};
#define st_atime st_atim.tv_sec
#define st_mtime st_mtim.tv_sec
#define st_ctime st_ctim.tv_sec

#define UTIME_NOW   1073741823l         /* tv_nsec of futimens(): the file server's time */
#define UTIME_OMIT  1073741822l         /* as it was */

#define S_IFMT   0170000
#define S_IFIFO  0010000
#define S_IFCHR  0020000
#define S_IFDIR  0040000
#define S_IFBLK  0060000
#define S_IFREG  0100000
#define S_IFLNK  0120000
#define S_IFSOCK 0140000
#define S_ISFIFO(mode) (((mode) & S_IFMT) == S_IFIFO)
#define S_ISCHR(mode)  (((mode) & S_IFMT) == S_IFCHR)
#define S_ISDIR(mode)  (((mode) & S_IFMT) == S_IFDIR)
#define S_ISBLK(mode)  (((mode) & S_IFMT) == S_IFBLK)
#define S_ISREG(mode)  (((mode) & S_IFMT) == S_IFREG)
#define S_ISLNK(mode)  (((mode) & S_IFMT) == S_IFLNK)
#define S_ISSOCK(mode) (((mode) & S_IFMT) == S_IFSOCK)

#define S_ISUID 04000
#define S_ISGID 02000
#define S_ISVTX 01000
#define S_IRWXU 0700
#define S_IRUSR 0400
#define S_IWUSR 0200
#define S_IXUSR 0100
#define S_IRWXG 0070
#define S_IRGRP 0040
#define S_IWGRP 0020
#define S_IXGRP 0010
#define S_IRWXO 0007
#define S_IROTH 0004
#define S_IWOTH 0002
#define S_IXOTH 0001

/* Errors as open(); fstat(): EBADF. */
int stat(const char *path, struct stat *stat);
int lstat(const char *path, struct stat *stat);
int fstat(int descriptor, struct stat *stat);
int mkdir(const char *path, mode_t mode);       /* and EEXIST */
/* At an open directory: <fcntl.h>. */
int fstatat(int directory, const char *path, struct stat *stat, int flags);
int mkdirat(int directory, const char *path, mode_t mode);
int fchmodat(int directory, const char *path, mode_t mode, int flags);
int mkfifo(const char *path, mode_t mode);      /* and EEXIST */
int chmod(const char *path, mode_t mode);
/* Whole seconds; NULL: the file server's time.  EBADF; EINVAL: no file, or tv_nsec is not below
 * 10^9 and none of the two above. */
int futimens(int descriptor, const struct timespec times[2]);
/* At an open directory: <fcntl.h>.  EINVAL also: flags but AT_SYMLINK_NOFOLLOW. */
int utimensat(int directory, const char *path, const struct timespec times[2], int flags);
int fchmod(int descriptor, mode_t mode);        /* EINVAL: no file */
mode_t umask(mode_t mask);

#endif
