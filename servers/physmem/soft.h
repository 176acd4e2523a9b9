/* SPDX-License-Identifier: MIT */
/* Soft references: pages that were given back, whose contents can still be had until the frame is
 * needed.  Spec hurd 2.6. */
#ifndef PHYSMEM_SOFT_H
#define PHYSMEM_SOFT_H

#include "container.h"

/* A frame that is free, and the page that it was.  The record is the page's control's. */
struct soft {
    struct soft *next, **link;              /* the one given back longest ago comes first */
    struct container *container;
    uint32_t page;
    paddr_t frame;
};

static inline struct soft *soft_of(slot_t s) { return (struct soft *) (s & ~SLOT_BITS); }

/* Gives pages back as container_deallocate() does, and with the same errors.  A bound page whose frame
 * nobody else uses becomes a soft reference if there is memory for its record. */
int container_return(struct container *c, uint32_t start, uint32_t count, uint32_t *done);

/* Soft references become pages again with their contents, and extra pages promised ones (extra: soft
 * references extra pages).  *done pages from the start were done, also on an error: ENOENT: never there,
 * or the frame is another's by now, or ESTALE: seized; ENOMEM: the guarantee is used up (extra: no frame
 * to be had). */
int container_harden(struct container *c, uint32_t start, uint32_t count, bool extra,
                     uint32_t *done);

void soft_drop(struct soft *soft);          /* the frame is free for all; the caller has the slot */
bool soft_reclaim(void);                    /* the oldest one goes; false: there is none */

#endif
