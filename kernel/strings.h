/* SPDX-License-Identifier: MIT */
/* String items, and the two threads of a string copy.
 * A function blocks only if its comment says "Blocks". */
#ifndef KERNEL_STRINGS_H
#define KERNEL_STRINGS_H

#include "thread.h"

/* One message whose strings are being copied, on the stack of the thread that copies. */
struct copy {
    struct thread *src, *dst; /* one of them is current, and copies */
    word_t bytes;             /* the number of bytes copied so far, over all items */
    word_t buffer;            /* the BR of the next receive buffer; 0: there is none */
    bool engaged;             /* src and dst have become engaged with each other */
    bool faulted;             /* a page was missing, so `deadline` is valid */
    bool receivers_limit;     /* the deadline comes from dst's transfer timeout, not from src's */
    uint64_t deadline;        /* for all faults of the copy together, as timer_expiry() gave it */
};

/* Copies one string item.
 * Pre: mr[*at] is its descriptor, *at < end; src or dst of c is current.
 * Post: if IPC_OK, *at is behind the item.
 * Returns IPC_OK or an error as src sees it; IPC_GONE if current's partner does not exist any more.
 * Blocks. */
int string_item(struct copy *c, const word_t *mr, word_t *at, word_t end);
/* A preemption point in the transfer of c.
 * Post: src and dst are engaged, if both still exist.
 * Returns IPC_OK if the transfer can go on, else as string_item().  Blocks. */
int string_pause(struct copy *c);
/* Pre: the transfer of c is over, well or not.  Post: src and dst are not engaged. */
void string_finish(struct copy *c);

/* Asks self's pager for the page that the runner of the copy misses in self's space.
 * Pre: self is current, and was woken with copy_fault set.
 * Returns when the copy is over, or when self is woken for another page.  Blocks. */
void string_serve(struct thread *self);
/* Pre: t is engaged.
 * Post: the copy is broken with `error`; the runner learns of it when it goes on. */
void string_break(struct thread *t, int error);
/* Cuts a copy off, at once.
 * Pre: t is engaged.
 * Post: t and its partner are not engaged; their copy has ended with L4_IPC_ABORTED. */
void string_cut(struct thread *t);

#endif
