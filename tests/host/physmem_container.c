/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/jobs.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/extra.c servers/physmem/policy.c servers/physmem/soft.c servers/physmem/lock.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/burial.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* Containers: allocation, deallocation, guarantees, copies, sharing, mapping, pins. */
#include "physmem_world.h"

static struct control *control;
static struct container *a, *b;
static struct ledger before;

/* Each test has a control of 200 frames with two containers, and leaves nothing behind. */
static int setup(void **state)
{
    (void) state;
    slab_reclaim();
    before = ledger;
    control = world_control(200);
    a = world_container(control);
    b = world_container(control);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    world_destroy(control);
    account_close(600);
    slab_reclaim();
    world_check();
    assert_int_equal(ledger.meta, before.meta);
    assert_int_equal(ledger.own, before.own);
    assert_int_equal(ledger.bound, before.bound);
    assert_int_equal(ledger.promised, before.promised);
    assert_int_equal(ledger.guaranteed, before.guaranteed);
    for (unsigned i = 0; i < WORLD_PAGES; i++)
        assert_int_equal(world_mapped[i], 0);           /* nothing free is mapped */
    return 0;
}

static int copy(struct container *from, uint32_t fs, struct container *to, uint32_t ts, uint32_t n)
{
    struct copy how = { .from = from, .to = to, .from_start = fs, .to_start = ts, .count = n };
    uint32_t done;
    int err = container_copy(&how, &done);
    assert_int_equal(done, err ? 0 : n);
    return err;
}

static int copy_as(struct copy how, uint32_t *done)
{
    how.from = how.from ? how.from : a;
    how.to = how.to ? how.to : b;
    return container_copy(&how, done);
}

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

/* ---- copy-on-write */

static void copies_share_the_frame_until_a_write(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 10), 0);
    for (unsigned page = 0; page < 10; page++)
        world_write(a, page, 100 + page);
    uint32_t bound = ledger.bound;
    assert_int_equal(copy(a, 0, b, 50, 10), 0);
    assert_int_equal(ledger.bound, bound);
    assert_int_equal(control->pages, 20);
    for (unsigned page = 0; page < 10; page++)
        assert_int_equal(world_read(b, 50 + page), 100 + page);
    world_write(b, 53, 1);
    assert_int_equal(ledger.bound, bound + 1);
    assert_int_equal(world_read(a, 3), 103);
    world_write(a, 4, 2);
    assert_int_equal(world_read(b, 54), 104);
    assert_int_equal(ledger.bound, bound + 2);
}

static void a_copy_takes_the_write_right_from_the_source(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 1), 0);
    world_write(a, 0, 3);
    assert_int_equal(world_rights(a, 0), 6);
    assert_int_equal(copy(a, 0, b, 0, 1), 0);
    assert_int_equal(world_rights(a, 0), 4);
}

static void reading_a_copy_does_not_make_one(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 1), 0);
    world_write(a, 0, 3);
    assert_int_equal(copy(a, 0, b, 0, 1), 0);
    world_map(b, 0, 1, 5);
    assert_int_equal(slot_frame(*container_slot(a, 0)), slot_frame(*container_slot(b, 0)));
}

static void the_last_user_writes_without_a_copy(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 1), 0);
    world_write(a, 0, 3);
    assert_int_equal(copy(a, 0, b, 0, 1), 0);
    world_deallocate(a, 0, 1);
    paddr_t frame = slot_frame(*container_slot(b, 0));
    world_write(b, 0, 4);
    assert_int_equal(slot_frame(*container_slot(b, 0)), frame);
}

static void leaving_a_copied_frame_takes_the_mappings_along(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 1), 0);
    world_write(a, 0, 3);
    assert_int_equal(copy(a, 0, b, 0, 1), 0);
    world_map(a, 0, 1, 4);
    world_deallocate(a, 0, 1);
    assert_int_equal(world_rights(b, 0), 0);
}

