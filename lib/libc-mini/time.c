/* SPDX-License-Identifier: MIT */
/* <time.h> with the kernel's clock. */
#include <errno.h>
#include <libc.h>
#include <time.h>

clock_t clock(void)
{
    return (clock_t)__libc_clock();
}

time_t time(time_t *result)
{
    long long now = __libc_time();
    time_t seconds = now < 0 ? -1 : now / 1000000;
    if (result)
        *result = seconds;
    return seconds;
}

int nanosleep(const struct timespec *length, struct timespec *rest)
{
    if (length->tv_sec < 0 || length->tv_nsec < 0 || length->tv_nsec >= 1000000000) {
        errno = EINVAL;
        return -1;
    }
    unsigned long long left = __libc_sleep((unsigned long long)length->tv_sec * 1000000 +
                                           (unsigned)(length->tv_nsec + 999) / 1000);
    if (rest)
        *rest = (struct timespec){(time_t)(left / 1000000), (long)(left % 1000000) * 1000};
    if (left)
        errno = EINTR;
    return left ? -1 : 0;
}
