/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/check.c servers/physmem/jobs.c servers/physmem/attach.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/extra.c servers/physmem/policy.c servers/physmem/soft.c servers/physmem/lock.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/burial.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* flags: -DWORLD_PAGES=4096 */
/* Orders of requests that nobody needs, and that a hostile task may try. */
#include "physmem_world.h"

#include "servers/physmem/check.h"

enum { FRAMES = 400, EXTRA = 1000, BLOCKS = 40, CELLS = 16 };

static struct control *control, *other;
static struct container *a, *b;

static int setup(void **state)
{
    (void) state;
    control = world_control(FRAMES);
    other = world_control(FRAMES);
    a = world_container(control);
    b = world_container(other);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    world_destroy(control);
    world_destroy(other);
    account_close(600);
    world_check();
    assert_null(check_problem());
    return 0;
}

static int extra(struct container *c, uint32_t start, uint32_t count)
{
    uint32_t done;
    return container_allocate_extra(c, start, count, false, false, &done);
}

/* Promises pages until no frame is free of claims: whoever claims one more takes an extra page. */
static struct control *fill_memory(void)
{
    struct control *filler = world_control(control_most(control_unused(control_root) - 2));
    struct container *c = world_container(filler);
    uint32_t page = 0;
    while (extra_lack(16) == 0)
        assert_int_equal(world_allocate(c, page++, 1), 0);
    page = (page | (NODE_SLOTS - 1)) + 1;
    assert_int_equal(world_allocate(c, page++, 1), 0);
    while (extra_lack(1) == 0)                  /* these need no node, and make room for themselves only */
        assert_true(container_allocate_one(c, page++));
    assert_true(control->seized == 0);
    return filler;
}

static int finish(const struct work *w, uint32_t *done)
{
    struct progress p = { 0 };
    while (!stretch(w, &p))
        assert_null(check_problem());
    *done = p.done;
    return p.err;
}

/* The number of extra pages in the destination is the same afterwards, but they lie behind its last one. */
static void extra_pages_that_moved_up_are_seized_like_others(void **state)
{
    (void) state;
    const uint32_t top = PAGES_MAX - 4;
    uint32_t done;
    struct container *from = world_container(control);
    assert_int_equal(world_allocate(from, 0, 2), 0);
    assert_int_equal(extra(from, 2, 2), 0);
    assert_int_equal(extra(a, top, 2), 0);
    assert_int_equal(world_allocate(a, top + 2, 2), 0);
    const struct copy how = { .from = from, .to = a, .to_start = top, .count = 4, .move = true, .squash = true };
    assert_int_equal(container_copy(&how, &done), 0);
    assert_int_equal(control->extra, 2);
    assert_int_equal(extra_seize(control, 2), 2);
    assert_int_equal(control->extra, 0);
    assert_int_equal(container_missing(a, top + 2), ESTALE);
    assert_int_equal(container_missing(a, top + 3), ESTALE);
    assert_null(check_problem());
}

/* The record of a group claims a frame, and the frame that is taken for it is the page's own. */
static void a_shared_copy_of_a_page_that_is_seized_meanwhile_ends(void **state)
{
    (void) state;
    enum { UNIT = 16, NODES = 5, COUNT = STRETCH_PAGES + 1, LEFT = STRETCH_PAGES + NODES * sizeof(struct node) / UNIT };
    void *records[1024];
    uint32_t done, n = 0;
    struct control *payer = world_control(80);
    struct container *to = world_container(payer);
    assert_int_equal(extra(a, 0, EXTRA), 0);
    while ((records[n] = slab_take(&payer->meta, UNIT)))
        n++;
    for (uint32_t i = n - LEFT; i < n; i++)         /* groups for all pages but the last, and nodes for all */
        slab_free(records[i], UNIT);
    struct control *filler = fill_memory();
    const struct work w = { WORK_COPY, { .from = a, .from_start = EXTRA - COUNT, .to = to, .count = COUNT,
                                         .shared = true } };
    assert_int_equal(finish(&w, &done), ESTALE);
    assert_int_equal(control->seized > 0, 1);
    assert_int_equal(done, 0);
    assert_null(check_problem());
    world_destroy(filler);
    world_destroy(payer);
}

/* The page comes back from the frame of an extra copy, and the frame that is taken for it is that one. */
static void a_page_comes_in_when_its_frame_is_seized_for_it(void **state)
{
    (void) state;
    struct control *payer = world_control(CELLS + 40);
    struct swap_job job;
    uint32_t done, key;
    assert_int_equal(swap_attach(payer, 700, BLOCKS, 1, 1, CELLS), 0);
    assert_true(control_quota(control_root, other, BLOCKS - 2));
    assert_int_equal(world_allocate(b, 0, 1 + CELLS), 0);
    world_map(b, 0, 1 + CELLS, 6);
    assert_int_equal(extra(a, 0, EXTRA), 0);
    const struct copy how = { .from = b, .to = a, .to_start = EXTRA - 1, .count = 1, .squash = true };
    assert_int_equal(container_copy(&how, &done), 0);
    assert_int_equal(swap_out(b, 0, 1 + CELLS, &done, &key), SWAP_WAITS);
    while (swap_next_job(&job))
        assert_true(swap_job_end(job.tag, false, job.pages));
    swap_round_over();
    assert_int_equal(swap_out(b, done, 1 + CELLS - done, &done, &key), 0);  /* in the first page's cell */
    assert_int_equal(frame_users(slot_frame(*container_slot(a, EXTRA - 1))), 1);
    struct control *filler = fill_memory();
    int err = swap_in(b, 0, 1, &done, &key);
    assert_int_equal(control->seized, 1);
    assert_null(check_problem());
    assert_int_equal(err, SWAP_WAITS);
    world_destroy(filler);
    world_destroy(other);
    while (swap_next_job(&job))
        assert_true(swap_job_end(job.tag, !job.write, job.write ? job.pages : 0));
    swap_detach();
    swap_forget();
    world_destroy(payer);
    other = world_control(FRAMES);
}