static void copies_never_mapped_come_and_go_without_disturbing_readers(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 1), 0);
    world_write(a, 0, 3);
    assert_int_equal(copy(a, 0, b, 0, 1), 0);
    assert_int_equal(copy(a, 0, b, 1, 1), 0);
    world_map(a, 0, 1, 5);
    uint8_t rights = world_rights(a, 0);
    world_write(b, 0, 4);                               /* a boot server's data beside its text in one page */
    assert_int_equal(world_rights(a, 0), rights);
    world_deallocate(b, 0, 2);
    assert_int_equal(world_rights(a, 0), rights);
    assert_int_equal(world_read(a, 0), 3);
}

static void copying_a_promise_copies_the_promise(void **state)
{
    (void) state;
    uint32_t bound = ledger.bound;
    assert_int_equal(world_allocate(a, 0, 5), 0);
    assert_int_equal(copy(a, 0, b, 0, 5), 0);
    assert_int_equal(ledger.bound, bound);
    world_write(a, 0, 1);
    assert_int_equal(world_read(b, 0), 0);
}

static void chains_of_copies_stay_apart(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 1), 0);
    world_write(a, 0, 1);
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(copy(i % 2 ? b : a, i, i % 2 ? a : b, i + 1, 1), 0);
    for (unsigned i = 1; i <= 20; i += 3)
        world_write(i % 2 ? b : a, i, 50 + i);
    for (unsigned i = 0; i <= 20; i++)
        assert_int_equal(world_read(i % 2 ? b : a, i), i % 3 == 1 ? 50 + i : 1);
}

static void copy_refuses_holes_taken_pages_and_overlap(void **state)
{
    (void) state;
    assert_int_equal(world_allocate(a, 0, 5), 0);
    assert_int_equal(copy(a, 0, b, 0, 6), ENOENT);
    assert_int_equal(world_allocate(b, 3, 1), 0);
    assert_int_equal(copy(a, 0, b, 0, 5), EEXIST);
    assert_int_equal(b->pages, 1);
    assert_int_equal(copy(a, 0, a, 2, 5), EINVAL);
    assert_int_equal(copy(a, 0, a, 0, 5), EINVAL);
    assert_int_equal(copy(a, 0, a, 5, 5), 0);
}

static void copy_beyond_the_guarantee_is_enomem(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, 150), 0);
    assert_int_equal(copy(a, 0, b, 0, 150), ENOMEM);
    assert_int_equal(control->pages, 150);
    assert_null(b->root);
    assert_int_equal(copy_as((struct copy) { .count = 150, .partial = true }, &done), ENOMEM);
    assert_int_equal(done, 50);
    assert_int_equal(control->pages, 200);
}

static void partial_copy_ends_at_the_hole(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, 5), 0);
    assert_int_equal(copy_as((struct copy) { .count = 9, .partial = true }, &done), ENOENT);
    assert_int_equal(done, 5);
    assert_int_equal(b->pages, 5);
}

static void squash_copy_replaces_the_destination(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, 40), 0);
    assert_int_equal(world_allocate(b, 20, 40), 0);
    for (unsigned page = 0; page < 40; page++) {
        world_write(a, page, 1);
        world_write(b, 20 + page, 2);
    }
    uint32_t bound = ledger.bound;
    assert_int_equal(copy_as((struct copy) { .count = 40, .squash = true }, &done), 0);
    assert_int_equal(done, 40);
    assert_int_equal(ledger.bound, bound - 20);
    assert_int_equal(b->pages, 60);
    assert_int_equal(world_read(b, 39), 1);
    assert_int_equal(world_read(b, 40), 2);
}

static void squash_copy_onto_an_earlier_copy_keeps_the_data(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, 4), 0);
    world_write(a, 2, 77);
    assert_int_equal(copy(a, 0, b, 0, 4), 0);
    assert_int_equal(copy_as((struct copy) { .count = 4, .squash = true }, &done), 0);
    assert_int_equal(world_read(b, 2), 77);
    assert_int_equal(frame_users(slot_frame(*container_slot(b, 2))), 2);
}

