/* SPDX-License-Identifier: MIT */
/* links: kernel/timer.c */
/* flags: -fno-strict-aliasing */
/* words: 32 */
/* Times of the ABI decoded (1.4), and the kernel's timer wheel driven tick by tick: nobody wakes
 * early, nobody more than a tick late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kernel/ipc.h"
#include "kernel/sched.h"
#include "kernel/timer.h"

enum {
    SLEEPERS = 500,
    TICKS = 300000,             /* 64^3 and some */
    TICK_NS = 999847,           /* 1193 counts of the PIT */
};

static uint64_t clock_us;       /* what arch_clock_us() says */
static uint64_t ticks;
static uint32_t slice_ticks;
static struct {
    struct thread thread;
    bool sleeps;
    uint64_t since, us;
} sleeper[SLEEPERS];
static unsigned woken;

/* ---- the rest of the kernel, as far as the wheel knows it */

uint64_t arch_clock_us(void)
{
    return clock_us;
}

uint64_t arch_tick_us(void)
{
    return ticks * TICK_NS / 1000;
}

uint8_t sched_wanted;

void sched_tick(uint32_t us)
{
    (void) us;
    slice_ticks++;
}

void ipc_expire(struct thread *t)
{
    for (int i = 0; i < SLEEPERS; i++) {
        if (&sleeper[i].thread != t)
            continue;
        uint64_t passed = clock_us - sleeper[i].since;
        assert_true(sleeper[i].sleeps);
        assert_true(passed >= sleeper[i].us && passed <= sleeper[i].us + 1000);
        assert_true(list_empty(&t->in_wheel));
        sleeper[i].sleeps = false;
        woken++;
        return;
    }
    fail();
}

void panic(const char *format, ...)
{
    (void) format;
    abort();
}

static uint32_t seed;

static unsigned below(unsigned limit)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % limit;
}

static void fall_asleep(int i, uint16_t time)
{
    sleeper[i].sleeps = true;
    clock_us = arch_tick_us() + below(TICK_NS / 1000); /* somewhere between two ticks */
    sleeper[i].since = clock_us;
    sleeper[i].us = timeout_us(time);
    timer_arm(&sleeper[i].thread, time);
}

static void tick(void)
{
    ticks++;
    clock_us = arch_tick_us();
    timer_tick();
    while (timer_catch_up()) /* as the way out of the kernel does */
        ;
}

static int fresh_wheel(void **state)
{
    (void) state;
    timer_init();
    for (int i = 0; i < SLEEPERS; i++) {
        list_init(&sleeper[i].thread.in_wheel);
        sleeper[i].sleeps = false;
    }
    seed = 7;
    woken = 0;
    return 0;
}

/* ---- times */

static void periods_are_mantissa_times_a_power_of_two(void **state)
{
    (void) state;
    assert_true(timeout_us(0) == TIMEOUT_NEVER);
    assert_true(timeout_us(0x0400) == 0);
    assert_true(timeout_us(1) == 1);
    assert_true(timeout_us(0x1271) == 10000);
    assert_true(timeout_us(0x7FFF) == (uint64_t) 1023 << 31);
    assert_true(timeout_is_zero(0x0400) && timeout_is_zero(0x7C00));
    assert_false(timeout_is_zero(0) || timeout_is_zero(1));
}

static void a_length_encodes_to_a_period_that_is_not_longer(void **state)
{
    (void) state;
    assert_int_equal(timeout_encode(0), 0x0400);
    for (int i = 0; i < 20000; i++) {
        uint64_t us = (uint64_t) below(1 << 20) << below(21);
        uint64_t back = timeout_us(timeout_encode(us));
        assert_true(back <= us && us - back <= us / 512);
        if (us && us < 1024)
            assert_true(back == us);
    }
    assert_int_equal(timeout_encode((uint64_t) 1 << 62), 0);
}

static uint16_t point_of(uint64_t instant, unsigned e)
{
    uint64_t unit = (uint64_t) 1 << e;
    return (uint16_t) (0x8000 | e << 11 | (instant / unit / 1024 & 1) << 10 | (instant / unit & 1023));
}

