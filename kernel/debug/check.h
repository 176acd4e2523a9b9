/* SPDX-License-Identifier: MIT */
/* Invariant walkers.  In a CHECK build they run on the way out of the kernel, outside the paths
 * themselves. */
#ifndef KERNEL_CHECK_H
#define KERNEL_CHECK_H

#include "../types.h"

/* Boot option walk=N: every N-th time; 0: every time, less often with thousands of threads. */
extern uint32_t check_every;

/* Looks at all threads, the ready queues, the timer wheel, the sender queues, and at the account
 * and the mappings of one space, the next one each time (without walk=N: every 64th time).  Panics
 * at the first broken invariant. */
void check_all(void);

#endif
