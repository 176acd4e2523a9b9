/* SPDX-License-Identifier: MIT */
/* <time.h> with the kernel's clock. */
#include <errno.h>
#include <libc.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

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

int clock_gettime(clockid_t which, struct timespec *now)
{
    if (which < CLOCK_REALTIME || which > CLOCK_PROCESS_CPUTIME_ID) {
        errno = EINVAL;
        return -1;
    }
    long long us = which == CLOCK_REALTIME ? __libc_time() : (long long)__libc_clock();
    if (us < 0) {
        errno = EIO;
        return -1;
    }
    *now = (struct timespec){us / 1000000, (long)(us % 1000000) * 1000};
    return 0;
}

int gettimeofday(struct timeval *now, void *zone)
{
    struct timespec precise;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &precise))
        return -1;
    *now = (struct timeval){precise.tv_sec, precise.tv_nsec / 1000};
    return 0;
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

unsigned sleep(unsigned seconds)
{
    struct timespec rest;
    int broken = nanosleep(&(struct timespec){seconds, 0}, &rest);
    return broken ? (unsigned)rest.tv_sec + (rest.tv_nsec > 0) : 0;
}

int usleep(unsigned us)
{
    return nanosleep(&(struct timespec){us / 1000000, (long)(us % 1000000) * 1000}, NULL);
}
