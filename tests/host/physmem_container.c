/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/jobs.c servers/physmem/attach.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/extra.c servers/physmem/policy.c servers/physmem/soft.c servers/physmem/lock.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/burial.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* Containers: allocation, deallocation, mapping, and the controls that pay for them. */
#include "physmem_pair.h"

/* ---- allocate */

static void allocate_binds_nothing(void **state)
{
    (void) state;
    uint32_t bound = ledger.bound;
    assert_int_equal(world_allocate(a, 10, 100), 0);
    assert_int_equal(ledger.bound, bound);
    assert_int_equal(control->pages, 100);
    assert_int_equal(a->pages, 100);
}

static void allocated_pages_read_as_zero(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 40), 0);
    for (unsigned page = 0; page < 40; page++)
        assert_int_equal(world_read(a, page), 0);
}

static void freed_and_reused_pages_are_zero_again(void **state)
{
    (void) state;
    for (unsigned round = 0; round < 3; round++) {
        assert_int_equal(world_allocate(a, 0, 150), 0);
        for (unsigned page = 0; page < 150; page++) {
            assert_int_equal(world_read(a, page), 0);
            world_write(a, page, 0x5a);
        }
        assert_int_equal(world_deallocate(a, 0, 150), 150);
    }
}

static void allocate_over_something_is_eexist_and_changes_nothing(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 5, 1), 0);
    world_write(a, 5, 7);
    assert_int_equal(world_allocate(a, 0, 10), EEXIST);
    assert_int_equal(a->pages, 1);
    assert_int_equal(control->pages, 1);
    assert_int_equal(world_read(a, 5), 7);
    assert_int_equal(container_next(a, 0, 10), 5);
}

static void partial_allocate_stops_at_the_taken_page(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 5, 1), 0);
    assert_int_equal(container_allocate(a, 0, 10, false, true, &done), EEXIST);
    assert_int_equal(done, 5);
    assert_int_equal(a->pages, 6);
}

static void squash_replaces_and_charges_only_holes(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 5, 2), 0);
    world_write(a, 5, 7);
    assert_int_equal(container_allocate(a, 0, 10, true, false, &done), 0);
    assert_int_equal(done, 10);
    assert_int_equal(a->pages, 10);
    assert_int_equal(control->pages, 10);
    assert_int_equal(world_read(a, 5), 0);
}

static void allocate_one_page_takes_a_hole_in_a_leaf_and_nothing_else(void **state)
{
    (void) state;
    uint32_t bound = ledger.bound, used = control_used(control);
    assert_false(container_allocate_one(a, 7));         /* no leaf yet */
    assert_int_equal(control_used(control), used);
    assert_int_equal(world_allocate(a, 6, 1), 0);
    used = control_used(control);
    assert_true(container_allocate_one(a, 7));
    assert_int_equal(control_used(control), used + 1);
    assert_int_equal(ledger.bound, bound + 1);
    assert_int_equal(a->pages, 2);
    assert_int_equal(world_read(a, 7), 0);
    assert_false(container_allocate_one(a, 7));         /* taken */
    assert_false(container_allocate_one(a, 6));         /* promised */
    assert_int_equal(control_used(control), used + 1);
    while (control_unused(control))
        assert_int_equal(world_allocate(a, 100 + a->pages, 1), 0);
    assert_false(container_allocate_one(a, 8));         /* nothing left */
    assert_int_equal(control_unused(control), 0);
}

static void allocate_beyond_the_guarantee_is_enomem(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 201), ENOMEM);
    assert_int_equal(control->pages, 0);
    assert_null(a->root);
    assert_int_equal(world_allocate(a, 0, 200), 0);
    assert_int_equal(world_allocate(b, 0, 1), ENOMEM);
    for (unsigned page = 0; page < 200; page++)         /* every promise is kept */
        world_write(a, page, page);
}

static void partial_allocate_takes_what_the_guarantee_has(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(container_allocate(a, 0, 500, false, true, &done), ENOMEM);
    assert_int_equal(done, 200);
    assert_int_equal(a->pages, 200);
    assert_int_equal(container_allocate(a, 500, 1, false, true, &done), ENOMEM);
    assert_int_equal(done, 0);
}