static void a_weak_destination_never_grows(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, 4), 0);
    assert_int_equal(world_allocate(b, 0, 2), 0);
    struct copy how = { .count = 4, .squash = true, .no_growth = true };
    assert_int_equal(copy_as(how, &done), EPERM);
    assert_int_equal(b->pages, 2);
    how.count = 2;
    assert_int_equal(copy_as(how, &done), 0);
}

/* ---- shared, moved */

static void sharers_see_each_others_writes(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, 3), 0);
    world_write(a, 1, 5);
    assert_int_equal(copy_as((struct copy) { .count = 3, .shared = true }, &done), 0);
    assert_int_equal(world_read(b, 1), 5);
    world_write(b, 1, 6);
    assert_int_equal(world_read(a, 1), 6);
    world_write(a, 2, 8);                               /* was only promised when it was shared */
    assert_int_equal(world_read(b, 2), 8);
}

static void sharers_keep_sharing_after_copy_on_write(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, 1), 0);
    world_write(a, 0, 5);
    assert_int_equal(copy_as((struct copy) { .count = 1, .shared = true }, &done), 0);
    assert_int_equal(copy(a, 0, b, 9, 1), 0);
    world_write(b, 0, 6);
    assert_int_equal(world_read(a, 0), 6);
    assert_int_equal(world_read(b, 9), 5);
    world_write(b, 9, 7);
    assert_int_equal(world_read(a, 0), 6);
}

static void sharers_of_a_copy_leave_the_original_alone(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, 1), 0);
    world_write(a, 0, 5);
    assert_int_equal(copy(a, 0, b, 0, 1), 0);
    struct copy how = { .from = b, .to = b, .to_start = 1, .count = 1, .shared = true };
    assert_int_equal(copy_as(how, &done), 0);
    world_write(b, 1, 9);
    assert_int_equal(world_read(b, 0), 9);
    assert_int_equal(world_read(a, 0), 5);
}

static void a_shared_page_lives_until_its_last_member(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, 1), 0);
    world_write(a, 0, 5);
    assert_int_equal(copy_as((struct copy) { .count = 1, .shared = true }, &done), 0);
    uint32_t bound = ledger.bound;
    world_deallocate(a, 0, 1);
    assert_int_equal(ledger.bound, bound);
    assert_int_equal(world_read(b, 0), 5);
    world_deallocate(b, 0, 1);
    assert_int_equal(ledger.bound, bound - 1);
}

static void moved_pages_leave_a_hole_and_no_mapping(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, 200), 0);     /* all of the guarantee: moving needs no more */
    for (unsigned page = 0; page < 50; page++)
        world_write(a, page, page);
    assert_int_equal(copy_as((struct copy) { .count = 100, .move = true }, &done), 0);
    assert_int_equal(done, 100);
    assert_int_equal(container_next(a, 0, 200), 100);
    assert_int_equal(a->pages, 100);
    assert_int_equal(b->pages, 100);
    assert_int_equal(control->pages, 200);
    assert_int_equal(world_rights(b, 7), 0);
    for (unsigned page = 0; page < 50; page++)
        assert_int_equal(world_read(b, page), page);
}

static void moving_between_controls_moves_the_charge(void **state)
{
    (void) state;
    uint32_t done;
    struct control *other = world_control(20);
    struct container *theirs = world_container(other);
    assert_int_equal(world_allocate(a, 0, 30), 0);
    assert_int_equal(copy_as((struct copy) { .to = theirs, .count = 30, .move = true }, &done), ENOMEM);
    assert_int_equal(control->pages, 30);
    assert_int_equal(copy_as((struct copy) { .to = theirs, .count = 15, .move = true }, &done), 0);
    assert_int_equal(control->pages, 15);
    assert_int_equal(other->pages, 15);
    world_destroy(other);
}

