/* SPDX-License-Identifier: MIT */
/* Timeouts: X.2 times, and a timer wheel of threads that wait.  No function here blocks. */
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
    struct list_node left; /* threads of slots whose time has come, still to be served */
    uint64_t now;          /* ticks since boot */
} timer;

void timer_init(void);
/* Returns how long an X.2 time lasts from now, in us: the length of a period, or what is left until
 * a time point (0 if it is over); TIMEOUT_NEVER for Never.  Spec 1.4. */
uint64_t timeout_us(uint16_t time);
/* Returns the period of that length in us, rounded down if need be; Never if it is too long. */
uint16_t timeout_encode(uint64_t us);
/* Returns true for a time that is over at once. */
static inline bool timeout_is_zero(uint16_t time)
{
    return time != L4_TIME_NEVER && (time == L4_TIME_ZERO || timeout_us(time) == 0);
}
/* Arms t's timeout.
 * Pre: t is not on the wheel; `time` is not Never.
 * Post: at the first tick at which `time` is over by the clock, ipc_expire() will wake t. */
void timer_start(struct thread *t, uint16_t time);
/* The same for any `time`: Never does not arm. */
static inline void timer_arm(struct thread *t, uint16_t time)
{
    if (time != L4_TIME_NEVER)
        timer_start(t, time);
}
/* Returns the moment at which `time` will be over, in us by the clock; TIMEOUT_NEVER for Never. */
uint64_t timer_expiry(uint16_t time);
/* As timer_start(), for a moment in us by the clock. */
void timer_start_at(struct thread *t, uint64_t expires);
/* Pre: t's timeout is armed, or was taken off the wheel just now.
 * Returns true if it is over by the clock; its tick may not have come yet. */
bool timer_is_over(const struct thread *t);
/* Post: t is not on the wheel. */
static inline void timer_disarm(struct thread *t)
{
    list_remove(&t->in_wheel);
}
/* The clock interrupt: one tick has passed.
 * Post: SCHED_MORE is set if not all timeouts of this tick have been served. */
void timer_tick(void);
/* Serves some of the threads on timer.left: it ends the waits whose timeouts are over.
 * Returns true if more are left; SCHED_MORE asks for another call. */
bool timer_catch_up(void);

#endif
