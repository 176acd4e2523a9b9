/* SPDX-License-Identifier: MIT */
/* links: kernel/mdb.c */
/* The mapping database against a plain tree: any order of maps, grants' renamings, accesses, queries and removals. */
#include "input.h"
#include "kernel/mdb.h"

enum { NODES = 48, NONE = -1, RWX = 7 };

static struct {
    struct mapping node __attribute__((aligned(16)));
    bool alive;
    int parent;
    word_t hardware; /* access bits that nobody has read yet */
    word_t pending;  /* what a query here must report */
} world[NODES];

static int index_of(const struct mapping *m)
{
    for (int i = 0; m && i < NODES; i++)
        if (&world[i].node == m)
            return i;
    return NONE;
}

void panic(const char *format, ...)
{
    fprintf(stderr, "panic: %s\n", format);
    abort();
}

/* ---- the hardware's half of a walk */

word_t mapping_enter(struct mapping *m, const struct mdb_walk *w)
{
    (void)w;
    int i = index_of(m);
    REQUIRE(i != NONE && world[i].alive);
    word_t seen = world[i].hardware;
    world[i].hardware = 0;
    return seen;
}

void mapping_leave(struct mapping *m, const struct mdb_walk *w)
{
    if (w->rights != RWX || (m == w->root && !w->root_too))
        return;
    REQUIRE(mdb_is_leaf(m)); /* children first */
    mdb_unlink(m);
    world[index_of(m)].alive = false;
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
    struct mdb_walk w = {.root = &world[root].node, .rights = rights, .root_too = root_too};
    word_t wanted = world[root].pending;
    bool was[NODES];
    for (int i = 0; i < NODES; i++)
        was[i] = world[i].alive;
    world[root].pending = 0;
    REQUIRE(mdb_walk(&w) == wanted);
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
    world[i].hardware = 0;
    world[i].pending = 0;
    REQUIRE(mdb_is_leaf(&world[i].node));
    REQUIRE(mdb_query_leaf(&world[i].node, fresh, removed) == wanted);
    if (removed) {
        mdb_unlink(&world[i].node);
        world[i].alive = false;
    }
}

/* The list is a pre-order of the tree, linked both ways. */
static void check_order(void)
{
    int before = NONE;
    unsigned seen = 0, alive = 0;
    for (struct mapping *m = &world[0].node; m; m = mdb_next(m)) {
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    memset(world, 0, sizeof world);
    add(NONE);
    for (int steps = 0; input_left(&in) && steps < 600; steps++) {
        unsigned what = take(&in, 1);
        int i = (int)(take(&in, 1) % NODES);
        if (!world[i].alive)
            continue;
        switch (what % 8) {
        case 0: case 1: add(i); break;
        case 2: access(i, 1 + what / 8 % 3); break;
        case 3: query(i, 0, false); break;
        case 4: query(i, what & 8 ? 2 : 0, what & 16); break;
        case 5: query(i, RWX, (what & 8) && i); break;
        case 6: query_leaf(i, false); break;
        case 7: query_leaf(i, true); break;
        }
        check_order();
    }
    return 0;
}
