/* SPDX-License-Identifier: MIT */
/* The records of the pager: maps, frames and stores, all of one size, on wired pages.
 *
 * The bootstrap problem (spec hurd 3.3): a new page of records needs records itself, for the map
 * that says where it is. So it is asked for while some records are left: slab_reserve(n) makes sure
 * that n + SLAB_OWN can be taken, before an operation changes anything; what follows cannot fail.
 * The first page is part of the program.  Each page counts its free records in its last bytes, so
 * that pages without a record in use can go back (mm_init.c). */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SLAB_RECORD = 4 * 10,       /* bytes of a record on a 32-bit machine */
    SLAB_OWN = 2,               /* records that bringing a page in may take */
};

struct slab {
    struct slab_free *free;
    char *fresh;                /* `fresh_left` more, one behind the other, that were never used */
    size_t fresh_left;
    size_t count;               /* records free, of both kinds */
    size_t size;                /* of one record */
    /* Brings in a new zeroed page, recording it with at most SLAB_OWN records of this slab.  NULL:
     * no more. */
    void *(*new_page)(struct slab *slab);
};

/* bytes: at most a page, at the start of one. */
void slab_add_page(struct slab *slab, void *page, size_t bytes);
/* No record of this page of 4096 bytes is in use. */
bool slab_page_is_free(const struct slab *slab, const void *page);
/* Takes the records of [first, last] out: whole pages without a record in use.  Returns their
 * number. */
size_t slab_cut(struct slab *slab, const void *first, const void *last);
size_t slab_per_page(const struct slab *slab);
bool slab_reserve(struct slab *slab, size_t n);
void *slab_take(struct slab *slab);             /* zeroed.  NULL: not reserved and nothing left */
void *slab_take_any(struct slab *slab);         /* the same, with whatever was in it */
void slab_give(struct slab *slab, void *record);

#endif
