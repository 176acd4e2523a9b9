/* SPDX-License-Identifier: MIT */
/* Locks that holders of weak references put on containers for a bounded time.  Spec hurd 2.3, lock. */
#ifndef PHYSMEM_LOCK_H
#define PHYSMEM_LOCK_H

#include "container.h"

/* Microseconds of the system clock, modulo 2^32; times are compared by their difference. */
static inline bool time_before(uint32_t a, uint32_t b) { return (int32_t) (a - b) < 0; }

/* Until then nobody takes pages of the container away, unless the task unlocks it first.  0; EBUSY: the
 * task has a lock on it that is not over; EAGAIN: somebody waits for the container; ENOMEM. */
int lock_take(struct container *c, unsigned task, uint32_t now, uint32_t until);
int lock_leave(struct container *c, unsigned task, uint32_t now);   /* EINVAL: it has none, or not any more */

/* Somebody has one that is not over; *until: when all will be at the latest. */
bool lock_held(struct container *c, uint32_t now, uint32_t *until);

void lock_drop_all(struct account *account, struct container *c);   /* in c; NULL: everywhere */

#endif
