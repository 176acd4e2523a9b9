/* SPDX-License-Identifier: MIT */
/* Binding and marking, for map.c, pin.c and request_quick.c. */
#ifndef PHYSMEM_MAP_H
#define PHYSMEM_MAP_H

#include <stdint.h>

#include "slot.h"

struct container;

/* Binds promised pages, from `page` on and at most `limit`, to the frames of one block, and fills
 * it with zeroes.  It is the largest free block that the alignment (a page number) allows.  marks:
 * what page_mark() would set, if the pages are mapped at once; else 0.  Returns how many pages are
 * bound; 0 if there is no frame. */
uint32_t map_bind(struct container *c, uint32_t page, uint32_t limit, uint32_t alignment,
                  frame_t marks);

/* Marks the page of the slot as mapped with these rights, if it can be mapped as it is; weak: by a
 * weak reference.  marks: FRAME_MAPPED, FRAME_STEADY.  Returns its frame, or 0. */
static inline paddr_t page_mark(slot_t *slot, unsigned rights, bool weak, frame_t marks)
{
    if (!slot || !slot_bound(*slot))
        return 0;
    paddr_t pa = slot_frame(*slot);
    frame_t *word = frame_find(pa);
    if (weak && *word & FRAME_PINS)
        return 0;
    if (rights & RIGHTS_WRITE) {
        if (frame_must_part(*word))
            return 0;
        marks |= FRAME_WRITABLE;
    }
    *word = (*word & ~FRAME_STEADY) | marks;
    slot_set_seen(slot);
    return pa;
}

#endif
