/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/jobs.c servers/physmem/attach.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/extra.c servers/physmem/policy.c servers/physmem/soft.c servers/physmem/lock.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/burial.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* Which task pays for physmem's records: whatever neighbours do, a task gets what was guaranteed to it. */
#include "physmem_world.h"

enum { VICTIM = 600, PROMISED = 50, FIRST = 700, NEIGHBOURS = 20 };

static struct hurd_cap_table table;
static struct control *victim;
static struct ledger before;

static int setup(void **state)
{
    (void) state;
    slab_reclaim();
    before = ledger;
    table = (struct hurd_cap_table) { .alloc = account_alloc, .free = account_free };
    victim = world_control(PROMISED);
    return 0;
}

static void task_ends(unsigned task)
{
    hurd_cap_forget(&table, task);
    account_close(task);
}

static int teardown(void **state)
{
    (void) state;
    unsigned task;
    while ((task = hurd_cap_next_task(&table, 0)))
        task_ends(task);
    task_ends(VICTIM);
    while (reap_wanted())
        reap();
    world_destroy(victim);
    for (unsigned n = 0; control_root->children && n < 10; n++)     /* of tests that gave it to nobody */
        control_destroy(control_root->children);
    assert_null(control_root->children);
    account_free(0, table.by_index, table.capacity * sizeof(void *));
    account_free(0, table.by_task, table.capacity * sizeof(void *));
    slab_reclaim();
    world_check();
    assert_int_equal(ledger.guaranteed, before.guaranteed);
    assert_int_equal(ledger.meta, before.meta);
    assert_int_equal(ledger.own, before.own);
    assert_int_equal(ledger.promised, before.promised);
    assert_int_equal(control_root->meta.pages, 0);
    return 0;
}

/* A task that owns a control of so many frames. */
static struct control *task_starts(unsigned task, uint32_t frames)
{
    struct control *c;
    uint32_t handle;
    assert_int_equal(control_split(control_root, frames, task, &c), 0);
    assert_true(account_open(task, c));
    assert_int_equal(hurd_cap_insert(&table, task, &c->object, 7, 0, 0, &handle), 0);
    return c;
}

static int task_container(unsigned task, struct control *c, struct container **container)
{
    uint32_t handle;
    int err = container_create(c, task, false, container);
    if (err)
        return err;
    err = hurd_cap_insert(&table, task, &(*container)->object, 7, 0, task, &handle);
    if (err)
        container_destroy(*container);
    return err;
}

/* Everything that was guaranteed, one page after the other, and each of them is there. */
static void victim_gets_all(void)
{
    struct container *c;
    world_check();
    assert_int_equal(task_container(VICTIM, victim, &c), 0);
    for (uint32_t page = 0; page < PROMISED; page++) {
        assert_int_equal(world_allocate(c, page, 1), 0);
        world_write(c, page, page);
    }
    assert_int_equal(world_allocate(c, PROMISED, 1), ENOMEM);
    world_check();
}

/* ---- what neighbours do */

static void take_handles(unsigned task, struct control *control)
{
    struct container *c;
    uint32_t handle;
    int err = 0;
    for (unsigned n = 0; !err && n < 2 * HURD_CAP_CAPS_PROGRAM; n++) {
        err = task_container(task, control, &c);
        if (!err)
            err = hurd_cap_insert(&table, task, &c->object, 7, HURD_CAP_WEAK, task, &handle);
    }
    assert_true(err == ENOMEM || err == EMFILE);
}

static void take_holes(unsigned task, struct control *control)
{
    struct container *c;
    unsigned n = 0;
    assert_int_equal(task_container(task, control, &c), 0);
    while (world_allocate(c, n * 33000 % PAGES_MAX, 1) == 0)
        n++;
    for (unsigned i = 0; i < n; i++)
        if (i % 8)
            world_deallocate(c, i * 33000 % PAGES_MAX, 1);
    world_allocate(c, 1, control_unused(control));
}

