/* SPDX-License-Identifier: MIT */
/* Binding, for map.c and pin.c. */
#ifndef PHYSMEM_MAP_H
#define PHYSMEM_MAP_H

#include <stdint.h>

struct container;

/* Binds promised pages from `page` on, at most `limit`, to one contiguous zeroed block, as large as
 * there is and as the alignment (a page number) allows.  Returns how many pages; 0: no frame. */
uint32_t map_bind(struct container *c, uint32_t page, uint32_t limit, uint32_t alignment);

#endif
