/* SPDX-License-Identifier: MIT */
/* Locks that holders of weak references put on containers for a bounded time.  Spec hurd 2.3,
 * lock. */
#ifndef PHYSMEM_LOCK_H
#define PHYSMEM_LOCK_H

#include "container.h"

/* Microseconds of the system clock, modulo 2^32; times are compared by their difference. */
static inline bool time_before(uint32_t a, uint32_t b) { return (int32_t) (a - b) < 0; }

/* Locks c: until that time no request takes pages of the container away, unless the task unlocks it
 * first.  Returns 0; EBUSY: the task has a lock on c that is not over; EAGAIN: a request waits for
 * c; or ENOMEM. */
int lock_take(struct container *c, unsigned task, uint32_t now, uint32_t until);
/* Ends the task's lock on c.  EINVAL: it has none, or its time is over. */
int lock_leave(struct container *c, unsigned task, uint32_t now);

/* True if a lock on c is not over.  *until: when all locks on c are over at the latest. */
bool lock_held(struct container *c, uint32_t now, uint32_t *until);

void lock_drop_all(struct account *account, struct container *c);   /* on c; NULL: on any */

#endif
