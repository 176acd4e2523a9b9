/* SPDX-License-Identifier: MIT */
/* In place of <l4/schedule.h>: a clock that the test sets. */
#ifndef FAVOUR_CLOCK_H
#define FAVOUR_CLOCK_H

#define L4_SCHEDULE_H
#include <l4/types.h>

extern uint64_t favour_clock;           /* us */

L4_INLINE L4_Clock_t L4_SystemClock(void)
{
    return (L4_Clock_t) { .raw = favour_clock };
}

#endif
