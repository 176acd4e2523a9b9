/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/check.c servers/physmem/jobs.c servers/physmem/attach.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/extra.c servers/physmem/policy.c servers/physmem/soft.c servers/physmem/lock.c servers/physmem/shake.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/burial.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* flags: -Xlinker --wrap=slab_take -Xlinker --wrap=slab_grow -Xlinker --wrap=slab_own_alloc -Xlinker --wrap=page_alloc -Xlinker --wrap=frame_alloc -Xlinker --wrap=slots_alloc */
/* Each allocation of physmem fails once.  A script of operations is played again and again; in the n-th
 * play the n-th allocation finds nothing: alone, or with all that follow in the same operation.  The
 * operation must say so and have changed nothing, all accounts must agree, and the same operation once
 * more must work.  The plays end when a whole script has fewer than n allocations. */
#include "physmem_world.h"

#include "servers/physmem/check.h"
#include "servers/physmem/lock.h"
#include "servers/physmem/shake.h"

enum { TASK = 700, OTHER = 701, BLOCKS = 80, CELLS = 16, FRAMES = 300 };

/* ---- the allocators, which fail when their time has come ---- */

static unsigned left;               /* allocations until one fails; 0: none will */
static bool lasting;                /* the others of the same operation fail, too */
static bool fired, failing;         /* in this operation */
static bool growth_fails;           /* slab_take() has failed alone, so no page helps it */

static bool fails(void)
{
    if (failing)
        return true;
    if (!left || --left)
        return false;
    fired = true;
    failing = lasting;
    return true;
}

void *__real_slab_take(struct slabs *s, size_t bytes);
void *__wrap_slab_take(struct slabs *s, size_t bytes);
void *__wrap_slab_take(struct slabs *s, size_t bytes)
{
    growth_fails = fails();
    return growth_fails ? NULL : __real_slab_take(s, bytes);
}

bool __real_slab_grow(struct slabs *s);
bool __wrap_slab_grow(struct slabs *s);
bool __wrap_slab_grow(struct slabs *s)
{
    return !growth_fails && !fails() && __real_slab_grow(s);
}

void *__real_slab_own_alloc(size_t bytes);
void *__wrap_slab_own_alloc(size_t bytes);
void *__wrap_slab_own_alloc(size_t bytes)
{
    return fails() ? NULL : __real_slab_own_alloc(bytes);
}

paddr_t __real_page_alloc(void);
paddr_t __wrap_page_alloc(void);
paddr_t __wrap_page_alloc(void)
{
    return fails() ? 0 : __real_page_alloc();
}

paddr_t __real_frame_alloc(unsigned order);
paddr_t __wrap_frame_alloc(unsigned order);
paddr_t __wrap_frame_alloc(unsigned order)
{
    return fails() ? 0 : __real_frame_alloc(order);
}

int __real_slots_alloc(struct slots *s, struct slots_account *a, uint32_t want, uint32_t *first, uint32_t *got);
int __wrap_slots_alloc(struct slots *s, struct slots_account *a, uint32_t want, uint32_t *first, uint32_t *got);
int __wrap_slots_alloc(struct slots *s, struct slots_account *a, uint32_t want, uint32_t *first, uint32_t *got)
{
    return fails() ? ENOSPC : __real_slots_alloc(s, a, want, first, got);
}

/* ---- what the script plays with ---- */

static struct hurd_cap_table table;
static struct control *payer, *control, *child;
static struct container *a, *b, *driver;
static uint32_t handle, done, key;
static struct swap_job job;

/* What requests are made of: a table that gets a row, or the object goes again. */
static int insert(unsigned task, struct hurd_cap_object *object, unsigned flags)
{
    return hurd_cap_insert(&table, task, object, 7, flags, task == TASK ? TASK : 0, &handle);
}

static int make_container(struct container **c, struct control *of)
{
    int err = container_create(of, OTHER, false, c);
    if (!err && (err = insert(OTHER, &(*c)->object, 0)))
        container_destroy(*c);
    return err;
}

