/* SPDX-License-Identifier: MIT */
/* POSIX utime().  For programs that link lib/posix. */
#ifndef LIBC_UTIME_H
#define LIBC_UTIME_H

#include <time.h>

struct utimbuf {
    time_t actime, modtime;
};

/* times NULL: the file server's time.  Errors as open(). */
int utime(const char *path, const struct utimbuf *times);

#endif
