/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/check.c servers/physmem/jobs.c servers/physmem/attach.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/extra.c servers/physmem/policy.c servers/physmem/soft.c servers/physmem/lock.c servers/physmem/shake.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/burial.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* Pages on a disk that fails, against a model that knows nothing of disks: a page is a hole or a byte, in
 * core or out.  The swap server is played here: it takes jobs, ends them well or not, or dies. */
#include "physmem_world.h"

#include "servers/physmem/check.h"

enum { BLOCKS = 80, RESERVED = 1, CELLS = 16, PAGES = 40, CONTAINERS = 3, STEPS = 30000, BAD_BLOCKS = 6 };

static struct control *payer, *control[2];
static struct container *container[CONTAINERS];

static struct { bool there, out; unsigned char value; } model[CONTAINERS][PAGES];

/* ---- the disk and its server ---- */

static unsigned char disk[BLOCKS];
static bool broken[BLOCKS];             /* cannot be written */
static struct swap_job job;             /* tag 0: none */
static struct container *driver;        /* one page, from which what is read is copied */
static uint32_t seed;

static unsigned pick(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % n;
}

static void disk_read(uint32_t cell, unsigned char value)
{
    uint32_t done;
    const struct copy how = { .from = driver, .to = swap.window, .to_start = cell, .count = 1,
                              .squash = true, .no_growth = true, .weak = true };
    world_write(driver, 0, value);
    assert_int_equal(container_copy(&how, &done), 0);
}

/* How many pages of the job go well. */
static uint32_t job_do(bool flaky)
{
    for (uint32_t i = 0; i < job.pages; i++) {
        uint32_t block = job.block + i;
        if ((job.write && broken[block]) || (flaky && pick(8) == 0))
            return i;
        if (job.write)
            disk[block] = world_read(swap.window, job.cell + i);
        else
            disk_read(job.cell + i, disk[block]);
    }
    return job.pages;
}

/* One end of a job, and perhaps the beginning of the next. */
static bool server_works(bool flaky)
{
    if (job.tag) {
        uint32_t good = job_do(flaky);
        assert_false(swap_job_end(job.tag + 1, false, 0));
        assert_true(swap_job_end(job.tag, good < job.pages, good));
        job.tag = 0;
        swap_round_over();
    }
    return swap_next_job(&job);
}

static void server_attaches(void)
{
    assert_int_equal(swap_attach(payer, 700, BLOCKS, RESERVED, 1, CELLS), 0);
    job.tag = 0;
}

static void server_works_until_idle(void)
{
    while (server_works(false))
        assert_null(check_problem());
}

/* Begins with an empty disk, and two controls with these quotas. */
static void begin(unsigned frames, unsigned quota0, unsigned quota1)
{
    payer = world_control(CELLS + 8);
    memset(broken, 0, sizeof broken);
    memset(model, 0, sizeof model);
    server_attaches();
    for (unsigned i = 0; i < 2; i++) {
        control[i] = world_control(frames);
        assert_true(control_quota(control_root, control[i], i ? quota1 : quota0));
    }
    for (unsigned i = 0; i < CONTAINERS; i++)
        container[i] = world_container(control[i / 2]);
    driver = world_container(control[1]);
    world_allocate(driver, 0, 1);
}

static void end(void)
{
    for (unsigned i = 0; i < 2; i++)
        world_destroy(control[i]);
    server_works_until_idle();
    assert_null(check_problem());
    assert_int_equal(swap.pages, 0);
    assert_int_equal(swap.kept.used, 0);
    assert_int_equal(swap.map.free + swap.map.bad, BLOCKS);
    swap_detach();
    swap_forget();
    world_destroy(payer);
    account_close(600);
    world_check();
}

/* ---- operations and the model ---- */

static int out(unsigned c, unsigned p, unsigned n, uint32_t *done)
{
    uint32_t key;
    return swap_out(container[c], p, n, done, &key);
}

static int in(unsigned c, unsigned p, unsigned n, uint32_t *done)
{
    uint32_t key;
    return swap_in(container[c], p, n, done, &key);
}

