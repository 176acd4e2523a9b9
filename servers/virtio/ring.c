/* SPDX-License-Identifier: MIT */
/* The table of pieces, the list of offers, and on the next page the list of what was used.  The
 * index is written last: then the device may look at the rest. */
#include "ring.h"

#include <string.h>

enum { INDEX = 1, LIST = 2 };           /* in words of 16 bits */

bool ring_make(struct ring *r, void *memory, uint16_t entries)
{
    if (entries == 0 || entries > RING_MOST || (entries & (entries - 1)))
        return false;
    memset(memory, 0, RING_PAGES * RING_PAGE);
    uint8_t *offered = (uint8_t *) memory + entries * sizeof(struct ring_piece);
    uint32_t end = entries * sizeof(struct ring_piece) + (LIST + entries + 1) * sizeof(uint16_t);
    r->piece = memory;
    r->offered = (volatile uint16_t *) offered;
    r->used = (volatile uint16_t *) ((uint8_t *) memory +
                                     ((end + RING_PAGE - 1) & ~(RING_PAGE - 1)));
    r->entries = entries;
    r->count = 0;
    return true;
}

void ring_add(struct ring *r, unsigned n, uint64_t address, uint32_t bytes, bool written, bool last)
{
    r->piece[n].address = address;
    r->piece[n].bytes = bytes;
    r->piece[n].flags = (written ? PIECE_WRITTEN : 0) | (last ? 0 : PIECE_NEXT);
    r->piece[n].next = last ? 0 : (uint16_t) (n + 1);
}

void ring_offer(struct ring *r)
{
    r->offered[LIST + r->count % r->entries] = 0;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    r->offered[INDEX] = ++r->count;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool ring_done(const struct ring *r)
{
    bool done = r->used[INDEX] == r->count;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return done;
}