static void take_groups(unsigned task, struct control *control)
{
    struct container *from, *to;
    uint32_t done, n = control_unused(control) / 2;
    assert_int_equal(task_container(task, control, &from), 0);
    assert_int_equal(task_container(task, control, &to), 0);
    container_allocate(from, 0, n, false, true, &done);
    container_copy(&(struct copy) { .from = from, .to = to, .count = done, .shared = true, .partial = true },
                   &done);
    assert_true(done > 0);
}

static void take_controls(unsigned task, struct control *control)
{
    struct control *child;
    uint32_t handle;
    while (control_split(control, 0, task, &child) == 0)
        if (hurd_cap_insert(&table, task, &child->object, 7, 0, task, &handle))
            break;
}

static void victim_among(void (*greedy)(unsigned task, struct control *control))
{
    uint32_t each = control_unused(control_root) / NEIGHBOURS - 4;
    for (unsigned i = 0; i < NEIGHBOURS; i++) {
        struct control *c = task_starts(FIRST + i, each);
        greedy(FIRST + i, c);
        world_check();
    }
    victim_gets_all();
}

static void a_promise_holds_beside_tasks_with_handles(void **state)
{
    (void) state;
    victim_among(take_handles);
}

static void a_promise_holds_beside_tasks_with_holes(void **state)
{
    (void) state;
    victim_among(take_holes);
}

static void a_promise_holds_beside_tasks_with_groups(void **state)
{
    (void) state;
    victim_among(take_groups);
}

static void a_promise_holds_beside_tasks_with_controls(void **state)
{
    (void) state;
    victim_among(take_controls);
}

/* ---- nearly used up */

static void a_copy_beyond_what_is_left_ends(void **state)
{
    (void) state;
    struct container *c;
    uint32_t done;
    struct control *rest = task_starts(FIRST, control_most(control_unused(control_root) - 1));
    assert_int_equal(task_container(FIRST, rest, &c), 0);
    assert_int_equal(world_allocate(c, 1, 4), 0);
    take_holes(FIRST, rest);
    world_allocate(c, 40, control_unused(rest));
    uint32_t used = control_used(rest);
    struct copy how = { .from = c, .to = c, .from_start = 1, .to_start = 5000, .count = 4 };
    assert_int_equal(control_unused(rest), 0);
    assert_int_equal(container_copy(&how, &done), ENOMEM);
    assert_int_equal(done, 0);
    how.partial = true;
    assert_int_equal(container_copy(&how, &done), ENOMEM);
    assert_int_equal(done, 0);
    assert_int_equal(control_used(rest), used);
    how.partial = false;
    how.move = true;
    world_deallocate(c, 1, 1);
    how.from_start = 2;
    how.to_start = 1;
    how.count = 1;
    assert_int_equal(container_copy(&how, &done), 0);
    victim_gets_all();
}

static void records_end_with_books_and_guarantee(void **state)
{
    (void) state;
    struct container *c;
    unsigned n = 0;
    struct control *small = task_starts(FIRST, 10);
    assert_int_equal(task_container(FIRST, small, &c), 0);
    assert_int_equal(world_allocate(c, 0, 10), 0);
    while (n < 500 && container_create(small, FIRST, false, &c) == 0)
        n++;
    assert_in_range(n, 10, 200);
    assert_int_equal(small->meta.pages, small->books);
    assert_int_equal(control_used(small), 10);
    world_check();
    for (c = small->containers; c->pages == 0; c = c->next)
        ;
    assert_int_equal(world_deallocate(c, 9, 1), 1);
    while (n < 1000 && container_create(small, FIRST, false, &c) == 0)
        n++;
    assert_int_equal(control_used(small), 10);              /* the page is a page of records now */
    assert_int_equal(small->meta.pages, small->books + 1);
}

static void groups_that_outlive_their_payer_are_its_parents(void **state)
{
    (void) state;
    struct container *from, *to;
    uint32_t done;
    struct control *c = task_starts(FIRST, 40);
    assert_int_equal(task_container(VICTIM, victim, &from), 0);
    assert_int_equal(task_container(FIRST, c, &to), 0);
    assert_int_equal(world_allocate(from, 0, 20), 0);
    assert_int_equal(container_copy(&(struct copy) { .from = from, .to = to, .count = 20, .shared = true }, &done), 0);
    uint32_t unused = control_unused(victim), records = control_root->meta.bytes;
    task_ends(FIRST);
    world_check();
    assert_int_equal(control_unused(victim), unused);
    assert_int_equal(control_root->meta.bytes, records - sizeof(struct control) + 20 * sizeof(struct group));
    world_deallocate(from, 0, 20);
    assert_int_equal(control_root->meta.bytes, records - sizeof(struct control));
}

