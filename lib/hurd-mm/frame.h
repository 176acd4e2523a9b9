/* SPDX-License-Identifier: MIT */
/* What backs it: the pages of a store that exist, as runs.  One record stands for a run of pages
 * that follow each other in the store and in the container, so a region that is touched from front
 * to back costs one record. */
#ifndef MM_FRAME_H
#define MM_FRAME_H

#include "map.h"

/* range.first and .last are offsets in the store. */
struct frame {
    struct range range;
    L4_Word_t container;
    uintptr_t offset;           /* in the container, of range.first */
};

/* In place of a container: pages of anonymous memory that physmem has put on disk (pageout.c). */
#define FRAME_OUT (~(L4_Word_t)0)

static inline bool frame_is_out(const struct frame *frame)
{
    return frame->container == FRAME_OUT;
}

/* The run that holds this page of the store, or NULL.  A run begins with its range. */
static inline struct frame *frame_find(struct store *store, uintptr_t offset)
{
    return (struct frame *)range_find(store->frames, offset);
}

/* The same inline: for each fault. */
static inline struct frame *frame_search(struct store *store, uintptr_t offset)
{
    return (struct frame *)range_search(store->frames, offset);
}

/* The lowest run that ends at `offset` or above. */
struct frame *frame_from(struct store *store, uintptr_t offset);

/* Where a byte of the run is in its container. */
static inline uintptr_t frame_offset(const struct frame *frame, uintptr_t offset)
{
    return frame->offset + (offset - frame->range.first);
}

/* Records a run, joining it with its neighbours.  False: no record, or a page of it is there. */
bool frame_add(struct slab *slab, struct store *store, uintptr_t first, uintptr_t last,
               L4_Word_t container, uintptr_t offset);

/* Takes the lowest run, or part of a run, in [first, last] out of the store and says in *taken what
 * it was (its tree fields mean nothing).  False: there is none.  If frame_cuts(), FRAME_CUTS
 * records must have been reserved. */
enum { FRAME_CUTS = 1 };
bool frame_cuts(struct store *store, uintptr_t first, uintptr_t last);
bool frame_take(struct slab *slab, struct store *store, uintptr_t first, uintptr_t last,
                struct frame *taken);

/* Pages in [first, last] that are in core, or out. */
uintptr_t frame_count(struct store *store, uintptr_t first, uintptr_t last, bool out);

#endif
