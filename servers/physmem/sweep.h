/* SPDX-License-Identifier: MIT */
/* Taking mappings away from many pages with few system calls. */
#ifndef PHYSMEM_SWEEP_H
#define PHYSMEM_SWEEP_H

#include "frame.h"

#define SWEEP_BLOCKS    32u
#define RIGHTS_WRITE    2u
#define RIGHTS_ALL      7u

/* Pages collected, neighbours merged into larger blocks.  Nothing is revoked or freed before
 * sweep_end(), or before the blocks run out; a page to be freed reaches the free list only after
 * its mappings are gone. */
struct sweep {
    unsigned rights;                    /* what to take away */
    bool free;                          /* the pages have no users any more: free them then */
    unsigned n;
    struct { struct extent block; bool mapped; } at[SWEEP_BLOCKS];
};

void sweep_begin(struct sweep *s, unsigned rights, bool free);
void sweep_add(struct sweep *s, paddr_t pa);
void sweep_end(struct sweep *s);        /* may be used on afterwards */

#endif
