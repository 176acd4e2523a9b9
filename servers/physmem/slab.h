/* SPDX-License-Identifier: MIT */
/* Memory for physmem's own records. */
#ifndef PHYSMEM_SLAB_H
#define PHYSMEM_SLAB_H

#include <stddef.h>

void *slab_alloc(size_t bytes);             /* not cleared; NULL: the rest is promised to clients */
void slab_free(void *block, size_t bytes);  /* the same size as allocated */

/* Gives pages without records back to the free list.  They stay with the slabs until somebody needs
 * them, so that the free list changes by clients' pages only. */
void slab_reclaim(void);

#endif
