/* SPDX-License-Identifier: MIT */
/* A page fault, step by step: find the region, see whether the access is allowed, let the store's
 * class find or make the frame and map it.  Before: pager.c took the fault out of a message.
 * After: anonymous.c and store.c.  The pager and the faulting thread share one space, and physmem
 * maps the page into it.  So the reply to the fault has nothing to map. */
#include <errno.h>
#include <l4/message.h>
#include "pageout.h"

/* This processor has no execute right: what can be read can be executed. */
static bool map_allows(const struct map *map, unsigned access)
{
    if (access & HURD_VM_WRITE)
        return map->is.rights & HURD_VM_WRITE;
    return map->is.rights != 0;
}

static inline __attribute__((always_inline)) bool fault_find_map(struct fault *f)
{
    f->page = f->address & ~(uintptr_t)(HURD_MM_PAGE - 1);
    f->map = map_search(&mm.space, f->address);
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

struct passed passed[PASSED];

__attribute__((noinline)) bool fault_may_pass(const struct fault *f)
{
    struct passed *p = &passed[f->from.raw >> UTCB_LOG2 & (PASSED - 1)];
    uintptr_t what = f->page | f->access;
    if (!f->first)
        return false;
    if (p->thread && (p->thread != f->from.raw || p->what == what)) {
        p->thread = 0;
        return false;
    }
    p->thread = f->from.raw;
    p->what = what;
    return true;
}

__attribute__((noinline)) int fault_pass(const struct fault *f, unsigned label, L4_Word_t container,
                             unsigned rights, uintptr_t offset, uintptr_t size)
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

int fault_map(const struct fault *f, L4_Word_t container, unsigned rights, uintptr_t offset,
              uintptr_t size)
{
    return fault_may_pass(f)
               ? fault_pass(f, HURD_PM_CONTAINER_MAP, container, rights, offset, size)
               : memory_map(container, rights, f->page, offset, size);
}

int fault_map_run(const struct fault *f, const struct frame *run, unsigned rights)
{
    const struct map *map = f->map;
    bool copies = map->is.copied && rights & HURD_VM_WRITE;     /* a frame for each page */
    uintptr_t pages = map->is.advice == HURD_VM_RANDOM || copies ? 1 : FAULT_AROUND;
    uintptr_t more = pages * HURD_MM_PAGE - 1;                  /* bytes behind the first one */
    if (more > map->range.last - f->page)
        more = map->range.last - f->page;
    if (more > run->range.last - f->offset)
        more = run->range.last - f->offset;
    return fault_map(f, run->container, rights, frame_offset(run, f->offset), more + 1);
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

static enum answer fault_end(const struct fault *f, int result)
{
    if (result == ENOMEM && room_grow(1))
        result = 0;                     /* there are frames now: the thread faults once more */
    switch (result) {
    case FAULT_PASSED: return ANSWER_PHYSMEM;
    case 0: answer_nothing(); return ANSWER_SENDER;
    case FAULT_MAPPED: return ANSWER_SENDER;
    case FAULT_WAITS: return ANSWER_NOBODY;
    default: break;
    }
    report_violation(f->from, f->address, f->ip, f->access, result == FAULT_REFUSED ? 0 : result);
    return ANSWER_NOBODY;
}

/* Inlined, because a fault is what the pager serves most of all. */
static inline __attribute__((always_inline)) enum answer serve(struct fault *f)
{
    int result = fault_find_map(f) ? f->map->store->class->fault(f) : FAULT_REFUSED;
    return result == FAULT_PASSED ? ANSWER_PHYSMEM : fault_end(f, result);
}

enum answer fault_serve(L4_ThreadId_t from, uintptr_t address, uintptr_t ip, unsigned access)
{
    struct fault f;
    mm.counters.faults++;
    f.from = from;
    f.address = address;
    f.ip = ip;
    f.access = access & HURD_VM_WRITE ? HURD_VM_WRITE : HURD_VM_READ;
    f.brought = 0;
    f.first = true;
    return serve(&f);
}

bool fault_again(L4_ThreadId_t from, uintptr_t address, uintptr_t ip, unsigned access,
                 unsigned brought)
{
    struct fault f = {
        .from = from,
        .address = address,
        .ip = ip,
        .access = access & HURD_VM_WRITE ? HURD_VM_WRITE : HURD_VM_READ,
        .brought = (unsigned char)brought,
    };
    return serve(&f) == ANSWER_SENDER;
}
