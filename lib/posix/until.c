/* SPDX-License-Identifier: MIT */
#include "lib/posix/until.h"

#include <errno.h>

#include <libc.h>

enum { TICK = 10000 };                  /* us */

int until_wait(clockid_t clock, const struct timespec *until)
{
    struct timespec now;
    if (until->tv_nsec < 0 || until->tv_nsec >= 1000000000)
        return EINVAL;
    if (clock_gettime(clock, &now))
        return ETIMEDOUT;               /* nobody knows the time of day */
    long long left = (until->tv_sec - now.tv_sec) * 1000000 +
                     (until->tv_nsec - now.tv_nsec) / 1000;
    if (left <= 0)
        return ETIMEDOUT;
    __libc_sleep(left < TICK ? (unsigned long long) left : TICK);
    return 0;
}
