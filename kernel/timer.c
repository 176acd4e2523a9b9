/* SPDX-License-Identifier: MIT */
/* Timeouts.  A timeout ends by the clock, of 1 us; the tick, of 1 ms, finds the timeouts that are
 * over.
 *
 * The timer wheel is hierarchical.  Level 0 holds the timeouts that are due within 64 ticks; each
 * slot of level n holds the timeouts of 64^n ticks.  When the time of such a slot comes, its
 * timeouts move down.  Arming and disarming are O(1).  A tick touches only threads whose
 * timeouts are due or move down.  If these are many, the interrupt serves a few of them; the others
 * are served on the next ways out of the kernel, before any user code runs. */
#include "timer.h"

#include "arch.h"
#include "ipc.h"
#include "sched.h"

struct timer timer;

#define CATCH_UP 16 /* so many threads in one go, because interrupts are off */

void timer_init(void)
{
    list_init(&timer.left);
    for (int level = 0; level < TIMER_LEVELS; level++)
        for (unsigned slot = 0; slot < TIMER_SLOTS; slot++)
            list_init(&timer.wheel[level][slot]);
}

/* The time from `clock` until the time point `time`, in us; 0 if that is over. */
static uint64_t point_us(uint16_t time, uint64_t clock)
{
    unsigned e = time >> L4_TIME_POINT_SHIFT & 15;
    uint64_t span = (uint64_t)1 << (e + 10);
    uint64_t at = (clock & ~(span - 1)) + ((uint64_t)(time & L4_TIME_MANTISSA_MASK) << e);
    if (!(clock & span) != !(time & L4_TIME_POINT_C))
        at += span;
    return at > clock ? at - clock : 0;
}

/* The length of `time`, in us: of a period, or from `clock` until a time point. */
static uint64_t length_us(uint16_t time, uint64_t clock)
{
    if (time & L4_TIME_POINT)
        return point_us(time, clock);
    return (uint64_t)(time & L4_TIME_MANTISSA_MASK) << (time >> L4_TIME_PERIOD_SHIFT & 31);
}

uint64_t timeout_us(uint16_t time)
{
    return time == L4_TIME_NEVER ? TIMEOUT_NEVER
                                 : length_us(time, time & L4_TIME_POINT ? arch_clock_us() : 0);
}

uint64_t timer_expiry(uint16_t time)
{
    uint64_t clock = arch_clock_us();
    return time == L4_TIME_NEVER ? TIMEOUT_NEVER : clock + length_us(time, clock);
}

uint16_t timeout_encode(uint64_t us)
{
    unsigned e = 0;
    if (us == 0)
        return L4_TIME_ZERO;
    while (us >= 1024 && e < 32) {
        us >>= 1;
        e++;
    }
    return e < 32 ? e << L4_TIME_PERIOD_SHIFT | us : L4_TIME_NEVER;
}

/* The first tick at or after the moment `us` of the clock.  The result may be a little too early,
 * because the tick rate and the time of the last tick are rounded down; timer_catch_up() notices
 * that.  So no timeout ends late because of the rounding. */
static uint64_t tick_at(uint64_t us)
{
    uint64_t last = arch_tick_us();
    if (us <= last + 1)
        return timer.now + 1;
    us -= last + 1;
    return timer.now + (us >> 32) * ARCH_TICKS_PER_US +
           ((uint64_t)(uint32_t)us * ARCH_TICKS_PER_US >> 32) + 1;
}

/* Puts t into the slot of its deadline. */
static void wheel_insert(struct thread *t)
{
    uint64_t distance = t->deadline ^ timer.now;
    unsigned level = 0;
    while (level < TIMER_LEVELS - 1 && distance >> (TIMER_SLOT_BITS * (level + 1)))
        level++;
    list_add_tail(&timer.wheel[level][t->deadline >> (TIMER_SLOT_BITS * level) & (TIMER_SLOTS - 1)],
                  &t->in_wheel);
}

void timer_start(struct thread *t, uint16_t time)
{
    timer_start_at(t, timer_expiry(time));
}

void timer_start_at(struct thread *t, uint64_t expires)
{
    assert(list_empty(&t->in_wheel));
    t->expires = expires;
    t->deadline = tick_at(expires);
    wheel_insert(t);
}

/* This reads the clock only if that can matter: the clock is a few ticks ahead of the last tick at
 * most. */
bool timer_is_over(const struct thread *t)
{
    return t->expires < arch_tick_us() + 4 * TICK_US && t->expires <= arch_clock_us();
}

bool timer_catch_up(void)
{
    for (int n = 0; n < CATCH_UP && !list_empty(&timer.left); n++) {
        struct thread *t = list_entry(timer.left.next, struct thread, in_wheel);
        timer_disarm(t);
        if (t->deadline > timer.now)
            wheel_insert(t);
        else if (timer_is_over(t))
            ipc_expire(t);
        else
            timer_start_at(t, t->expires);
    }
    return !list_empty(&timer.left);
}

/* Moves the threads in the slot whose time has come to timer.left. */
static void empty_slot(unsigned level)
{
    struct list_node *slot =
        &timer.wheel[level][timer.now >> (TIMER_SLOT_BITS * level) & (TIMER_SLOTS - 1)];
    if (!list_empty(slot))
        list_append(&timer.left, slot);
}

void timer_tick(void)
{
    timer.now++;
    empty_slot(0);
    for (unsigned level = 1; level < TIMER_LEVELS; level++) {
        if (timer.now & (((uint64_t)1 << (TIMER_SLOT_BITS * level)) - 1))
            break;
        empty_slot(level);
    }
    if (timer_catch_up())
        sched_wanted |= SCHED_MORE;
    sched_tick(TICK_US);
}