static void release_detaches_copies_and_sharers_only(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, 3), 0);
    for (unsigned page = 0; page < 3; page++)
        world_write(a, page, 10 + page);
    assert_int_equal(copy(a, 0, b, 0, 1), 0);
    struct copy how = { .from_start = 1, .to_start = 1, .count = 1, .shared = true };
    assert_int_equal(copy_as(how, &done), 0);
    container_release(a, 0, 10, &done);
    assert_int_equal(done, 3);
    assert_int_equal(world_read(a, 0), 0);
    assert_int_equal(world_read(a, 1), 0);
    assert_int_equal(world_read(a, 2), 12);
    assert_int_equal(world_read(b, 0), 10);
    assert_int_equal(world_read(b, 1), 11);
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

/* ---- wired and pinned */

static void wired_pages_are_bound_at_once_and_capped(void **state)
{
    (void) state;
    struct container *w;
    uint32_t done, bound = ledger.bound;
    assert_int_equal(container_create(control, 600, true, &w), 0);
    assert_int_equal(world_allocate(w, 0, WIRED_MAX + 1), EAGAIN);
    assert_int_equal(world_allocate(w, 0, WIRED_MAX), 0);
    assert_int_equal(ledger.bound, bound + WIRED_MAX);
    assert_int_equal(world_read(w, 3), 0);
    assert_int_equal(world_allocate(w, 100, 1), EAGAIN);
    assert_int_equal(container_allocate(w, 0, 4, true, false, &done), 0);
    assert_int_equal(world_deallocate(w, 0, 8), 8);
    assert_int_equal(world_allocate(w, 100, 8), 0);
    container_destroy(w);
    assert_int_equal(account_of(600)->wired, 0);
}

static void copying_a_wired_page_leaves_its_mapping_alone(void **state)
{
    (void) state;
    struct container *w;
    assert_int_equal(container_create(control, 600, true, &w), 0);
    assert_int_equal(world_allocate(w, 0, 2), 0);
    world_write(w, 0, 4);
    assert_int_equal(copy(w, 0, a, 0, 2), 0);
    assert_int_equal(world_rights(w, 0), 6);
    assert_int_equal(world_read(a, 0), 4);
    uint32_t done;
    struct copy how = { .from = w, .to = b, .count = 1, .shared = true };
    assert_int_equal(copy_as(how, &done), EBUSY);
    how.shared = false;
    how.move = true;
    assert_int_equal(copy_as(how, &done), EBUSY);
}

static void copying_into_a_wired_container_makes_wired_pages(void **state)
{
    (void) state;
    struct container *w;
    uint32_t done;
    assert_int_equal(container_create(control, 600, true, &w), 0);
    assert_int_equal(world_allocate(a, 0, WIRED_MAX + 4), 0);
    world_write(a, 1, 4);
    assert_int_equal(copy(a, 0, w, 0, WIRED_MAX + 4), EAGAIN);
    assert_int_equal(account_of(600)->wired, 0);
    assert_int_equal(copy(a, 0, w, 0, 3), 0);
    assert_int_equal(account_of(600)->wired, 3);
    assert_int_equal(world_read(w, 1), 4);
    world_write(a, 1, 5);
    assert_int_equal(world_read(w, 1), 4);
    assert_int_equal(world_rights(w, 1), 4);
    struct copy how = { .to = w, .count = 3, .squash = true };
    assert_int_equal(copy_as(how, &done), 0);
    assert_int_equal(account_of(600)->wired, 3);
    assert_int_equal(world_read(w, 1), 5);
    container_destroy(w);
    assert_int_equal(account_of(600)->wired, 0);
}

static void nothing_is_shared_with_or_moved_into_a_wired_container(void **state)
{
    (void) state;
    struct container *w;
    uint32_t done;
    assert_int_equal(container_create(control, 600, true, &w), 0);
    assert_int_equal(world_allocate(a, 0, 3), 0);
    world_write(a, 0, 4);
    for (unsigned kind = 0; kind < 4; kind++) {
        struct copy how = { .to = w, .count = 3, .shared = kind & 1, .move = !(kind & 1), .partial = kind & 2 };
        assert_int_equal(copy_as(how, &done), EBUSY);
        assert_int_equal(done, 0);
    }
    assert_int_equal(w->pages, 0);
    assert_int_equal(account_of(600)->wired, 0);
    assert_int_equal(a->pages, 3);
    assert_int_equal(world_read(a, 0), 4);
    assert_int_equal(*container_slot(a, 0) & SLOT_TAG, SLOT_FRAME);     /* not made ready for sharing */
}

