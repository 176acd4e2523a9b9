/* SPDX-License-Identifier: MIT */
/* A page fault on its way through the pager: fault.c finds the region, a class of stores
 * (anonymous.c, store.c) serves it. */
#ifndef MM_FAULT_H
#define MM_FAULT_H

#include "frame.h"
#include <l4/types.h>

struct fault {
    L4_ThreadId_t from;
    uintptr_t address, ip;
    unsigned access;            /* HURD_VM_WRITE or HURD_VM_READ */
    bool brought;               /* a worker has just got the page, and the right to this access */
    struct map *map;
    uintptr_t page, offset;     /* of the page: its address, and where it is in map->store */
};

/* 0 and errnos, and: */
enum {
    FAULT_REFUSED = -2,         /* no such region, or not with this access */
    FAULT_WAITS = -3,           /* the thread gets its reply when the page is there */
    FAULT_MAPPED = -4,          /* the reply, a map item, is in the message registers */
};

/* What to map: write access ends copy-on-write, so it is asked for when it is needed. */
unsigned fault_rights(const struct fault *f);

/* Maps from the faulting page on as much of the run as lies in the region, and is not too much. */
int fault_map_run(const struct fault *f, const struct frame *run, unsigned rights);

/* The thread waits until some worker has done something, and its fault is looked at again.
 * FAULT_WAITS or an errno. */
int fault_park(const struct fault *f);

/* pagein.c: a worker fetches the page.  FAULT_WAITS or an errno. */
int fault_fetch(const struct fault *f);

#endif
