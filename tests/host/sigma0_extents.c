/* links: servers/sigma0/extents.c */
/* flags: -Iservers/sigma0 */
/* SPDX-License-Identifier: MIT */
/* sigma0's table of pages, also against a table that has one entry a page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "extents.h"

enum { LIMIT = 1024, ROOM = 2048, A = 0x11, B = 0x22 };
static struct extent room[ROOM];
static struct extents t;

static int fresh(void **state)
{
    (void)state;
    extents_init(&t, room, ROOM, LIMIT);
    return 0;
}

static void a_new_table_is_all_device_memory(void **state)
{
    (void)state;
    assert_int_equal(t.n, 1);
    assert_int_equal(extents_find(&t, 0)->kind, KIND_DEVICE);
    assert_int_equal(extents_find(&t, LIMIT - 1)->kind, KIND_DEVICE);
    assert_int_equal(extents_find_free(&t, 0), 0);
}

static void later_kinds_override_earlier_ones(void **state)
{
    (void)state;
    extents_set_kind(&t, 100, 200, KIND_CONVENTIONAL);
    extents_set_kind(&t, 150, 160, KIND_RESERVED);
    assert_int_equal(extents_find(&t, 149)->kind, KIND_CONVENTIONAL);
    assert_int_equal(extents_find(&t, 150)->kind, KIND_RESERVED);
    assert_int_equal(extents_find(&t, 160)->kind, KIND_CONVENTIONAL);
    assert_int_equal(t.n, 5);
    extents_set_kind(&t, 150, 160, KIND_CONVENTIONAL);
    assert_int_equal(t.n, 3);
}

static void ranges_are_cut_at_the_limit(void **state)
{
    (void)state;
    assert_true(extents_set_kind(&t, LIMIT - 1, LIMIT + 5, KIND_SHARED));
    assert_true(extents_set_kind(&t, LIMIT + 1, LIMIT + 5, KIND_SHARED));
    assert_true(extents_set_kind(&t, 5, 5, KIND_SHARED));
    assert_int_equal(t.n, 2);
    assert_false(extents_allow(&t, LIMIT - 1, LIMIT + 1, A));
}

static void the_first_who_asks_owns(void **state)
{
    (void)state;
    extents_set_kind(&t, 0, 512, KIND_CONVENTIONAL);
    assert_true(extents_allow(&t, 16, 32, A));
    extents_set_owner(&t, 16, 32, A);
    assert_true(extents_allow(&t, 16, 32, A));
    assert_false(extents_allow(&t, 16, 32, B));
    assert_false(extents_allow(&t, 31, 33, B));
    assert_true(extents_allow(&t, 32, 33, B));
}

static void device_and_shared_pages_are_never_owned(void **state)
{
    (void)state;
    extents_set_owner(&t, 0x200, 0x210, A);
    assert_true(extents_allow(&t, 0x200, 0x210, B));
    extents_set_kind(&t, 0, 0xA0, KIND_CONVENTIONAL);
    extents_set_kind(&t, 0xA0, 0x100, KIND_SHARED);
    extents_set_owner(&t, 0x90, 0xB0, A);
    assert_true(extents_allow(&t, 0xB0, 0xB1, B));
    assert_true(extents_allow(&t, 0xA0, 0xB1, B));
    assert_false(extents_allow(&t, 0x9F, 0xA1, B));
}

static void reserved_pages_are_for_nobody(void **state)
{
    (void)state;
    extents_set_kind(&t, 8, 9, KIND_RESERVED);
    assert_false(extents_allow(&t, 8, 9, A));
    assert_false(extents_allow(&t, 0, 16, A));
}

static void a_free_run_is_aligned_and_not_page_0(void **state)
{
    (void)state;
    extents_set_kind(&t, 0, 4, KIND_CONVENTIONAL);
    assert_int_equal(extents_find_free(&t, 0), 3);
    assert_int_equal(extents_find_free(&t, 1), 2);
    assert_int_equal(extents_find_free(&t, 2), 0);
    extents_set_kind(&t, 15, 42, KIND_CONVENTIONAL);
    assert_int_equal(extents_find_free(&t, 4), 16);
    assert_int_equal(extents_find_free(&t, 3), 32);
    extents_set_owner(&t, 32, 33, A);
    assert_int_equal(extents_find_free(&t, 3), 24);
    assert_int_equal(extents_find_free(&t, 31), 0);
    assert_int_equal(extents_find_free(&t, 200), 0);
}

static void all_memory_can_be_taken_by_any_requests(void **state)
{
    uint32_t ram, unowned, got = 0, at;
    (void)state;
    extents_set_kind(&t, 0, 0x9F, KIND_CONVENTIONAL);
    extents_set_kind(&t, 0x100, 1000, KIND_CONVENTIONAL);
    extents_set_kind(&t, 300, 310, KIND_RESERVED);
    extents_count(&t, &ram, &unowned);
    assert_int_equal(ram, 0x9F + 1000 - 0x100 - 10);
    for (int log2 = 19; log2 >= 0; log2--)
        while ((at = extents_find_free(&t, (unsigned)log2)) != 0) {
            extents_set_owner(&t, at, at + (1u << log2), A);
            got += 1u << log2;
        }
    extents_count(&t, &ram, &unowned);
    assert_int_equal(unowned, 1); /* page 0 */
    assert_int_equal(got, ram - 1);
}

