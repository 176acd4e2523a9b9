/* SPDX-License-Identifier: MIT */
/* POSIX patterns of names, in the "C" locale. */
#ifndef LIBC_FNMATCH_H
#define LIBC_FNMATCH_H

#define FNM_NOMATCH  1
#define FNM_PATHNAME 1
#define FNM_NOESCAPE 2
#define FNM_PERIOD   4

int fnmatch(const char *pattern, const char *name, int flags);  /* 0, or FNM_NOMATCH */

#endif
