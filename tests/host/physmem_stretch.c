/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/jobs.c servers/physmem/attach.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/extra.c servers/physmem/policy.c servers/physmem/soft.c servers/physmem/lock.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/burial.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* flags: -DWORLD_PAGES=4096 */
/* Work in stretches: the outcome is that of work in one piece, all accounts agree in between, and work
 * that is broken off leaves nothing behind. */
#define PAIR_FRAMES 3000
#include "physmem_pair.h"

enum { LONG = 10 * STRETCH_PAGES + 7 };

static unsigned parts;

/* Part by part; between them all accounts agree. */
static int finish(const struct work *work, struct progress *p)
{
    for (parts = 1; !stretch(work, p); parts++)
        world_check();
    world_check();
    return p->err;
}

static int work(enum work_kind kind, struct copy how, uint32_t *done)
{
    const struct work w = { kind, how };
    struct progress p = { 0 };
    int err = finish(&w, &p);
    *done = p.done;
    return err;
}

static int allocate(struct container *c, uint32_t start, uint32_t count, uint32_t *done)
{
    return work(WORK_ALLOCATE, (struct copy) { .to = c, .to_start = start, .count = count }, done);
}

static void write_all(struct container *c, uint32_t start, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        world_write(c, start + i, (start + i) % 251);
}

static void expect_all(struct container *c, uint32_t start, uint32_t count, uint32_t source)
{
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(world_read(c, start + i), (source + i) % 251);
}

static void allocation_promises_all_of_it(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(allocate(a, 5, LONG, &done), 0);
    assert_int_equal(done, LONG);
    assert_int_equal(a->pages, LONG);
    assert_int_equal(container_count(a, 5, LONG), LONG);
    assert_int_equal(parts, 2 * 11);                    /* checked and committed */
}

static void allocation_that_meets_a_page_changes_nothing(void **state)
{
    (void) state;
    uint32_t done, meta = control->meta.bytes;
    assert_int_equal(world_allocate(a, LONG - 3, 1), 0);
    uint32_t nodes = control->meta.bytes;
    assert_int_equal(allocate(a, 0, LONG, &done), EEXIST);
    assert_int_equal(done, 0);
    assert_int_equal(a->pages, 1);
    assert_int_equal(control->meta.bytes, nodes);
    world_deallocate(a, LONG - 3, 1);
    assert_int_equal(control->meta.bytes, meta);
}

static void allocation_beyond_the_guarantee_changes_nothing(void **state)
{
    (void) state;
    uint32_t done, meta = control->meta.bytes;
    assert_int_equal(allocate(a, 0, PAIR_FRAMES + 1, &done), ENOMEM);
    assert_int_equal(done, 0);
    assert_int_equal(control->pages, 0);
    assert_int_equal(control->meta.bytes, meta);
}

static void partial_allocation_takes_what_there_is(void **state)
{
    (void) state;
    const struct copy how = { .to = a, .count = PAIR_FRAMES + 100, .partial = true };
    uint32_t done;
    assert_int_equal(work(WORK_ALLOCATE, how, &done), ENOMEM);
    assert_in_range(done, PAIR_FRAMES - 100, PAIR_FRAMES);
    assert_int_equal(a->pages, done);
    assert_int_equal(control_unused(control), 0);
}

static void squash_in_parts_gives_zero_pages(void **state)
{
    (void) state;
    const struct copy how = { .to = a, .count = LONG, .squash = true };
    uint32_t done;
    assert_int_equal(world_allocate(a, 100, 300), 0);
    write_all(a, 100, 300);
    assert_int_equal(work(WORK_ALLOCATE, how, &done), 0);
    assert_int_equal(done, LONG);
    assert_int_equal(control->pages, LONG);
    for (uint32_t page = 0; page < LONG; page += 13)
        assert_int_equal(world_read(a, page), 0);
}