static void partial_squash_counts_existing_pages_as_free_of_charge(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 100, 150), 0);
    assert_int_equal(container_allocate(a, 60, 300, true, true, &done), ENOMEM);
    assert_int_equal(done, 200);                        /* 40 holes, 150 there, 10 more holes */
    assert_int_equal(a->pages, 200);
}

static void promises_hold_whatever_holes_an_attacker_leaves_in_the_slabs(void **state)
{
    (void) state;
    struct control *rest = world_control(control_most(control_unused(control_root) - 1));
    struct container *many = world_container(rest), *last = world_container(rest);
    uint32_t n = 0, done;
    while (world_allocate(many, n * 33000 % PAGES_MAX, 1) == 0)     /* three nodes for each page, ... */
        n++;
    for (uint32_t i = 0; i < n; i++)                                /* ... most of them gone again */
        if (i % 5)
            world_deallocate(many, i * 33000 % PAGES_MAX, 1);
    container_allocate(last, 0, WORLD_PAGES, false, true, &done);
    assert_int_equal(world_allocate(a, 0, 200), 0);
    for (uint32_t i = 0; i < n; i += 5)
        world_write(many, i * 33000 % PAGES_MAX, i);
    for (uint32_t page = 0; page < done; page++)
        world_write(last, page, page);
    for (uint32_t page = 0; page < 200; page++)
        world_write(a, page, page);
    world_destroy(rest);
}

static void scattered_pages_pay_for_their_tree(void **state)
{
    (void) state;
    unsigned n = 0;
    while (world_allocate(a, n * 33000 % PAGES_MAX, 1) == 0)
        n++;
    assert_in_range(n, 10, 190);                        /* nodes were charged, too */
    assert_true(control->meta.pages > control->books);
    assert_in_range(control_used(control), 190, 200);
}

static void the_last_page_of_the_index_space_works(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, PAGES_MAX - 1, 1), 0);
    world_write(a, PAGES_MAX - 1, 9);
    assert_int_equal(world_read(a, PAGES_MAX - 1), 9);
    assert_int_equal(world_deallocate(a, 0, PAGES_MAX), 1);
    assert_null(a->root);
}

/* ---- deallocate */

static void deallocate_front_middle_and_end(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 100), 0);
    for (unsigned page = 0; page < 100; page++)
        world_write(a, page, page);
    assert_int_equal(world_deallocate(a, 0, 10), 10);
    assert_int_equal(world_deallocate(a, 45, 10), 10);
    assert_int_equal(world_deallocate(a, 90, 10), 10);
    for (unsigned page = 0; page < 100; page++) {
        bool gone = page < 10 || (page >= 45 && page < 55) || page >= 90;
        assert_int_equal(container_next(a, page, page + 1) == page, !gone);
        if (!gone)
            assert_int_equal(world_read(a, page), page);
    }
    assert_int_equal(control->pages, 70);
}

static void deallocate_skips_holes(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 10, 1), 0);
    assert_int_equal(world_allocate(a, 5000, 2), 0);
    assert_int_equal(world_allocate(a, 900000, 3), 0);
    assert_int_equal(world_deallocate(a, 0, PAGES_MAX), 6);
    assert_int_equal(world_deallocate(a, 0, PAGES_MAX), 0);
    assert_null(a->root);
}

static void deallocate_revokes_before_it_frees(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 100), 0);
    world_map(a, 0, 100, 6);
    world_deallocate(a, 20, 60);
    unsigned mapped = 0;
    for (unsigned i = 0; i < WORLD_PAGES; i++)
        mapped += world_mapped[i] != 0;
    assert_int_equal(mapped, 40);
}

static void unmapped_pages_are_freed_without_a_revocation(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 100), 0);
    world_revocations = 0;
    world_deallocate(a, 0, 100);
    assert_int_equal(world_revocations, 0);
}

static void contiguous_pages_go_in_few_revocations(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 128), 0);
    world_map(a, 0, 128, 6);
    world_revocations = 0;
    world_deallocate(a, 0, 128);
    assert_in_range(world_revocations, 1, 4);
}

static void assert_not_free(paddr_t pa, unsigned rights)
{
    (void) rights;
    assert_false(*frame_find(pa) & FRAME_FREE);
}

