/* SPDX-License-Identifier: MIT */
/* links: kernel/mdb.c */
/* words: 32 */
/* The mapping database against a model that is slow and plain: a tree with, for every node, the
 * accesses below it that its next status query has to report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/mdb.h"

enum { NODES = 40, NONE = -1, STEPS = 60000, RWX = 7 };

static struct {
    struct mapping node __attribute__((aligned(16)));
    bool alive;
    int parent;
    word_t hardware;    /* access bits that nobody has read yet */
    word_t pending;     /* what a query here must report */
    bool entered;       /* by a walk */
    bool stayed;        /* since that walk began */
} world[NODES];

static uint32_t seed;

static unsigned below(unsigned limit)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % limit;
}

static int index_of(const struct mapping *m)
{
    for (int i = 0; i < NODES; i++)
        if (&world[i].node == m)
            return i;
    return NONE;
}

/* ---- the hardware's half of the walk, as in kernel/unmap.c */

word_t mapping_enter(struct mapping *m, word_t drop)
{
    (void) drop;
    world[index_of(m)].entered = true;
    word_t seen = world[index_of(m)].hardware;
    world[index_of(m)].hardware = 0;
    return seen;
}

word_t mapping_remove(struct mapping *m)
{
    word_t seen = world[index_of(m)].hardware;
    mdb_unlink(m);
    world[index_of(m)].alive = world[index_of(m)].stayed = false;
    memset(m, 0xA5, sizeof *m);             /* code that looks at it again finds rubbish */
    return seen;
}

static void (*meanwhile)(void);             /* what others do while a walk pauses */
static unsigned alone;                      /* pauses in which nobody may do anything */

bool mapping_pause(bool interrupts_only)
{
    alone += interrupts_only;
    if (interrupts_only)
        return false;
    if (meanwhile)
        meanwhile();
    return meanwhile != NULL;
}

/* ---- the model */

static bool is_below(int i, int ancestor)
{
    while (i != NONE && i != ancestor)
        i = world[i].parent;
    return i == ancestor;
}

static int free_place(void)
{
    for (int i = 0; i < NODES; i++)
        if (!world[i].alive)
            return i;
    return NONE;
}

static int add(int parent)
{
    int i = free_place();
    if (i == NONE)
        return NONE;
    world[i].alive = true;
    world[i].parent = parent;
    world[i].hardware = world[i].pending = 0;
    if (parent == NONE)
        mdb_link_root(&world[i].node);
    else
        mdb_link_child(&world[parent].node, &world[i].node);
    return i;
}

static void access(int i, word_t bits)
{
    world[i].hardware |= bits;
    for (; i != NONE; i = world[i].parent)
        world[i].pending |= bits;
}

static void query(int root, word_t rights, bool root_too)
{
    struct mdb_walk w = {.root = &world[root].node, .removes = rights == RWX, .root_too = root_too, .drop = rights};
    word_t wanted = world[root].pending;
    bool was[NODES];
    for (int i = 0; i < NODES; i++)
        was[i] = world[i].alive;
    world[root].pending = 0;
    assert_false(mdb_walk(&w));
    assert_int_equal(w.status, wanted);
    for (int i = 0; i < NODES; i++) {
        bool taken = rights == RWX && was[i] && is_below(i, root) && (i != root || root_too);
        assert_int_equal(world[i].alive, was[i] && !taken);
    }
}

static void start(void)
{
    for (int i = 0; i < NODES; i++)
        world[i].alive = false;
    seed = 1;
    assert_int_equal(add(NONE), 0);
}

/* The list is a pre-order of the tree: the nodes below a node stand behind it, before all others. */
static void expect_order(int root)
{
    unsigned seen = 0, alive = 0;
    const struct mapping *before = NULL;
    for (struct mapping *m = &world[root].node; m; before = m, m = m->next) {
        int i = index_of(m);
        assert_true(i != NONE && world[i].alive);
        assert_ptr_equal(mdb_prev(m), before);
        assert_int_equal(index_of(mdb_parent(m)), world[i].parent);
        if (before)
            assert_true(is_below(index_of(before), world[i].parent));
        seen++;
    }
    for (int i = 0; i < NODES; i++)
        alive += world[i].alive;
    assert_int_equal(seen, alive);
}

