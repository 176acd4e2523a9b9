/* SPDX-License-Identifier: MIT */
/* links: servers/deva/favour.c */
/* flags: -include tests/host/favour_clock.h */
/* words: 32 */
/* Drivers with a priority above programs: one that computes loses it, and gets it back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <hurd/device.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/thread.h>

#include "servers/deva/favour.h"

enum { HIGH = 120, SECOND = 1000000, DRIVERS = HURD_DEVICE_DRIVERS + 1 };

/* ---- a wortel ---- */

static struct hurd_startup_data startup;
struct hurd_startup_data *__hurd_startup_data = &startup;
uint64_t favour_clock;
static L4_Word_t ticks[DRIVERS], priority[DRIVERS], pagers[DRIVERS];
static bool dead[DRIVERS];

static L4_ThreadId_t thread_of(unsigned driver)
{
    return L4_GlobalId(100 + driver, HURD_TASK_FIRST + driver);
}

static L4_ThreadId_t pager_of(unsigned driver)
{
    return L4_GlobalId(200 + driver, HURD_TASK_FIRST + driver);
}

int hurd_wortel_priority(L4_Word_t cap, L4_ThreadId_t thread, L4_Word_t value)
{
    unsigned driver = L4_Version(thread) - HURD_TASK_FIRST;
    (void) cap;
    assert_in_range(driver, 0, DRIVERS - 1);
    *(L4_ThreadNo(thread) < 200 ? &priority[driver] : &pagers[driver]) = value;
    return 0;
}

int hurd_wortel_space_info(L4_Word_t cap, L4_ThreadId_t thread, enum hurd_space_counter counter, L4_Word_t *value)
{
    unsigned driver = L4_Version(thread) - HURD_TASK_FIRST;
    (void) cap;
    assert_int_equal(counter, HURD_SPACE_TICKS);
    *value = ticks[driver];
    return dead[driver] ? ESRCH : 0;
}

/* ---- */

static void begin(unsigned driver)
{
    favour_begin(thread_of(driver), pager_of(driver), HIGH);
}

/* A second in which a driver runs for so many ms; its threads' priority afterwards. */
static L4_Word_t second(unsigned driver, unsigned ms)
{
    ticks[driver] += ms;
    favour_clock += SECOND;
    assert_int_equal(favour_pass(), SECOND);
    assert_int_equal(priority[driver], pagers[driver]);
    return priority[driver];
}

static int start(void **state)
{
    (void) state;
    for (unsigned i = 0; i < DRIVERS; i++) {
        favour_end(HURD_TASK_FIRST + i);
        ticks[i] = priority[i] = pagers[i] = 0;
        dead[i] = false;
    }
    return 0;
}

static void a_driver_has_its_priority_until_it_computes_for_a_second(void **state)
{
    (void) state;
    assert_int_equal(favour_pass(), UINT32_MAX);
    begin(0);
    begin(1);
    assert_int_equal(second(0, 0), HIGH);
    assert_int_equal(second(0, 875), HIGH);
    assert_int_equal(second(0, 876), HURD_TASK_PRIORITY);
    assert_int_equal(priority[1], HIGH);
    assert_int_equal(second(0, 1000), HIGH);            /* what it did meanwhile counts for nothing */
}

static void each_time_lasts_twice_as_long_until_it_is_good_for_a_while(void **state)
{
    (void) state;
    begin(0);
    for (unsigned strike = 0; strike < 12; strike++) {
        assert_int_equal(second(0, 1000), HURD_TASK_PRIORITY);
        for (unsigned i = 1; i < 1u << (strike < 10 ? strike : 10); i++)
            assert_int_equal(second(0, 0), HURD_TASK_PRIORITY);
        assert_int_equal(second(0, 0), HIGH);
    }
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(second(0, 500), HIGH);
    assert_int_equal(second(0, 1000), HURD_TASK_PRIORITY);
    assert_int_equal(second(0, 0), HIGH);
}

static void a_look_comes_when_a_second_is_over(void **state)
{
    (void) state;
    begin(0);
    ticks[0] += 1000;
    favour_clock += SECOND - 1;
    assert_int_equal(favour_pass(), 1);
    assert_int_equal(priority[0], HIGH);
    favour_clock += 2 * SECOND + 1;                     /* deva was late: 1000 ms are a third of that time */
    assert_int_equal(favour_pass(), SECOND);
    assert_int_equal(priority[0], HIGH);
}

static void a_task_without_favour_is_forgotten(void **state)
{
    (void) state;
    begin(0);
    favour_end(HURD_TASK_FIRST);
    assert_int_equal(priority[0], HURD_TASK_PRIORITY);
    assert_int_equal(pagers[0], HURD_TASK_PRIORITY);
    assert_int_equal(favour_pass(), UINT32_MAX);
    begin(1);
    priority[1] = 7;
    favour_forget_task(HURD_TASK_FIRST + 1);
    assert_int_equal(priority[1], 7);
    assert_int_equal(favour_pass(), UINT32_MAX);
}

static void a_dead_task_and_one_too_many_do_no_harm(void **state)
{
    (void) state;
    dead[0] = true;
    begin(0);                                           /* the kernel knows nothing of its time */
    assert_int_equal(priority[0], 0);
    assert_int_equal(favour_pass(), UINT32_MAX);
    dead[0] = false;
    for (unsigned i = 0; i < DRIVERS; i++)
        begin(i);
    assert_int_equal(priority[DRIVERS - 2], HIGH);
    assert_int_equal(priority[DRIVERS - 1], 0);
    dead[3] = true;
    assert_int_equal(second(3, 1000), HIGH);
    begin(4);                                           /* again: it is there once */
    favour_forget_task(HURD_TASK_FIRST + 4);
    begin(DRIVERS - 1);
    assert_int_equal(priority[DRIVERS - 1], HIGH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_driver_has_its_priority_until_it_computes_for_a_second, start),
        cmocka_unit_test_setup(each_time_lasts_twice_as_long_until_it_is_good_for_a_while, start),
        cmocka_unit_test_setup(a_look_comes_when_a_second_is_over, start),
        cmocka_unit_test_setup(a_task_without_favour_is_forgotten, start),
        cmocka_unit_test_setup(a_dead_task_and_one_too_many_do_no_harm, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
