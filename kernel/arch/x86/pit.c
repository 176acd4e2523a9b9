/* SPDX-License-Identifier: MIT */
/* The clock: PIT channel 0 ticks about once a millisecond; between ticks its counter is read. */
#include "x86.h"

/* Microseconds as 32.32 fixed point: 2^32 * 1e6 / 1193182 a count. */
#define COUNT_FIXED 3599591090u
#define TICK_FIXED ((uint64_t)COUNT_FIXED * PIT_DIVISOR)

#define MEASURE_TICKS 2u
#define MEASURE_PATIENCE 10000000u /* polls */

static uint64_t ticked; /* us << 32 at the last tick: the top bits wrap, see high */
static uint32_t high;   /* ticked's overflow, in units of 2^32 us */
static uint64_t last;

void pit_init(void)
{
    out8(PIT_MODE, 0x34); /* channel 0, both bytes, rate generator */
    out8(PIT_COUNTER, PIT_DIVISOR & 0xFF);
    out8(PIT_COUNTER, PIT_DIVISOR >> 8);
}

static uint32_t read_counter(void)
{
    out8(PIT_MODE, 0x00); /* latch channel 0 */
    uint32_t left = in8(PIT_COUNTER);
    return left | (uint32_t)in8(PIT_COUNTER) << 8;
}

/* The processor's speed by its time-stamp counter, over two ticks; 0 if it has none.  A tick is a
 * millisecond to 0.02 %, and on an old PC a poll takes 4 us: to 0.2 % in all. */
uint32_t pit_measure_khz(void)
{
    uint32_t wraps = 0, last_left = ~0u;
    uint64_t start = 0, end = 0;
    if (!cpu_has(CPU_TSC))
        return 0;
    for (uint32_t polls = 0; wraps <= MEASURE_TICKS; polls++) {
        if (polls == MEASURE_PATIENCE)
            return 0; /* the counter does not run */
        uint32_t left = read_counter();
        if (left > last_left) {
            __asm__ volatile("rdtsc" : "=A"(end));
            if (wraps++ == 0)
                start = end;
        }
        last_left = left;
    }
    return (uint32_t)(end - start) / MEASURE_TICKS;
}

void pit_tick(void)
{
    uint64_t before = ticked;
    ticked += TICK_FIXED;
    if (ticked < before)
        high++;
}

static_assert(((uint64_t)1193182 << 32) / (PIT_DIVISOR * 1000000ull) == ARCH_TICKS_PER_US,
              "one clock");

uint64_t arch_tick_us(void)
{
    return (uint64_t)high << 32 | ticked >> 32;
}

static uint32_t counts_since_tick(void)
{
    uint32_t left = read_counter();
    uint32_t gone = left <= PIT_DIVISOR ? PIT_DIVISOR - left : 0;
    if (pic_pending(0) && gone < PIT_DIVISOR / 2)
        gone += PIT_DIVISOR; /* the tick has happened, its interrupt waits */
    return gone;
}

uint64_t arch_clock_us(void)
{
    uint64_t fine = (uint64_t)counts_since_tick() * COUNT_FIXED;
    uint64_t sum = ticked + fine;
    uint64_t us = (uint64_t)(high + (sum < ticked)) << 32 | sum >> 32;
    if (us > last)
        last = us;
    return last;
}
