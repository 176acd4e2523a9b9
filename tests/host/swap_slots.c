/* SPDX-License-Identifier: MIT */
/* links: lib/swap/slots.c lib/swap/header.c */
/* Slots of a swap partition: rows, references, quotas, writes that end late, and a model for all of
 * it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/swap/slots.h"

enum { COUNT = 100, RESERVED = 1 };

static struct slots map;
static struct slots_account account[3];
static void *memory;

static int fresh(void **state)
{
    (void) state;
    memory = malloc(slots_bytes(COUNT));
    memset(memory, 0xA5, slots_bytes(COUNT));
    slots_init(&map, memory, COUNT, RESERVED);
    for (int i = 0; i < 3; i++)
        account[i] = (struct slots_account) { COUNT, 0 };
    return 0;
}

static void expect_whole(void)
{
    const char *problem = slots_problem(&map, account, 3);
    if (problem)
        fail_msg("%s", problem);
}

static int done(void **state)
{
    (void) state;
    expect_whole();
    free(memory);
    return 0;
}

static uint32_t alloc(uint32_t want, uint32_t wanted)
{
    uint32_t first, got;
    assert_int_equal(slots_alloc(&map, &account[0], want, &first, &got), 0);
    assert_int_equal(got, wanted);
    return first;
}

static void written(uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        assert_int_equal(slots_written(&map, i, true), 0);
}

static void drop(uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        assert_int_equal(slots_drop(&map, &account[0], i), 0);
}

static void slots_follow_each_other_and_the_header_is_left_alone(void **state)
{
    (void) state;
    assert_int_equal(alloc(8, 8), RESERVED);
    assert_int_equal(alloc(8, 8), RESERVED + 8);
    assert_int_equal(map.free, COUNT - RESERVED - 16);
    assert_int_equal(account[0].used, 16);
    assert_int_equal(slots_state(&map, 0), SLOT_BAD);
    assert_int_equal(slots_state(&map, COUNT), SLOT_BAD);
    assert_int_equal(slots_state(&map, RESERVED), SLOT_WRITING);
}

static void the_whole_disk_can_be_used_and_no_more(void **state)
{
    (void) state;
    uint32_t first, got;
    alloc(1000, COUNT - RESERVED);
    account[1].quota = 1000;
    assert_int_equal(slots_alloc(&map, &account[1], 1, &first, &got), ENOSPC);
    assert_int_equal(map.free, 0);
    written(RESERVED, COUNT - RESERVED);
    drop(RESERVED, COUNT - RESERVED);
    assert_int_equal(map.free, COUNT - RESERVED);
    assert_int_equal(account[0].used, 0);
}

static void a_row_is_as_long_as_the_best_place(void **state)
{
    (void) state;
    alloc(COUNT, COUNT - RESERVED);
    written(RESERVED, COUNT - RESERVED);
    drop(10, 3);
    drop(40, 5);
    drop(70, 2);
    assert_int_equal(alloc(8, 5), 40);
    assert_int_equal(alloc(2, 2), 70);
    assert_int_equal(alloc(2, 2), 10);
    assert_int_equal(alloc(2, 1), 12);
}

static void no_slots_are_not_asked_for(void **state)
{
    (void) state;
    uint32_t first, got;
    assert_int_equal(slots_alloc(&map, &account[0], 0, &first, &got), EINVAL);
}

static void a_quota_is_kept(void **state)
{
    (void) state;
    uint32_t first, got;
    account[0].quota = 10;
    uint32_t slot = alloc(8, 8);
    alloc(8, 2);
    assert_int_equal(slots_alloc(&map, &account[0], 1, &first, &got), ENOMEM);
    assert_int_equal(slots_hold(&map, &account[0], slot), ENOMEM);
    assert_int_equal(slots_hold(&map, &account[1], slot), 0);
    account[0].quota = 5;               /* lowered: nothing new until enough is given back */
    drop(slot, 1);
    assert_int_equal(slots_alloc(&map, &account[0], 1, &first, &got), ENOMEM);
    assert_int_equal(slots_state(&map, slot), SLOT_WRITING);    /* the other one has it */
}

static void the_last_reference_frees(void **state)
{
    (void) state;
    uint32_t slot = alloc(1, 1);
    written(slot, 1);
    assert_int_equal(slots_hold(&map, &account[1], slot), 0);
    assert_int_equal(slots_hold(&map, &account[2], slot), 0);
    drop(slot, 1);
    assert_int_equal(slots_drop(&map, &account[2], slot), 0);
    assert_int_equal(slots_state(&map, slot), SLOT_WRITTEN);
    assert_int_equal(slots_drop(&map, &account[0], slot), EBADF);       /* holds none any more */
    assert_int_equal(slots_drop(&map, &account[1], slot), 0);
    assert_int_equal(slots_state(&map, slot), SLOT_FREE);
    assert_int_equal(slots_drop(&map, &account[1], slot), EBADF);
    assert_int_equal(slots_hold(&map, &account[1], slot), EBADF);
    assert_int_equal(slots_drop(&map, &account[1], COUNT), EBADF);
    assert_int_equal(slots_hold(&map, &account[1], COUNT), EBADF);
}