static void no_copy_replaces_a_pinned_page(void **state)
{
    (void) state;
    uint32_t done, contiguous;
    paddr_t first;
    assert_int_equal(world_allocate(a, 0, 3), 0);
    assert_int_equal(world_allocate(b, 0, 3), 0);
    world_write(a, 1, 4);
    world_write(b, 1, 5);
    assert_int_equal(container_pin(b, 600, 1, 1, 0, &first, &contiguous), 0);
    for (unsigned kind = 0; kind < 3; kind++) {
        struct copy how = { .count = 3, .squash = true, .shared = kind == 1, .move = kind == 2 };
        assert_int_equal(copy_as(how, &done), EBUSY);
        assert_int_equal(done, 0);
        how.partial = true;
        how.from_start = how.to_start = 1;
        how.count = 1;
        assert_int_equal(copy_as(how, &done), EBUSY);
        assert_int_equal(done, 0);
    }
    assert_int_equal(slot_frame(*container_slot(b, 1)), first);
    assert_int_equal(frame_pins(first), 1);
    assert_int_equal(world_rights(b, 1), 6);            /* never taken from its user */
    assert_int_equal(world_read(b, 1), 5);
    assert_int_equal(copy_as((struct copy) { .count = 3, .squash = true, .partial = true }, &done), EBUSY);
    assert_int_equal(done, 1);
}

static void pins_bind_contiguously_and_count(void **state)
{
    (void) state;
    paddr_t first;
    uint32_t contiguous, done;
    assert_int_equal(container_pin(a, 600, 0, 1, 0, &first, &contiguous), ENOENT);
    assert_int_equal(world_allocate(a, 0, WIRED_MAX + 4), 0);
    assert_int_equal(container_pin(a, 600, 0, WIRED_MAX + 1, 0, &first, &contiguous), EAGAIN);
    assert_int_equal(container_pin(a, 600, 0, 8, 0, &first, &contiguous), 0);
    assert_int_equal(contiguous, 8);
    assert_int_equal(first, slot_frame(*container_slot(a, 0)));
    assert_int_equal(container_pin(a, 600, 0, WIRED_MAX - 8, 0, &first, &contiguous), 0);
    assert_int_equal(container_pin(a, 600, 0, 1, 0, &first, &contiguous), EAGAIN);
    assert_int_equal(container_deallocate(a, 4, 10, &done), EBUSY);
    assert_int_equal(done, 0);
    assert_int_equal(container_unpin(a, 600, 0, WIRED_MAX - 7), EINVAL);
    assert_int_equal(container_unpin(a, 600, 0, WIRED_MAX - 8), 0);
    assert_int_equal(container_unpin(a, 600, 0, 8), 0);
    assert_int_equal(container_unpin(a, 600, 0, 1), EINVAL);
    assert_int_equal(container_deallocate(a, 4, 10, &done), 0);
}

