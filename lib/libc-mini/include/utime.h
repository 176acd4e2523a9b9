/* SPDX-License-Identifier: MIT */
/* POSIX utime().  For programs that link lib/posix. */
#ifndef LIBC_UTIME_H
#define LIBC_UTIME_H

#include <time.h>

struct utimbuf {
    time_t actime, modtime;
};

/* Errors as open(); ENOSYS: no times are given, and nobody knows what time it is. */
int utime(const char *path, const struct utimbuf *times);

#endif