static void copies_show_the_source(void **state)
{
    (void) state;
    const struct copy how = { .from = a, .to = b, .to_start = 1000, .count = LONG };
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, LONG), 0);
    write_all(a, 0, LONG);
    assert_int_equal(work(WORK_COPY, how, &done), 0);
    assert_int_equal(done, LONG);
    world_write(a, 17, 99);
    expect_all(b, 1000, LONG, 0);
}

static void moves_leave_nothing_behind(void **state)
{
    (void) state;
    const struct copy how = { .from = a, .to = b, .count = LONG, .move = true };
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, LONG), 0);
    write_all(a, 0, LONG);
    assert_int_equal(work(WORK_COPY, how, &done), 0);
    assert_int_equal(a->pages, 0);
    assert_null(a->root);
    assert_int_equal(control->pages, LONG);
    expect_all(b, 0, LONG, 0);
}

static void a_move_needs_no_room_beside_what_moves(void **state)
{
    (void) state;
    uint32_t done, most = PAIR_FRAMES;
    while (world_allocate(a, 0, most))
        most--;
    /* The other tree takes the rest. */
    const struct copy how = { .from = a, .to = b, .count = most - 200, .move = true };
    world_deallocate(a, most - 200, 200);
    assert_true(control_unused(control) < how.count);
    assert_int_equal(work(WORK_COPY, how, &done), 0);
    assert_int_equal(b->pages, most - 200);
}

static void shared_copies_that_meet_a_hole_leave_no_groups(void **state)
{
    (void) state;
    const struct copy how = { .from = a, .to = b, .count = LONG, .shared = true };
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, LONG - 1), 0);
    uint32_t bytes = control->meta.bytes;
    assert_int_equal(work(WORK_COPY, how, &done), ENOENT);
    assert_int_equal(done, 0);
    assert_int_equal(control->meta.bytes, bytes);
    assert_int_equal(b->pages, 0);
    assert_null(b->root);
}

static void a_source_that_changes_meanwhile_ends_a_copy_there(void **state)
{
    (void) state;
    const struct work w = { WORK_COPY, { .from = a, .to = b, .count = LONG, .shared = true } };
    struct progress p = { 0 };
    assert_int_equal(world_allocate(a, 0, LONG), 0);
    for (unsigned i = 0; i < 11 + 3; i++)               /* checked, and three parts committed */
        assert_false(stretch(&w, &p));
    world_deallocate(a, 5 * STRETCH_PAGES + 1, 1);
    assert_int_equal(finish(&w, &p), ENOENT);
    assert_int_equal(p.done, 5 * STRETCH_PAGES + 1);
    assert_int_equal(b->pages, p.done);
    for (uint32_t page = p.done + 1; page < LONG; page++)
        assert_false(slot_shared(*container_slot(a, page)));
}

static void deallocation_goes_from_page_to_page(void **state)
{
    (void) state;
    uint32_t done;
    for (uint32_t i = 0; i < 40; i++)
        assert_int_equal(world_allocate(a, i * 25000, 3), 0);
    const struct copy all = { .to = a, .count = PAGES_MAX };
    assert_int_equal(work(WORK_DEALLOCATE, all, &done), 0);
    assert_int_equal(done, 120);
    assert_null(a->root);
    assert_in_range(parts, 40, 42);
}

static void deallocation_of_a_pinned_page_changes_nothing(void **state)
{
    (void) state;
    uint32_t done, contiguous;
    paddr_t first;
    const struct copy all = { .to = a, .count = LONG };
    assert_int_equal(world_allocate(a, 0, LONG), 0);
    assert_int_equal(container_pin(a, 600, LONG - 2, 1, 0, &first, &contiguous), 0);
    assert_int_equal(work(WORK_DEALLOCATE, all, &done), EBUSY);
    assert_int_equal(done, 0);
    assert_int_equal(a->pages, LONG);
    assert_int_equal(container_unpin(a, 600, LONG - 2, 1), 0);
    assert_int_equal(work(WORK_DEALLOCATE, all, &done), 0);
    assert_int_equal(done, LONG);
}

