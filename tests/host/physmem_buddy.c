/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/jobs.c servers/physmem/attach.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/extra.c servers/physmem/policy.c servers/physmem/soft.c servers/physmem/lock.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/burial.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* Frames, the buddy lists. */
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

static void a_page_below_a_limit_is_below_it(void **state)
{
    (void) state;
    static paddr_t pages[WORLD_PAGES];
    paddr_t limit = WORLD_BASE + 64 * PAGE_SIZE;
    uint32_t free = ledger.free;
    unsigned n = 0;
    while ((pages[n] = buddy_alloc_below(limit + 5)))       /* a limit within a page is its start */
        assert_true(pages[n++] < limit);
    assert_true(n > 32 && n < 64);                          /* the tables are there as well */
    assert_int_equal(ledger.free, free - n);
    assert_int_equal(buddy_alloc_below(WORLD_BASE), 0);
    assert_int_equal(buddy_alloc_below(0), 0);
    paddr_t elsewhere = buddy_alloc(0);
    assert_true(elsewhere >= limit);
    buddy_free(elsewhere, 0);
    while (n > 0)
        buddy_free(pages[--n], 0);
    assert_int_equal(ledger.free, free);
    assert_int_equal(buddy_largest() - 1, 9);
}

/* Programs have all frames that are free; then as many as are kept can be had, and no more. */
static void frames_for_dma_are_kept(void **state)
{
    (void) state;
    static paddr_t pages[WORLD_PAGES];
    paddr_t got[FRAMES_KEPT];
    uint32_t n = 0, free = ledger.free, own = ledger.own, total = ledger.total;
    ledger.guaranteed = total - own;
    frames_keep();                                          /* no guarantee is broken for them */
    assert_int_equal(ledger.own, own);
    ledger.guaranteed = 0;
    frames_keep();
    frames_keep();                                          /* there are enough */
    assert_int_equal(ledger.free, free - FRAMES_KEPT);
    assert_int_equal(ledger.own, own + FRAMES_KEPT);
    while ((pages[n] = frame_alloc(0)))
        n++;
    assert_int_equal(frame_alloc_below(WORLD_BASE), 0);     /* they are not that low */
    for (unsigned i = 0; i < FRAMES_KEPT; i++) {
        got[i] = frame_alloc_below(FRAMES_KEPT_END);
        assert_true(got[i] && got[i] < FRAMES_KEPT_END && frame_users(got[i]) == 1);
    }
    assert_int_equal(frame_alloc_below(FRAMES_KEPT_END), 0);
    assert_int_equal(ledger.own, own);
    assert_int_equal(ledger.free + ledger.bound + ledger.meta, total);
    struct sweep s;
    sweep_begin(&s, RIGHTS_ALL, true);
    for (unsigned i = 0; i < FRAMES_KEPT; i++)
        pages[n++] = got[i];
    while (n > 0) {
        *frame_find(pages[--n]) = 0;
        sweep_add(&s, pages[n]);
    }
    sweep_end(&s);
    paddr_t low = frame_alloc_below(FRAMES_KEPT_END);       /* free ones go first, and others are kept */
    assert_true(low);
    assert_int_equal(ledger.own, own + FRAMES_KEPT);
    assert_int_equal(ledger.free, free - FRAMES_KEPT - 1);
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
        cmocka_unit_test(a_page_below_a_limit_is_below_it),
        cmocka_unit_test(frames_for_dma_are_kept),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
