/* SPDX-License-Identifier: MIT */
/* What a POSIX thread begins with, and the one way of scheduling. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

#include <l4/schedule.h>

#include "lib/posix/descriptors.h"

int pthread_attr_init(pthread_attr_t *attr)
{
    *attr = (pthread_attr_t) { .scope = PTHREAD_SCOPE_SYSTEM, .inherit = PTHREAD_INHERIT_SCHED };
    return 0;
}

int pthread_attr_destroy(pthread_attr_t *attr)
{
    (void) attr;
    return 0;
}

#define ATTRIBUTE(name, type, field, error)                                                        \
    int pthread_attr_get##name(const pthread_attr_t *attr, type *value)                            \
    {                                                                                              \
        *value = attr->field;                                                                      \
        return 0;                                                                                  \
    }                                                                                              \
    int pthread_attr_set##name(pthread_attr_t *attr, type value)                                   \
    {                                                                                              \
        int err = (error);                                                                         \
        if (!err)                                                                                  \
            attr->field = value;                                                                   \
        return err;                                                                                \
    }

ATTRIBUTE(detachstate, int, detached, value & ~PTHREAD_CREATE_DETACHED ? EINVAL : 0)
ATTRIBUTE(stacksize, size_t, stack, value < PTHREAD_STACK_MIN || value > INT_MAX / 2 ? EINVAL : 0)
ATTRIBUTE(inheritsched, int, inherit, value & ~PTHREAD_EXPLICIT_SCHED ? EINVAL : 0)
ATTRIBUTE(schedpolicy, int, policy, value < SCHED_OTHER || value > SCHED_RR ? EINVAL : 0)
ATTRIBUTE(scope, int, scope,
          value == PTHREAD_SCOPE_SYSTEM ? 0 : value == PTHREAD_SCOPE_PROCESS ? ENOTSUP : EINVAL)

int pthread_attr_getschedparam(const pthread_attr_t *attr, struct sched_param *param)
{
    *param = attr->param;
    return 0;
}

int pthread_attr_setschedparam(pthread_attr_t *attr, const struct sched_param *param)
{
    attr->param = *param;
    return 0;
}

/* ---- <sched.h> ---- */

int sched_yield(void)
{
    L4_ThreadSwitch(L4_nilthread);
    return 0;
}

static int check_policy(int policy)
{
    return posix_result(policy < SCHED_OTHER || policy > SCHED_RR ? EINVAL : 0);
}

int sched_get_priority_max(int policy)
{
    return check_policy(policy);
}

int sched_get_priority_min(int policy)
{
    return check_policy(policy);
}

static int check_task(pid_t pid)
{
    return pid == 0 || pid == getpid() ? 0 : ESRCH;
}

int sched_getscheduler(pid_t pid)
{
    return posix_result(check_task(pid));       /* SCHED_OTHER is 0 */
}

int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param)
{
    if (check_policy(policy))
        return -1;
    int err = check_task(pid);
    return posix_result(err ? err : policy != SCHED_OTHER || param->sched_priority ? EPERM : 0);
}

int sched_getparam(pid_t pid, struct sched_param *param)
{
    param->sched_priority = 0;
    return posix_result(check_task(pid));
}

int sched_setparam(pid_t pid, const struct sched_param *param)
{
    return sched_setscheduler(pid, SCHED_OTHER, param);
}

int sched_rr_get_interval(pid_t pid, struct timespec *interval)
{
    *interval = (struct timespec) { 0, 10000000 };
    return posix_result(check_task(pid));
}
