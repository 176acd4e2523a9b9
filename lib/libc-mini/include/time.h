/* SPDX-License-Identifier: MIT */
/* ISO C 7.27.  There are no time zones: local time is UTC.  Where the time of day is not known,
 * time() returns -1, which the standard allows. */
#ifndef LIBC_TIME_H
#define LIBC_TIME_H

#include <stddef.h>
#include <sys/types.h>

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
int timespec_get(struct timespec *now, int base);       /* 0: another base, or nobody knows */

/* ---- POSIX ---- */

#define CLOCK_REALTIME           0
#define CLOCK_MONOTONIC          1
#define CLOCK_PROCESS_CPUTIME_ID 2      /* as clock() */
#define TIMER_ABSTIME            1
/* EINVAL: another clock; EIO: nobody knows the time of day. */
int clock_gettime(clockid_t clock, struct timespec *now);
int clock_getres(clockid_t clock, struct timespec *resolution);
int clock_settime(clockid_t clock, const struct timespec *now); /* EINVAL; EPERM */
int clock_getcpuclockid(pid_t pid, clockid_t *clock);   /* returns the error: ESRCH, not our own */
int nanosleep(const struct timespec *length, struct timespec *rest);
/* Returns the error: EINVAL, ENOTSUP: a clock of processor time, EINTR. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                    struct timespec *rest);
char *asctime_r(const struct tm *__restrict tm, char *__restrict text);         /* 26 bytes */
char *ctime_r(const time_t *time, char *text);
time_t timegm(struct tm *tm);
/* NULL: the text does not fit the format. */
char *strptime(const char *__restrict text, const char *__restrict format,
               struct tm *__restrict tm);
extern char *tzname[2];
extern long timezone;
extern int daylight;
void tzset(void);

#endif
