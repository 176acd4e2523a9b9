/* SPDX-License-Identifier: MIT */
/* Waits that end at a time of some clock: the threads of one task can only look again. */
#ifndef POSIX_UNTIL_H
#define POSIX_UNTIL_H

#include <time.h>

/* Sleeps 10 ms, or what is left until then.  Returns 0; ETIMEDOUT: that time has come, without a
 * sleep; EINVAL: it is no time. */
int until_wait(clockid_t clock, const struct timespec *until);

#endif
