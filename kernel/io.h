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

/* A range of ports that is being taken from all who got it through a space; zero but for the first four. */
struct io_cut {
    struct space *space;
    word_t first, last;
    bool flush;             /* from the space itself, too */
    bool given;             /* these have been granted */
    struct io_node *root;   /* of the tree under way: a range of the space.  NULL: done */
    struct io_node *at;     /* below it */
    struct list_node *child; /* of `at`, to be looked at next */
    struct io_node *upper;  /* gets the children above the hole */
    word_t end;             /* `last`, or more when memory is out */
    word_t changes;         /* io.c's own */
};

void io_init(void);
/* sigma0 holds all ports from the start; false: memory is out. */
bool io_give_all(struct space *sigma0);
/* Maps or grants what `from` holds of the IO fpage.  IPC_OK or L4_IPC_OVERFLOW; IPC_PENDING: call
 * again, behind a preemption point.  *c is zero before. */
int io_map(struct space *from, word_t fpage, struct space *to, word_t window, bool grant,
           struct io_cut *c) __attribute__((cold)); /* ports are given out once, when a driver starts */
/* Takes the ports from those who got them through s; with flush, from s as well.  True: others have run
 * before it was done; s may be gone, look it up and call again.  Blocks. */
bool io_unmap(struct space *s, word_t fpage, bool flush) __attribute__((cold));

#endif
