/* SPDX-License-Identifier: MIT */
/* String items, and what the two threads of a copy are to each other. */
#ifndef KERNEL_STRINGS_H
#define KERNEL_STRINGS_H

#include "thread.h"

/* One message whose strings are being copied, on the stack of the thread that copies. */
struct copy {
    struct thread *src, *dst; /* one of them is current, and copies */
    word_t bytes;             /* copied so far, over all items */
    word_t buffer;            /* BR of the next receive buffer, 0 = there is none */
    bool engaged;             /* src and dst know each other as partners */
    bool faulted;             /* `deadline` is valid, and */
    bool receivers_limit;     /* ... it is the receiver's */
    uint64_t deadline;        /* of all faults together, as timer_expiry() gave it */
};

/* Copies the string item whose descriptor is mr[*at], *at < end, and moves *at behind it.  Blocks.
 * IPC_OK or an error as src sees it; IPC_GONE when the partner does not exist any more. */
int string_item(struct copy *c, const word_t *mr, word_t *at, word_t end);
/* A preemption point in the transfer of c: what has become of it, as above.  Blocks. */
int string_pause(struct copy *c);
/* The copy is over, well or not: c's two threads are free of each other. */
void string_finish(struct copy *c);

/* self was woken because its partner met a fault on our side: asks our pager.  Blocks. */
void string_serve(struct thread *self);
/* Breaks the copy that t takes part in with `error`; its runner learns when it goes on. */
void string_break(struct thread *t, int error);
/* The same at once and for good: both are told that it was aborted, neither knows the other. */
void string_cut(struct thread *t);

#endif