static int make_control(struct control **c, unsigned task, uint32_t frames)
{
    int err = control_split(control_root, frames, task, c);
    if (err)
        return err;
    err = account_open(task, *c) ? insert(task, &(*c)->object, 0) : ENOMEM;
    if (err)
        control_destroy(*c);
    return err;
}

static int copy(struct container *from, uint32_t start, struct container *to, uint32_t to_start, uint32_t count,
                bool shared, bool move)
{
    const struct copy how = { .from = from, .to = to, .from_start = start, .to_start = to_start, .count = count,
                              .shared = shared, .move = move };
    return container_copy(&how, &done);
}

static int map(struct container *c, uint32_t start, uint32_t count, unsigned rights)
{
    struct map_item items[MAP_ITEMS_MAX];
    uint32_t mapped = 0;
    for (unsigned n; mapped < count; ) {
        const struct map_request how = { .from = c, .start = start + mapped, .count = count - mapped,
                                         .vaddr = (start + mapped) << PAGE_LOG2, .rights = rights };
        int err = container_map(&how, items, &n);
        if (err)
            return err;
        for (unsigned i = 0; i < n; i++)
            mapped += 1u << items[i].block.order;
    }
    return 0;
}

static int swap_job_do(void)
{
    if (!job.tag && !swap_next_job(&job))
        return 0;
    for (uint32_t i = 0; i < job.pages && !job.write; i++) {
        const struct copy how = { .from = driver, .to = swap.window, .to_start = job.cell + i, .count = 1,
                                  .squash = true, .no_growth = true, .weak = true };
        int err = container_copy(&how, &done);
        if (err)
            return err;
    }
    assert_true(swap_job_end(job.tag, false, job.pages));
    job.tag = 0;
    swap_round_over();
    return 0;
}

/* ---- the script ---- */

static int s_payer(void) { return make_control(&payer, TASK, CELLS + 20); }
static int s_control(void) { return make_control(&control, OTHER, FRAMES); }
static int s_a(void) { return make_container(&a, control); }
static int s_b(void) { return make_container(&b, control); }
static int s_driver(void) { return make_container(&driver, control); }
static int s_weak(void) { return insert(OTHER, &a->object, HURD_CAP_WEAK); }
static int s_promise(void) { return container_allocate(a, 30, 40, false, false, &done); }
static int s_touch_one(void) { return container_allocate_one(a, 31 + 40) ? 0 : container_allocate(a, 71, 1, false, false, &done); }
static int s_map(void) { return map(a, 30, 30, 6); }
static int s_driver_page(void) { return container_allocate(driver, 0, 1, false, false, &done); }
static int s_driver_map(void) { return map(driver, 0, 1, 6); }
static int s_copy(void) { return copy(a, 30, b, 1000, 20, false, false); }
static int s_write_copy(void) { return map(b, 1000, 20, 6); }
static int s_share(void) { return copy(a, 30, b, 2000, 10, true, false); }
static int s_move(void) { return copy(a, 40, b, 3000, 10, false, true); }
static int s_release(void) { container_release(b, 2000, 10, &done); return 0; }
static int s_extra(void) { return container_allocate_extra(b, 5000, 20, false, false, &done); }
static int s_extra_map(void) { return map(b, 5000, 20, 6); }
static int s_return(void) { return container_return(b, 5000, 10, &done); }
static int s_harden(void)
{
    int err = container_harden(b, 5000, 5, true, &done);
    return err == ENOENT ? 0 : err;         /* without a record, RETURN gives the page back for good */
}
static int s_pin(void)
{
    paddr_t first;
    uint32_t contiguous;
    return container_pin(a, OTHER, 58, 10, 0, &first, &contiguous);     /* two records */
}
static int s_unpin(void) { return container_unpin(a, OTHER, 58, 10); }
static int s_lock(void) { return lock_take(a, OTHER, 0, 100); }
static int s_unlock(void) { return lock_leave(a, OTHER, 50); }
static int s_split(void)
{
    int err = control_split(control, 20, OTHER, &child);
    if (!err && (err = insert(OTHER, &child->object, 0)))
        control_destroy(child);
    return err;
}
static int s_attach(void) { return swap_attach(payer, TASK, BLOCKS, 1, 1, CELLS); }
static int s_quota(void) { return control_quota(control_root, control, 40) ? 0 : ENOMEM; }
static int s_out(void) { return swap_out(a, 50, 12, &done, &key); }
static int s_out_copies(void) { return swap_out(b, 1000, 4, &done, &key); }
static int s_copy_out(void) { return copy(a, 50, b, 4000, 8, false, false); }
static int s_in(void)
{
    int err = swap_in(a, 50, 10, &done, &key);
    return err == SWAP_WAITS ? 0 : err;
}
static int s_in_copy(void)
{
    int err = swap_in(b, 4000, 8, &done, &key);
    return err == SWAP_WAITS ? 0 : err;
}
/* In parts, as a long request of a program: nothing may be left of what comes to nothing. */
static int s_long_copy(void)
{
    const struct work work = { WORK_COPY, { .from = a, .to = b, .from_start = 0, .to_start = 7000,
                                            .count = 30 + STRETCH_PAGES, .shared = true } };
    struct progress p = { 0 };
    while (!stretch(&work, &p))
        continue;
    return p.err;
}
static int s_out_last(void) { return swap_out(a, 30, 1, &done, &key); }
static int s_fill(void) { return container_allocate(a, 0, 100, true, false, &done); }
static int s_empty(void)
{
    int err = container_deallocate(a, 0, 150, &done);
    return err ? err : container_deallocate(b, 4000, 4000, &done);
}
static int s_shake(void) { shake_start(4); shake_step(30); return 0; }
/* The disk refuses: the page gets another block, or stays in the window. */
static int s_write_fails(void)
{
    if (!job.tag && !swap_next_job(&job))
        return 0;
    bool write = job.write;
    assert_true(swap_job_end(job.tag, write, 0));
    job.tag = 0;
    return 0;
}
static int s_deallocate(void) { return container_deallocate(b, 0, 6000, &done); }
static int s_destroy_child(void) { control_destroy(child); return 0; }