static void release_and_unmap_reach_every_page(void **state)
{
    (void) state;
    uint32_t done;
    assert_int_equal(world_allocate(a, 0, LONG), 0);
    write_all(a, 0, LONG);
    assert_int_equal(work(WORK_COPY, (struct copy) { .from = a, .to = b, .count = LONG }, &done), 0);
    world_map(b, 0, LONG, 4);
    assert_int_equal(work(WORK_UNMAP, (struct copy) { .to = b, .count = PAGES_MAX }, &done), 0);
    for (uint32_t page = 0; page < LONG; page++)
        assert_int_equal(world_rights(b, page), 0);
    assert_int_equal(work(WORK_RELEASE, (struct copy) { .to = a, .count = LONG }, &done), 0);
    assert_int_equal(done, LONG);
    for (uint32_t page = 0; page < LONG; page += 7)
        assert_int_equal(world_read(a, page), 0);
    expect_all(b, 0, LONG, 0);
}

static void what_is_doomed_goes_first_come_first_gone(void **state)
{
    (void) state;
    uint32_t ticket = reaped;
    struct container *c = world_container(control);
    assert_int_equal(world_allocate(a, 0, LONG), 0);
    write_all(a, 0, LONG);
    assert_int_equal(world_allocate(b, PAGES_MAX - LONG, LONG), 0);
    assert_int_equal(world_allocate(c, 0, STRETCH_PAGES), 0);
    container_doom(a);
    container_doom(b);
    container_doom(c);                                  /* small: at once */
    assert_int_equal(control->pages, 2 * LONG);
    assert_int_equal(doomed - ticket, 2);
    for (parts = 0; reaped == ticket; parts++) {
        reap();
        world_check();
    }
    assert_int_equal(parts, 11);
    assert_int_equal(control->pages, LONG);
    while (reap_wanted())
        reap();
    assert_int_equal(control->pages, 0);
    assert_int_equal(control->count, 0);
}

static void few_pages_go_in_one_part_however_far_apart(void **state)
{
    (void) state;
    uint32_t before = control->count;
    assert_int_equal(world_allocate(a, 10, 1), 0);
    assert_int_equal(world_allocate(a, 5000, 2), 0);
    assert_int_equal(world_allocate(a, PAGES_MAX - 1, 1), 0);
    write_all(a, 5000, 2);
    container_condemn(a);
    reap();
    world_check();
    assert_false(reap_wanted());
    assert_int_equal(control->count, before - 1);
    assert_int_equal(control->pages, 0);
}

static void many_small_ones_go_in_one_part(void **state)
{
    (void) state;
    enum { MANY = 60 };
    uint32_t before = control->count;
    doom_small_ones = true;
    for (unsigned i = 0; i < MANY; i++) {
        struct container *c = world_container(control);
        assert_int_equal(world_allocate(c, i * 1000, 1), 0);
        container_doom(c);
    }
    doom_small_ones = false;
    assert_int_equal(control->count, before + MANY);
    for (parts = 0; reap_wanted(); parts++) {
        uint32_t count = control->count;
        reap();
        assert_true(count - control->count <= STRETCH_PAGES / (1 + CONTAINER_WEIGHT) + 1);
        world_check();
    }
    assert_in_range(parts, 2, 6);
    assert_int_equal(control->count, before);
    assert_int_equal(control->pages, 0);
}

static void a_control_folds_when_its_last_doomed_container_is_gone(void **state)
{
    (void) state;
    struct control *child, *below;
    struct container *c, *d;
    uint32_t unused = control_unused(control);
    assert_int_equal(control_split(control, 2000, 700, &child), 0);
    assert_int_equal(control_split(child, 500, 700, &below), 0);
    assert_int_equal(container_create(child, 700, false, &c), 0);
    assert_int_equal(container_create(below, 700, false, &d), 0);
    assert_int_equal(world_allocate(c, 0, 900), 0);
    assert_int_equal(world_allocate(d, 0, 400), 0);
    assert_int_equal(control_weight(child, PAGES_MAX), 1300 + 2 * CONTAINER_WEIGHT + 2);
    assert_in_range(control_weight(child, 10), 11, 1300);       /* it stops when it knows */
    control_destroy(child);
    world_check();
    assert_ptr_equal(control->children, child);
    while (reap_wanted())
        reap();
    assert_null(control->children);
    assert_int_equal(control_unused(control), unused);
}