static void a_failed_shared_copy_leaves_no_groups(void **state)
{
    (void) state;
    struct container *from, *to;
    uint32_t done;
    assert_int_equal(task_container(VICTIM, victim, &from), 0);
    assert_int_equal(task_container(VICTIM, victim, &to), 0);
    assert_int_equal(world_allocate(from, 0, 10), 0);
    assert_int_equal(world_allocate(to, 9, 1), 0);
    uint32_t bytes = victim->meta.bytes;
    struct copy how = { .from = from, .to = to, .count = 10, .shared = true };
    assert_int_equal(container_copy(&how, &done), EEXIST);
    assert_int_equal(victim->meta.bytes, bytes);
    how.partial = true;
    how.count = 12;
    assert_int_equal(container_copy(&how, &done), EEXIST);
    assert_int_equal(done, 9);
    assert_int_equal(victim->meta.bytes, bytes + 9 * sizeof(struct group));
}

/* ---- pins */

static void pinning_takes_the_range_from_weak_references_once(void **state)
{
    (void) state;
    struct container *c;
    uint32_t handle, contiguous;
    paddr_t first;
    task_starts(FIRST, 10);
    assert_int_equal(task_container(VICTIM, victim, &c), 0);
    assert_int_equal(world_allocate(c, 0, 4), 0);
    world_map(c, 0, 4, 6);
    assert_int_equal(container_pin(c, VICTIM, 3, 1, 0, &first, &contiguous), 0);
    assert_int_equal(world_rights(c, 3), 6);                /* nobody else can have it */
    assert_int_equal(hurd_cap_insert(&table, FIRST, &c->object, 7, HURD_CAP_WEAK, 5, &handle), 0);
    assert_int_equal(container_pin(c, VICTIM, 1, 3, 0, &first, &contiguous), 0);
    assert_int_equal(world_rights(c, 0), 6);
    assert_int_equal(world_rights(c, 1), 0);
    assert_int_equal(world_rights(c, 2), 0);
    assert_int_equal(world_rights(c, 3), 6);                /* was pinned before */
    world_map(c, 1, 1, 6);
    assert_int_equal(container_pin(c, VICTIM, 1, 1, 0, &first, &contiguous), 0);
    assert_int_equal(world_rights(c, 1), 6);
}

/* ---- homes */

static void a_home_lives_as_long_as_the_tables_of_its_task(void **state)
{
    (void) state;
    struct control *c = task_starts(FIRST, 40);
    uint32_t guaranteed = control_root->guarantee, handle;
    unsigned left;
    struct container *seen;
    assert_int_equal(task_container(VICTIM, victim, &seen), 0);
    assert_int_equal(hurd_cap_insert(&table, FIRST, &seen->object, 7, HURD_CAP_WEAK, 5, &handle), 0);
    assert_int_equal(hurd_cap_remove(&table, FIRST, hurd_cap_handle(c->object.caps), &left), 0);
    assert_int_equal(control_root->guarantee, guaranteed);      /* its rows still cost something */
    task_ends(FIRST);
    assert_true(control_root->guarantee >= guaranteed + 40);
}

static void a_task_without_its_home_gets_no_more_rows_and_the_parent_keeps_the_old(void **state)
{
    (void) state;
    struct control *c = task_starts(FIRST, 40);
    struct container *seen[20];
    uint32_t handle;
    int err = 0;
    control_destroy(c);
    world_check();
    assert_null(account_of(FIRST)->home);
    assert_true(control_root->meta.bytes > sizeof(struct account));
    for (unsigned i = 0; i < 20 && !err; i++) {
        assert_int_equal(task_container(VICTIM, victim, &seen[i]), 0);
        err = hurd_cap_insert(&table, FIRST, &seen[i]->object, 7, HURD_CAP_WEAK, 5, &handle);
    }
    assert_int_equal(err, ENOMEM);
    assert_int_equal(container_pin(seen[0], FIRST, 0, 1, 0, &(paddr_t) { 0 }, &(uint32_t) { 0 }), ENOENT);
    assert_int_equal(world_allocate(seen[0], 0, 1), 0);
    assert_int_equal(container_pin(seen[0], FIRST, 0, 1, 0, &(paddr_t) { 0 }, &(uint32_t) { 0 }), ENOMEM);
    assert_false(container_busy(seen[0], 0, 1));
}

