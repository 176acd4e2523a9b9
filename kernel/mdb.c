/* SPDX-License-Identifier: MIT */
/* The long walks of the mapping database: pure list work, no hardware.  mdb.h explains the words.
 * Before: map.c and unmap.c.  After: unmap.c, for the hardware.
 *
 * A walk pauses now and then.  It marks the nodes that it wants to find again.  A thread that
 * removes a marked node moves the walk on: a removed node is a leaf, so the walk goes on at the
 * node's parent.  For this, the thread looks at all paused walks, so their number is limited: one
 * walk more takes interrupts in its pauses, but lets no other thread run. */
#include "mdb.h"

#define STEPS 24 /* steps between two pauses: fewer than 3,000 instructions */

static struct mdb_walk *paused; /* the list of all paused walks */
static word_t pausing;          /* their number */

void mdb_unlink_watched(struct mapping *m)
{
    for (struct mdb_walk *w = paused; w; w = w->other) {
        if (w->next == m && (w->next = m->next))
            m->next->prev_bits |= MDB_WATCHED;
        if (w->at != m)
            continue;
        w->at = mdb_parent(m);
        if (w->root == m)
            w->root = w->at = NULL;
        else
            w->at->prev_bits |= MDB_WATCHED;
    }
}

void mdb_forget(const void *stack, size_t size)
{
    for (struct mdb_walk **w = &paused; *w;) {
        if ((word_t)*w - (word_t)stack < size) {
            *w = (*w)->other;
            pausing--;
        } else {
            w = &(*w)->other;
        }
    }
}

/* Returns true, like mapping_pause(), if other threads have run: w->root, w->at and w->next may be
 * other nodes then.  Blocks. */
static bool pause(struct mdb_walk *w)
{
    assert(w->root);
    w->at->prev_bits |= MDB_WATCHED; /* stays until the node goes: a hint that costs little */
    if (w->next)
        w->next->prev_bits |= MDB_WATCHED;
    w->other = paused;
    paused = w;
    bool disturbed = mapping_pause(++pausing > MDB_MOST_PAUSED);
    mdb_forget(w, sizeof *w);
    return disturbed;
}

/* The walk leaves m, whose subtree is done.  m keeps what was seen there for the next query at m.
 * m's parent sees it, too, and what m had to report up. */
static void settle(struct mapping *m)
{
    word_t seen = m->prev_bits & MDB_STATUS, up = mdb_unread(m);
    m->parent_bits = (m->parent_bits & ~(MDB_STATUS << MDB_UP_SHIFT)) | seen;
    m->prev_bits &= ~MDB_STATUS;
    mdb_parent(m)->prev_bits |= seen | up;
}

/* Goes from w->at down to the next node, or back to the parent.  Returns false when only root
 * itself is left. */
static bool step(struct mdb_walk *w)
{
    struct mapping *at = w->at, *next = w->removes ? at->next : w->next;
    if (mdb_is_child(next, at)) {
        if (!w->removes)
            next->prev_bits |= mapping_enter(next, w->drop);
        w->at = next;
        w->next = next->next;
        return true;
    }
    if (at == w->root)
        return false;
    w->next = next;
    w->at = mdb_parent(at);
    settle(at);
    if (w->removes)
        w->at->prev_bits |= mapping_remove(at);
    return true;
}

bool mdb_walk(struct mdb_walk *w)
{
    bool disturbed = false;
    w->at = w->root;
    w->next = w->root->next;
    for (word_t steps = 1; step(w); steps++) {
        if (steps % STEPS == 0 && pause(w)) {
            disturbed = true;
            if (!w->root)
                return true;
        }
    }
    struct mapping *root = w->root;
    bool goes = w->removes && w->root_too;
    word_t seen = root->prev_bits & MDB_STATUS;
    root->prev_bits &= ~MDB_STATUS;
    seen |= mapping_enter(root, w->root_too && !w->removes ? w->drop : 0);
    w->status = mdb_query(root, seen);
    if (goes) {
        mdb_report_up(root, mdb_unread(root));
        (void)mapping_remove(root);
    }
    return disturbed;
}
