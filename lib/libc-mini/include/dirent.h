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

#define DT_UNKNOWN 0
#define DT_REG     1
#define DT_DIR     2
#define DT_CHR     3
#define DT_BLK     4
#define DT_FIFO    5
#define DT_SOCK    6
#define DT_LNK     7

typedef struct posix_directory DIR;

/* Errors as open(); ENOTDIR. */
DIR *opendir(const char *path);
DIR *fdopendir(int descriptor);         /* closedir() closes the descriptor */
/* NULL: the end, or errno.  Valid until the next call. */
struct dirent *readdir(DIR *directory);
void rewinddir(DIR *directory);
/* A place among the entries, which seekdir() finds by reading those in front of it again. */
long telldir(DIR *directory);
void seekdir(DIR *directory, long place);
int dirfd(DIR *directory);
int closedir(DIR *directory);

/* How many entries there are, or -1; the list and each of its entries are malloc()ed. */
int scandir(const char *path, struct dirent ***list, int (*wanted)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **));
int alphasort(const struct dirent **a, const struct dirent **b);

#endif
