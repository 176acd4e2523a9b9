/* SPDX-License-Identifier: MIT */
/* The mapping database: pure list and tree work, no hardware.  See mdb.h; map.c is the next hop. */
#include "mdb.h"

#define UP_SHIFT 2

static void set_next(struct mapping *m, struct mapping *to)
{
    m->next_bits = (word_t)to | (m->next_bits & 15u);
}

static void set_prev(struct mapping *m, struct mapping *to)
{
    m->prev_bits = (word_t)to | (m->prev_bits & 15u);
}

static word_t pass_of(const struct mapping *m)
{
    return m->next_bits & MDB_STATUS;
}

static void pass_add(struct mapping *m, word_t status)
{
    m->next_bits |= status;
}

void mdb_link_root(struct mapping *m)
{
    m->next_bits = m->prev_bits = m->parent_bits = 0;
}

void mdb_link_child(struct mapping *parent, struct mapping *m)
{
    struct mapping *next = mdb_next(parent);
    m->next_bits = (word_t)next;
    m->prev_bits = (word_t)parent;
    m->parent_bits = (word_t)parent;
    set_next(parent, m);
    if (next)
        set_prev(next, m);
}

void mdb_unlink(struct mapping *m)
{
    struct mapping *next = mdb_next(m), *prev = mdb_prev(m);
    if (prev)
        set_next(prev, next);
    if (next)
        set_prev(next, prev);
}

void mdb_report_up(struct mapping *m, word_t status)
{
    struct mapping *parent = mdb_parent(m);
    if (parent)
        parent->parent_bits |= status | status << UP_SHIFT;
}

/* m's subtree is done: its accesses become its own news, and its parent's. */
static void settle(struct mapping *m)
{
    word_t seen = pass_of(m);
    word_t up = m->parent_bits >> UP_SHIFT & MDB_STATUS;
    m->parent_bits = (m->parent_bits & ~(MDB_STATUS << UP_SHIFT)) | seen;
    m->next_bits &= ~MDB_STATUS;
    pass_add(mdb_parent(m), seen | up);
}

word_t mdb_query_leaf(struct mapping *m, word_t fresh, bool removed)
{
    word_t status = fresh | mdb_own(m);
    m->parent_bits &= ~MDB_STATUS;       /* this query has consumed them ... */
    m->parent_bits |= fresh << UP_SHIFT; /* ... its ancestors' queries have not */
    if (removed)
        mdb_report_up(m, m->parent_bits >> UP_SHIFT & MDB_STATUS);
    return status;
}

word_t mdb_walk(const struct mdb_walk *w)
{
    struct mapping *root = w->root, *at = root;
    pass_add(root, mapping_enter(root, w));
    struct mapping *next = mdb_next(root);
    for (;;) {
        while (!next || mdb_parent(next) != at) {
            if (at == root)
                goto done;
            struct mapping *parent = mdb_parent(at);
            settle(at);
            mapping_leave(at, w);
            at = parent;
        }
        pass_add(next, mapping_enter(next, w));
        at = next;
        next = mdb_next(at);
    }
done:;
    word_t status = mdb_query_leaf(root, pass_of(root), w->root_too);
    root->next_bits &= ~MDB_STATUS;
    mapping_leave(root, w);
    return status;
}
