/* SPDX-License-Identifier: MIT */
#ifndef LIBC_SYS_RESOURCE_H
#define LIBC_SYS_RESOURCE_H

#include <sys/time.h>

#define RUSAGE_SELF 0

struct rusage {
    struct timeval ru_utime, ru_stime;
    long ru_maxrss, ru_minflt, ru_majflt;
};

/* ru_utime: the time since the system started, as clock() has it; all else is 0.  EINVAL: not
 * RUSAGE_SELF. */
int getrusage(int of, struct rusage *usage);

#endif
