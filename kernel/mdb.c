/* SPDX-License-Identifier: MIT */
/* The mapping database's long walks: pure list work, no hardware.  See mdb.h; map.c is the next hop.
 *
 * A walk pauses now and then.  The nodes that it wants to find again are marked, and whoever removes such a
 * node moves the walk on: a removed node is a leaf, so its parent is what remains to be finished.  That is a look at all
 * walks that pause, so one more than many takes interrupts, and lets no other thread run. */
#include "mdb.h"

#define STEPS 24 /* between two pauses: below 3,000 instructions */

static struct mdb_walk *paused;
static word_t pausing; /* so many */

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

/* True as mapping_pause(): the nodes of the walk may be others then. */
static bool pause(struct mdb_walk *w)
{
    w->at->prev_bits |= MDB_WATCHED; /* stays until the node goes: a hint that costs little */
    if (w->next)
        w->next->prev_bits |= MDB_WATCHED;
    w->other = paused;
    paused = w;
    bool disturbed = mapping_pause(++pausing > MDB_MOST_PAUSED);
    mdb_forget(w, sizeof *w);
    return disturbed;
}

/* m's subtree is done: its accesses become its own news, and its parent's. */
static void settle(struct mapping *m)
{
    word_t seen = m->prev_bits & MDB_STATUS, up = mdb_unread(m);
    m->parent_bits = (m->parent_bits & ~(MDB_STATUS << MDB_UP_SHIFT)) | seen;
    m->prev_bits &= ~MDB_STATUS;
    mdb_parent(m)->prev_bits |= seen | up;
}

/* Goes from w->at to the next node, or back to its parent; false when root is done. */
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
