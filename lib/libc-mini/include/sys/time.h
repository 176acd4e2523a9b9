/* SPDX-License-Identifier: MIT */
#ifndef LIBC_SYS_TIME_H
#define LIBC_SYS_TIME_H

#include <time.h>

struct timeval {
    time_t tv_sec;
    long tv_usec;
};

/* zone must be NULL or is left alone.  EIO: nobody knows the time of day. */
/* As utime(): whole seconds.  For programs that link lib/posix. */
int utimes(const char *path, const struct timeval times[2]);
int gettimeofday(struct timeval *now, void *zone);

#endif
