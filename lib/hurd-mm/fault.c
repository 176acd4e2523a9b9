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
    return memory_map(run->container, rights, f->page, frame_offset(run, f->offset), size);
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

bool fault_serve(L4_ThreadId_t from, uintptr_t address, uintptr_t ip, unsigned access)
{
    mm.counters.faults++;
    return fault_again(from, address, ip, access);
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
    int result = fault_find_map(&f) ? f.map->store->class->fault(&f) : FAULT_REFUSED;
    switch (result) {
    case 0:
        answer_nothing();
        return true;
    case FAULT_MAPPED:
        return true;
    case FAULT_WAITS:
        return false;
    default:
        report_violation(from, address, ip, f.access, result == FAULT_REFUSED ? 0 : result);
        return false;
    }
}
