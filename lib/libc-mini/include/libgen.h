/* SPDX-License-Identifier: MIT */
/* POSIX: the parts of a path.  Both may change it, and may return a constant. */
#ifndef LIBC_LIBGEN_H
#define LIBC_LIBGEN_H

char *basename(char *path);
char *dirname(char *path);

#endif
