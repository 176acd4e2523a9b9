/* SPDX-License-Identifier: MIT */
#include <sys/times.h>

clock_t times(struct tms *times)
{
    *times = (struct tms) {.tms_utime = clock()};
    return times->tms_utime;
}
