/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/jobs.c servers/physmem/attach.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/extra.c servers/physmem/policy.c servers/physmem/soft.c servers/physmem/lock.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/burial.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* Wired containers and pinned pages: what keeps its frame, and what that forbids. */
#include "physmem_pair.h"

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

/* ---- a long PIN, part by part */

static struct account *account;
static const char by[2];                    /* two requests */

static int pin_part(const char *request, struct container *c, uint32_t start, uint32_t count)
{
    paddr_t first;
    uint32_t contiguous;
    return container_pin_part(c, account, request, start, count, 0, &first, &contiguous);
}

static void parts_begin(void)
{
    account = account_of(600);
    assert_int_equal(world_allocate(a, 0, 100), 0);
    assert_int_equal(pin_part(&by[0], a, 20, 6), 0);
    assert_int_equal(pin_part(&by[0], a, 26, 10), 0);           /* in two nodes */
    assert_int_equal(pin_part(&by[1], a, 30, 4), 0);            /* the same pages once more */
    assert_int_equal(account->wired, 20);
    assert_int_equal(a->pins, 20);
    assert_int_equal(pins_of(account), 20);
}

static void expect_pins(uint32_t page, uint32_t pins)
{
    assert_int_equal(slot_pins(*container_slot(a, page)), pins);
}

static void a_request_that_fails_takes_back_its_own_pins_only(void **state)
{
    (void) state;
    parts_begin();
    assert_int_equal(pin_part(&by[0], a, 36, 13), EAGAIN);
    assert_int_equal(pin_part(&by[0], a, 99, 2), ENOENT);
    assert_int_equal(account->wired, 20);
    assert_true(pins_take_back(account, &by[0], 32));
    assert_false(pins_take_back(account, &by[0], 32));
    assert_int_equal(account->wired, 4);
    assert_int_equal(pins_of(account), 4);
    expect_pins(29, 0);
    expect_pins(30, 1);
    pins_settle(account, &by[1]);
    assert_int_equal(container_unpin(a, 600, 30, 4), 0);
    assert_null(account->pins);
    assert_int_equal(a->pinned_parts, 0);
}

static void unpin_leaves_pins_of_a_request_that_is_not_done(void **state)
{
    (void) state;
    parts_begin();
    assert_int_equal(container_unpin(a, 600, 30, 4), EINVAL);
    pins_settle(account, &by[0]);
    assert_int_equal(container_unpin(a, 600, 29, 8), EINVAL);   /* not all of it */
    assert_int_equal(account->wired, 20);
    assert_int_equal(container_unpin(a, 600, 29, 7), 0);
    assert_int_equal(account->wired, 13);
    expect_pins(28, 1);
    expect_pins(29, 0);
    expect_pins(31, 1);
    assert_false(container_pinned_by(a, account, 28, 2));
    assert_true(container_pinned_by(a, account, 20, 9));
    assert_int_equal(container_unpin(a, 600, 20, 9), 0);
    assert_false(pins_take_back(account, &by[1], 64));
    assert_null(account->pins);
}

static void pins_of_a_task_go_in_parts(void **state)
{
    (void) state;
    parts_begin();
    assert_true(pins_take_back(account, NULL, 64));
    assert_true(account->wired > 0);
    assert_false(pins_take_back(account, NULL, 64));
    assert_int_equal(account->wired, 0);
    assert_int_equal(a->pins, 0);
}

static void a_container_that_goes_takes_pins_of_all_requests(void **state)
{
    (void) state;
    parts_begin();
    container_destroy(a);
    assert_null(account->pins);
    assert_int_equal(account->wired, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        TEST_IN_WORLD(a_request_that_fails_takes_back_its_own_pins_only),
        TEST_IN_WORLD(unpin_leaves_pins_of_a_request_that_is_not_done),
        TEST_IN_WORLD(pins_of_a_task_go_in_parts),
        TEST_IN_WORLD(a_container_that_goes_takes_pins_of_all_requests),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