/* As a client that waits. */
static int in_at_last(unsigned c, unsigned p, unsigned n)
{
    int err;
    for (uint32_t done; (err = in(c, p, n, &done)) == SWAP_WAITS || (!err && done < n); p += done, n -= done)
        if (!server_works(false) && err)
            assert_true(job.tag || swap.wanted == 0);
    return err;
}

static void put(unsigned c, unsigned p, unsigned char value)
{
    world_write(container[c], p, value);
    model[c][p].value = value;
}

static void make(unsigned c, unsigned p, unsigned n, unsigned char value)
{
    assert_int_equal(world_allocate(container[c], p, n), 0);
    for (unsigned i = p; i < p + n; i++) {
        model[c][i].there = true;
        put(c, i, value + i - p);
    }
}

/* What went out is what was in core, touched, and in the first `done` pages. */
static void learn(unsigned c)
{
    for (unsigned p = 0; p < PAGES; p++) {
        slot_t *slot = container_slot(container[c], p);
        assert_int_equal(slot && *slot, model[c][p].there);
        model[c][p].out = slot && slot_swapped(*slot);
    }
}

static void check_all(void)
{
    const char *problem = check_problem();
    if (problem)
        print_message("%s\n", problem);
    assert_null(problem);
    world_check();
    for (unsigned c = 0; c < CONTAINERS; c++)
        for (unsigned p = 0; p < PAGES; p++) {
            slot_t *slot = container_slot(container[c], p);
            assert_int_equal(slot && *slot, model[c][p].there);
            if (slot && slot_bound(*slot))
                assert_int_equal(*(unsigned char *) phys_pointer(slot_frame(*slot)), model[c][p].value);
        }
}

static void op_copy(void)
{
    unsigned from = pick(CONTAINERS), to = pick(CONTAINERS), n = 1 + pick(10);
    unsigned fp = pick(PAGES - n + 1), tp = pick(PAGES - n + 1);
    struct copy how = { .from = container[from], .to = container[to], .from_start = fp, .to_start = tp,
                        .count = n, .move = pick(3) == 0, .squash = pick(2), .partial = pick(2) };
    uint32_t done;
    int err = container_copy(&how, &done);
    assert_true(!err ? done == n : how.partial || done == 0);
    for (unsigned i = 0; i < done; i++) {
        model[to][tp + i] = model[from][fp + i];
        if (how.move)
            model[from][fp + i].there = false;
    }
}

static void op_touch(unsigned c, unsigned p)
{
    slot_t *slot = container_slot(container[c], p);
    if (!slot || !*slot || slot_swapped(*slot))
        return;
    if (pick(2))
        put(c, p, pick(256));
    else
        assert_int_equal(world_read(container[c], p), model[c][p].value);
}

static void op_allocate(unsigned c, unsigned p, unsigned n)
{
    uint32_t done;
    container_allocate(container[c], p, n, pick(2), true, &done);
    for (unsigned i = p; i < p + done; i++)
        model[c][i].there = true, model[c][i].value = 0;
}

static void step(void)
{
    unsigned c = pick(CONTAINERS), n = 1 + pick(12), p = pick(PAGES - n + 1);
    uint32_t done;
    switch (pick(11)) {
    case 0: op_allocate(c, p, n); break;
    case 1:
        world_deallocate(container[c], p, n);
        for (unsigned i = p; i < p + n; i++)
            model[c][i].there = false;
        break;
    case 2: op_copy(); break;
    case 3: case 4: out(c, p, n, &done); break;
    case 5: case 6: in(c, p, n, &done); break;
    case 7: case 8: server_works(true); break;
    case 9:
        if (pick(40) == 0) {
            swap_detach();
            job.tag = 0;
        }
        if (!swap.task && pick(4) == 0)
            server_attaches();
        break;
    default:
        for (unsigned i = 0; i < n; i++)
            op_touch(c, p + i);
    }
}

/* ---- tests ---- */

