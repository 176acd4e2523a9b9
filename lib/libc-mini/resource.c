/* SPDX-License-Identifier: MIT */
/* What a program has used, and may use: <sys/resource.h>, POSIX. */
#include <errno.h>
#include <libc.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <unistd.h>

static int result(int error)
{
    if (error)
        errno = error;
    return error ? -1 : 0;
}

int getrusage(int of, struct rusage *usage)
{
    unsigned long long us = __libc_clock();
    if (of != RUSAGE_SELF && of != RUSAGE_CHILDREN)
        return result(EINVAL);
    *usage = (struct rusage){0};
    if (of == RUSAGE_SELF)
        usage->ru_utime = (struct timeval){(time_t)(us / 1000000), (long)(us % 1000000)};
    return 0;
}

int getrlimit(int resource, struct rlimit *limit)
{
    if (resource < RLIMIT_CPU || resource > RLIMIT_AS)
        return result(EINVAL);
    rlim_t most = resource == RLIMIT_NOFILE ? OPEN_MAX
                  : resource == RLIMIT_CORE ? 0 : RLIM_INFINITY;
    *limit = (struct rlimit){most, most};
    return 0;
}

int setrlimit(int resource, const struct rlimit *limit)
{
    struct rlimit now;
    if (getrlimit(resource, &now))
        return -1;
    if (limit->rlim_cur > limit->rlim_max)
        return result(EINVAL);
    return result(limit->rlim_cur == now.rlim_cur && limit->rlim_max == now.rlim_max ? 0 : EPERM);
}

/* ---- priorities ---- */

static int check_who(int which, id_t who)
{
    if (which < PRIO_PROCESS || which > PRIO_USER)
        return EINVAL;
    bool own = who == 0 || (which == PRIO_PROCESS && who == (id_t)getpid());
    return own || which != PRIO_PROCESS ? 0 : ESRCH;
}

int getpriority(int which, id_t who)
{
    return result(check_who(which, who));
}

int setpriority(int which, id_t who, int priority)
{
    int error = check_who(which, who);
    return result(error ? error : priority ? EPERM : 0);
}

int nice(int more)
{
    return result(more ? EPERM : 0);
}
