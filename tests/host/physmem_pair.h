/* SPDX-License-Identifier: MIT */
/* For tests about containers: two of one control, anew for each test, and a look at what it leaves behind. */
#ifndef PHYSMEM_PAIR_H
#define PHYSMEM_PAIR_H

#include "physmem_world.h"

#ifndef PAIR_FRAMES
#define PAIR_FRAMES 200
#endif

static struct control *control;
static struct container *a, *b;
static struct ledger before;

/* Each test has a control of PAIR_FRAMES with two containers, and leaves nothing behind. */
static int setup(void **state)
{
    (void) state;
    slab_reclaim();
    before = ledger;
    control = world_control(PAIR_FRAMES);
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

static inline int copy(struct container *from, uint32_t fs, struct container *to, uint32_t ts, uint32_t n)
{
    struct copy how = { .from = from, .to = to, .from_start = fs, .to_start = ts, .count = n };
    uint32_t done;
    int err = container_copy(&how, &done);
    assert_int_equal(done, err ? 0 : n);
    return err;
}

static inline int copy_as(struct copy how, uint32_t *done)
{
    how.from = how.from ? how.from : a;
    how.to = how.to ? how.to : b;
    return container_copy(&how, done);
}

#define TEST_IN_WORLD(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
