/* SPDX-License-Identifier: MIT */
/* Which driver has which device memory: pure bookkeeping. */
#ifndef DEVA_RANGES_H
#define DEVA_RANGES_H

#include <stdint.h>

#include <hurd/deva.h>

#define RANGES_MAX HURD_DEVA_MEMORY_RANGES      /* of all drivers together */
#define RANGE_SMALLEST 0x1000u                  /* bytes */
#define RANGE_LARGEST  HURD_DEVA_MEMORY_LARGEST

/* Notes that `task` has the `size` bytes of physical memory at `base`.
 * Returns 0; EINVAL if the size is no power of two between the limits, or `base` is no multiple of
 * it; EBUSY if a part of it belongs to another task; ENOSPC if there is no room to note it. */
int range_take(uint32_t base, uint32_t size, unsigned task);
/* `task` does not have that range any more. */
void range_drop(uint32_t base, uint32_t size, unsigned task);
/* `task` has ended: others may have its ranges. */
void ranges_forget_task(unsigned task);

#endif
