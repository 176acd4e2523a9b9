/* SPDX-License-Identifier: MIT */
/* POSIX: there is one way of scheduling, and one priority for all programs. */
#ifndef LIBC_SCHED_H
#define LIBC_SCHED_H

#include <sys/types.h>
#include <time.h>

#define SCHED_OTHER 0
#define SCHED_FIFO  1
#define SCHED_RR    2

struct sched_param {
    int sched_priority;
};

int sched_yield(void);
/* EINVAL: no such policy.  Of each, 0 is the only priority. */
int sched_get_priority_max(int policy);
int sched_get_priority_min(int policy);
/* ESRCH: not this task.  set: EINVAL; EPERM: FIFO or RR, or a priority that is not 0. */
int sched_getscheduler(pid_t pid);
int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param);
int sched_getparam(pid_t pid, struct sched_param *param);
int sched_setparam(pid_t pid, const struct sched_param *param);
int sched_rr_get_interval(pid_t pid, struct timespec *interval);        /* 10 ms */

#endif