static void nothing_is_free_before_its_last_mapping_is_gone(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 100), 0);
    for (unsigned page = 0; page < 100; page++)
        world_write(a, page, page);
    for (unsigned i = 0; i < 50; i++) {                 /* two copies of every second frame, so nothing merges */
        assert_int_equal(copy(a, 2 * i, b, i, 1), 0);
        assert_int_equal(copy(a, 2 * i, b, 50 + i, 1), 0);
        assert_int_equal(world_deallocate(a, 2 * i, 1), 1);
    }
    world_map(b, 0, 100, 4);
    world_on_revoke = assert_not_free;
    assert_int_equal(world_deallocate(b, 0, 100), 100);
    world_on_revoke = NULL;
}

/* ---- map */

static int map(uint32_t page, uint32_t count, uint32_t vaddr, unsigned rights, struct map_item *items, unsigned *n)
{
    const struct map_request how = {
        .from = a, .start = page, .count = count, .vaddr = vaddr, .rights = rights,
    };
    return container_map(&how, items, n);
}

static void mapping_a_hole_is_enoent(void **state)
{
    (void) state;
    struct map_item items[MAP_ITEMS_MAX];
    unsigned n;
    assert_int_equal(map(0, 1, 0, 4, items, &n), ENOENT);
    assert_int_equal(world_allocate(a, 0, 1), 0);
    assert_int_equal(map(1, 1, 0, 4, items, &n), ENOENT);
    assert_int_equal(map(900000, 1, 0, 4, items, &n), ENOENT);
}

static void mapping_ends_before_the_first_hole(void **state)
{
    (void) state;
    struct map_item items[MAP_ITEMS_MAX];
    unsigned n;
    uint32_t pages = 0;
    assert_int_equal(world_allocate(a, 0, 3), 0);
    assert_int_equal(map(0, 10, 0, 4, items, &n), 0);
    for (unsigned i = 0; i < n; i++)
        pages += 1u << items[i].block.order;
    assert_int_equal(pages, 3);
}

static void fresh_ranges_come_as_large_fpages(void **state)
{
    (void) state;
    struct map_item items[MAP_ITEMS_MAX];
    unsigned n;
    assert_int_equal(world_allocate(a, 0, 64), 0);
    for (unsigned page = 0; page < 64; page += 32) {
        assert_int_equal(map(page, 64 - page, (64 + page) * PAGE_SIZE, 6, items, &n), 0);
        assert_int_equal(n, 1);
        assert_int_equal(items[0].block.order, 5);
    }
}

static void large_blocks_are_zero_throughout(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 128), 0);
    for (unsigned page = 0; page < 128; page++)
        world_write(a, page, 0xee);
    world_deallocate(a, 0, 128);
    assert_int_equal(world_allocate(a, 0, 128), 0);
    world_map(a, 0, 128, 4);
    for (unsigned page = 0; page < 128; page++)
        assert_int_equal(world_read(a, page), 0);
}

static void writing_to_a_copied_range_copies_all_of_it(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 90), 0);
    for (unsigned page = 0; page < 90; page++)
        world_write(a, page, page);
    assert_int_equal(copy(a, 0, b, 0, 90), 0);
    uint32_t bound = ledger.bound;
    world_map(b, 0, 90, 6);
    assert_int_equal(ledger.bound, bound + 90);
    for (unsigned page = 0; page < 90; page++)
        assert_int_equal(world_read(b, page), page);
}

static void badly_aligned_addresses_get_small_fpages(void **state)
{
    (void) state;
    struct map_item items[MAP_ITEMS_MAX];
    unsigned n;
    uint32_t at = 0;
    assert_int_equal(world_allocate(a, 0, 32), 0);
    assert_int_equal(map(0, 32, 65 * PAGE_SIZE, 6, items, &n), 0);
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(items[i].vaddr, (65 + at) * PAGE_SIZE);
        assert_int_equal(items[i].vaddr & ((PAGE_SIZE << items[i].block.order) - 1), 0);
        assert_int_equal(items[i].block.base & ((PAGE_SIZE << items[i].block.order) - 1), 0);
        at += 1u << items[i].block.order;
    }
    assert_int_equal(at, 32);
}

