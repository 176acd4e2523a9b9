/* SPDX-License-Identifier: MIT */
/* The clock: PIT channel 0 ticks about once a millisecond; between ticks its counter is read. */
#include "x86.h"

#define PIT_COUNTER 0x40
#define PIT_MODE 0x43
#define DIVISOR 1193u          /* of 1193182 Hz */
/* Microseconds as 32.32 fixed point: 2^32 * 1e6 / 1193182 a count. */
#define COUNT_FIXED 3599591090u
#define TICK_FIXED ((uint64_t)COUNT_FIXED * DIVISOR)

static uint64_t ticked; /* us << 32 at the last tick: the top bits wrap, see high */
static uint32_t high;   /* ticked's overflow, in units of 2^32 us */
static uint64_t last;

void pit_init(void)
{
    out8(PIT_MODE, 0x34); /* channel 0, both bytes, rate generator */
    out8(PIT_COUNTER, DIVISOR & 0xFF);
    out8(PIT_COUNTER, DIVISOR >> 8);
}

void pit_tick(void)
{
    uint64_t before = ticked;
    ticked += TICK_FIXED;
    if (ticked < before)
        high++;
}

static uint32_t counts_since_tick(void)
{
    out8(PIT_MODE, 0x00); /* latch channel 0 */
    uint32_t left = in8(PIT_COUNTER);
    left |= (uint32_t)in8(PIT_COUNTER) << 8;
    uint32_t gone = left <= DIVISOR ? DIVISOR - left : 0;
    if (pic_pending(0) && gone < DIVISOR / 2)
        gone += DIVISOR; /* the tick has happened, its interrupt waits */
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
