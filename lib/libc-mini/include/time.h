/* SPDX-License-Identifier: MIT */
/* ISO C 7.27.  There are no time zones: local time is UTC.  Where the time of day is not known,
 * time() returns -1, which the standard allows. */
#ifndef LIBC_TIME_H
#define LIBC_TIME_H

#include <stddef.h>

typedef long long time_t;
typedef long long clock_t;
struct timespec {
    time_t tv_sec;
    long tv_nsec;
};

struct tm {
    int tm_sec, tm_min, tm_hour;
    int tm_mday, tm_mon, tm_year;       /* from 1, from 0, since 1900 */
    int tm_wday, tm_yday, tm_isdst;     /* from Sunday, from 0 */
};

#define CLOCKS_PER_SEC ((clock_t)1000000)
#define TIME_UTC       1

clock_t clock(void);        /* since the system started, which is the nearest thing that there is */
time_t time(time_t *result);
double difftime(time_t end, time_t start);
time_t mktime(struct tm *tm);
struct tm *gmtime(const time_t *time);          /* NULL: EOVERFLOW */
struct tm *gmtime_r(const time_t *time, struct tm *tm);         /* POSIX */
struct tm *localtime(const time_t *time);
struct tm *localtime_r(const time_t *time, struct tm *tm);      /* POSIX */
char *asctime(const struct tm *tm);
char *ctime(const time_t *time);
size_t strftime(char *__restrict s, size_t size, const char *__restrict format,
                const struct tm *__restrict tm);
typedef int clockid_t;
#define CLOCK_REALTIME  0
#define CLOCK_MONOTONIC 1
/* POSIX.  EINVAL: another clock; EIO: nobody knows the time of day. */
int clock_gettime(clockid_t clock, struct timespec *now);
int nanosleep(const struct timespec *length, struct timespec *rest);    /* POSIX */

#endif
