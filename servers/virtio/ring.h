/* SPDX-License-Identifier: MIT */
/* The queue that the driver and the device share, as the "legacy interface" of virtio lays it out:
 * Virtual I/O Device 1.0, 2.4 and 4.1.4.8.  The driver has one request in it at a time. */
#ifndef VIRTIO_RING_H
#define VIRTIO_RING_H

#include <stdbool.h>
#include <stdint.h>

#define RING_PAGE  4096u
#define RING_PAGES 3u           /* room for RING_MOST entries */
#define RING_MOST  256u

/* A piece of memory that the device reads or writes.
 *   next   the number of the next piece of the request, if flags say so */
struct ring_piece {
    uint64_t address;           /* physical */
    uint32_t bytes;
    uint16_t flags;
    uint16_t next;
};
_Static_assert(sizeof(struct ring_piece) == 16, "a descriptor is 16 bytes");

enum { PIECE_NEXT = 1, PIECE_WRITTEN = 2 };     /* written: by the device */

struct ring {
    volatile struct ring_piece *piece;
    volatile uint16_t *offered;         /* flags, index, then numbers of first pieces */
    volatile uint16_t *used;            /* flags, index, then pairs of 32-bit words */
    uint16_t entries;                   /* as the device says; a power of two */
    uint16_t count;                     /* requests so far, modulo 2^16 */
};

/* Lays the queue out at `memory`, RING_PAGES pages that follow each other in physical memory, and
 * clears it.  Returns false if the device wants more entries, or no power of two. */
bool ring_make(struct ring *r, void *memory, uint16_t entries);

/* Adds a piece to the request that is being made; n counts them from 0.  Pre: n < r->entries. */
void ring_add(struct ring *r, unsigned n, uint64_t address, uint32_t bytes, bool written,
              bool last);

/* Offers the request that begins with piece 0. */
void ring_offer(struct ring *r);

/* True if the device has used all requests that were offered. */
bool ring_done(const struct ring *r);

#endif
