/* SPDX-License-Identifier: MIT */
/* POSIX clocks beyond clock_gettime(), and what <time.h> has for several threads. */
#include <errno.h>
#include <libc.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SECOND = 1000000000 };

static int result(int error)
{
    if (error)
        errno = error;
    return error ? -1 : 0;
}

static bool exists(clockid_t clock)
{
    return clock >= CLOCK_REALTIME && clock <= CLOCK_PROCESS_CPUTIME_ID;
}

int clock_getres(clockid_t clock, struct timespec *resolution)
{
    if (exists(clock) && resolution)
        *resolution = (struct timespec){0, 1000};
    return result(exists(clock) ? 0 : EINVAL);
}

/* The time of day is the machine's: nobody here may change it. */
int clock_settime(clockid_t clock, const struct timespec *now)
{
    bool good = clock == CLOCK_REALTIME && now->tv_sec >= 0 && now->tv_nsec >= 0 &&
                now->tv_nsec < SECOND;
    return result(good ? EPERM : EINVAL);
}

int clock_getcpuclockid(pid_t pid, clockid_t *clock)
{
    if (pid != 0 && pid != getpid())
        return ESRCH;
    *clock = CLOCK_PROCESS_CPUTIME_ID;
    return 0;
}

/* What is left until then; 0, 0: nothing. */
static struct timespec left_until(const struct timespec *then, const struct timespec *now)
{
    struct timespec left = {then->tv_sec - now->tv_sec, then->tv_nsec - now->tv_nsec};
    if (left.tv_nsec < 0) {
        left.tv_nsec += SECOND;
        left.tv_sec--;
    }
    return left.tv_sec < 0 ? (struct timespec){0, 0} : left;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                    struct timespec *rest)
{
    struct timespec now, left = *time;
    int before = errno, error = 0;
    if (!exists(clock) || time->tv_nsec < 0 || time->tv_nsec >= SECOND ||
        (time->tv_sec < 0 && !(flags & TIMER_ABSTIME)))
        return EINVAL;
    if (clock == CLOCK_PROCESS_CPUTIME_ID)
        return ENOTSUP;
    if (flags & TIMER_ABSTIME) {
        if (clock_gettime(clock, &now))
            error = errno;
        else
            left = left_until(time, &now);
        rest = NULL;
    }
    if (!error && nanosleep(&left, rest))
        error = errno;
    errno = before;
    return error;
}

int timespec_get(struct timespec *now, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

/* ---- text ---- */

char *asctime_r(const struct tm *restrict tm, char *restrict text)
{
    return strcpy(text, asctime(tm));
}

char *ctime_r(const time_t *time, char *text)
{
    struct tm tm;
    return localtime_r(time, &tm) ? asctime_r(&tm, text) : NULL;
}

/* ---- time zones: there is one ---- */

static char utc[] = "UTC";
char *tzname[2] = {utc, utc};
long timezone;
int daylight;

void tzset(void)
{
}

time_t timegm(struct tm *tm)
{
    return mktime(tm);
}
