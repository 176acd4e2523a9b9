/* SPDX-License-Identifier: MIT */
/* POSIX: a walk through a tree of files.  In lib/posix. */
#ifndef LIBC_FTW_H
#define LIBC_FTW_H

#include <sys/stat.h>

#define FTW_F   0
#define FTW_D   1
#define FTW_DNR 2                       /* a directory that cannot be read */
#define FTW_NS  3                       /* stat() failed */
#define FTW_SL  4
#define FTW_DP  5                       /* a directory, behind what is in it: FTW_DEPTH */
#define FTW_SLN 6                       /* a symbolic link that leads nowhere */

#define FTW_PHYS  1                     /* symbolic links are not followed */
#define FTW_MOUNT 2
#define FTW_CHDIR 4                     /* not known: EINVAL */
#define FTW_DEPTH 8

struct FTW {
    int base, level;                    /* base: where the last name begins in the path */
};

/* The result is what `visit` returned, if that is not 0; -1 with errno; or 0.  `most` is not
 * needed: no directory is open while another one is walked through. */
int ftw(const char *path, int (*visit)(const char *path, const struct stat *stat, int type),
        int most);
int nftw(const char *path,
         int (*visit)(const char *path, const struct stat *stat, int type, struct FTW *where),
         int most, int flags);

#endif
