/* SPDX-License-Identifier: MIT */
/* The mapping database: which space got which page from which other space.
 * A function blocks only if its comment says "Blocks".
 *
 * Each page that a user space holds has one node.  All nodes of a frame form a tree.  The tree is a
 * pre-order list with parent pointers: insertion is O(1), and a walk over a subtree needs no
 * recursion and has no depth limit.  On its way back up, a walk visits each node after the node's
 * children.
 *
 *   A --- B --- C        list: A B C D        C.parent = B, B.parent = D.parent = A
 *    \--- D              the subtree of B: the nodes behind B, until one whose parent is not inside
 *
 * A status query at a node asks whether the page was accessed through the node's subtree since the
 * last query there.  Nodes lie on 16-byte boundaries; the low bits of the pointers hold the access
 * status:
 *   own   accesses of the subtree that the next status query at this node will report
 *   up    accesses that a query at this node reported, and that its ancestors have not seen yet
 *   pass  what the walk under way has seen so far */
#ifndef KERNEL_MDB_H
#define KERNEL_MDB_H

#include "types.h"

struct mapping {
    struct mapping *next;
    word_t prev_bits;   /* pointer | pass status | MDB_WATCHED */
    word_t parent_bits; /* pointer | own status | up status << UP_SHIFT */
    word_t *entry;      /* the page table entry that maps it */
};

static_assert(sizeof(struct mapping) == 16, "24 bytes a mapping: node, index, entry");

#define MDB_READ 1u /* status bits of a node */
#define MDB_WRITTEN 2u
#define MDB_STATUS 3u
#define MDB_UP_SHIFT 2
#define MDB_WATCHED 4u /* a paused walk may stand at this node */
#define MDB_BITS 15u

static inline struct mapping *mdb_prev(const struct mapping *m)
{
    return (struct mapping *)(m->prev_bits & ~MDB_BITS);
}
static inline struct mapping *mdb_parent(const struct mapping *m)
{
    return (struct mapping *)(m->parent_bits & ~MDB_BITS);
}
static inline bool mdb_is_child(const struct mapping *m, const struct mapping *parent)
{
    return m && (m->parent_bits ^ (word_t)parent) <= MDB_BITS;
}
static inline bool mdb_is_leaf(const struct mapping *m)
{
    return !mdb_is_child(m->next, m);
}

/* Pre: m is new.  Post: m is a root, or the first child of `parent`. */
static inline void mdb_link_root(struct mapping *m)
{
    m->next = NULL;
    m->prev_bits = m->parent_bits = 0;
}
static inline void mdb_link_child(struct mapping *parent, struct mapping *m)
{
    struct mapping *next = parent->next;
    m->next = next;
    m->prev_bits = m->parent_bits = (word_t)parent;
    parent->next = m;
    if (next)
        next->prev_bits = (word_t)m | (next->prev_bits & MDB_BITS);
}

/* Moves on the paused walks that stand at m.  Pre: m is about to be unlinked. */
void mdb_unlink_watched(struct mapping *m);
/* Pre: m has no children.  Post: m is in no tree. */
static inline void mdb_unlink(struct mapping *m)
{
    if (unlikely(m->prev_bits & MDB_WATCHED))
        mdb_unlink_watched(m);
    struct mapping *next = m->next, *prev = mdb_prev(m);
    if (prev)
        prev->next = next;
    if (next)
        next->prev_bits = (word_t)prev | (next->prev_bits & MDB_BITS);
}

/* A status query at m.
 * Pre: the status of all nodes below m was read; `fresh` is what was found there and at m's entry.
 * Post: m has nothing to report any more, and keeps `fresh` for the queries at its ancestors.
 * Returns the access status. */
static inline word_t mdb_query(struct mapping *m, word_t fresh)
{
    word_t bits = m->parent_bits, status = (fresh | bits) & MDB_STATUS;
    m->parent_bits = (bits & ~MDB_STATUS) | (fresh & MDB_STATUS) << MDB_UP_SHIFT;
    return status;
}
/* Pre: m is about to be removed, and knows of the accesses in `status`.
 * Post: the next queries at m's parent and at all its ancestors will report them. */
static inline void mdb_report_up(struct mapping *m, word_t status)
{
    struct mapping *parent = mdb_parent(m);
    if (parent)
        parent->parent_bits |= status | status << MDB_UP_SHIFT;
}
/* The accesses that a query at m has reported, and that m's ancestors have not seen yet. */
static inline word_t mdb_unread(const struct mapping *m)
{
    return m->parent_bits >> MDB_UP_SHIFT & MDB_STATUS;
}

/* One walk over the subtree of root, root included.  It is also a status query at root: the walk
 * returns what it finds, root has nothing to report any more, and all other nodes keep what they
 * will report at their next query. */
struct mdb_walk {
    struct mapping *root; /* NULL: another thread removed root while the walk was paused */
    bool removes;         /* the walk removes the nodes; else it clears `drop` in their entries */
    bool root_too;        /* the walk does so to root as well as to the nodes below root */
    word_t drop;
    word_t status;        /* the result */
    struct mapping *at;   /* while it pauses: the node that it has entered and not left */
    struct mapping *next; /*                  the node behind all that it has walked, or NULL */
    struct mdb_walk *other; /*                the next on the list of the paused walks */
};
#define MDB_MOST_PAUSED 300 /* so many walks may let other threads run in their pauses */
/* Performs the walk w.
 * Pre: root, removes, root_too and drop are set.
 * Post: w->status is the access status; or w->root is NULL, and w->status was not written.
 * Returns true if other threads have run meanwhile: they may have changed everything, also the
 * space.  Blocks. */
bool mdb_walk(struct mdb_walk *w);
/* Pre: the stack will not be used any more.  Post: the walks on it are not on the list of paused
 * walks. */
void mdb_forget(const void *stack, size_t size);

/* unmap.c does what concerns the hardware: */
/* Post: the bits of `drop` and the access bits are cleared in m's entry.  Returns the access status
 * that was there. */
word_t mapping_enter(struct mapping *m, word_t drop);
/* Pre: m has no children.  Post: m and its mapping are removed.  Returns the access status, and the
 * pass status of m. */
word_t mapping_remove(struct mapping *m);
/* A preemption point, or only a point at which interrupts are taken.  Returns true if other threads
 * have run.  Blocks, unless interrupts_only. */
bool mapping_pause(bool interrupts_only);

#endif