/* ---- tests */

static void a_child_stands_behind_its_parent(void **state)
{
    (void) state;
    start();
    int a = add(0), b = add(0), c = add(a);
    assert_ptr_equal(world[0].node.next, &world[b].node);
    assert_ptr_equal(world[b].node.next, &world[a].node);
    assert_ptr_equal(world[a].node.next, &world[c].node);
    assert_null(world[c].node.next);
    expect_order(0);
}

static void a_query_reports_the_subtree_and_resets_it(void **state)
{
    (void) state;
    start();
    int a = add(0), b = add(a);
    access(b, MDB_WRITTEN | MDB_READ);
    query(a, 0, false);
    query(a, 0, false);
    access(a, MDB_READ);
    query(a, 0, false);
}

static void queries_of_different_levels_hide_nothing_from_each_other(void **state)
{
    (void) state;
    start();
    int a = add(0), b = add(a), c = add(b);
    access(c, MDB_WRITTEN);
    query(c, 0, false);
    query(a, 0, false);
    query(b, 0, false);
    query(0, 0, false);
    access(c, MDB_READ);
    query(0, 0, false);
    query(c, 0, false);
}

static void removal_keeps_what_the_removed_had_seen(void **state)
{
    (void) state;
    start();
    int a = add(0), b = add(a), c = add(b);
    access(c, MDB_WRITTEN);
    access(b, MDB_READ);
    query(b, RWX, true);
    query(a, 0, false);
    query(0, 0, false);
    expect_order(0);
}

static void removal_below_the_root_leaves_the_root(void **state)
{
    (void) state;
    start();
    int a = add(0);
    for (int i = 0; i < 10; i++)
        add(i % 2 ? a : 0);
    query(a, RWX, false);
    expect_order(0);
    query(0, RWX, false);
    assert_null(world[0].node.next);
}

static void a_deep_chain_is_walked_without_recursion(void **state)
{
    (void) state;
    start();
    int last = 0;
    for (int i; (i = add(last)) != NONE;)
        last = i;
    access(last, MDB_WRITTEN);
    query(0, RWX, false);
    assert_null(world[0].node.next);
}

static void random_trees_behave_like_the_model(void **state)
{
    (void) state;
    start();
    for (int step = 0; step < STEPS; step++) {
        int i = (int) below(NODES);
        if (!world[i].alive)
            continue;
        switch (below(8)) {
        case 0: case 1: case 2: add(i); break;
        case 3: case 4: access(i, 1 + below(3)); break;
        case 5: query(i, 0, false); break;
        case 6: query(i, below(2) ? 2 : 0, below(2)); break;
        default:
            if (below(4) == 0)
                query(i, RWX, i != 0);
            break;
        }
        expect_order(0);
    }
}

/* ---- pauses: others work on the same tree */

static bool adding;         /* nobody adds below a root that may be gone */

static void take_a_leaf(int i)
{
    if (i == 0 || !world[i].alive || !mdb_is_leaf(&world[i].node))
        return;
    struct mapping *m = &world[i].node, *parent = mdb_parent(m);
    word_t news = mdb_unread(m) | (m->prev_bits & MDB_STATUS);
    news |= mapping_remove(m);
    parent->parent_bits |= news | news << MDB_UP_SHIFT;
}

static void others_meddle(void)
{
    for (unsigned n = below(8) ? below(6) : below(400); n > 0; n--)
        take_a_leaf((int) below(NODES));
    for (unsigned n = adding ? below(3) : 0; n > 0; n--) {
        int i = (int) below(NODES);
        if (world[i].alive)
            (void) add(i);
    }
    expect_order(0);
}

static void grow(void)
{
    start();
    for (int i; (i = free_place()) != NONE;) {
        int parent = below(3) ? i - 1 : (int) below((unsigned) i); /* deep, as a rule */
        assert_int_equal(add(parent), i);
    }
}

static void removal_is_complete_whatever_others_do_meanwhile(void **state)
{
    (void) state;
    unsigned vanished = 0;
    for (uint32_t round = 0; round < 3000; round++) {
        grow();
        seed = round * 77 + 5;
        adding = round % 2;
        int root = round % 3 ? 0 : (int) below(NODES / 2);
        meanwhile = others_meddle;
        struct mdb_walk w = {.root = &world[root].node, .removes = true};
        mdb_walk(&w);
        meanwhile = NULL;
        vanished += !w.root;
        if (w.root)
            assert_true(mdb_is_leaf(&world[root].node));
        expect_order(0);
    }
    assert_true(vanished > 10); /* that happened, too */
}

