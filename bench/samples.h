/* SPDX-License-Identifier: MIT */
/* What programs that measure share: a count of instructions, and the middle of many samples. */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stdint.h>
#include <stdlib.h>

/* Under `-icount shift=0` the time-stamp counter counts instructions of the whole machine.
 * Returns: its low word. */
static inline uint32_t instructions(void)
{
    uint32_t low;
    __asm__ volatile("rdtsc" : "=a"(low) : : "edx", "memory");
    return low;
}

static inline int samples_compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static inline void samples_sort(uint32_t *samples, uint32_t count)
{
    qsort(samples, count, sizeof *samples, samples_compare);
}

#endif
