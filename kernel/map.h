/* SPDX-License-Identifier: MIT */
/* Map, grant and unmap of memory. */
#ifndef KERNEL_MAP_H
#define KERNEL_MAP_H

#include "types.h"

struct space;

void map_init(void);

/* Maps (or grants) `send` of `from` into the receive window of `to`.  Spec 5.11.
 * IPC_OK or L4_IPC_OVERFLOW when memory or to's quota is out; earlier pages stay mapped. */
int map_fpage(struct space *from, word_t send, struct space *to, word_t window, word_t send_base,
              bool grant);

/* Unmaps what others hold of the fpage, or flushes it; the fpage's rights are those to remove.
 * Returns the fpage with its rights replaced by the access status.  Spec 7.3. */
word_t unmap_fpage(struct space *s, word_t fpage, bool flush);

/* Removes every mapping of the range from s and from those who got it from s. */
void unmap_range(struct space *s, vaddr_t base, uint32_t size);
/* The same for all of user memory. */
void unmap_all(struct space *s);

/* sigma0's own fault: maps the page 1:1.  False if nothing may be there. */
bool map_idempotent(struct space *s, vaddr_t v);

/* Sets cache attributes (ENTRY_CACHE_MASK bits) on s's own pages in the fpage; false if one of
 * them is not mapped. */
bool map_set_attributes(struct space *s, word_t fpage, word_t cache_bits);

#endif
