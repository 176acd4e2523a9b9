/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/jobs.c servers/physmem/attach.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/extra.c servers/physmem/policy.c servers/physmem/soft.c servers/physmem/lock.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/burial.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* Pages of records: nothing overlaps, nothing is lost, and every page has an owner. */
#include "physmem_world.h"

enum { BLOCKS = 400, OWNERS = 3 };

static struct slabs owner[OWNERS];
static struct { unsigned char *at; size_t bytes; unsigned owner; } block[BLOCKS];
static uint32_t seed;

static uint32_t pick(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

static void block_make(unsigned i)
{
    block[i].owner = pick(OWNERS);
    block[i].bytes = pick(50) ? 1 + pick(300) : 1 + pick(SLAB_BLOCK_MAX);
    struct slabs *s = &owner[block[i].owner];
    block[i].at = slab_take(s, block[i].bytes);
    if (!block[i].at && slab_grow(s))
        block[i].at = slab_take(s, block[i].bytes);
    if (block[i].at)
        memset(block[i].at, i, block[i].bytes);
}

static void block_check(unsigned i)
{
    for (size_t n = 0; n < block[i].bytes; n++)
        assert_int_equal(block[i].at[n], i & 0xff);
}

static void block_end(unsigned i)
{
    block_check(i);
    slab_free(block[i].at, block[i].bytes);
    block[i].at = NULL;
}

static void check_owners(void)
{
    for (unsigned o = 0; o < OWNERS; o++) {
        uint32_t bytes = 0;
        for (unsigned i = 0; i < BLOCKS; i++)
            bytes += block[i].at && block[i].owner == o ? block[i].bytes : 0;
        assert_int_equal(owner[o].bytes, bytes);
        assert_true(owner[o].pages * SLAB_BLOCK_MAX >= bytes);
        assert_true(bytes || owner[o].pages == 0);
    }
}

static void blocks_are_apart_and_all_pages_come_back(void **state)
{
    (void) state;
    uint32_t free = ledger.free;
    seed = 7;
    for (unsigned round = 0; round < 40000; round++) {
        unsigned i = pick(BLOCKS);
        if (block[i].at)
            block_end(i);
        else
            block_make(i);
        if (round % 64 == 0)
            check_owners();
        if (round == 20000)
            for (unsigned k = 0; k < BLOCKS; k++)
                if (block[k].at && block[k].owner != 0)
                    block_end(k);
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        if (block[i].at)
            block_end(i);
    check_owners();
    slab_reclaim();
    assert_int_equal(ledger.free, free);
}

static void a_page_takes_records_of_every_size(void **state)
{
    (void) state;
    struct slabs s = { 0 };
    void *at[80];
    unsigned n = 0;
    static const size_t sizes[] = { 8, 24, 128, 452, 64 };
    assert_null(slab_take(&s, 8));
    assert_true(slab_grow(&s));
    while (n < 80 && (at[n] = slab_take(&s, sizes[n % 5])))
        n++;
    assert_in_range(n, 20, 40);
    assert_int_equal(s.pages, 1);
    while (n > 0) {
        n--;
        slab_free(at[n], sizes[n % 5]);
    }
    assert_int_equal(s.pages, 0);
    assert_int_equal(s.bytes, 0);
}

static void a_hole_is_filled_before_a_page_is_taken(void **state)
{
    (void) state;
    struct slabs s = { 0 };
    void *at[40];
    unsigned n = 0;
    assert_true(slab_grow(&s));
    while ((at[n] = slab_take(&s, 128)))
        n++;
    assert_in_range(n, 30, 32);
    slab_free(at[5], 128);
    slab_free(at[6], 128);
    assert_null(slab_take(&s, 257));
    assert_ptr_equal(slab_take(&s, 256), at[5]);
    assert_null(slab_take(&s, 128));
    slab_free(at[5], 256);
    for (unsigned i = 0; i < n; i++)
        if (i != 5 && i != 6)
            slab_free(at[i], 128);
    assert_int_equal(s.pages, 0);
}

static void moved_pages_are_freed_on_the_new_owners_account(void **state)
{
    (void) state;
    struct slabs from = { 0 }, to = { 0 };
    assert_true(slab_grow(&from) && slab_grow(&from) && slab_grow(&to));
    void *large = slab_take(&from, SLAB_BLOCK_MAX), *small = slab_take(&from, 30), *other = slab_take(&to, 8);
    assert_int_equal(slab_move(&from, &to, 1), 1);
    assert_int_equal(from.pages, 1);
    assert_int_equal(to.pages, 2);
    assert_int_equal(from.bytes, 30);
    assert_int_equal(to.bytes, SLAB_BLOCK_MAX + 8);
    assert_int_equal(slab_move(&from, &to, 9), 1);
    assert_int_equal(slab_move(&from, &to, 9), 0);
    assert_int_equal(from.pages, 0);
    assert_int_equal(from.bytes, 0);
    assert_int_equal(to.pages, 3);
    assert_int_equal(to.bytes, SLAB_BLOCK_MAX + 38);
    assert_null(slab_take(&from, 8));
    slab_free(large, SLAB_BLOCK_MAX);
    slab_free(small, 30);
    assert_int_equal(to.pages, 1);
    slab_free(other, 8);
    assert_int_equal(to.pages, 0);
}

static void an_empty_page_is_used_again_before_a_frame(void **state)
{
    (void) state;
    struct slabs s = { 0 };
    slab_reclaim();
    assert_true(slab_grow(&s));
    uint32_t free = ledger.free;
    slab_free(slab_take(&s, 8), 8);
    assert_int_equal(slab_spare(), 1);
    assert_int_equal(ledger.free, free);
    assert_true(slab_grow(&s));
    assert_int_equal(ledger.free, free);
    assert_int_equal(slab_spare(), 0);
    slab_free(slab_take(&s, 8), 8);
    slab_reclaim();
    assert_int_equal(ledger.free, free + 1);
}

static void the_servers_own_arrays_stay_within_the_reserve(void **state)
{
    (void) state;
    void *at[64];
    unsigned n = 0;
    while (n < 64 && (at[n] = slab_own_alloc(PAGE_SIZE)))
        n++;
    assert_in_range(n, 8, 16);
    assert_null(slab_own_alloc(SLAB_BLOCK_MAX));
    assert_int_equal(ledger.own + ledger.guaranteed, ledger.total);
    while (n > 0)
        slab_own_free(at[--n], PAGE_SIZE);
    void *small = slab_own_alloc(SLAB_BLOCK_MAX);
    assert_non_null(small);
    slab_own_free(small, SLAB_BLOCK_MAX);
    slab_reclaim();
    world_check();
}

static void large_arrays_are_blocks_of_pages(void **state)
{
    (void) state;
    struct ledger before = ledger;
    void *array = slab_own_alloc(9000);
    assert_non_null(array);
    assert_int_equal(ledger.meta, before.meta + 4);
    assert_int_equal(ledger.own, before.own + 4);
    memset(array, 1, 9000);
    slab_own_free(array, 9000);
    assert_memory_equal(&before, &ledger, sizeof before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_apart_and_all_pages_come_back),
        cmocka_unit_test(a_page_takes_records_of_every_size),
        cmocka_unit_test(a_hole_is_filled_before_a_page_is_taken),
        cmocka_unit_test(moved_pages_are_freed_on_the_new_owners_account),
        cmocka_unit_test(an_empty_page_is_used_again_before_a_frame),
        cmocka_unit_test(the_servers_own_arrays_stay_within_the_reserve),
        cmocka_unit_test(large_arrays_are_blocks_of_pages),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
