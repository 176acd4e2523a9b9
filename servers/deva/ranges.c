/* SPDX-License-Identifier: MIT */
/* Which driver has which device memory.  Called by devmem.c. */
#include "ranges.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

static struct range {
    uint32_t base, size;            /* bytes; the size of an unused place is 0 */
    unsigned task;
} ranges[RANGES_MAX];

static bool is_valid(uint32_t base, uint32_t size)
{
    return size >= RANGE_SMALLEST && size <= RANGE_LARGEST && (size & (size - 1)) == 0 &&
           (base & (size - 1)) == 0;
}

/* Two such ranges are apart, or one of them lies in the other. */
static bool overlap(const struct range *r, uint32_t base, uint32_t size)
{
    return r->size && (base - r->base < r->size || r->base - base < size);
}

int range_take(uint32_t base, uint32_t size, unsigned task)
{
    struct range *room = NULL;
    if (!is_valid(base, size))
        return EINVAL;
    for (struct range *r = ranges; r < ranges + RANGES_MAX; r++) {
        if (overlap(r, base, size) && r->task != task)
            return EBUSY;
        if (r->size == size && r->base == base)
            room = r;               /* the task has it already, and asks once more */
        else if (!r->size && !room)
            room = r;
    }
    if (!room)
        return ENOSPC;
    *room = (struct range) { base, size, task };
    return 0;
}

void range_drop(uint32_t base, uint32_t size, unsigned task)
{
    for (struct range *r = ranges; r < ranges + RANGES_MAX; r++)
        if (r->base == base && r->size == size && r->task == task)
            r->size = 0;
}

void ranges_forget_task(unsigned task)
{
    for (struct range *r = ranges; r < ranges + RANGES_MAX; r++)
        if (r->task == task)
            r->size = 0;
}