static void pinned_pages_are_not_for_weak_references_nor_revoked(void **state)
{
    (void) state;
    paddr_t first;
    uint32_t contiguous;
    struct map_item items[MAP_ITEMS_MAX];
    unsigned n;
    assert_int_equal(world_allocate(a, 0, 3), 0);
    world_map(a, 0, 3, 6);
    assert_int_equal(container_pin(a, 600, 1, 1, 0, &first, &contiguous), 0);
    assert_int_equal(world_rights(a, 1), 6);            /* no weak reference: nothing happened to it */
    container_unmap(a, 0, PAGES_MAX);
    assert_int_equal(world_rights(a, 0), 0);
    assert_int_equal(world_rights(a, 1), 6);
    struct map_request how = { .from = a, .start = 1, .count = 2, .rights = 4, .weak = true };
    assert_int_equal(container_map(&how, items, &n), EBUSY);
    how.start = 0;
    assert_int_equal(container_map(&how, items, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(items[0].block.order, 0);
}

static void pinning_ends_copy_on_write(void **state)
{
    (void) state;
    paddr_t first;
    uint32_t contiguous, done;
    assert_int_equal(world_allocate(a, 0, 1), 0);
    world_write(a, 0, 1);
    assert_int_equal(copy(a, 0, b, 0, 1), 0);
    assert_int_equal(container_pin(b, 600, 0, 1, 0, &first, &contiguous), 0);
    assert_int_equal(frame_users(first), 1);
    assert_int_equal(world_read(b, 0), 1);
    assert_int_equal(container_allocate(b, 0, 1, true, false, &done), EBUSY);
    assert_int_equal(container_unpin(b, 600, 0, 1), 0);
    assert_int_equal(copy_as((struct copy) { .from_start = 0, .to_start = 5, .count = 1, .shared = true },
                             &done), 0);
    assert_int_equal(container_pin(a, 600, 0, 1, 0, &first, &contiguous), EBUSY);
}

static void destroying_a_container_frees_pinned_pages(void **state)
{
    (void) state;
    paddr_t first;
    uint32_t contiguous;
    assert_int_equal(world_allocate(a, 0, 4), 0);
    assert_int_equal(container_pin(a, 600, 0, 4, 0, &first, &contiguous), 0);
    container_destroy(a);
    assert_int_equal(account_of(600)->wired, 0);
    assert_int_equal(control->pages, 0);
}

static void wired_pages_end_with_their_creator_and_pins_of_others_stay(void **state)
{
    (void) state;
    struct container *w;
    uint32_t done, contiguous;
    paddr_t first;
    assert_true(account_open(601, control));
    assert_int_equal(container_create(control, 601, true, &w), 0);
    assert_int_equal(world_allocate(w, 0, 5), 0);
    assert_int_equal(container_pin(w, 600, 1, 1, 0, &first, &contiguous), 0);
    container_orphan(w);
    account_close(601);
    assert_int_equal(w->pins, 1);
    assert_int_equal(world_allocate(w, 5, 30), 0);
    assert_int_equal(container_allocate(w, 0, 1, true, false, &done), 0);
    assert_int_equal(container_deallocate(w, 0, 2, &done), EBUSY);
    assert_int_equal(container_unpin(w, 600, 1, 1), 0);
    assert_int_equal(container_deallocate(w, 0, 2, &done), 0);
    assert_int_equal(account_of(600)->wired, 0);
}

static void pins_are_the_tasks_that_pinned(void **state)
{
    (void) state;
    uint32_t contiguous;
    paddr_t first;
    assert_true(account_open(601, control));
    assert_int_equal(world_allocate(a, 0, WIRED_MAX + 4), 0);
    assert_int_equal(container_pin(a, 601, 0, WIRED_MAX, 0, &first, &contiguous), 0);
    assert_int_equal(account_of(601)->wired, WIRED_MAX);
    assert_int_equal(account_of(600)->wired, 0);
    assert_int_equal(container_pin(a, 601, WIRED_MAX, 1, 0, &first, &contiguous), EAGAIN);
    assert_int_equal(container_pin(a, 600, 0, 1, 0, &first, &contiguous), 0);
    assert_int_equal(container_unpin(a, 600, 1, 1), EINVAL);
    assert_int_equal(container_unpin(a, 600, 0, 2), EINVAL);
    assert_int_equal(container_unpin(a, 602, 0, 1), EINVAL);
    assert_int_equal(a->pins, WIRED_MAX + 1);
    account_close(601);
    assert_int_equal(a->pins, 1);
    assert_true(container_busy(a, 0, 1));
    assert_false(container_busy(a, 1, 15));
    assert_int_equal(container_unpin(a, 600, 0, 1), 0);
    assert_int_equal(a->pins, 0);
}

static void who_has_no_control_pins_nothing(void **state)
{
    (void) state;
    uint32_t contiguous;
    paddr_t first;
    assert_int_equal(world_allocate(a, 0, 1), 0);
    assert_int_equal(container_pin(a, 601, 0, 1, 0, &first, &contiguous), ENOMEM);
    assert_int_equal(a->pins, 0);
}

/* ---- controls */

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

#define TEST_IN_WORLD(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
        TEST_IN_WORLD(copies_share_the_frame_until_a_write),
        TEST_IN_WORLD(a_copy_takes_the_write_right_from_the_source),
        TEST_IN_WORLD(reading_a_copy_does_not_make_one),
        TEST_IN_WORLD(the_last_user_writes_without_a_copy),
        TEST_IN_WORLD(leaving_a_copied_frame_takes_the_mappings_along),
        TEST_IN_WORLD(copies_never_mapped_come_and_go_without_disturbing_readers),
        TEST_IN_WORLD(copying_a_promise_copies_the_promise),
        TEST_IN_WORLD(chains_of_copies_stay_apart),
        TEST_IN_WORLD(copy_refuses_holes_taken_pages_and_overlap),
        TEST_IN_WORLD(copy_beyond_the_guarantee_is_enomem),
        TEST_IN_WORLD(partial_copy_ends_at_the_hole),
        TEST_IN_WORLD(squash_copy_replaces_the_destination),
        TEST_IN_WORLD(squash_copy_onto_an_earlier_copy_keeps_the_data),
        TEST_IN_WORLD(a_weak_destination_never_grows),
        TEST_IN_WORLD(sharers_see_each_others_writes),
        TEST_IN_WORLD(sharers_keep_sharing_after_copy_on_write),
        TEST_IN_WORLD(sharers_of_a_copy_leave_the_original_alone),
        TEST_IN_WORLD(a_shared_page_lives_until_its_last_member),
        TEST_IN_WORLD(moved_pages_leave_a_hole_and_no_mapping),
        TEST_IN_WORLD(moving_between_controls_moves_the_charge),
        TEST_IN_WORLD(release_detaches_copies_and_sharers_only),
        TEST_IN_WORLD(mapping_a_hole_is_enoent),
        TEST_IN_WORLD(mapping_ends_before_the_first_hole),
        TEST_IN_WORLD(fresh_ranges_come_as_large_fpages),
        TEST_IN_WORLD(large_blocks_are_zero_throughout),
        TEST_IN_WORLD(writing_to_a_copied_range_copies_all_of_it),
        TEST_IN_WORLD(badly_aligned_addresses_get_small_fpages),
        TEST_IN_WORLD(one_reply_holds_at_most_31_items),
        TEST_IN_WORLD(wired_pages_are_bound_at_once_and_capped),
        TEST_IN_WORLD(copying_a_wired_page_leaves_its_mapping_alone),
        TEST_IN_WORLD(copying_into_a_wired_container_makes_wired_pages),
        TEST_IN_WORLD(nothing_is_shared_with_or_moved_into_a_wired_container),
        TEST_IN_WORLD(no_copy_replaces_a_pinned_page),
        TEST_IN_WORLD(pins_bind_contiguously_and_count),
        TEST_IN_WORLD(pinned_pages_are_not_for_weak_references_nor_revoked),
        TEST_IN_WORLD(pinning_ends_copy_on_write),
        TEST_IN_WORLD(destroying_a_container_frees_pinned_pages),
        TEST_IN_WORLD(wired_pages_end_with_their_creator_and_pins_of_others_stay),
        TEST_IN_WORLD(pins_are_the_tasks_that_pinned),
        TEST_IN_WORLD(who_has_no_control_pins_nothing),
        TEST_IN_WORLD(split_moves_a_guarantee_and_folding_returns_it),
        TEST_IN_WORLD(destroying_a_control_takes_the_whole_subtree),
        TEST_IN_WORLD(one_task_cannot_use_up_the_controls),
        TEST_IN_WORLD(adopted_images_are_charged_and_freed_like_all),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