static void run(uint32_t with_seed, unsigned frames, unsigned quota0, unsigned quota1, unsigned bad)
{
    begin(frames, quota0, quota1);
    seed = with_seed;
    for (unsigned i = 0; i < bad; i++)
        broken[1 + pick(BLOCKS - 1)] = true;
    for (unsigned i = 0; i < STEPS; i++) {
        step();
        check_all();
    }
    if (!swap.task)
        server_attaches();
    for (unsigned c = 0; c < CONTAINERS; c++) {             /* everything is there, and right */
        learn(c);
        for (unsigned p = 0; p < PAGES; p++) {
            if (model[c][p].out && control_unused(container[c]->control))
                assert_int_equal(in_at_last(c, p, 1), 0);
            check_all();
        }
    }
    assert_true(swap.written > 500 && swap.read > 100 && swap.recovered > 100 && swap.clean > 50);
    end();
}

static void random_work_on_a_good_disk(void **state) { (void) state; run(1, 90, 30, 40, 0); }
static void random_work_on_a_bad_disk(void **state) { (void) state; run(77, 90, 30, 30, BAD_BLOCKS); }
static void random_work_with_few_frames(void **state) { (void) state; run(4711, 20, 40, 39, 2); }

static void the_window_is_a_limit_and_nothing_goes_beyond(void **state)
{
    (void) state;
    uint32_t done;
    begin(60, 40, 30);
    make(0, 0, 30, 1);
    assert_int_equal(out(0, 0, 30, &done), SWAP_WAITS);
    assert_int_equal(done, CELLS);
    assert_int_equal(control[0]->pages, 30 - CELLS);
    assert_int_equal(out(0, 0, 30, &done), SWAP_WAITS);
    server_works(false);
    server_works(false);                                    /* the first job is over */
    assert_int_equal(out(0, 0, 30, &done), 0);
    assert_int_equal(in(0, 0, 1, &done), SWAP_WAITS);
    assert_int_equal(in_at_last(0, 0, 30), 0);
    learn(0);
    check_all();
    end();
}

static void a_write_that_fails_goes_elsewhere(void **state)
{
    (void) state;
    uint32_t done;
    begin(60, 40, 30);
    make(0, 0, 4, 10);
    memset(broken, 1, 5);                                   /* blocks 1 to 4 */
    assert_int_equal(out(0, 0, 4, &done), 0);
    server_works_until_idle();
    assert_int_equal(swap.map.bad, RESERVED + 4);
    assert_int_equal(control[0]->swap.used, 4);
    make(1, 0, 1, 99);
    for (unsigned p = 0; p < 3; p++) {                      /* copies name the new place */
        const struct copy how = { .from = container[0], .to = container[2], .from_start = p, .to_start = p,
                                  .count = 1 };
        assert_int_equal(container_copy(&how, &done), 0);
        model[2][p] = model[0][p];
    }
    make(1, 1, 20, 50);
    assert_int_equal(out(1, 0, 16, &done), 0);              /* the window is used again */
    server_works_until_idle();
    assert_int_equal(in_at_last(0, 0, 4), 0);
    assert_int_equal(in_at_last(2, 0, 3), 0);
    assert_int_equal(world_read(container[0], 3), 13);
    assert_int_equal(world_read(container[2], 2), 12);
    check_all();
    end();
}

static void a_disk_that_takes_nothing_keeps_the_pages_in_core(void **state)
{
    (void) state;
    uint32_t done;
    begin(60, 40, 30);
    make(0, 0, 12, 1);
    memset(broken, 1, sizeof broken);
    assert_int_equal(out(0, 0, 3, &done), 0);
    server_works_until_idle();
    assert_int_equal(out(0, 3, 1, &done), EIO);
    assert_int_equal(done, 0);
    uint32_t key;
    const struct copy how = { .from = container[0], .to = container[2], .count = 1 };
    assert_int_equal(container_copy(&how, &done), ENOMEM);  /* it is nowhere that could be named twice */
    assert_int_equal(swap_in(container[0], 0, 3, &done, &key), 0);
    assert_int_equal(world_read(container[0], 2), 3);
    learn(0);
    check_all();
    end();
}

