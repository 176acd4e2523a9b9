/* SPDX-License-Identifier: MIT */
/* A page fault, step by step: find the region, see whether the access is allowed, let the store's
 * class find or make the frame and map it.  Before: pager.c took the fault out of a message.
 * After: anonymous.c and store.c.  The pager and the faulting thread share one space, and physmem
 * maps the page into it.  So the reply to the fault has nothing to map. */
#include "fault.h"
#include <l4/message.h>
#include "mm.h"

enum { FAULT_AROUND = 16 };     /* pages of one run that are mapped together, if they exist */

/* This processor has no execute right: what can be read can be executed. */
static bool map_allows(const struct map *map, unsigned access)
{
    if (access & HURD_VM_WRITE)
        return map->is.rights & HURD_VM_WRITE;
    return map->is.rights != 0;
}

static bool fault_find_map(struct fault *f)
{
    f->page = f->address & ~(uintptr_t)(HURD_MM_PAGE - 1);
    f->map = map_find(&mm.space, f->address);
    if (!f->map)
        return false;
    f->offset = f->map->offset + (f->page - f->map->range.first);
    return f->map->store->class->fault && map_allows(f->map, f->access);
}

unsigned fault_rights(const struct fault *f)
{
    unsigned rights = f->map->is.rights & ~HURD_VM_WRITE;
    return f->access & HURD_VM_WRITE || !rights ? f->map->is.rights : rights;
}

int fault_map_run(const struct fault *f, const struct frame *run, unsigned rights)
{
    uintptr_t size = FAULT_AROUND * HURD_MM_PAGE;
    bool copies = f->map->is.copied && rights & HURD_VM_WRITE;   /* a frame for each page */
    if (f->map->is.advice == HURD_VM_RANDOM || copies)
        size = HURD_MM_PAGE;
    if (size - 1 > f->map->range.last - f->page)
        size = f->map->range.last - f->page + 1;
    if (size - 1 > run->range.last - f->offset)
        size = run->range.last - f->offset + 1;
    uintptr_t offset = frame_offset(run, f->offset);
    return f->passable ? fault_pass(f, HURD_PM_CONTAINER_MAP, run->container, rights, offset, size)
                       : memory_map(run->container, rights, f->page, offset, size);
}

/* ---- faults that physmem answers ----
 *
 * The pager sends physmem the request in the name of the thread that faulted, which waits for
 * physmem from then on (propagation, spec 5.7): physmem's reply with the page is the reply to the
 * fault.  So there are two IPCs less than if the pager asked, and then answered.  What the pager
 * does not get is physmem's error: the thread just faults again.  So a fault is passed on only if
 * it is not the one that the pager passed on for this thread before. */

enum { PASSED = 16, UTCB_LOG2 = 9 };    /* a local id is an address in the thread's UTCB */

static struct {
    L4_Word_t thread;           /* 0: none */
    uintptr_t what;             /* the page, and the access */
} passed[PASSED];

/* Also false if the fault of another thread is noted in the same place, which is free then: so each
 * thread learns of its error before long, whatever other threads do. */
static bool fault_is_passable(L4_ThreadId_t from, uintptr_t what)
{
    unsigned i = from.raw >> UTCB_LOG2 & (PASSED - 1);
    bool may = passed[i].thread == from.raw ? passed[i].what != what : !passed[i].thread;
    passed[i].thread = may ? from.raw : 0;
    passed[i].what = what;
    return may;
}

int fault_pass(const struct fault *f, unsigned label, L4_Word_t container, unsigned rights,
               uintptr_t offset, uintptr_t size)
{
    mm.counters.rpcs++;
    L4_Set_VirtualSender(f->from);
    L4_LoadMR(0, L4_MakeTag(label, 5, 0).raw | L4_TAG_PROPAGATED);
    L4_LoadMR(1, container);
    L4_LoadMR(2, rights);
    L4_LoadMR(3, f->page);
    L4_LoadMR(4, offset);
    L4_LoadMR(5, size);
    return FAULT_PASSED;
}

/* The page is mapped already.  The reply is one map item with a nil fpage, because the kernel's
 * path for replies with one map item is 150 instructions shorter than the path for an empty
 * reply. */
static void answer_nothing(void)
{
    L4_LoadMR(0, L4_MakeTag(0, 0, 2).raw);
    L4_LoadMR(1, L4_ITEM_MAP);
    L4_LoadMR(2, 0);
}

static L4_ThreadId_t fault_end(const struct fault *f, int result)
{
    switch (result) {
    case FAULT_PASSED:
        return mm.physmem;
    case 0:
        answer_nothing();
        return f->from;
    case FAULT_MAPPED:
        return f->from;
    case FAULT_WAITS:
        return L4_nilthread;
    default:
        report_violation(f->from, f->address, f->ip, f->access,
                         result == FAULT_REFUSED ? 0 : result);
        return L4_nilthread;
    }
}

static L4_ThreadId_t serve(struct fault *f)
{
    return fault_end(f, fault_find_map(f) ? f->map->store->class->fault(f) : FAULT_REFUSED);
}

L4_ThreadId_t fault_serve(L4_ThreadId_t from, uintptr_t address, uintptr_t ip, unsigned access)
{
    struct fault f;
    mm.counters.faults++;
    f.from = from;
    f.address = address;
    f.ip = ip;
    f.access = access & HURD_VM_WRITE ? HURD_VM_WRITE : HURD_VM_READ;
    f.brought = false;
    f.passable = fault_is_passable(from, (address & ~(uintptr_t)(HURD_MM_PAGE - 1)) | f.access);
    return serve(&f);
}

bool fault_again(L4_ThreadId_t from, uintptr_t address, uintptr_t ip, unsigned access)
{
    struct fault f = {
        .from = from,
        .address = address,
        .ip = ip,
        .access = access & HURD_VM_WRITE ? HURD_VM_WRITE : HURD_VM_READ,
        .brought = access & FAULT_BROUGHT,
    };
    return !L4_IsNilThread(serve(&f));
}