/* What a refusal may leave: NOTHING; ROOM in the tables of a task, which it keeps until it ends; or
 * PART of the pages done. */
static const struct step {
    const char *name;
    int (*play)(void);
    enum { NOTHING, ROOM, PART } leaves;
} script[] = {
    { "payer", s_payer, ROOM }, { "control", s_control, ROOM }, { "a", s_a, ROOM }, { "b", s_b, ROOM },
    { "driver", s_driver, ROOM }, { "weak", s_weak, ROOM }, { "promise", s_promise, NOTHING },
    { "touch one", s_touch_one, NOTHING }, { "map", s_map, NOTHING }, { "driver page", s_driver_page, NOTHING },
    { "driver map", s_driver_map, NOTHING }, { "copy", s_copy, NOTHING }, { "write copy", s_write_copy, NOTHING },
    { "share", s_share, NOTHING }, { "move", s_move, NOTHING }, { "release", s_release, NOTHING },
    { "extra", s_extra, NOTHING }, { "extra map", s_extra_map, NOTHING }, { "return", s_return, NOTHING },
    { "harden", s_harden, PART }, { "pin", s_pin, NOTHING }, { "lock", s_lock, NOTHING }, { "unlock", s_unlock, NOTHING },
    { "unpin", s_unpin, NOTHING }, { "split", s_split, ROOM }, { "attach", s_attach, NOTHING },
    { "quota", s_quota, NOTHING }, { "out", s_out, PART }, { "write", swap_job_do, PART },
    { "write", swap_job_do, PART }, { "copy on disk", s_copy_out, NOTHING }, { "out", s_out_copies, PART },
    { "write", swap_job_do, PART }, { "out again", s_out, PART }, { "in", s_in, PART }, { "read", swap_job_do, PART },
    { "in", s_in, PART }, { "in", s_in_copy, PART }, { "read", swap_job_do, PART },
    { "out", s_out, PART }, { "in", s_in, PART }, { "empty", s_empty, NOTHING }, { "fill", s_fill, NOTHING },
    { "long copy", s_long_copy, NOTHING }, { "shake", s_shake, NOTHING }, { "map", s_map, NOTHING },
    { "empty", s_empty, NOTHING }, { "fill again", s_promise, NOTHING }, { "map", s_map, NOTHING },
    { "out", s_out_last, PART }, { "failed write", s_write_fails, PART }, { "failed write", s_write_fails, PART },
    { "write", swap_job_do, PART }, { "deallocate", s_deallocate, NOTHING }, { "destroy", s_destroy_child, NOTHING },
};

