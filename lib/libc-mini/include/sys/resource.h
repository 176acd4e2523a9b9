/* SPDX-License-Identifier: MIT */
#ifndef LIBC_SYS_RESOURCE_H
#define LIBC_SYS_RESOURCE_H

#include <sys/time.h>
#include <sys/types.h>

#define RUSAGE_SELF     0
#define RUSAGE_CHILDREN (-1)            /* nothing is counted: all is 0 */

struct rusage {
    struct timeval ru_utime, ru_stime;
    long ru_maxrss, ru_ixrss, ru_idrss, ru_isrss, ru_minflt, ru_majflt, ru_nswap, ru_inblock,
        ru_oublock, ru_msgsnd, ru_msgrcv, ru_nsignals, ru_nvcsw, ru_nivcsw;
};

/* ru_utime: the time since the system started, as clock() has it; all else is 0.  EINVAL:
 * neither of the two. */
int getrusage(int of, struct rusage *usage);

typedef unsigned long long rlim_t;
struct rlimit {
    rlim_t rlim_cur, rlim_max;
};
#define RLIM_INFINITY   (~(rlim_t)0)
#define RLIM_SAVED_CUR  RLIM_INFINITY
#define RLIM_SAVED_MAX  RLIM_INFINITY

#define RLIMIT_CPU      0
#define RLIMIT_FSIZE    1
#define RLIMIT_DATA     2
#define RLIMIT_STACK    3
#define RLIMIT_CORE     4
#define RLIMIT_RSS      5
#define RLIMIT_NPROC    6
#define RLIMIT_NOFILE   7
#define RLIMIT_MEMLOCK  8
#define RLIMIT_AS       9

/* The limits of this system: 64 descriptors, no core files, all else without a limit but the
 * guarantee of memory.  set: EINVAL: no such resource, or rlim_cur above rlim_max; EPERM: any other
 * limits than those that there are. */
int getrlimit(int resource, struct rlimit *limit);
int setrlimit(int resource, const struct rlimit *limit);

#define PRIO_PROCESS 0
#define PRIO_PGRP    1
#define PRIO_USER    2
/* All programs have the same priority: 0.  EINVAL, ESRCH: not this task; set, EPERM: another. */
int getpriority(int which, id_t who);
int setpriority(int which, id_t who, int priority);

#endif
