/* SPDX-License-Identifier: MIT */
/* POSIX directories.  For programs that link lib/posix. */
#ifndef LIBC_DIRENT_H
#define LIBC_DIRENT_H

#include <sys/types.h>

struct dirent {
    ino_t d_ino;
    unsigned char d_type;               /* as struct hurd_dir_entry has it */
    char d_name[256];
};

typedef struct posix_directory DIR;

/* Errors as open(); ENOTDIR. */
DIR *opendir(const char *path);
DIR *fdopendir(int descriptor);         /* closedir() closes the descriptor */
/* NULL: the end, or errno.  Valid until the next call. */
struct dirent *readdir(DIR *directory);
void rewinddir(DIR *directory);
int dirfd(DIR *directory);
int closedir(DIR *directory);

#endif