static void a_slot_has_so_many_references(void **state)
{
    (void) state;
    uint32_t slot = alloc(1, 1);
    account[1].quota = 100000;
    for (uint32_t i = 1; i < SLOT_REFERENCES; i++)
        assert_int_equal(slots_hold(&map, &account[1], slot), 0);
    assert_int_equal(slots_hold(&map, &account[1], slot), EAGAIN);
    assert_int_equal(account[1].used, SLOT_REFERENCES - 1);
}

static void a_slot_that_is_being_written_is_nobodys_until_the_write_has_ended(void **state)
{
    (void) state;
    uint32_t slot = alloc(1, 1);
    drop(slot, 1);
    assert_int_equal(slots_state(&map, slot), SLOT_DOOMED);
    assert_int_equal(slots_hold(&map, &account[0], slot), EBADF);
    assert_int_equal(alloc(1000, COUNT - RESERVED - 1), slot + 1);      /* all but that one */
    written(slot, 1);
    assert_int_equal(slots_state(&map, slot), SLOT_FREE);
    assert_int_equal(alloc(1, 1), slot);
}

static void a_slot_that_cannot_be_written_is_not_used_again(void **state)
{
    (void) state;
    uint32_t slot = alloc(2, 2);
    assert_int_equal(slots_written(&map, slot, false), 0);
    assert_int_equal(slots_state(&map, slot), SLOT_BAD);
    assert_int_equal(slots_hold(&map, &account[1], slot), EBADF);
    assert_int_equal(slots_rewrite(&map, slot), EBADF);
    drop(slot, 2);                      /* the second is doomed, and then bad as well */
    assert_int_equal(slots_written(&map, slot + 1, false), 0);
    assert_int_equal(map.bad, RESERVED + 2);
    assert_int_equal(alloc(1000, COUNT - RESERVED - 2), slot + 2);
}

static void a_write_ends_once(void **state)
{
    (void) state;
    uint32_t slot = alloc(1, 1);
    assert_int_equal(slots_rewrite(&map, slot), EBUSY);
    written(slot, 1);
    assert_int_equal(slots_written(&map, slot, true), EBADF);
    assert_int_equal(slots_written(&map, slot + 1, true), EBADF);
    assert_int_equal(slots_written(&map, COUNT, true), EBADF);
    assert_int_equal(slots_rewrite(&map, slot), 0);
    assert_int_equal(slots_state(&map, slot), SLOT_WRITING);
    written(slot, 1);
    assert_int_equal(slots_hold(&map, &account[1], slot), 0);
    assert_int_equal(slots_rewrite(&map, slot), EPERM);
    assert_int_equal(slots_rewrite(&map, slot + 1), EBADF);
}

static void a_name_of_before_differs(void **state)
{
    (void) state;
    uint32_t slot = alloc(1, 1);
    uint8_t used = map.slot[slot].used;
    written(slot, 1);
    drop(slot, 1);
    map.next = slot;
    assert_int_equal(alloc(1, 1), slot);
    assert_int_not_equal(map.slot[slot].used, used);
}

static void the_walker_notices(void **state)
{
    (void) state;
    struct slots_account whole = account[0];
    uint32_t slot = alloc(4, 4);
    struct slot kept = map.slot[slot];
    expect_whole();
    map.slot[slot].references = 0;
    assert_non_null(slots_problem(&map, account, 3));
    map.slot[slot].references = 2;
    assert_non_null(slots_problem(&map, account, 3));
    map.slot[slot] = kept;
    map.slot[slot].state = SLOT_FREE;
    assert_non_null(slots_problem(&map, account, 3));
    map.slot[slot] = kept;
    map.slot[slot + 10].references = 1;
    assert_non_null(slots_problem(&map, account, 3));
    map.slot[slot + 10].references = 0;
    map.slot[slot + 10].state = 77;
    assert_non_null(slots_problem(&map, account, 3));
    map.slot[slot + 10].state = SLOT_FREE;
    map.busy[2] ^= 4;
    assert_non_null(slots_problem(&map, account, 3));
    map.busy[2] ^= 4;
    map.free--;
    assert_non_null(slots_problem(&map, account, 3));
    map.free++;
    assert_non_null(slots_problem(&map, &whole, 1));
    account[1].used++;
    assert_non_null(slots_problem(&map, account, 3));
    account[1].used--;
}

static void a_partition_in_which_a_system_sleeps_is_refused(void **state)
{
    (void) state;
    static uint8_t page[4096];
    assert_null(swap_header_problem(page));
    memcpy(page + 4086, "SWAPSPACE2", 10);
    assert_null(swap_header_problem(page));
    memcpy(page + 4086, "S1SUSPEND", 10);
    assert_non_null(swap_header_problem(page));
    memcpy(page + 4086, "LINHIB0001", 10);
    assert_non_null(swap_header_problem(page));
}

