/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/jobs.c servers/physmem/attach.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/extra.c servers/physmem/policy.c servers/physmem/soft.c servers/physmem/lock.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/burial.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* What one request may cost, and what holds when its lists overflow, in a larger machine. */
#define WORLD_PAGES 8192u
#include "physmem_world.h"

enum { FRESH = 32 };                        /* frames filled for one request */

static struct control *control;
static struct container *a, *b;

static int setup(void **state)
{
    (void) state;
    slab_reclaim();
    control = world_control(6000);
    a = world_container(control);
    b = world_container(control);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    world_on_revoke = NULL;
    world_destroy(control);
    account_close(600);
    slab_reclaim();
    world_check();
    assert_int_equal(ledger.bound, 0);
    for (unsigned i = 0; i < WORLD_PAGES; i++)
        assert_int_equal(world_mapped[i], 0);
    return 0;
}

static uint32_t map_once(struct container *c, uint32_t start, uint32_t count, unsigned rights)
{
    struct map_item items[MAP_ITEMS_MAX];
    uint32_t pages = 0;
    unsigned n;
    struct map_request how = { .from = c, .start = start, .count = count, .vaddr = start << PAGE_LOG2,
                               .rights = rights };
    assert_int_equal(container_map(&how, items, &n), 0);
    for (unsigned i = 0; i < n; i++)
        pages += 1u << items[i].block.order;
    return pages;
}

static void one_request_fills_a_limited_number_of_frames(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 5000), 0);
    uint32_t pages = map_once(a, 0, 5000, 4);
    assert_in_range(pages, FRESH, FRESH);
    assert_int_equal(ledger.bound, pages);
    assert_in_range(map_once(a, pages, 5000 - pages, 4), FRESH, FRESH);
    while (pages < 5000)
        pages += map_once(a, pages, 5000 - pages, 4);
    assert_in_range(map_once(a, 0, 5000, 4), MAP_ITEMS_MAX * FRESH, 5000);  /* they are there */
}

static void one_request_copies_a_limited_number_of_frames(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, 2000), 0);
    for (uint32_t page = 0; page < 2000; )
        page += map_once(a, page, 2000 - page, 4);
    assert_int_equal(container_copy(&(struct copy) { .from = a, .to = b, .count = 2000 }, &done), 0);
    uint32_t bound = ledger.bound;
    assert_in_range(map_once(b, 0, 2000, 6), 1, FRESH);
    assert_in_range(ledger.bound, bound + 1, bound + FRESH);
}

static void assert_not_free(paddr_t pa, unsigned rights)
{
    (void) rights;
    assert_false(*frame_find(pa) & FRAME_FREE);
}

/* A page of which one range holds two copies is kept at the first and freed at the second.  The mappings
 * go with what is kept; many others that are only freed come between. */
static void no_frame_is_free_before_its_mappings_are_gone(void **state)
{
    (void) state;
    uint32_t done;
    for (uint32_t gap = 0; gap < 40; gap++) {
        assert_int_equal(world_allocate(a, 0, 2), 0);
        world_write(a, 0, 1);
        assert_int_equal(container_copy(&(struct copy) { .from = a, .to = b, .count = 1 }, &done), 0);
        assert_int_equal(container_copy(&(struct copy) { .from = a, .to = b, .to_start = 1, .count = 1, .move = true }, &done), 0);
        world_map(b, 0, 1, 4);
        assert_int_equal(world_allocate(b, 2, 2 * gap + 80), 0);
        for (uint32_t i = 0; i < 2 * gap + 80; i++)
            world_map(b, 2 + i, 1, 4);
        for (uint32_t i = 0; i < gap + 40; i++)             /* every second frame: each is a run */
            world_deallocate(b, 3 + 2 * i, 1);
        world_on_revoke = assert_not_free;
        world_deallocate(b, 0, 4096);
        world_on_revoke = NULL;
        world_deallocate(a, 0, 2);
    }
}

#define TEST_IN_WORLD(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_WORLD(one_request_fills_a_limited_number_of_frames),
        TEST_IN_WORLD(one_request_copies_a_limited_number_of_frames),
        TEST_IN_WORLD(no_frame_is_free_before_its_mappings_are_gone),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
