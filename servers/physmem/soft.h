/* SPDX-License-Identifier: MIT */
/* Soft references: pages that were given back, whose contents can still be had until the frame is
 * needed.  Spec hurd 2.6. */
#ifndef PHYSMEM_SOFT_H
#define PHYSMEM_SOFT_H

#include "container.h"

/* A frame that is free, and the page that it was.  The page's control pays for the record. */
struct soft {
    struct soft *next, **link;              /* the queue: the oldest one comes first */
    struct container *container;
    uint32_t page;
    paddr_t frame;
};

static inline struct soft *soft_of(slot_t s) { return (struct soft *) (s & ~SLOT_BITS); }

/* Gives pages back as container_deallocate() does, and with the same errors.  A bound page becomes
 * a soft reference if no other page uses its frame, and there is memory for its record. */
int container_return(struct container *c, uint32_t start, uint32_t count, uint32_t *done);

/* Soft references become pages again, with their contents.  Without `extra` they become promised
 * pages, and extra pages become promised ones, too; with `extra` soft references become extra
 * pages.  *done pages from the start were done, also on an error.  ENOENT: there was no page, or
 * its frame has another use by now; ESTALE: the page was seized; ENOMEM: the guarantee is used up
 * (with `extra`: there is no frame). */
int container_harden(struct container *c, uint32_t start, uint32_t count, bool extra,
                     uint32_t *done);

void soft_drop(struct soft *soft);          /* frees the frame; the caller changes the slot */
bool soft_reclaim(void);                    /* drops the oldest one; false: there is none */

#endif