static void a_task_without_a_control_has_no_rows(void **state)
{
    (void) state;
    struct container *seen;
    uint32_t handle;
    assert_int_equal(task_container(VICTIM, victim, &seen), 0);
    assert_int_equal(hurd_cap_insert(&table, FIRST, &seen->object, 7, HURD_CAP_WEAK, 5, &handle), ENOMEM);
    assert_false(hurd_cap_knows(&table, FIRST));
}

static void a_small_task_costs_one_frame_beside_its_guarantee(void **state)
{
    (void) state;
    struct container *c[3];
    struct control *small = task_starts(FIRST, 64);
    for (unsigned i = 0; i < 3; i++) {                  /* image, startup page, memory */
        assert_int_equal(task_container(FIRST, small, &c[i]), 0);
        assert_int_equal(world_allocate(c[i], 0x400, 3), 0);
    }
    assert_in_range(small->meta.pages, 1, sizeof(void *) / 4);
    assert_in_range(small->books, 2, 3);
    assert_int_equal(control_used(small), 9);
}

/* Another task has all frames that are left, as extra pages.  A task that has used up its guarantee has no claim on them. */
static void a_request_beyond_the_guarantee_takes_no_extra_pages(void **state)
{
    (void) state;
    uint32_t done;
    struct control *holder = task_starts(FIRST, 64), *poor = task_starts(FIRST + 1, 64);
    struct container *extra, *full;
    assert_int_equal(task_container(FIRST, holder, &extra), 0);
    assert_int_equal(task_container(FIRST + 1, poor, &full), 0);
    assert_int_equal(container_allocate(full, 0, 100, false, true, &done), ENOMEM);
    assert_int_equal(control_unused(poor), 0);
    assert_int_equal(container_allocate_extra(extra, 0, WORLD_PAGES, false, true, &done), ENOMEM);
    assert_in_range(done, 64, WORLD_PAGES);
    assert_int_equal(extra_room(), 0);
    uint32_t held = holder->extra;
    assert_int_equal(world_allocate(full, 500, STRETCH_PAGES), ENOMEM);
    assert_int_equal(holder->extra, held);
    const struct copy how = { .from = extra, .to = full, .to_start = 500, .count = STRETCH_PAGES };
    assert_int_equal(container_copy(&how, &done), ENOMEM);
    assert_int_equal(holder->extra, held);
    assert_int_equal(holder->seized, 0);
}

#define TEST_IN_WORLD(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_WORLD(a_promise_holds_beside_tasks_with_handles),
        TEST_IN_WORLD(a_promise_holds_beside_tasks_with_holes),
        TEST_IN_WORLD(a_promise_holds_beside_tasks_with_groups),
        TEST_IN_WORLD(a_promise_holds_beside_tasks_with_controls),
        TEST_IN_WORLD(a_copy_beyond_what_is_left_ends),
        TEST_IN_WORLD(records_end_with_books_and_guarantee),
        TEST_IN_WORLD(groups_that_outlive_their_payer_are_its_parents),
        TEST_IN_WORLD(a_failed_shared_copy_leaves_no_groups),
        TEST_IN_WORLD(pinning_takes_the_range_from_weak_references_once),
        TEST_IN_WORLD(a_home_lives_as_long_as_the_tables_of_its_task),
        TEST_IN_WORLD(a_task_without_its_home_gets_no_more_rows_and_the_parent_keeps_the_old),
        TEST_IN_WORLD(a_task_without_a_control_has_no_rows),
        TEST_IN_WORLD(a_small_task_costs_one_frame_beside_its_guarantee),
        TEST_IN_WORLD(a_request_beyond_the_guarantee_takes_no_extra_pages),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