static void a_read_that_fails_is_an_error_once_and_the_page_stays(void **state)
{
    (void) state;
    uint32_t done;
    begin(60, 40, 30);
    make(0, 0, 1, 42);
    make(0, 1, 20, 43);
    assert_int_equal(out(0, 0, 16, &done), 0);
    server_works_until_idle();
    assert_int_equal(out(0, 16, 5, &done), 0);              /* takes the first cells */
    server_works_until_idle();
    assert_int_equal(in(0, 0, 1, &done), SWAP_WAITS);
    assert_true(swap_next_job(&job));
    assert_false(job.write);
    assert_true(swap_job_end(job.tag, true, 0));
    assert_int_equal(in(0, 0, 1, &done), EIO);
    assert_int_equal(done, 0);
    assert_int_equal(control[0]->swap.used, 21);
    swap_round_over();
    job.tag = 0;
    assert_int_equal(in_at_last(0, 0, 1), 0);
    assert_int_equal(world_read(container[0], 0), 42);
    end();
}

static void a_server_that_dies_loses_nothing(void **state)
{
    (void) state;
    uint32_t done;
    begin(60, 40, 30);
    make(0, 0, 20, 1);
    assert_int_equal(out(0, 0, 10, &done), 0);
    assert_true(swap_next_job(&job));                       /* and it dies */
    swap_detach();
    assert_int_equal(swap_attach(payer, 701, BLOCKS, RESERVED, 2, CELLS), EBUSY);   /* another partition */
    assert_int_equal(in(0, 0, 2, &done), 0);
    assert_int_equal(out(0, 10, 6, &done), 0);
    assert_int_equal(swap_attach(payer, 701, BLOCKS, RESERVED, 1, CELLS), 0);
    assert_int_equal(swap_attach(payer, 702, BLOCKS, RESERVED, 1, CELLS), EBUSY);   /* there is one */
    assert_false(swap_job_end(job.tag, false, 10));         /* of the old one */
    job.tag = 0;
    server_works_until_idle();
    assert_int_equal(out(0, 0, 2, &done), 0);
    assert_int_equal(in_at_last(0, 0, 20), 0);
    learn(0);
    check_all();
    end();
}

static void an_attach_that_is_refused_changes_nothing(void **state)
{
    (void) state;
    uint32_t done;
    begin(60, 40, 30);
    make(0, 0, 20, 1);
    assert_int_equal(out(0, 0, 10, &done), 0);
    assert_true(swap_next_job(&job));
    assert_int_equal(swap_attach(payer, 700, BLOCKS, RESERVED, 2, CELLS), EBUSY);   /* pages are on the other partition */
    assert_int_equal(swap.task, 700);
    assert_true(swap_job_end(job.tag, false, job.pages));
    job.tag = 0;
    assert_int_equal(swap.written, 10);
    server_works_until_idle();
    assert_int_equal(in_at_last(0, 0, 20), 0);
    learn(0);
    check_all();
    end();
}

/* One that has read a page, and dies before it says so. */
static void a_server_that_dies_with_a_page_in_the_window_leaves_it_empty(void **state)
{
    (void) state;
    uint32_t done;
    begin(60, 40, 30);
    make(0, 0, 21, 42);
    assert_int_equal(out(0, 0, 16, &done), 0);
    server_works_until_idle();
    assert_int_equal(out(0, 16, 5, &done), 0);              /* takes the first cells */
    server_works_until_idle();
    assert_int_equal(in(0, 0, 1, &done), SWAP_WAITS);
    assert_true(swap_next_job(&job));
    assert_false(job.write);
    disk_read(job.cell, 99);
    swap_detach();
    assert_false(slot_bound(*container_slot(swap.window, job.cell)));
    assert_null(check_problem());
    server_attaches();
    assert_int_equal(in_at_last(0, 0, 1), 0);
    assert_int_equal(world_read(container[0], 0), 42);
    end();
}

