/* SPDX-License-Identifier: MIT */
/* Memory for physmem's own records, in whole pages that belong to the control that pays.  A hole
 * that is left in a page is its owner's hole. */
#ifndef PHYSMEM_SLAB_H
#define PHYSMEM_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slab_page;

#define SLAB_LISTS  9u              /* [0]: full; [k]: 2^(k-1) units free in a row, or more */

/* The pages of one owner; all zero is empty. */
struct slabs {
    struct slab_page *list[SLAB_LISTS];
    uint32_t pages;                 /* on the lists: what the owner pays for */
    uint32_t bytes;                 /* of the records in them, as they were asked for */
};

#define SLAB_BLOCK_MAX  4032u       /* the largest record */

void *slab_take(struct slabs *s, size_t bytes);     /* not cleared; NULL: no room in its pages */
bool slab_grow(struct slabs *s);                    /* one page more; false: there is no frame */
void slab_free(void *block, size_t bytes);          /* as taken; an empty page leaves its owner */
/* At most so many pages change their owner, with their records.  Returns how many. */
uint32_t slab_move(struct slabs *from, struct slabs *to, uint32_t most);

/* The server's own arrays, of any size, out of the frames that are in no guarantee.  NULL:
 * these are used up. */
void *slab_own_alloc(size_t bytes);
void slab_own_free(void *block, size_t bytes);

/* Gives pages without records back to the free list.  They stay with the slabs until somebody needs
 * them, so that the free list changes by clients' pages only. */
void slab_reclaim(void);

uint32_t slab_spare(void);                          /* how many such pages there are */

#endif