/* ---- controls in parts ---- */

enum { MANY = 100 };

static void fill(struct control *c, unsigned containers)
{
    for (unsigned i = 0; i < containers; i++) {
        struct container *k;
        assert_int_equal(container_create(c, 700, false, &k), 0);
        assert_int_equal(world_allocate(k, i * 100, 1), 0);
    }
}

static void a_control_of_many_containers_goes_in_parts(void **state)
{
    (void) state;
    struct control *child, *below, *none;
    struct container *k;
    uint32_t unused = control_unused(control), before = buried;
    assert_int_equal(control_split(control, 2000, 700, &child), 0);
    assert_int_equal(control_split(child, 800, 700, &below), 0);
    fill(child, MANY);
    fill(below, MANY);
    container_doom(below->containers);                          /* a small one, at once */
    assert_int_equal(world_allocate(below->containers, 500, 200), 0);
    container_doom(below->containers);                          /* that one goes in parts already */
    control_condemn(child);
    assert_int_equal(container_create(below, 700, false, &k), EBUSY);
    const struct work grow = { WORK_ALLOCATE, { .to = below->containers, .count = 1 } };
    const struct work shrink = { WORK_DEALLOCATE, { .to = below->containers, .count = 1 } };
    assert_true(work_is_vain(&grow));
    assert_false(work_is_vain(&shrink));
    assert_int_equal(control_split(below, 1, 700, &none), EBUSY);
    assert_int_equal(control_split(child, 1, 700, &none), EBUSY);
    uint32_t left = child->count + below->count;
    for (parts = 0; buried == before; parts++) {
        uint32_t was = doomed;
        if (parts == 2) {
            for (k = child->containers; k->next; )
                k = k->next;
            container_doom(k);                                  /* its last handle is dropped */
        }
        if (parts == 3) {                                       /* and that of the very next one */
            for (k = child->containers; k->doomed; )
                k = k->next;
            container_doom(k);
        }
        reap();
        assert_true(doomed - was <= 17);
        world_check();
    }
    assert_in_range(parts, left / 16, left / 16 + 20);
    assert_null(control->children);
    assert_int_equal(control_unused(control), unused);
    assert_false(reap_wanted());
}

static void a_condemned_control_below_another_one_goes_first(void **state)
{
    (void) state;
    struct control *child, *below, *lowest;
    uint32_t unused = control_unused(control), before = buried;
    assert_int_equal(control_split(control, 1500, 700, &child), 0);
    assert_int_equal(control_split(child, 900, 700, &below), 0);
    assert_int_equal(control_split(below, 200, 700, &lowest), 0);
    assert_int_equal(control_split(below, 200, 700, &lowest), 0);
    fill(below, 40);
    fill(child, 40);
    control_condemn(below);
    reap();
    control_condemn(child);
    while (buried == before)
        reap();
    assert_ptr_equal(control->children, child);
    assert_null(child->children);
    while (reap_wanted()) {
        reap();
        world_check();
    }
    assert_int_equal(buried - before, 2);
    assert_null(control->children);
    assert_int_equal(control_unused(control), unused);
}

/* Each control is kept by the one below it, and the last one goes. */
static void a_long_chain_of_controls_folds_in_parts(void **state)
{
    (void) state;
    struct control *top = NULL, *c = control;
    uint32_t unused = control_unused(control), condemned_ones = buried;
    for (unsigned i = 0; i < MANY; i++) {
        struct control *child;
        assert_int_equal(control_split(c, 2 * (MANY - i) + 2 + 20 * (i == 0), 700, &child), 0);
        top = top ? top : child;
        c = child;
    }
    control_fold(c);
    world_check();
    assert_ptr_equal(control->children, top);
    assert_true(reap_wanted());
    for (parts = 0; reap_wanted(); parts++) {
        reap();
        world_check();
    }
    assert_in_range(parts, MANY / 16 - 1, MANY / 16 + 1);
    assert_null(control->children);
    assert_int_equal(control_unused(control), unused);
    assert_int_equal(buried, condemned_ones);
}