static void a_page_that_the_server_only_says_it_has_read_is_an_error(void **state)
{
    (void) state;
    uint32_t done;
    begin(60, 40, 30);
    make(0, 0, 21, 42);
    assert_int_equal(out(0, 0, 16, &done), 0);
    server_works_until_idle();
    assert_int_equal(out(0, 16, 5, &done), 0);
    server_works_until_idle();
    assert_int_equal(in(0, 0, 1, &done), SWAP_WAITS);
    assert_true(swap_next_job(&job));
    assert_true(swap_job_end(job.tag, false, job.pages));
    assert_int_equal(in(0, 0, 1, &done), EIO);
    assert_null(check_problem());
    swap_round_over();
    job.tag = 0;
    assert_int_equal(in_at_last(0, 0, 1), 0);
    end();
}

static void a_page_that_comes_in_is_mapped_in_no_window(void **state)
{
    (void) state;
    uint32_t done, i = 0;
    begin(60, 40, 30);
    make(0, 0, 1, 42);
    assert_int_equal(out(0, 0, 1, &done), 0);
    const struct copy how = { .from = container[0], .to = container[0], .to_start = 1, .count = 1 };
    assert_int_equal(container_copy(&how, &done), 0);       /* so the window keeps the frame */
    while (swap.cell[i].state != CELL_DIRTY)
        i++;
    world_map(swap.window, i, 1, 4);                        /* as the server may */
    assert_int_equal(in(0, 0, 1, &done), 0);
    assert_int_equal(world_rights(container[0], 0), 0);
    end();
}

static void without_any_server_reads_fail_and_what_is_in_core_is_saved(void **state)
{
    (void) state;
    uint32_t done;
    begin(60, 40, 30);
    make(0, 0, 20, 1);
    assert_int_equal(out(0, 0, 10, &done), 0);
    server_works_until_idle();
    assert_int_equal(out(0, 10, 9, &done), 0);              /* not written, over the oldest cells */
    assert_int_equal(in(0, 0, 1, &done), SWAP_WAITS);
    swap_abandon();
    assert_int_equal(in(0, 0, 1, &done), EIO);
    assert_int_equal(in(0, 10, 9, &done), 0);
    assert_int_equal(world_read(container[0], 12), 13);
    assert_int_equal(out(0, 19, 1, &done), ENODEV);
    assert_int_equal(swap_attach(payer, 701, BLOCKS, RESERVED, 1, CELLS), 0);
    job.tag = 0;
    assert_int_equal(in_at_last(0, 0, 1), 0);
    assert_int_equal(world_read(container[0], 0), 1);
    end();
}

static void a_full_disk_gives_up_what_only_repeats_a_frame(void **state)
{
    (void) state;
    uint32_t done;
    begin(200, 79, 0);
    for (unsigned c = 0; c < 2; c++) {
        make(c, 0, PAGES, c);
        for (unsigned p = 0; p < PAGES; p += 10) {
            assert_int_equal(out(c, p, 10, &done), 0);
            server_works_until_idle();
        }
        assert_int_equal(in_at_last(c, 0, PAGES), 0);       /* clean: their blocks are kept */
        if (c)
            break;
        assert_int_equal(swap.kept.used, PAGES);
    }
    assert_int_equal(swap.kept.used, BLOCKS - RESERVED);    /* one of the first forty had to go */
    check_all();
    end();
}

static void the_disk_can_be_full(void **state)
{
    (void) state;
    uint32_t done;
    begin(100, 79, 0);
    for (unsigned block = 40; block < BLOCKS; block++)
        broken[block] = true;
    control[0]->swap.quota = 79;
    make(0, 0, PAGES, 1);
    make(1, 0, PAGES, 1);
    for (unsigned p = 0; p < 39; p++) {
        assert_int_equal(out(0, p, 1, &done), 0);
        server_works_until_idle();
    }
    swap.map.free = 0;                                      /* as if others had the rest */
    assert_int_equal(out(1, 0, 1, &done), ENOSPC);
    swap.map.free = BLOCKS - RESERVED - 39;
    assert_int_equal(out(1, 0, 1, &done), 0);
    server_works_until_idle();
    end();
}