static void a_full_table_refuses_and_stays_as_it_is(void **state)
{
    (void)state;
    extents_init(&t, room, 4, LIMIT);
    assert_true(extents_set_kind(&t, 0, LIMIT, KIND_CONVENTIONAL));
    assert_true(extents_set_owner(&t, 10, 20, A));
    assert_false(extents_set_owner(&t, 30, 40, A));
    assert_int_equal(t.n, 3);
    assert_int_equal(extents_find(&t, 35)->owner, NOBODY);
}

static void it_agrees_with_a_table_of_single_pages(void **state)
{
    static struct {
        enum kind kind;
        uint32_t owner;
    } page[LIMIT];
    (void)state;
    memset(page, 0, sizeof page);
    srand(7);
    for (int round = 0; round < 20000; round++) {
        uint32_t low = (uint32_t)rand() % LIMIT, high = low + (uint32_t)rand() % 40;
        enum kind kind = (enum kind)(rand() % 6);
        uint32_t owner = (uint32_t)rand() % 4;
        bool by_kind = rand() % 3 == 0;
        assert_true(by_kind ? extents_set_kind(&t, low, high, kind)
                            : extents_set_owner(&t, low, high, owner));
        for (uint32_t p = low; p < high && p < LIMIT; p++) {
            if (by_kind)
                page[p].kind = kind;
            else if (page[p].kind != KIND_SHARED && page[p].kind != KIND_DEVICE)
                page[p].owner = owner;
        }
        for (uint32_t i = 0; i < t.n; i++) {
            assert_true(i == 0 ? t.at[0].first == 0
                               : t.at[i].first > t.at[i - 1].first && t.at[i].first < LIMIT);
            assert_true(i == 0 || t.at[i].kind != t.at[i - 1].kind ||
                        t.at[i].owner != t.at[i - 1].owner);
        }
        for (uint32_t p = 0; p < LIMIT; p++) {
            assert_int_equal(extents_find(&t, p)->kind, page[p].kind);
            assert_int_equal(extents_find(&t, p)->owner, page[p].owner);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_new_table_is_all_device_memory, fresh),
        cmocka_unit_test_setup(later_kinds_override_earlier_ones, fresh),
        cmocka_unit_test_setup(ranges_are_cut_at_the_limit, fresh),
        cmocka_unit_test_setup(the_first_who_asks_owns, fresh),
        cmocka_unit_test_setup(device_and_shared_pages_are_never_owned, fresh),
        cmocka_unit_test_setup(reserved_pages_are_for_nobody, fresh),
        cmocka_unit_test_setup(a_free_run_is_aligned_and_not_page_0, fresh),
        cmocka_unit_test_setup(all_memory_can_be_taken_by_any_requests, fresh),
        cmocka_unit_test_setup(a_full_table_refuses_and_stays_as_it_is, fresh),
        cmocka_unit_test_setup(it_agrees_with_a_table_of_single_pages, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
