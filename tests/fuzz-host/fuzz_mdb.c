/* SPDX-License-Identifier: MIT */
/* links: kernel/mdb.c */
/* The mapping database against a plain tree: any order of maps, accesses, queries and removals; and others that do all
 * that while a walk pauses. */
#include "input.h"
#include "kernel/mdb.h"

enum { NODES = 100, NONE = -1, RWX = 7 };

static struct {
    struct mapping node __attribute__((aligned(16)));
    bool alive;
    int parent;
    word_t hardware; /* access bits that nobody has read yet */
    word_t pending;  /* what a query here must report */
} world[NODES];

static int index_of(const struct mapping *m)
{
    size_t offset = (size_t)((const char *)m - (const char *)world);
    if (!m || offset >= sizeof world || offset % sizeof world[0] != offsetof(typeof(world[0]), node))
        return NONE;
    return (int)(offset / sizeof world[0]);
}

void panic(const char *format, ...)
{
    fprintf(stderr, "panic: %s\n", format);
    abort();
}

/* ---- the hardware's half of a walk, as in kernel/unmap.c */

static struct input *pauses;    /* what others do while a walk pauses; NULL: nothing */
static bool exact;              /* nobody has disturbed a walk: all statuses are known */

word_t mapping_enter(struct mapping *m, word_t drop)
{
    (void)drop;
    int i = index_of(m);
    REQUIRE(i != NONE && world[i].alive);
    word_t seen = world[i].hardware;
    world[i].hardware = 0;
    return seen;
}

word_t mapping_remove(struct mapping *m)
{
    int i = index_of(m);
    REQUIRE(i != NONE && world[i].alive && mdb_is_leaf(m)); /* children first */
    word_t seen = world[i].hardware;
    mdb_unlink(m);
    world[i].alive = false;
    memset(m, 0xA5, sizeof *m); /* code that looks at it again finds rubbish */
    return seen;
}

/* ---- the model */

static bool is_below(int i, int ancestor)
{
    while (i != NONE && i != ancestor)
        i = world[i].parent;
    return i == ancestor;
}

static void add(int parent)
{
    for (int i = 0; i < NODES; i++) {
        if (world[i].alive)
            continue;
        world[i].alive = true;
        world[i].parent = parent;
        world[i].hardware = world[i].pending = 0;
        if (parent == NONE)
            mdb_link_root(&world[i].node);
        else
            mdb_link_child(&world[parent].node, &world[i].node);
        return;
    }
}

static void access(int i, word_t bits)
{
    world[i].hardware |= bits;
    for (; i != NONE; i = world[i].parent)
        world[i].pending |= bits;
}

static bool has_children(int i)
{
    for (int n = 0; n < NODES; n++)
        if (world[n].alive && world[n].parent == i)
            return true;
    return false;
}

static void query(int root, word_t rights, bool root_too)
{
    struct mdb_walk w = {.root = &world[root].node, .removes = rights == RWX, .root_too = root_too, .drop = rights};
    word_t wanted = world[root].pending;
    bool was[NODES];
    for (int i = 0; i < NODES; i++)
        was[i] = world[i].alive;
    world[root].pending = 0;
    if (mdb_walk(&w)) {
        exact = false;
        if (w.root && w.removes)
            REQUIRE(root_too ? !world[root].alive : mdb_is_leaf(&world[root].node));
        return;
    }
    REQUIRE(!exact || w.status == wanted);
    for (int i = 0; i < NODES; i++) {
        bool taken = rights == RWX && was[i] && is_below(i, root) && (i != root || root_too);
        REQUIRE(world[i].alive == (was[i] && !taken));
    }
}

/* The short way for a node without children, as map.c uses it. */
static void query_leaf(int i, bool removed)
{
    if (has_children(i) || (removed && i == 0))
        return;
    word_t fresh = world[i].hardware, wanted = world[i].pending;
    struct mapping *m = &world[i].node;
    world[i].hardware = 0;
    world[i].pending = 0;
    REQUIRE(mdb_is_leaf(m));
    word_t status = mdb_query(m, fresh);
    REQUIRE(!exact || status == wanted);
    if (removed) {
        mdb_report_up(m, mdb_unread(m));
        (void)mapping_remove(m);
    }
}

/* The list is a pre-order of the tree, linked both ways. */
static void check_order(void)
{
    int before = NONE;
    unsigned seen = 0, alive = 0;
    for (struct mapping *m = &world[0].node; m; m = m->next) {
        int i = index_of(m);
        REQUIRE(i != NONE && world[i].alive);
        REQUIRE(index_of(mdb_prev(m)) == before);
        REQUIRE(index_of(mdb_parent(m)) == world[i].parent);
        REQUIRE(before == NONE || is_below(before, world[i].parent));
        before = i;
        seen++;
    }
    for (int i = 0; i < NODES; i++)
        alive += world[i].alive;
    REQUIRE(seen == alive);
}

/* A walk pauses: others add and remove leaves, or leave it alone. */
bool mapping_pause(bool interrupts_only)
{
    unsigned what = pauses ? take(pauses, 1) : 0;
    if (interrupts_only || !pauses || !(what & 128))
        return false;
    for (unsigned n = what & 31; n > 0; n--) {
        int i = (int)(take(pauses, 1) % NODES);
        if (!world[i].alive)
            continue;
        if (what & 64)
            add(i);
        else if (i && mdb_is_leaf(&world[i].node)) {
            struct mapping *m = &world[i].node, *parent = mdb_parent(m);
            word_t news = mdb_unread(m) | (m->prev_bits & MDB_STATUS);
            news |= mapping_remove(m);
            parent->parent_bits |= news | news << MDB_UP_SHIFT;
        }
    }
    check_order();
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    memset(world, 0, sizeof world);
    pauses = size && data[0] & 1 ? &in : NULL;
    exact = true;
    (void)take(&in, 1);
    add(NONE);
    for (int steps = 0; input_left(&in) && steps < 400; steps++) {
        unsigned what = take(&in, 1);
        int i = (int)(take(&in, 1) % NODES);
        if (!world[i].alive)
            continue;
        switch (what % 8) {
        case 0: add(i); break;
        case 1: /* a deep chain */
            for (unsigned n = what / 8; n > 0; n--) {
                int last = i;
                for (int k = 0; k < NODES; k++)
                    if (world[k].alive && world[k].parent == last)
                        last = k;
                add(last);
            }
            break;
        case 2: access(i, 1 + what / 8 % 3); break;
        case 3: query(i, 0, false); break;
        case 4: query(i, what & 8 ? 2 : 0, what & 16); break;
        case 5: query(i, RWX, (what & 8) && i); break;
        case 6: query_leaf(i, false); break;
        case 7: query_leaf(i, true); break;
        }
        if (steps % 8 == 0)
            check_order();
    }
    check_order();
    return 0;
}
