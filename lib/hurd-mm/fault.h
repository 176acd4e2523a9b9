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
    bool passable;              /* physmem may answer the thread itself: fault_pass() */
    struct map *map;
    uintptr_t page, offset;     /* of the page: its address, and where it is in map->store */
};

/* 0 and errnos, and: */
enum {
    FAULT_REFUSED = -2,         /* no such region, or not with this access */
    FAULT_WAITS = -3,           /* the thread gets its reply when the page is there */
    FAULT_MAPPED = -4,          /* the reply, a map item, is in the message registers */
    FAULT_PASSED = -5,          /* a request to physmem is there: fault_pass() */
};

/* physmem answers the thread in the pager's place.  Writes the request into the message registers:
 * nothing may come between this and the end of the fault.  Pre: f->passable.  Returns FAULT_PASSED.
 * label: HURD_PM_CONTAINER_MAP or HURD_PM_CONTAINER_ALLOCATE_MAP; offset: in the container. */
int fault_pass(const struct fault *f, unsigned label, L4_Word_t container, unsigned rights,
               uintptr_t offset, uintptr_t size);

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