/* The burial goes down the chain, and meets those that fold from the other end, at any place. */
static void a_chain_that_folds_may_be_destroyed_from_above(void **state)
{
    (void) state;
    for (unsigned length = 17; length < 70; length++) {
        struct control *child, *c;
        uint32_t unused = control_unused(control);
        assert_int_equal(control_split(control, 1600, 700, &child), 0);
        c = child;
        for (unsigned i = 0; i < length; i++)
            assert_int_equal(control_split(c, 1500 - 20 * i, 700, &c), 0);
        control_fold(c);
        control_condemn(child);
        while (reap_wanted()) {
            reap();
            world_check();
        }
        assert_null(control->children);
        assert_int_equal(control_unused(control), unused);
    }
}

/* Groups that others share are such records; here they are as large as can be. */
static void many_records_that_outlive_their_control_are_the_parents_part_by_part(void **state)
{
    (void) state;
    enum { RECORDS = 1200, A_PART = 512 };
    static void *record[RECORDS];
    struct control *child;
    uint32_t unused = control_unused(control), left;
    assert_int_equal(control_split(control, RECORDS, 700, &child), 0);
    for (unsigned i = 0; i < RECORDS; i++)
        assert_non_null(record[i] = control_alloc(child, SLAB_BLOCK_MAX));
    control_fold(child);
    for (parts = 1; reap_wanted(); parts++) {
        left = child->meta.pages;
        assert_in_range(left, RECORDS - parts * A_PART - parts, RECORDS - parts * A_PART);
        slab_free(record[parts], SLAB_BLOCK_MAX);                   /* the others let go meanwhile */
        slab_free(record[RECORDS - parts], SLAB_BLOCK_MAX);
        world_check();
        reap();
        world_check();
    }
    assert_int_equal(parts, 3);
    assert_null(control->children);
    assert_in_range(control_unused(control), unused - RECORDS, unused - RECORDS + 20);
    for (unsigned i = parts; i <= RECORDS - parts; i++)
        slab_free(record[i], SLAB_BLOCK_MAX);
    slab_free(record[0], SLAB_BLOCK_MAX);
    world_check();
    assert_int_equal(control_unused(control), unused);
}

/* ---- the marks of a task that pages itself by now */

static uint32_t steady_pages(struct container *c)
{
    uint32_t n = 0;
    for (uint32_t page = 0; (page = container_next(c, page, PAGES_MAX)) < PAGES_MAX; page++)
        n += (*frame_find(slot_frame(*container_slot(c, page))) & FRAME_STEADY) != 0;
    return n;
}

static void map_steadily(struct container *c, uint32_t count)
{
    struct map_item items[MAP_ITEMS_MAX];
    unsigned n;
    assert_int_equal(world_allocate(c, 0, count), 0);
    for (uint32_t page = 0; page < count; page++) {
        const struct map_request how = { .from = c, .start = page, .count = 1, .vaddr = page << PAGE_LOG2,
                                         .rights = 4, .steady = true };
        assert_int_equal(container_map(&how, items, &n), 0);
    }
    assert_int_equal(steady_pages(c), count);
}