static void attach_checks_its_arguments(void **state)
{
    (void) state;
    payer = world_control(CELLS + 8);
    assert_int_equal(swap_attach(payer, 700, BLOCKS, RESERVED, 1, SWAP_WINDOW_LEAST - 1), EINVAL);
    assert_int_equal(swap_attach(payer, 700, BLOCKS, RESERVED, 1, SWAP_WINDOW_MOST + 1), EINVAL);
    assert_int_equal(swap_attach(payer, 700, SWAP_BLOCKS_MOST + 1, RESERVED, 1, CELLS), EINVAL);
    assert_int_equal(swap_attach(payer, 700, 1, 1, 1, CELLS), EINVAL);
    assert_int_equal(swap_attach(payer, 700, 2 * SWAP_RESERVED_MOST, SWAP_RESERVED_MOST + 1, 1, CELLS), EINVAL);
    assert_int_equal(swap_attach(payer, 700, BLOCKS, RESERVED, 1, CELLS + 100), ENOMEM);
    world_check();
    world_destroy(payer);
    account_close(600);
    world_check();
}

/* ---- an attach in parts ---- */

enum { LARGE = 30000 /* blocks: tables of more than a part */, LARGE_CELLS = 100 };
static const struct swap_disk large = { LARGE, RESERVED, 2, LARGE_CELLS };

/* There is a disk with frames that are stored and no pages, and its server begins another one. */
static uint32_t large_begin(void)
{
    uint32_t done;
    payer = world_control(CELLS + 8 + 300);
    memset(broken, 0, sizeof broken);
    server_attaches();
    control[0] = world_control(60);
    assert_true(control_quota(control_root, control[0], 40));
    container[0] = world_container(control[0]);
    assert_int_equal(world_allocate(container[0], 0, 20), 0);
    for (unsigned p = 0; p < 20; p++)
        world_write(container[0], p, p);
    assert_int_equal(out(0, 0, CELLS, &done), 0);
    server_works_until_idle();
    assert_int_equal(in(0, 0, CELLS, &done), 0);
    assert_int_equal(swap.kept.used, CELLS);
    assert_int_equal(swap_attach_refuse(700, &large), 0);
    return swap_attach_begin(payer, 700, &large);
}

static void large_end(void)
{
    world_destroy(control[0]);
    while (reap_wanted())
        reap();
    world_destroy(payer);
    account_close(600);
    assert_null(check_problem());
    world_check();
}

/* Does so many parts; false: it was over before. */
static bool parts(unsigned n)
{
    int err = SWAP_AGAIN;
    for (; n && (err == SWAP_AGAIN || err == SWAP_WAITS); n--) {
        if (err == SWAP_WAITS)
            reap();
        err = swap_attach_part();
        assert_null(check_problem());
        world_check();
    }
    assert_true(err <= 0);
    return err != 0;
}

static void expect_a_disk_that_works(unsigned task)
{
    uint32_t done;
    assert_int_equal(swap_attach(payer, task, BLOCKS, RESERVED, 3, CELLS), 0);
    job.tag = 0;
    assert_true(control_quota(control_root, control[0], 40));
    assert_int_equal(out(0, 0, CELLS, &done), 0);
    server_works_until_idle();
    assert_int_equal(in_at_last(0, 0, CELLS), 0);
    for (unsigned p = 0; p < 20; p++)
        assert_int_equal(world_read(container[0], p), p);
    swap_detach();
    swap_forget();
}