/* Three accounts do what they like; a model with an array for each knows which of them holds what. */
static void random_work_keeps_every_slot_where_it_belongs(void **state)
{
    (void) state;
    static uint16_t held[3][COUNT];
    static bool writing[COUNT], bad[COUNT];
    uint32_t random = 1;
#define DRAW(limit) ((random = random * 1103515245 + 12345) >> 8 & 0xFFFF) % (limit)
    for (int i = 0; i < 3; i++)
        account[i].quota = 60;
    for (uint32_t round = 0; round < 200000; round++) {
        unsigned who = DRAW(3), slot = DRAW(COUNT);
        uint32_t first, got, all = held[0][slot] + held[1][slot] + held[2][slot];
        switch (DRAW(4)) {
        case 0:
            if (!slots_alloc(&map, &account[who], 1 + DRAW(12), &first, &got)) {
                assert_true(got >= 1 && first >= RESERVED && first + got <= COUNT);
                for (uint32_t i = first; i < first + got; i++) {
                    assert_false(writing[i] || bad[i] || held[0][i] || held[1][i] || held[2][i]);
                    held[who][i] = 1;
                    writing[i] = true;
                }
            }
            break;
        case 1:
            if (!slots_hold(&map, &account[who], slot)) {
                assert_true(all > 0 && !bad[slot]);
                held[who][slot]++;
            }
            break;
        case 2:
            if (held[who][slot]) {
                assert_int_equal(slots_drop(&map, &account[who], slot), 0);
                held[who][slot]--;
            }
            break;
        default:
            if (writing[slot]) {
                bool ok = DRAW(4000) != 0;
                assert_int_equal(slots_written(&map, slot, ok), 0);
                writing[slot] = false;
                bad[slot] = bad[slot] || !ok;
            } else {
                assert_int_equal(slots_written(&map, slot, true), EBADF);
            }
        }
        for (int i = 0; i < 3; i++)
            assert_true(account[i].used <= account[i].quota);
        if (round % 1000 == 0)
            expect_whole();
    }
    for (int i = 0; i < 3; i++) {
        for (unsigned slot = 0; slot < COUNT; slot++) {
            while (held[i][slot]--)
                assert_int_equal(slots_drop(&map, &account[i], slot), 0);
        }
        assert_int_equal(account[i].used, 0);
    }
    for (unsigned slot = 0; slot < COUNT; slot++)
        slots_written(&map, slot, true);
    assert_int_equal(map.free + map.bad, COUNT);
}

/* Every second slot is free: no row is long, and a search for one ends soon. */
static void a_torn_disk_is_not_searched_to_its_end(void **state)
{
    (void) state;
    enum { LARGE = 10000 };
    struct slots large;
    struct slots_account all = { LARGE, 0 };
    void *room = malloc(slots_bytes(LARGE));
    uint32_t first, got;
    slots_init(&large, room, LARGE, 0);
    for (uint32_t i = 0; i < LARGE; i++)
        assert_int_equal(slots_alloc(&large, &all, 1, &first, &got), 0);
    for (uint32_t i = 0; i < LARGE; i += 2) {
        assert_int_equal(slots_written(&large, i, true), 0);
        assert_int_equal(slots_drop(&large, &all, i), 0);
    }
    for (uint32_t n = 0; n < LARGE / 2; n++) {
        uint32_t before = large.looked;
        assert_int_equal(slots_alloc(&large, &all, 16, &first, &got), 0);
        assert_int_equal(got, 1);
        assert_true(large.looked - before <= 600);
    }
    assert_int_equal(slots_alloc(&large, &all, 16, &first, &got), ENOMEM);
    assert_null(slots_problem(&large, &all, 1));
    free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(slots_follow_each_other_and_the_header_is_left_alone, fresh, done),
        cmocka_unit_test_setup_teardown(the_whole_disk_can_be_used_and_no_more, fresh, done),
        cmocka_unit_test_setup_teardown(a_row_is_as_long_as_the_best_place, fresh, done),
        cmocka_unit_test_setup_teardown(no_slots_are_not_asked_for, fresh, done),
        cmocka_unit_test_setup_teardown(a_quota_is_kept, fresh, done),
        cmocka_unit_test_setup_teardown(the_last_reference_frees, fresh, done),
        cmocka_unit_test_setup_teardown(a_slot_has_so_many_references, fresh, done),
        cmocka_unit_test_setup_teardown(a_slot_that_is_being_written_is_nobodys_until_the_write_has_ended, fresh, done),
        cmocka_unit_test_setup_teardown(a_slot_that_cannot_be_written_is_not_used_again, fresh, done),
        cmocka_unit_test_setup_teardown(a_write_ends_once, fresh, done),
        cmocka_unit_test_setup_teardown(a_name_of_before_differs, fresh, done),
        cmocka_unit_test_setup_teardown(the_walker_notices, fresh, done),
        cmocka_unit_test_setup_teardown(a_partition_in_which_a_system_sleeps_is_refused, fresh, done),
        cmocka_unit_test_setup_teardown(a_torn_disk_is_not_searched_to_its_end, fresh, done),
        cmocka_unit_test_setup_teardown(random_work_keeps_every_slot_where_it_belongs, fresh, done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
