/* SPDX-License-Identifier: MIT */
/* IO ports as mappings.  Spec 1.3, 6.6: ports are mapped, granted and unmapped like memory. */
#ifndef KERNEL_IO_H
#define KERNEL_IO_H

#include "list.h"

struct space;

struct io_node {
    struct io_node *next_in_space; /* list space->io */
    struct io_node *parent;
    struct list_node children, in_parent;
    struct space *space;
    word_t first, last;
};

/* A cut under way: a range of ports goes from all spaces that got it through `space`.  The caller
 * sets the first four fields; the other fields are zero at first. */
struct io_cut {
    struct space *space;
    word_t first, last;
    bool flush;             /* the space itself loses the range, too */
    bool given;             /* the range has been granted */
    struct io_node *root;   /* the range of the space at whose tree the cut is; NULL: done */
    struct io_node *at;     /* the node of this tree at which the cut is */
    struct list_node *child; /* the next child of `at` that the cut visits */
    struct io_node *upper;  /* gets the children above the hole */
    word_t end;             /* `last`, or more if memory is out */
    word_t changes;         /* only io.c uses it */
};

void io_init(void);
/* Post: sigma0 holds all ports.  Returns false if memory is out. */
bool io_give_all(struct space *sigma0);
/* Maps or grants the ports of the IO fpage that `from` holds.
 * Pre: *c is zero before the first call.
 * Returns IPC_OK; L4_IPC_OVERFLOW if memory is out, the quota of `to`, or its number of ranges; or
 * IPC_PENDING if the caller must call again, after a preemption point. */
int io_map(struct space *from, word_t fpage, struct space *to, word_t window, bool grant,
           struct io_cut *c) __attribute__((cold)); /* ports are mapped when a driver starts */
/* Takes the ports from all spaces that got them through s; with flush, from s as well.
 * Returns true if other threads have run before it was done: s may be gone, and the caller looks it
 * up and calls again.  Blocks. */
bool io_unmap(struct space *s, word_t fpage, bool flush) __attribute__((cold));

#endif