static void a_long_wired_allocation_is_all_or_nothing(void **state)
{
    (void) state;
    struct control *large = world_control(2 * STRETCH_PAGES * WIRED_SHARE + 10);
    struct container *wired;
    uint32_t done;
    assert_int_equal(container_create(large, 600, true, &wired), 0);
    const struct work w = { WORK_ALLOCATE, { .to = wired, .count = 3 * STRETCH_PAGES } };
    assert_int_equal(finish(&w, &done), EAGAIN);
    assert_int_equal(done, 0);
    assert_int_equal(wired->pages, 0);
    assert_int_equal(account_of(600)->wired, 0);
    world_destroy(large);
}

/* Whoever asked for the pages goes away, or was told that they are not there yet: the cells are free when
 * the pages have come. */
static void a_page_that_waits_for_a_cell_hears_of_pages_that_nobody_fetches(void **state)
{
    (void) state;
    struct control *payer = world_control(CELLS + 40);
    struct container *driver = world_container(other);
    struct swap_job job;
    uint32_t done, key;
    assert_int_equal(swap_attach(payer, 700, BLOCKS, 1, 1, CELLS), 0);
    assert_true(control_quota(control_root, other, BLOCKS - 2));
    assert_int_equal(world_allocate(driver, 0, 1), 0);
    assert_int_equal(world_allocate(b, 0, 2 * CELLS + 1), 0);
    world_map(b, 0, 2 * CELLS + 1, 6);
    for (uint32_t page = 0; page < 2 * CELLS; page += CELLS) {
        assert_int_equal(swap_out(b, page, CELLS, &done, &key), 0);
        while (swap_next_job(&job))
            assert_true(swap_job_end(job.tag, false, job.pages));
        swap_round_over();
    }
    assert_int_equal(swap_in(b, 0, CELLS, &done, &key), SWAP_WAITS);
    assert_int_equal(swap_out(b, 2 * CELLS, 1, &done, &key), SWAP_WAITS);
    assert_int_equal(key, SWAP_KEY_CELL);
    assert_true(swap_next_job(&job));
    assert_int_equal(job.pages, CELLS);
    for (uint32_t i = 0; i < CELLS; i++) {
        const struct copy how = { .from = driver, .to = swap.window, .to_start = job.cell + i, .count = 1,
                                  .squash = true, .no_growth = true, .weak = true };
        assert_int_equal(container_copy(&how, &done), 0);
    }
    unsigned before = world_cell_wakes;
    assert_true(swap_job_end(job.tag, false, job.pages));
    swap_round_over();
    assert_true(world_cell_wakes > before);
    assert_int_equal(swap_out(b, 2 * CELLS, 1, &done, &key), 0);
    world_destroy(other);
    while (swap_next_job(&job))
        assert_true(swap_job_end(job.tag, false, job.pages));
    swap_detach();
    swap_forget();
    world_destroy(payer);
    other = world_control(FRAMES);
}

/* Nothing on the disk can be freed, and to find that out takes several calls. */
static void a_full_disk_is_searched_in_parts(void **state)
{
    (void) state;
    enum { MANY = 5000 };
    struct control *payer = world_control(CELLS + 200);
    uint32_t done, key, first, got, calls = 1;
    int err;
    assert_int_equal(swap_attach(payer, 700, MANY, 1, 1, CELLS), 0);
    assert_true(control_quota(control_root, other, 100));
    while (slots_alloc(&swap.map, &swap.kept, CELLS, &first, &got) == 0)
        ;
    assert_int_equal(world_allocate(b, 0, 3), 0);
    world_map(b, 0, 3, 6);
    for (; (err = swap_out(b, 0, 3, &done, &key)) == SWAP_AGAIN; calls++)
        assert_int_equal(done, 0);
    assert_int_equal(err, ENOSPC);
    assert_in_range(calls, 3, 4);
    for (uint32_t block = 1; block < MANY; block++) {
        assert_int_equal(slots_drop(&swap.map, &swap.kept, block), 0);
        assert_int_equal(slots_written(&swap.map, block, true), 0);
    }
    assert_int_equal(swap_out(b, 0, 3, &done, &key), 0);
    world_destroy(other);
    swap_detach();
    swap_forget();
    world_destroy(payer);
    other = world_control(FRAMES);
}

#define TEST_IN_WORLD(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_WORLD(extra_pages_that_moved_up_are_seized_like_others),
        TEST_IN_WORLD(a_shared_copy_of_a_page_that_is_seized_meanwhile_ends),
        TEST_IN_WORLD(a_page_comes_in_when_its_frame_is_seized_for_it),
        TEST_IN_WORLD(a_long_wired_allocation_is_all_or_nothing),
        TEST_IN_WORLD(a_page_that_waits_for_a_cell_hears_of_pages_that_nobody_fetches),
        TEST_IN_WORLD(a_full_disk_is_searched_in_parts),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
