/* SPDX-License-Identifier: MIT */
/* ISO C 7.27, as far as the machine can do it.  There is no calendar clock, so time() returns -1,
 * which the standard allows. */
#ifndef LIBC_TIME_H
#define LIBC_TIME_H

#include <stddef.h>

typedef long long time_t;
typedef long long clock_t;
struct timespec {
    time_t tv_sec;
    long tv_nsec;
};

#define CLOCKS_PER_SEC ((clock_t)1000000)
#define TIME_UTC       1

clock_t clock(void);        /* since the system started, which is the nearest thing that there is */
time_t time(time_t *result);
int nanosleep(const struct timespec *length, struct timespec *rest);    /* POSIX */

#endif
