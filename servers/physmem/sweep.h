/* SPDX-License-Identifier: MIT */
/* Taking mappings away from many pages with few system calls. */
#ifndef PHYSMEM_SWEEP_H
#define PHYSMEM_SWEEP_H

#include "frame.h"

#define SWEEP_RUNS      32u
#define SWEEP_BLOCKS    64u             /* for one machine_revoke() */
#define RIGHTS_WRITE    2u
#define RIGHTS_ALL      7u

/* Pages collected, neighbours joined to runs.  Nothing is revoked or freed before sweep_end(), or
 * before there are too many runs; a page to be freed reaches the free list only after
 * its mappings are gone. */
struct sweep {
    unsigned rights;                    /* what to take away */
    bool free;                          /* the pages have no users any more: free them then */
    unsigned n;
    struct sweep_run {
        paddr_t base;
        uint32_t pages;
        bool mapped;                    /* some page of it may be: revoke */
    } run[SWEEP_RUNS];
};

void sweep_begin(struct sweep *s, unsigned rights, bool free);
void sweep_add(struct sweep *s, paddr_t pa);
void sweep_end(struct sweep *s);        /* may be used on afterwards */

/* The same for the commonest page: to be freed, and its word, which is known already, has one user
 * and nothing else than mappings.  Pre: there is room for a run. */
static inline void sweep_add_alone(struct sweep *s, paddr_t pa, frame_t *word)
{
    struct sweep_run *last = s->n ? &s->run[s->n - 1] : 0;
    bool mapped = *word & FRAME_MAPPED;
    *word = 0;
    if (last && pa == last->base + (last->pages << PAGE_LOG2)) {
        last->pages++;
        last->mapped |= mapped;
    } else {
        s->run[s->n++] = (struct sweep_run) { pa, 1, mapped };
    }
}

#endif