static void one_reply_holds_at_most_31_items(void **state)
{
    (void) state;
    struct map_item items[MAP_ITEMS_MAX];
    unsigned n;
    assert_int_equal(world_allocate(a, 0, 100), 0);
    for (unsigned page = 0; page < 100; page += 2)      /* every second one first: nothing is contiguous */
        world_map(a, page, 1, 6);
    for (unsigned page = 99; page < 100; page -= 2)
        world_map(a, page, 1, 6);
    assert_int_equal(map(0, 100, 0, 6, items, &n), 0);
    assert_int_equal(n, MAP_ITEMS_MAX);
}

/* ---- controls */

static void a_guarantee_is_passed_down_and_comes_back(void **state)
{
    (void) state;
    struct control *child, *grandchild;
    assert_int_equal(control_split(control, 50, 700, &child), 0);
    hurd_cap_object_keep(&child->object);
    assert_int_equal(control_split(child, 20, 701, &grandchild), 0);
    hurd_cap_object_keep(&grandchild->object);
    uint32_t left = control->guarantee, middle = child->guarantee;
    assert_int_equal(control_pass(control, grandchild, left + 1), ENOMEM);
    assert_int_equal(control_pass(control, grandchild, UINT32_MAX), ENOMEM);
    assert_int_equal(control_pass(control, grandchild, left), 0);
    assert_int_equal(control_unused(control), 0);
    assert_int_equal(child->guarantee, middle);
    assert_int_equal(child->split, 20 + left);
    assert_int_equal(grandchild->guarantee, 20 + left);
    hurd_cap_object_drop(&grandchild->object);
    assert_int_equal(child->split, 0);
    hurd_cap_object_drop(&child->object);
    assert_int_equal(control->guarantee, 200);
    assert_int_equal(control->split, 0);
}

static void frames_that_are_passed_come_with_paid_books(void **state)
{
    (void) state;
    struct control *child;
    const uint32_t before = control_root->guarantee;
    assert_int_equal(control_split(control_root, 10, 700, &child), 0);
    hurd_cap_object_keep(&child->object);
    const uint32_t left = control_root->guarantee, books = child->books;
    assert_int_equal(control_pass(control_root, child, 600), 0);
    assert_int_equal(child->guarantee, 610);
    assert_true(child->books > books);
    assert_int_equal(control_root->guarantee, left - 600 - (child->books - books));
    world_check();
    hurd_cap_object_drop(&child->object);
    assert_int_equal(control_root->guarantee, before);
}

static void split_moves_a_guarantee_and_folding_returns_it(void **state)
{
    (void) state;
    struct control *child, *grandchild;
    assert_int_equal(control_split(control, 201, 700, &child), ENOMEM);
    assert_int_equal(control_split(control, 199, 700, &child), ENOMEM); /* its books are paid, too */
    assert_int_equal(control_split(control, 150, 700, &child), 0);
    assert_in_range(child->books, 1, 3);
    uint32_t left = 200 - 150 - child->books;
    assert_int_equal(control->guarantee, left);
    assert_int_equal(control->split, 150);
    assert_int_equal(world_allocate(a, 0, left + 1), ENOMEM);
    hurd_cap_object_keep(&child->object);
    assert_int_equal(control_split(child, 100, 701, &grandchild), 0);
    hurd_cap_object_keep(&grandchild->object);
    hurd_cap_object_drop(&child->object);               /* the grandchild keeps it */
    assert_int_equal(control->guarantee, left);
    hurd_cap_object_drop(&grandchild->object);          /* both fold */
    assert_int_equal(control->guarantee, 200);
    assert_int_equal(control->split, 0);
    assert_null(control->children);
}

static void destroying_a_control_takes_the_whole_subtree(void **state)
{
    (void) state;
    struct control *child = NULL, *at = control;
    struct container *c;
    for (unsigned depth = 0; depth < 5; depth++) {
        assert_int_equal(control_split(at, at->guarantee - 20, 700, &child), 0);
        assert_int_equal(container_create(child, 700, false, &c), 0);
        assert_int_equal(world_allocate(c, 0, 10), 0);
        world_write(c, 0, 1);
        at = child;
    }
    control_destroy(control->children);
    assert_int_equal(control->guarantee, 200);
    assert_int_equal(control->split, 0);
}

