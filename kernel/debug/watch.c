/* SPDX-License-Identifier: MIT */
/* Answers for `ps` and its like.  No path of a program's own needs them. */
#include "watch.h"

#include <l4/pecan.h>

#include "../space.h"

/* The thread to which t waits to send, or from which it waits to receive. */
static word_t partner_of(const struct thread *t)
{
    switch (thread_state(t)) {
    case THREAD_SENDING:
        return t->partner->id;
    case THREAD_RECEIVING:
        return accepts_of(t);
    default:
        return L4_ID_NIL;
    }
}

bool watch_counter(const struct thread *t, word_t which, word_t *value)
{
    if (which == L4_PECAN_TICKS)
        *value = t->space->ticks;
    else if (which == L4_PECAN_PARTNER)
        *value = partner_of(t);
    else
        return false;
    return true;
}