/* ---- what must be as it was ---- */

struct picture {
    uint32_t guaranteed, promised, extra, records, pages, swapped, residues, pins, locks, containers, quota;
};

static struct picture picture(void)
{
    struct picture p = { ledger.guaranteed, ledger.promised, ledger.extra, 0, 0, 0, 0, 0, 0, 0, 0 };
    for (const struct control *c = control_all; c; c = c->all_next) {
        p.records += c->meta.bytes;
        p.quota += c->swap.quota;
        for (const struct container *k = c->containers; k; k = k->next) {
            p.pages += k->pages;
            p.swapped += k->swapped;
            p.residues += k->residues;
            p.pins += k->pins;
            p.locks += k->locks;
            p.containers++;
        }
    }
    return p;
}

static void look(const struct step *step)
{
    const char *problem = check_problem();
    if (problem)
        fail_msg("after %s: %s", step->name, problem);
    world_check();
}

static void play(const struct step *step)
{
    struct picture before = picture();
    fired = failing = growth_fails = false;
    int err = step->play();
    bool was_fired = fired;
    failing = fired = growth_fails = false;
    look(step);
    if (!err)
        return;
    if (!was_fired)
        fail_msg("%s: %d, and no allocation had failed", step->name, err);
    if (err != ENOMEM && err != ENOSPC)
        fail_msg("%s: %d is no refusal", step->name, err);
    struct picture after = picture();
    if (step->leaves == ROOM)
        after.records = before.records;
    if (step->leaves != PART && memcmp(&before, &after, sizeof before))
        fail_msg("%s was refused and has changed something", step->name);
    err = step->play();
    if (err)
        fail_msg("%s: %d at the second time", step->name, err);
    look(step);
}

static void begin(void)
{
    table = (struct hurd_cap_table) { .alloc = account_alloc, .free = account_free };
    job.tag = 0;
}

static void task_ends(unsigned task)
{
    hurd_cap_forget(&table, task);
    hurd_cap_giver_died(&table, task);
    while (reap_wanted())
        reap();
    account_close(task);
}

static void end(const struct ledger *before)
{
    task_ends(OTHER);
    while (job.tag || swap.dirty || swap.wanted)
        assert_int_equal(swap_job_do(), 0);
    assert_int_equal(swap.pages, 0);
    assert_int_equal(swap.kept.used, 0);
    assert_int_equal(swap.map.free + swap.map.bad, BLOCKS);
    swap_detach();
    swap_forget();
    task_ends(TASK);
    account_free(0, table.by_index, table.capacity * sizeof(void *));
    account_free(0, table.by_task, table.capacity * sizeof(void *));
    slab_reclaim();
    world_check();
    assert_null(check_problem());
    assert_null(control_root->children);
    assert_int_equal(ledger.bound, before->bound);
    assert_int_equal(ledger.promised, before->promised);
    assert_int_equal(ledger.guaranteed, before->guaranteed);
    assert_int_equal(ledger.meta, before->meta);
    assert_int_equal(ledger.free, before->free);
}

static unsigned plays(bool go_on)
{
    unsigned n = 0;
    lasting = go_on;
    do {
        slab_reclaim();
        const struct ledger before = ledger;
        left = ++n;
        begin();
        for (unsigned i = 0; i < sizeof script / sizeof script[0]; i++)
            play(&script[i]);
        bool all = left != 0;
        left = 0;
        end(&before);
        if (all)
            break;
    } while (n < 10000);
    return n;
}

static void an_allocation_that_fails_alone_changes_nothing(void **state)
{
    (void) state;
    assert_in_range(plays(false), 150, 9999);
}

static void allocations_that_fail_from_one_on_change_nothing(void **state)
{
    (void) state;
    assert_in_range(plays(true), 150, 9999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_allocation_that_fails_alone_changes_nothing),
        cmocka_unit_test(allocations_that_fail_from_one_on_change_nothing),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