/* A point gives the low bits of an instant: it is the nearest such instant ahead, or one that is just over. */
static void points_name_instants_near_the_clock(void **state)
{
    (void) state;
    for (int i = 0; i < 20000; i++) {
        unsigned e = below(16);
        uint64_t unit = (uint64_t) 1 << e;
        clock_us = (uint64_t) below(1 << 24) << below(24);
        uint64_t instant = (clock_us / unit + below(1024)) * unit;      /* less than a span ahead */
        uint16_t point = point_of(instant, e);
        uint64_t wanted = instant > clock_us ? instant - clock_us : 0;
        assert_true(timeout_us(point) == wanted);
    }
}

static void a_point_that_is_just_past_is_over(void **state)
{
    (void) state;
    clock_us = 5 * 65536 + 40000;
    uint64_t instant = clock_us - 30000;
    uint16_t point = point_of(instant, 6);
    assert_true(timeout_us(point) == 0);
    assert_true(timeout_is_zero(point));
}

/* ---- the wheel */

static void sleepers_wake_when_their_time_is_over(void **state)
{
    (void) state;
    unsigned asleep = 0;
    for (int i = 0; i < SLEEPERS; i++) {
        uint16_t time = (uint16_t) (below(17) << 10 | (1 + below(1023)));       /* up to 67 s */
        fall_asleep(i, time);
        asleep++;
        for (unsigned n = below(3); n > 0; n--)
            tick();
    }
    while (woken < asleep && ticks < 2 * TICKS)
        tick();
    assert_int_equal(woken, asleep);
}

static void the_levels_of_the_wheel_meet_without_a_gap(void **state)
{
    (void) state;
    while (ticks % (64 * 64 * 64) != 64 * 64 * 64 - 130)        /* just before all lower levels turn over */
        tick();
    for (int i = 0; i < 200; i++)
        fall_asleep(i, (uint16_t) (10 << 10 | (1 + i)));        /* 1 to 200 ms and more */
    for (int i = 0; i < 400; i++)
        tick();
    assert_int_equal(woken, 200);
}

static void who_is_disarmed_sleeps_on(void **state)
{
    (void) state;
    for (int i = 0; i < SLEEPERS; i++)
        fall_asleep(i, (uint16_t) (10 << 10 | (1 + below(600))));
    for (int i = 0; i < SLEEPERS; i += 2) {
        timer_disarm(&sleeper[i].thread);
        timer_disarm(&sleeper[i].thread);       /* twice does no harm */
        sleeper[i].sleeps = false;              /* would be noticed */
    }
    for (int i = 0; i < 1000; i++)
        tick();
    assert_int_equal(woken, SLEEPERS / 2);
}

static void never_is_not_on_the_wheel(void **state)
{
    (void) state;
    timer_arm(&sleeper[0].thread, 0);
    assert_true(list_empty(&sleeper[0].thread.in_wheel));
}

static void each_tick_is_a_tick_of_the_slice(void **state)
{
    (void) state;
    slice_ticks = 0;
    for (int i = 0; i < 100; i++)
        tick();
    assert_int_equal(slice_ticks, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_are_mantissa_times_a_power_of_two),
        cmocka_unit_test(a_length_encodes_to_a_period_that_is_not_longer),
        cmocka_unit_test(points_name_instants_near_the_clock),
        cmocka_unit_test(a_point_that_is_just_past_is_over),
        cmocka_unit_test_setup(sleepers_wake_when_their_time_is_over, fresh_wheel),
        cmocka_unit_test_setup(the_levels_of_the_wheel_meet_without_a_gap, fresh_wheel),
        cmocka_unit_test_setup(who_is_disarmed_sleeps_on, fresh_wheel),
        cmocka_unit_test_setup(never_is_not_on_the_wheel, fresh_wheel),
        cmocka_unit_test_setup(each_tick_is_a_tick_of_the_slice, fresh_wheel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
