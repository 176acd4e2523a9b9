/* SPDX-License-Identifier: MIT */
/* A page fault on its way through the pager: fault.c finds the region, a class of stores
 * (anonymous.c, store.c) serves it. */
#ifndef MM_FAULT_H
#define MM_FAULT_H

#include <l4/message.h>
#include "mm.h"

struct fault {
    L4_ThreadId_t from;
    uintptr_t address, ip;
    unsigned access;            /* HURD_VM_WRITE or HURD_VM_READ */
    unsigned char brought;      /* so often has a worker got the page, and the right to this
                                   access, since the thread waits */
    bool first;                 /* the thread has not waited: physmem may answer it itself */
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

/* The rights to map.  A mapping with write access ends copy-on-write, so it is asked for only when
 * the access is a write. */
unsigned fault_rights(const struct fault *f);

/* ---- faults that physmem answers ----
 *
 * The pager sends physmem the request in the name of the thread that faulted, which waits for
 * physmem from then on (propagation, spec 5.7): physmem's reply with the page is the reply to the
 * fault.  That takes three messages; if the pager asked physmem and then replied, it would take
 * four.
 * The pager does not learn of an error: physmem tells the thread, and the thread just faults again.
 * So if a thread comes twice in a row with the same fault, the pager asks physmem itself the second
 * time. */

enum {
    PASSED = 16,
    UTCB_LOG2 = 9,              /* a local id is an address in the thread's UTCB */
    FAULT_AROUND = 16,          /* pages of one run that are mapped together, if they exist */
};
extern struct passed {
    L4_Word_t thread;           /* 0: none */
    uintptr_t what;             /* the page, and the access */
} passed[PASSED];

/* Returns true if the fault may be passed on; fault_pass() must follow then.  Several threads share
 * one place of passed[].  If a fault of another thread is noted there, the function frees the place
 * and returns false: so the pager finds each thread's error soon, whatever other threads do. */
bool fault_may_pass(const struct fault *f);

/* Writes the request into the message registers: nothing may come between this and the end of the
 * fault.  label: HURD_PM_CONTAINER_MAP or HURD_PM_CONTAINER_ALLOCATE_MAP; offset: in the container.
 * Returns FAULT_PASSED. */
int fault_pass(const struct fault *f, unsigned label, L4_Word_t container, unsigned rights,
               uintptr_t offset, uintptr_t size);

/* Maps pages from the faulting one on: passes the fault on, or asks physmem.  Returns FAULT_PASSED,
 * 0 or an errno.  Not inline: inlined everywhere, it would cost each program one more page. */
int fault_map(const struct fault *f, L4_Word_t container, unsigned rights, uintptr_t offset,
              uintptr_t size);

/* As fault_map(), with the pages that follow: as many as belong to the run and to the region, and
 * FAULT_AROUND at most. */
int fault_map_run(const struct fault *f, const struct frame *run, unsigned rights);

/* The thread waits until some worker has done something, and its fault is looked at again.
 * FAULT_WAITS or an errno. */
int fault_park(const struct fault *f);

/* pagein.c: a worker fetches the page.  FAULT_WAITS or an errno. */
int fault_fetch(const struct fault *f);

#endif
