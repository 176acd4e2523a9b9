/* SPDX-License-Identifier: MIT */
/* words: 32 */
/* Fpage arithmetic of the kernel against the tables of the specification (1.2, 1.3, 5.11). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel/fpage.h"

#define FPAGE(base, s) ((word_t) (base) | (word_t) (s) << 4)
#define COMPLETE 0x10u

static void sizes_below_a_page_hold_nothing(void **state)
{
    (void) state;
    assert_int_equal(fpage_mask(0), 0);
    for (word_t s = 3; s < 12; s++)
        assert_int_equal(fpage_mask(FPAGE(0x400000, s)), 0);
    for (word_t s = 12; s <= 32; s++)
        assert_int_equal(fpage_mask(FPAGE(0, s)), ((uint64_t) 1 << s) - 1);
    for (word_t s = 33; s < 64; s++)
        assert_int_equal(fpage_mask(FPAGE(0x400000, s)), 0);
}

static void the_complete_space_is_two_to_the_thirty_two(void **state)
{
    (void) state;
    for (word_t rights = 0; rights < 16; rights++) {
        assert_true(fpage_is_complete(COMPLETE | rights));
        assert_int_equal(fpage_mask(COMPLETE | rights), 0xFFFFFFFF);
        assert_int_equal(fpage_base(COMPLETE | rights), 0);
    }
    assert_false(fpage_is_complete(COMPLETE | 0x400));
    assert_false(fpage_is_complete(FPAGE(0, 12)));
}

static void base_bits_below_the_size_do_not_count(void **state)
{
    (void) state;
    assert_int_equal(fpage_base(FPAGE(0x12345C00, 12)), 0x12345000);
    assert_int_equal(fpage_base(FPAGE(0x12345000, 16)), 0x12340000);
    assert_int_equal(fpage_base(FPAGE(0xFFFFF000, 22)), 0xFFC00000);
    assert_int_equal(fpage_base(FPAGE(0xFFFFF000, 32)), 0);
    assert_int_equal(fpage_rights(FPAGE(0x12345000, 12) | 5), 5);
}

/* One page at a time, as the table of 5.11 says it. */
static void model(word_t s_base, word_t s, word_t r_base, word_t r, word_t hot, struct transfer *t)
{
    uint64_t send_size = (uint64_t) 1 << s, window_size = (uint64_t) 1 << r;
    t->from = (vaddr_t) (s_base / send_size * send_size);
    t->to = (vaddr_t) (r_base / window_size * window_size);
    t->mask = (word_t) (send_size - 1);
    if (s < r) {
        t->to += (vaddr_t) (hot % window_size / send_size * send_size);
    } else if (s > r) {
        t->mask = (word_t) (window_size - 1);
        t->from += (vaddr_t) (hot % send_size / window_size * window_size);
    }
}

static void the_smaller_page_is_placed_by_the_send_base(void **state)
{
    (void) state;
    static const word_t places[] = {0, 0x1000, 0x12345000, 0x7FFFF000, 0xBFC00000, 0xFFFFF000};
    for (word_t s = 12; s <= 32; s++)
        for (word_t r = 12; r <= 32; r++)
            for (size_t i = 0; i < ARRAY_LEN(places) * ARRAY_LEN(places); i++) {
                word_t from = places[i % ARRAY_LEN(places)], to = places[i / ARRAY_LEN(places)];
                word_t hot = from ^ to ^ 0x5A5000;
                struct transfer wanted, t = fpage_transfer(FPAGE(from, s), FPAGE(to, r), hot);
                model(from, s, to, r, hot, &wanted);
                assert_int_equal(t.mask, wanted.mask);
                assert_int_equal(t.from, wanted.from);
                assert_int_equal(t.to, wanted.to);
            }
}

static void into_the_complete_space_the_send_base_is_the_address(void **state)
{
    (void) state;
    struct transfer t = fpage_transfer(FPAGE(0x340000, 14), COMPLETE, 0x20006000);
    assert_int_equal(t.from, 0x340000);
    assert_int_equal(t.to, 0x20004000);
    assert_int_equal(t.mask, 0x3FFF);
}

static void nothing_is_moved_from_or_to_a_page_that_holds_nothing(void **state)
{
    (void) state;
    assert_int_equal(fpage_transfer(FPAGE(0x340000, 11), COMPLETE, 0).mask, 0);
    assert_int_equal(fpage_transfer(FPAGE(0x340000, 12), FPAGE(0x1000, 11), 0).mask, 0);
    assert_int_equal(fpage_transfer(0, 0, 0x1000).mask, 0);
}

static void io_fpages_are_ranges_of_ports(void **state)
{
    (void) state;
    word_t uart = 0x3F8u << 16 | 3 << 10 | 2 << 4;
    assert_true(fpage_is_io(uart));
    assert_false(fpage_is_io(FPAGE(0x400000, 12)));
    assert_int_equal(io_fpage_first(uart), 0x3F8);
    assert_int_equal(io_fpage_last(uart), 0x3FF);
    assert_int_equal(io_fpage_first(0x3FBu << 16 | 3 << 10 | 2 << 4), 0x3F8);
    assert_int_equal(io_fpage_first(0x4020), 0);
    assert_int_equal(io_fpage_last(0x4020), 0xFFFF);
    for (word_t s = 16; s < 64; s++) { /* beyond the port space: all of it */
        assert_int_equal(io_fpage_first(0xFFFFu << 16 | s << 10 | 2 << 4), 0);
        assert_int_equal(io_fpage_last(0xFFFFu << 16 | s << 10 | 2 << 4), 0xFFFF);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_below_a_page_hold_nothing),
        cmocka_unit_test(the_complete_space_is_two_to_the_thirty_two),
        cmocka_unit_test(base_bits_below_the_size_do_not_count),
        cmocka_unit_test(the_smaller_page_is_placed_by_the_send_base),
        cmocka_unit_test(into_the_complete_space_the_send_base_is_the_address),
        cmocka_unit_test(nothing_is_moved_from_or_to_a_page_that_holds_nothing),
        cmocka_unit_test(io_fpages_are_ranges_of_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
