/* SPDX-License-Identifier: MIT */
#ifndef LIBC_SYS_TIME_H
#define LIBC_SYS_TIME_H

#include <time.h>

struct timeval {
    time_t tv_sec;
    long tv_usec;
};

/* As utime(): whole seconds.  For programs that link lib/posix. */
int utimes(const char *path, const struct timeval times[2]);
/* zone must be NULL or is left alone.  EIO: nobody knows the time of day. */
int gettimeofday(struct timeval *now, void *zone);

#define ITIMER_REAL    0
#define ITIMER_VIRTUAL 1                /* EINVAL: no processor time is counted */
#define ITIMER_PROF    2
struct itimerval {
    struct timeval it_interval, it_value;
};
/* SIGALRM in that time, 10 ms late at most, and then again after each interval that is not 0.  It
 * is alarm()'s timer.  EINVAL; EAGAIN, ENOMEM: as sigaction().  In lib/hurd-mm. */
int getitimer(int which, struct itimerval *value);
int setitimer(int which, const struct itimerval *value, struct itimerval *old);

#define timerisset(a) ((a)->tv_sec || (a)->tv_usec)
#define timerclear(a) ((void)((a)->tv_sec = 0, (a)->tv_usec = 0))
#define timercmp(a, b, op)                                                                         \
    ((a)->tv_sec == (b)->tv_sec ? (a)->tv_usec op (b)->tv_usec : (a)->tv_sec op (b)->tv_sec)
#define timeradd(a, b, sum)                                                                        \
    do {                                                                                           \
        (sum)->tv_sec = (a)->tv_sec + (b)->tv_sec;                                                 \
        (sum)->tv_usec = (a)->tv_usec + (b)->tv_usec;                                              \
        if ((sum)->tv_usec >= 1000000) {                                                           \
            ++(sum)->tv_sec;                                                                       \
            (sum)->tv_usec -= 1000000;                                                             \
        }                                                                                          \
    } while (0)
#define timersub(a, b, rest)                                                                       \
    do {                                                                                           \
        (rest)->tv_sec = (a)->tv_sec - (b)->tv_sec;                                                \
        (rest)->tv_usec = (a)->tv_usec - (b)->tv_usec;                                             \
        if ((rest)->tv_usec < 0) {                                                                 \
            --(rest)->tv_sec;                                                                      \
            (rest)->tv_usec += 1000000;                                                            \
        }                                                                                          \
    } while (0)

#endif