static void one_task_cannot_use_up_the_controls(void **state)
{
    (void) state;
    struct control *c[300], *other = world_control(100);
    unsigned n = 0;
    while (n < 300 && control_split(control, 0, 700, &c[n]) == 0)
        n++;
    assert_in_range(n, 100, 200);                       /* each costs its books and its record */
    assert_int_equal(control_unused(control), 0);
    assert_int_equal(world_allocate(world_container(other), 0, 100), 0);
    while (n > 0)
        control_fold(c[--n]);
    assert_int_equal(control_unused(control), 200);
    world_destroy(other);
}

static void adopted_images_are_charged_and_freed_like_all(void **state)
{
    (void) state;
    /* Pages that came from outside: taken from the lists behind the accounts' back. */
    paddr_t image = buddy_alloc(2);
    for (unsigned i = 0; i < 4; i++) {
        *frame_find(image + i * PAGE_SIZE) = FRAME_ABSENT;
        memset(phys_pointer(image + i * PAGE_SIZE), 40 + i, PAGE_SIZE);
    }
    ledger.total -= 4;
    assert_int_equal(container_adopt(a, 3, image, 4), 0);
    assert_int_equal(control->guarantee, 204);
    assert_int_equal(control->pages, 4);
    assert_int_equal(world_read(a, 5), 42);
    assert_int_equal(container_adopt(a, 9, image, 1), EINVAL);
    assert_int_equal(world_deallocate(a, 0, 10), 4);
    before.guaranteed += 4;                             /* the machine has grown for good */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_WORLD(allocate_binds_nothing),
        TEST_IN_WORLD(allocated_pages_read_as_zero),
        TEST_IN_WORLD(freed_and_reused_pages_are_zero_again),
        TEST_IN_WORLD(allocate_over_something_is_eexist_and_changes_nothing),
        TEST_IN_WORLD(partial_allocate_stops_at_the_taken_page),
        TEST_IN_WORLD(squash_replaces_and_charges_only_holes),
        TEST_IN_WORLD(allocate_one_page_takes_a_hole_in_a_leaf_and_nothing_else),
        TEST_IN_WORLD(allocate_beyond_the_guarantee_is_enomem),
        TEST_IN_WORLD(partial_allocate_takes_what_the_guarantee_has),
        TEST_IN_WORLD(partial_squash_counts_existing_pages_as_free_of_charge),
        TEST_IN_WORLD(promises_hold_whatever_holes_an_attacker_leaves_in_the_slabs),
        TEST_IN_WORLD(scattered_pages_pay_for_their_tree),
        TEST_IN_WORLD(the_last_page_of_the_index_space_works),
        TEST_IN_WORLD(deallocate_front_middle_and_end),
        TEST_IN_WORLD(deallocate_skips_holes),
        TEST_IN_WORLD(deallocate_revokes_before_it_frees),
        TEST_IN_WORLD(unmapped_pages_are_freed_without_a_revocation),
        TEST_IN_WORLD(contiguous_pages_go_in_few_revocations),
        TEST_IN_WORLD(nothing_is_free_before_its_last_mapping_is_gone),
        TEST_IN_WORLD(mapping_a_hole_is_enoent),
        TEST_IN_WORLD(mapping_ends_before_the_first_hole),
        TEST_IN_WORLD(fresh_ranges_come_as_large_fpages),
        TEST_IN_WORLD(large_blocks_are_zero_throughout),
        TEST_IN_WORLD(writing_to_a_copied_range_copies_all_of_it),
        TEST_IN_WORLD(badly_aligned_addresses_get_small_fpages),
        TEST_IN_WORLD(one_reply_holds_at_most_31_items),
        TEST_IN_WORLD(a_guarantee_is_passed_down_and_comes_back),
        TEST_IN_WORLD(frames_that_are_passed_come_with_paid_books),
        TEST_IN_WORLD(split_moves_a_guarantee_and_folding_returns_it),
        TEST_IN_WORLD(destroying_a_control_takes_the_whole_subtree),
        TEST_IN_WORLD(one_task_cannot_use_up_the_controls),
        TEST_IN_WORLD(adopted_images_are_charged_and_freed_like_all),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
