/* SPDX-License-Identifier: MIT */
/* POSIX: names of files by a pattern.  In lib/posix. */
#ifndef LIBC_GLOB_H
#define LIBC_GLOB_H

#include <stddef.h>

typedef struct {
    size_t gl_pathc;
    char **gl_pathv;                    /* ends with NULL */
    size_t gl_offs;                     /* NULLs in front, with GLOB_DOOFFS */
} glob_t;

#define GLOB_ERR      1                 /* a directory that cannot be read ends the search */
#define GLOB_MARK     2                 /* directories end in '/' */
#define GLOB_NOSORT   4
#define GLOB_DOOFFS   8
#define GLOB_NOCHECK  16                /* no match: the pattern itself */
#define GLOB_APPEND   32                /* behind what an earlier call found */
#define GLOB_NOESCAPE 64

#define GLOB_NOSPACE  1
#define GLOB_ABORTED  2                 /* GLOB_ERR, or `failed` did not return 0 */
#define GLOB_NOMATCH  3

/* failed: may be NULL; gets the directory and the errno. */
int glob(const char *__restrict pattern, int flags, int (*failed)(const char *path, int error),
         glob_t *__restrict found);
void globfree(glob_t *found);

#endif