static void a_server_that_dies_in_any_part_of_its_attach_leaves_nothing(void **state)
{
    (void) state;
    unsigned n = 0;
    for (bool more = true; more; n++) {
        uint32_t serial = large_begin();
        const uint32_t used = payer->pages;
        more = parts(n);
        if (more) {
            assert_true(swap_attach_goes_on(serial) && swap_attach_charges(payer));
            assert_int_equal(swap_attach_refuse(700, &large), EBUSY);
            assert_int_equal(swap_attach_refuse(701, &large), EBUSY);
            swap_task_died(701);
            assert_true(swap_attach_goes_on(serial));
        } else {
            assert_int_equal(swap.map.count, LARGE);
            assert_int_equal(control_root->swap.quota, LARGE - RESERVED);
        }
        swap_task_died(700);
        assert_false(swap_attach_goes_on(serial) || swap_attach_charges(payer));
        assert_int_equal(swap.task, 0);
        while (reap_wanted())
            reap();
        if (more)
            assert_true(payer->pages <= used);
        expect_a_disk_that_works(701);
        large_end();
    }
    assert_true(n > 10);
}

static void without_any_server_to_come_an_attach_ends_where_it_is(void **state)
{
    (void) state;
    uint32_t done;
    for (unsigned n = 0; n < 6; n += 5) {
        uint32_t serial = large_begin();
        assert_true(parts(n));
        swap_abandon();
        assert_false(swap_attach_goes_on(serial));
        assert_int_equal(out(0, 0, 1, &done), ENODEV);
        expect_a_disk_that_works(700);
        large_end();
    }
}

static void while_another_disk_comes_pages_wait(void **state)
{
    (void) state;
    uint32_t done;
    bool more = true;
    large_begin();
    while (more && parts(1)) {
        unsigned before = world_cell_wakes;
        assert_int_equal(out(0, 0, 1, &done), SWAP_WAITS);
        more = parts(1);
        if (!more)
            assert_true(world_cell_wakes > before);
    }
    assert_true(control_quota(control_root, control[0], 40));
    assert_int_equal(out(0, 0, 1, &done), 0);
    job.tag = 0;
    assert_int_equal(in_at_last(0, 0, 1), 0);
    swap_detach();
    swap_forget();
    large_end();
}

static void an_attach_without_memory_gives_back_what_it_had(void **state)
{
    (void) state;
    const struct swap_disk huge = { SWAP_BLOCKS_MOST, RESERVED, 2, LARGE_CELLS };
    large_begin();
    swap_attach_stop();
    assert_int_equal(swap_attach_refuse(700, &huge), 0);
    swap_attach_begin(payer, 700, &huge);
    assert_int_equal(swap_attach_whole(), ENOMEM);
    assert_int_equal(payer->pages, 0);                      /* the old window and its tables are gone, too */
    expect_a_disk_that_works(700);
    large_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_dies_in_any_part_of_its_attach_leaves_nothing),
        cmocka_unit_test(without_any_server_to_come_an_attach_ends_where_it_is),
        cmocka_unit_test(while_another_disk_comes_pages_wait),
        cmocka_unit_test(an_attach_without_memory_gives_back_what_it_had),
        cmocka_unit_test(attach_checks_its_arguments),
        cmocka_unit_test(the_window_is_a_limit_and_nothing_goes_beyond),
        cmocka_unit_test(a_write_that_fails_goes_elsewhere),
        cmocka_unit_test(a_disk_that_takes_nothing_keeps_the_pages_in_core),
        cmocka_unit_test(a_read_that_fails_is_an_error_once_and_the_page_stays),
        cmocka_unit_test(a_server_that_dies_loses_nothing),
        cmocka_unit_test(an_attach_that_is_refused_changes_nothing),
        cmocka_unit_test(a_server_that_dies_with_a_page_in_the_window_leaves_it_empty),
        cmocka_unit_test(a_page_that_the_server_only_says_it_has_read_is_an_error),
        cmocka_unit_test(a_page_that_comes_in_is_mapped_in_no_window),
        cmocka_unit_test(without_any_server_reads_fail_and_what_is_in_core_is_saved),
        cmocka_unit_test(a_full_disk_gives_up_what_only_repeats_a_frame),
        cmocka_unit_test(the_disk_can_be_full),
        cmocka_unit_test(random_work_on_a_good_disk),
        cmocka_unit_test(random_work_on_a_bad_disk),
        cmocka_unit_test(random_work_with_few_frames),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
