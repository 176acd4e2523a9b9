/* SPDX-License-Identifier: MIT */
/* links: servers/deva/ranges.c */
/* words: 32 */
/* Which driver has which device memory. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "servers/deva/ranges.h"

enum { DRIVER = 600, OTHER = 601 };

static void forget_all(void)
{
    ranges_forget_task(DRIVER);
    ranges_forget_task(OTHER);
}

static void a_range_is_a_power_of_two_on_its_boundary(void **state)
{
    (void) state;
    assert_int_equal(range_take(0xFD000000, 0, DRIVER), EINVAL);
    assert_int_equal(range_take(0xFD000000, 0x800, DRIVER), EINVAL);
    assert_int_equal(range_take(0xFD000000, 0x3000, DRIVER), EINVAL);
    assert_int_equal(range_take(0xFD001000, 0x2000, DRIVER), EINVAL);
    assert_int_equal(range_take(0xFD000000, 2 * RANGE_LARGEST, DRIVER), EINVAL);
    assert_int_equal(range_take(0xFFC00000, RANGE_LARGEST, DRIVER), 0);
    forget_all();
}

static void no_other_driver_gets_a_part_of_it_or_more_than_it(void **state)
{
    (void) state;
    assert_int_equal(range_take(0xFD010000, 0x10000, DRIVER), 0);
    assert_int_equal(range_take(0xFD010000, 0x10000, OTHER), EBUSY);
    assert_int_equal(range_take(0xFD01F000, 0x1000, OTHER), EBUSY);
    assert_int_equal(range_take(0xFD000000, 0x400000, OTHER), EBUSY);
    assert_int_equal(range_take(0xFD00F000, 0x1000, OTHER), 0);
    assert_int_equal(range_take(0xFD020000, 0x20000, OTHER), 0);
    forget_all();
}

static void the_driver_itself_may_ask_again(void **state)
{
    (void) state;
    for (int i = 0; i < 2 * RANGES_MAX; i++)
        assert_int_equal(range_take(0xFD000000, 0x1000, DRIVER), 0);
    assert_int_equal(range_take(0xFD000000, 0x400000, DRIVER), 0);
    forget_all();
}

static void a_range_goes_back_when_it_is_dropped_or_its_driver_ends(void **state)
{
    (void) state;
    assert_int_equal(range_take(0xFD000000, 0x1000, DRIVER), 0);
    range_drop(0xFD000000, 0x1000, OTHER);      /* not that one's */
    assert_int_equal(range_take(0xFD000000, 0x1000, OTHER), EBUSY);
    range_drop(0xFD000000, 0x1000, DRIVER);
    assert_int_equal(range_take(0xFD000000, 0x1000, OTHER), 0);
    ranges_forget_task(OTHER);
    assert_int_equal(range_take(0xFD000000, 0x1000, DRIVER), 0);
    forget_all();
}

static void there_is_room_for_so_many_and_no_more(void **state)
{
    (void) state;
    for (uint32_t i = 0; i < RANGES_MAX; i++)
        assert_int_equal(range_take(0xFD000000 + i * 0x2000, 0x1000, DRIVER), 0);
    assert_int_equal(range_take(0xFE000000, 0x1000, DRIVER), ENOSPC);
    assert_int_equal(range_take(0xFE000000, 0x1000, OTHER), ENOSPC);
    assert_int_equal(range_take(0xFD000000, 0x1000, DRIVER), 0);
    range_drop(0xFD000000, 0x1000, DRIVER);
    assert_int_equal(range_take(0xFE000000, 0x1000, OTHER), 0);
    forget_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_is_a_power_of_two_on_its_boundary),
        cmocka_unit_test(no_other_driver_gets_a_part_of_it_or_more_than_it),
        cmocka_unit_test(the_driver_itself_may_ask_again),
        cmocka_unit_test(a_range_goes_back_when_it_is_dropped_or_its_driver_ends),
        cmocka_unit_test(there_is_room_for_so_many_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
