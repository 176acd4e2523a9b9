/* SPDX-License-Identifier: MIT */
/* Timeouts: X.2 times decoded, and a timer wheel of sleeping threads. */
#ifndef KERNEL_TIMER_H
#define KERNEL_TIMER_H

#include "thread.h"

#define TIMEOUT_NEVER UINT64_MAX
#define TICK_US 1000u

#define TIMER_SLOT_BITS 6
#define TIMER_SLOTS (1u << TIMER_SLOT_BITS)
#define TIMER_LEVELS 6 /* 64^6 ticks: two years; the longest period is 25 days */

extern struct timer {
    struct list_node wheel[TIMER_LEVELS][TIMER_SLOTS];
    struct list_node left; /* threads whose slot's time has come, not looked at yet */
    uint64_t now;          /* ticks since boot */
} timer;

void timer_init(void);
/* How long an X.2 time lasts from now, in us: a period, or what is left until a point (0 if it is
 * over); TIMEOUT_NEVER for Never.  Spec 1.4. */
uint64_t timeout_us(uint16_t time);
/* The shortest encoding of a length in us, for Schedule's result. */
uint16_t timeout_encode(uint64_t us);
/* True for a time that is over at once. */
static inline bool timeout_is_zero(uint16_t time)
{
    return time != L4_TIME_NEVER && (time == L4_TIME_ZERO || timeout_us(time) == 0);
}
/* Wakes t by ipc_expire() at the first tick at which `time` is over by the clock. */
void timer_start(struct thread *t, uint16_t time);
static inline void timer_arm(struct thread *t, uint16_t time)
{
    if (time != L4_TIME_NEVER)
        timer_start(t, time);
}
/* When `time` is over, in us by the clock, TIMEOUT_NEVER for Never; and waiting for such a moment. */
uint64_t timer_expiry(uint16_t time);
void timer_start_at(struct thread *t, uint64_t expires);
/* t's time is over by the clock; the tick that will find it may not have come yet. */
bool timer_is_over(const struct thread *t);
static inline void timer_disarm(struct thread *t) /* harmless if not armed */
{
    list_remove(&t->in_wheel);
}
/* The clock interrupt. */
void timer_tick(void);
/* Wakes some of those whose time is over; false when it was all of them.  SCHED_TIMERS asks for it. */
bool timer_catch_up(void);

#endif