static void a_task_that_pages_itself_loses_its_marks_part_by_part(void **state)
{
    (void) state;
    enum { PAGES = 1200, A_PART = 257 };
    struct container *other;
    assert_true(account_open(601, control));
    assert_int_equal(container_create(control, 601, false, &other), 0);
    map_steadily(a, PAGES);
    map_steadily(b, 3);
    map_steadily(other, 4);
    account_of(600)->self_paged = true;
    unsteady_begin();
    for (parts = 0; reap_wanted(); parts++) {
        uint32_t was = (parts <= 2 ? steady_pages(a) : 0) + steady_pages(b);
        if (parts == 1)
            unsteady_begin();                                   /* another task says so as well */
        if (parts == 2) {
            container_destroy(a);                               /* where the walk is */
            memset(a, 0xdb, sizeof *a);
        }
        unsteady();
        assert_true(was - (parts < 2 ? steady_pages(a) : 0) - steady_pages(b) <= (parts == 2 ? PAGES : A_PART));
    }
    assert_in_range(parts, 4, 6);
    assert_int_equal(steady_pages(b), 0);
    assert_int_equal(steady_pages(other), 4);
    account_of(601)->self_paged = true;
    unsteady_begin();
    unsteady();
    assert_int_equal(steady_pages(other), 0);
    assert_false(reap_wanted());
    world_deallocate(other, 0, 4);
    map_steadily(other, 4);                                     /* for a task that cannot fault */
    unsteady_begin();
    unsteady();
    assert_int_equal(steady_pages(other), 4);
    account_close(601);
}

/* It looks at controls and containers in parts as well, which may go meanwhile. */
static void the_walk_goes_on_where_its_place_has_gone(void **state)
{
    (void) state;
    struct control *child;
    struct container *empty;
    map_steadily(a, 2);
    account_of(600)->self_paged = true;
    assert_int_equal(control_split(control, 200, 600, &child), 0);
    hurd_cap_object_keep(&child->object);
    for (unsigned i = 0; i < 3000; i++)
        assert_int_equal(container_create(child, 600, false, &empty), 0);
    unsteady_begin();
    unsteady();
    assert_int_equal(steady_pages(a), 2);
    control_destroy(child);
    hurd_cap_object_drop(&child->object);
    assert_null(control->children);
    memset(child, 0xdb, sizeof *child);
    for (parts = 0; reap_wanted(); parts++)
        reap();
    assert_in_range(parts, 1, 2);
    assert_int_equal(steady_pages(a), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_WORLD(allocation_promises_all_of_it),
        TEST_IN_WORLD(allocation_that_meets_a_page_changes_nothing),
        TEST_IN_WORLD(allocation_beyond_the_guarantee_changes_nothing),
        TEST_IN_WORLD(partial_allocation_takes_what_there_is),
        TEST_IN_WORLD(squash_in_parts_gives_zero_pages),
        TEST_IN_WORLD(copies_show_the_source),
        TEST_IN_WORLD(moves_leave_nothing_behind),
        TEST_IN_WORLD(a_move_needs_no_room_beside_what_moves),
        TEST_IN_WORLD(shared_copies_that_meet_a_hole_leave_no_groups),
        TEST_IN_WORLD(a_source_that_changes_meanwhile_ends_a_copy_there),
        TEST_IN_WORLD(deallocation_goes_from_page_to_page),
        TEST_IN_WORLD(deallocation_of_a_pinned_page_changes_nothing),
        TEST_IN_WORLD(release_and_unmap_reach_every_page),
        TEST_IN_WORLD(what_is_doomed_goes_first_come_first_gone),
        TEST_IN_WORLD(few_pages_go_in_one_part_however_far_apart),
        TEST_IN_WORLD(many_small_ones_go_in_one_part),
        TEST_IN_WORLD(a_control_folds_when_its_last_doomed_container_is_gone),
        TEST_IN_WORLD(a_control_of_many_containers_goes_in_parts),
        TEST_IN_WORLD(a_condemned_control_below_another_one_goes_first),
        TEST_IN_WORLD(a_long_chain_of_controls_folds_in_parts),
        TEST_IN_WORLD(a_chain_that_folds_may_be_destroyed_from_above),
        TEST_IN_WORLD(many_records_that_outlive_their_control_are_the_parents_part_by_part),
        TEST_IN_WORLD(a_task_that_pages_itself_loses_its_marks_part_by_part),
        TEST_IN_WORLD(the_walk_goes_on_where_its_place_has_gone),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
