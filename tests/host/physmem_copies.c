/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/jobs.c servers/physmem/attach.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/extra.c servers/physmem/policy.c servers/physmem/soft.c servers/physmem/lock.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/burial.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* Pages that several containers have: copies that wait for a write, true sharing, moves. */
#include "physmem_pair.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
