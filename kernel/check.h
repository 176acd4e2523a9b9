/* SPDX-License-Identifier: MIT */
/* Invariant walkers, run at kernel exit under `make CHECK=1`, outside the paths themselves. */
#ifndef KERNEL_CHECK_H
#define KERNEL_CHECK_H

#include "types.h"

/* Boot option walk=N: everything is looked at, every N-th time; 0: a part of it, each time. */
extern uint32_t check_every;

/* Panics at the first broken invariant.  Looks at all threads (not at every call, when there are
 * many) and, in turn, at one space's mappings. */
void check_all(void);

#endif