static void a_query_comes_to_its_end_whatever_others_do_meanwhile(void **state)
{
    (void) state;
    for (uint32_t round = 0; round < 3000; round++) {
        grow();
        seed = round * 91 + 3;
        adding = round % 2;
        int root = (int) below(NODES / 2);
        access(NODES - 1, MDB_WRITTEN);
        meanwhile = others_meddle;
        struct mdb_walk w = {.root = &world[root].node};
        mdb_walk(&w);
        meanwhile = NULL;
        expect_order(0);
        struct mdb_walk all = {.root = &world[0].node};
        assert_false(mdb_walk(&all));
        word_t seen = root ? all.status : all.status | w.status;
        assert_int_equal(seen, MDB_WRITTEN); /* nothing that was seen got lost */
    }
}

static void a_walk_that_takes_rights_reaches_all_who_stay(void **state)
{
    (void) state;
    unsigned reached = 0;
    for (uint32_t round = 0; round < 3000; round++) {
        grow();
        seed = round * 63 + 1;
        adding = round % 2;
        int root = (int) below(NODES / 4);
        for (int i = 0; i < NODES; i++) {
            world[i].stayed = i != root && is_below(i, root);
            world[i].entered = false;
        }
        meanwhile = others_meddle;
        struct mdb_walk w = {.root = &world[root].node, .drop = 2};
        mdb_walk(&w);
        meanwhile = NULL;
        for (int i = 0; w.root && i < NODES; i++) {
            assert_true(world[i].entered || !world[i].stayed);
            reached += world[i].stayed;
        }
    }
    assert_true(reached > 10000);
}

/* Its thread was deleted while it paused: the walk must not be touched any more. */
static struct mdb_walk dropped;
static jmp_buf deleted;

static void end_the_walker(void)
{
    mdb_forget(&dropped, sizeof dropped);
    longjmp(deleted, 1);
}

static void a_dropped_walk_is_forgotten(void **state)
{
    (void) state;
    grow();
    dropped = (struct mdb_walk) {.root = &world[0].node, .removes = true};
    meanwhile = end_the_walker;
    if (!setjmp(deleted))
        mdb_walk(&dropped);
    meanwhile = NULL;
    struct mapping *stood = dropped.at;
    assert_non_null(stood);
    query(0, RWX, false);
    assert_ptr_equal(dropped.at, stood);
}

/* Every call that pauses finds one more that begins. */
static unsigned begun;

static void one_more(void)
{
    if (begun > MDB_MOST_PAUSED)
        return;
    begun++;
    struct mdb_walk w = {.root = &world[0].node};
    mdb_walk(&w);
}

static void of_too_many_walks_the_last_goes_on_alone(void **state)
{
    (void) state;
    grow();
    meanwhile = one_more;
    begun = alone = 0;
    one_more();
    meanwhile = NULL;
    assert_true(alone > 0);
    expect_order(0);
    alone = begun = 0;
    one_more();
    assert_int_equal(alone, 0); /* all of them have ended */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_stands_behind_its_parent),
        cmocka_unit_test(a_query_reports_the_subtree_and_resets_it),
        cmocka_unit_test(queries_of_different_levels_hide_nothing_from_each_other),
        cmocka_unit_test(removal_keeps_what_the_removed_had_seen),
        cmocka_unit_test(removal_below_the_root_leaves_the_root),
        cmocka_unit_test(a_deep_chain_is_walked_without_recursion),
        cmocka_unit_test(random_trees_behave_like_the_model),
        cmocka_unit_test(removal_is_complete_whatever_others_do_meanwhile),
        cmocka_unit_test(a_query_comes_to_its_end_whatever_others_do_meanwhile),
        cmocka_unit_test(a_walk_that_takes_rights_reaches_all_who_stay),
        cmocka_unit_test(a_dropped_walk_is_forgotten),
        cmocka_unit_test(of_too_many_walks_the_last_goes_on_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
