/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/copy.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* Frames, the buddy lists, slabs. */
#include "physmem_world.h"

static void memory_given_twice_counts_once(void **state)
{
    (void) state;
    struct ledger before = ledger;
    assert_int_equal(frame_add(WORLD_BASE, WORLD_PAGES * PAGE_SIZE), 0);
    assert_memory_equal(&before, &ledger, sizeof before);
}

static void memory_comes_in_large_blocks(void **state)
{
    (void) state;
    assert_int_equal(buddy_largest() - 1, 9);       /* 2 MB, from 0x400000 on: half of the 4 MB from 0x300000 */
}

static void page_zero_is_never_ours(void **state)
{
    (void) state;
    assert_null(frame_find(0));
    assert_false(frame_adopt(0));
}

static void addresses_outside_ram_have_no_frame(void **state)
{
    (void) state;
    assert_null(frame_find(WORLD_BASE - PAGE_SIZE));
    assert_null(frame_find(WORLD_BASE + WORLD_PAGES * PAGE_SIZE));
    assert_null(frame_find(0xfffff000u));
}

static void two_tables_cost_two_frames(void **state)
{
    (void) state;
    assert_int_equal(ledger.total, WORLD_PAGES);    /* the tables are in the arena's first two pages */
    assert_true(ledger.meta >= 2);
    assert_int_equal(frame_users(WORLD_BASE), 1);
    assert_false(frame_adopt(WORLD_BASE));
}

static void blocks_are_aligned_and_distinct(void **state)
{
    (void) state;
    paddr_t at[64];
    uint32_t free = ledger.free;
    for (unsigned i = 0; i < 64; i++) {
        at[i] = buddy_alloc(i % 3);
        assert_int_not_equal(at[i], 0);
        assert_int_equal(at[i] & ((PAGE_SIZE << i % 3) - 1), 0);
        memset(phys_pointer(at[i]), i, PAGE_SIZE << i % 3);
    }
    for (unsigned i = 0; i < 64; i++) {
        const unsigned char *p = phys_pointer(at[i]);
        for (unsigned k = 0; k < PAGE_SIZE << i % 3; k += 97)
            assert_int_equal(p[k], i);
    }
    for (unsigned i = 0; i < 64; i++)
        buddy_free(at[(i * 37) % 64], (i * 37) % 64 % 3);
    assert_int_equal(ledger.free, free);
}

static void freed_buddies_merge_again(void **state)
{
    (void) state;
    static paddr_t pages[WORLD_PAGES];
    unsigned n = 0, largest = buddy_largest();
    while ((pages[n] = buddy_alloc(0)))
        n++;
    assert_int_equal(ledger.free, 0);
    assert_int_equal(buddy_largest(), 0);
    assert_int_equal(buddy_alloc(5), 0);
    for (unsigned i = 0; i < n; i += 2)
        buddy_free(pages[i], 0);
    for (unsigned i = 1; i < n; i += 2)
        buddy_free(pages[i], 0);
    assert_int_equal(ledger.free, n);
    assert_int_equal(buddy_largest(), largest);
}

static void too_large_a_block_is_refused(void **state)
{
    (void) state;
    assert_int_equal(buddy_alloc(ORDER_MAX), 0);
    assert_int_equal(buddy_alloc(ORDER_MAX + 1), 0);
    assert_int_equal(buddy_alloc(31), 0);
}

static void slab_records_do_not_overlap(void **state)
{
    (void) state;
    enum { N = 60 };
    static unsigned char *block[N];
    static size_t size[N];
    for (unsigned i = 0; i < N; i++) {
        size[i] = 1 + i * 13 % 1024;
        block[i] = slab_alloc(size[i]);
        assert_non_null(block[i]);
        memset(block[i], i, size[i]);
    }
    for (unsigned i = 0; i < N; i++)
        for (unsigned k = 0; k < size[i]; k++)
            assert_int_equal(block[i][k], (unsigned char) i);
    for (unsigned i = 0; i < N; i++)
        slab_free(block[i], size[i]);
}

static void empty_slab_pages_return_on_demand_only(void **state)
{
    (void) state;
    slab_reclaim();
    uint32_t meta = ledger.meta;
    enum { N = 500 };
    static void *block[N];
    for (unsigned i = 0; i < N; i++)
        block[i] = slab_alloc(128);
    uint32_t grown = ledger.meta, free = ledger.free;
    for (unsigned i = 0; i < N; i++)
        slab_free(block[i], 128);
    assert_int_equal(ledger.meta, grown);
    assert_int_equal(ledger.free, free);            /* the free list moves by clients' pages alone */
    slab_reclaim();
    assert_int_equal(ledger.meta, meta);
}

static void slabs_leave_what_is_guaranteed(void **state)
{
    (void) state;
    static void *block[4 * WORLD_PAGES];
    unsigned n = 0;
    while (n < 4 * WORLD_PAGES && (block[n] = slab_alloc(1024)))
        n++;
    assert_true(n > 0 && n < 4 * WORLD_PAGES);
    assert_true(ledger.free + ledger.bound >= ledger.guaranteed);
    struct control *control = world_control(200);       /* its own record may use a slab that exists */
    (void) control;
    for (unsigned i = 0; i < n; i++)
        slab_free(block[i], 1024);
    hurd_cap_object_drop(&control->object);
    slab_reclaim();
}

static void large_records_are_blocks_of_pages(void **state)
{
    (void) state;
    uint32_t meta = ledger.meta;
    void *block = slab_alloc(9000);
    assert_non_null(block);
    assert_int_equal(ledger.meta, meta + 4);
    memset(block, 1, 9000);
    slab_free(block, 9000);
    assert_int_equal(ledger.meta, meta);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_given_twice_counts_once),
        cmocka_unit_test(memory_comes_in_large_blocks),
        cmocka_unit_test(page_zero_is_never_ours),
        cmocka_unit_test(addresses_outside_ram_have_no_frame),
        cmocka_unit_test(two_tables_cost_two_frames),
        cmocka_unit_test(blocks_are_aligned_and_distinct),
        cmocka_unit_test(freed_buddies_merge_again),
        cmocka_unit_test(too_large_a_block_is_refused),
        cmocka_unit_test(slab_records_do_not_overlap),
        cmocka_unit_test(empty_slab_pages_return_on_demand_only),
        cmocka_unit_test(slabs_leave_what_is_guaranteed),
        cmocka_unit_test(large_records_are_blocks_of_pages),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
