/* SPDX-License-Identifier: MIT */
/* POSIX times(), as far as clock() knows: all time is the program's own, in microseconds. */
#ifndef LIBC_SYS_TIMES_H
#define LIBC_SYS_TIMES_H

#include <time.h>

struct tms {
    clock_t tms_utime, tms_stime, tms_cutime, tms_cstime;
};

clock_t times(struct tms *times);

#endif
