/* SPDX-License-Identifier: MIT */
/* The mapping database: who got which page from whom.
 *
 * Each page that a user space holds has one node.  All nodes of a frame form a tree, kept as a
 * pre-order list with parent pointers: insertion is O(1), a walk over a subtree needs no recursion
 * and no depth limit, and the walk's way back up visits every node after its children.
 *
 *   A --- B --- C        list: A B C D        C.parent = B, B.parent = D.parent = A
 *    \--- D              the subtree of B: nodes behind B until one whose parent is not inside
 *
 * Nodes lie on 16-byte boundaries; the low bits of the pointers hold the access status:
 *   own   accesses of the subtree that the next status query at this node shall report
 *   up    accesses that a query at this node reported and its ancestors have not seen yet
 *   pass  scratch of the walk under way */
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
#define MDB_WATCHED 4u /* a walk that pauses may stand here */
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

/* A new root, or a child of parent; both nodes live on. */
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

/* Takes a node without children out of its tree. */
void mdb_unlink_watched(struct mapping *m);
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

/* A status query at a node below which nobody is left unread: `fresh` is what it finds now.
 * Consumes what the node had to tell, and keeps it for the queries of its ancestors. */
static inline word_t mdb_query(struct mapping *m, word_t fresh)
{
    word_t bits = m->parent_bits, status = (fresh | bits) & MDB_STATUS;
    m->parent_bits = (bits & ~MDB_STATUS) | (fresh & MDB_STATUS) << MDB_UP_SHIFT;
    return status;
}
/* Accesses that a vanishing node knew of, told to its parent's and all older queries. */
static inline void mdb_report_up(struct mapping *m, word_t status)
{
    struct mapping *parent = mdb_parent(m);
    if (parent)
        parent->parent_bits |= status | status << MDB_UP_SHIFT;
}
/* What a node and its ancestors' queries have not been told yet. */
static inline word_t mdb_unread(const struct mapping *m)
{
    return m->parent_bits >> MDB_UP_SHIFT & MDB_STATUS;
}

/* One walk over the subtree of root, root included.  It is also a status query at root: consumed
 * there (the result), and kept for everybody else's next query. */
struct mdb_walk {
    struct mapping *root; /* NULL: somebody else removed it while the walk paused */
    bool removes;         /* the subtree goes; else only `drop` bits of its entries */
    bool root_too;        /* from root as well as from those below it */
    word_t drop;
    word_t status;        /* the result */
    struct mapping *at;   /* while it pauses: entered and not left */
    struct mapping *next; /*                  the node behind all that was walked, or NULL */
    struct mdb_walk *other; /*                the next one on the list of those who pause */
};
#define MDB_MOST_PAUSED 300
/* True: others have run meanwhile, and may have changed everything, also the space.  Blocks. */
bool mdb_walk(struct mdb_walk *w);
/* The walks on that stack will not go on. */
void mdb_forget(const void *stack, size_t size);

/* map.c does the hardware's part: clears `drop` bits in the entry, and returns what it was ... */
word_t mapping_enter(struct mapping *m, word_t drop);
/* ... removes the mapping and its node, returns the same. */
word_t mapping_remove(struct mapping *m);
bool mapping_pause(bool interrupts_only); /* preempt_point(), or less */

#endif
