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
 *   pass  scratch of the walk under way
 * Every tree has one page size; splitting a 4 MB page splits its whole tree. */
#ifndef KERNEL_MDB_H
#define KERNEL_MDB_H

#include "types.h"

struct space;

struct mapping {
    word_t next_bits;   /* pointer | pass status */
    word_t prev_bits;   /* pointer */
    word_t parent_bits; /* pointer | own status << 0 | up status << 2 */
    word_t *entry;      /* the page table (or directory) entry that maps it */
};

static_assert(sizeof(struct mapping) == 16, "24 bytes a mapping: node, index, entry");

#define MDB_READ 1u /* status bits of a node */
#define MDB_WRITTEN 2u
#define MDB_STATUS 3u

static inline struct mapping *mdb_next(const struct mapping *m)
{
    return (struct mapping *)(m->next_bits & ~15u);
}
static inline struct mapping *mdb_prev(const struct mapping *m)
{
    return (struct mapping *)(m->prev_bits & ~15u);
}
static inline struct mapping *mdb_parent(const struct mapping *m)
{
    return (struct mapping *)(m->parent_bits & ~15u);
}
static inline word_t mdb_own(const struct mapping *m)
{
    return m->parent_bits & MDB_STATUS;
}

/* A new root, or a child of parent; both nodes live on. */
void mdb_link_root(struct mapping *m);
void mdb_link_child(struct mapping *parent, struct mapping *m);
static inline bool mdb_is_leaf(const struct mapping *m)
{
    struct mapping *next = mdb_next(m);
    return !next || mdb_parent(next) != m;
}
/* Takes a node without children out of its tree. */
void mdb_unlink(struct mapping *m);
/* Accesses that a vanishing node knew of, told to its parent's and all older queries. */
void mdb_report_up(struct mapping *m, word_t status);

/* One walk over the subtree of root, root included.  It is also a status query at root: consumed
 * there (the result), and kept for everybody else's next query. */
struct mdb_walk {
    struct mapping *root;
    word_t rights; /* to take away */
    bool root_too; /* from root as well as from those below it */
};
word_t mdb_walk(const struct mdb_walk *w);

/* The same for a node without children, which the hardware saw used as `fresh` says. */
word_t mdb_query_leaf(struct mapping *m, word_t fresh, bool removed);

/* map.c does the hardware's part.  Called parents first; returns what was seen through m. */
word_t mapping_enter(struct mapping *m, const struct mdb_walk *w);
/* Called children first; may unlink and free m. */
void mapping_leave(struct mapping *m, const struct mdb_walk *w);

#endif
