/* SPDX-License-Identifier: MIT */
/* POSIX: what there is room for in a file system.  For programs that link lib/posix. */
#ifndef LIBC_SYS_STATVFS_H
#define LIBC_SYS_STATVFS_H

#include <sys/types.h>

struct statvfs {
    unsigned long f_bsize, f_frsize;
    fsblkcnt_t f_blocks, f_bfree, f_bavail;
    fsfilcnt_t f_files, f_ffree, f_favail;
    unsigned long f_fsid, f_flag, f_namemax;
};
#define ST_RDONLY 1
#define ST_NOSUID 2

/* They tell of the root's file system, wherever the file is, if it is there.  Errors as stat(). */
int statvfs(const char *path, struct statvfs *fs);
int fstatvfs(int descriptor, struct statvfs *fs);

#endif
