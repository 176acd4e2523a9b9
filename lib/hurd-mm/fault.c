/* SPDX-License-Identifier: MIT */
/* A page fault, step by step: find the region, see whether the access is allowed, find or make the
 * frame, fetch what is not in core, map.  Before: pager.c took the fault out of a message.  The
 * answer to the faulting thread is always empty: physmem maps into the space that pager and faulter
 * share. */
#include <errno.h>
#include <l4/message.h>
#include "mm.h"

enum {
    FAULT_AROUND = 16,          /* pages of one run that are mapped together, if they exist */
    RECORDS_SPARE = 8,
};

struct fault {
    L4_ThreadId_t from;
    uintptr_t address, ip;
    unsigned access;            /* HURD_VM_WRITE or HURD_VM_READ */
    struct map *map;
    uintptr_t offset;           /* of the page, in map->store */
};

/* 0 and errnos, and: */
enum {
    FAULT_FETCH = -1,           /* the store's function must bring the page */
    FAULT_REFUSED = -2,         /* no such region, or not with this access */
    FAULT_WAITS = -3,           /* answered when the page is there */
};

/* A processor without an execute bit reads what it executes. */
static bool map_allows(const struct map *map, unsigned access)
{
    if (access & HURD_VM_WRITE)
        return map->rights & HURD_VM_WRITE;
    return map->rights != 0;
}

static bool fault_find_map(struct fault *f)
{
    uintptr_t page = f->address & ~(uintptr_t)(HURD_MM_PAGE - 1);
    f->map = map_find(&mm.space, f->address);
    if (!f->map || f->map->store->kind == HURD_MM_RESERVED)
        return false;
    f->offset = f->map->offset + (page - f->map->range.first);
    return map_allows(f->map, f->access);
}

/* Write access ends copy-on-write, so it is asked for when it is needed; a page of anonymous memory
 * is ours alone. */
static unsigned fault_rights(const struct fault *f)
{
    if (f->map->store->kind == HURD_MM_ANONYMOUS || f->access & HURD_VM_WRITE)
        return f->map->rights;
    unsigned rights = f->map->rights & ~HURD_VM_WRITE;
    return rights ? rights : f->map->rights;
}

/* Maps from the faulting page on as much as exists in one run, as lies in the region, and is not
 * too much. */
static int fault_map_run(const struct fault *f, const struct frame *run)
{
    uintptr_t page = f->address & ~(uintptr_t)(HURD_MM_PAGE - 1);
    uintptr_t size = FAULT_AROUND * HURD_MM_PAGE;
    if (size - 1 > f->map->range.last - page)
        size = f->map->range.last - page + 1;
    if (size - 1 > run->range.last - f->offset)
        size = run->range.last - f->offset + 1;
    return memory_map(run->container, fault_rights(f), page, frame_offset(run, f->offset), size);
}

/* When the records run out, the page is made part of the run before it by allocating the gap
 * between them as well: that costs guarantee, but no memory, for untouched pages are not bound. */
static bool fault_widen_run(const struct fault *f)
{
    enum { GAP_MAX = 64 * HURD_MM_PAGE };
    struct store *store = f->map->store;
    struct frame *before = (struct frame *)range_upto(store->frames, f->offset);
    if (!before || before->container != mm.memory)
        return false;
    uintptr_t gap = before->range.last + 1;
    if (gap < f->map->offset || f->offset - gap > GAP_MAX || memory_allocate(gap, f->offset - gap))
        return false;
    return frame_add(&mm.slab, store, gap, f->offset + (HURD_MM_PAGE - 1), mm.memory, gap);
}

static bool fault_add_frame(const struct fault *f)
{
    return frame_add(&mm.slab, f->map->store, f->offset, f->offset + (HURD_MM_PAGE - 1), mm.memory,
                     f->offset);
}

/* The last records are kept for those who ask for something: munmap() may need one to give others
 * back. */
static int fault_make_frame(const struct fault *f)
{
    int error = memory_allocate(f->offset, HURD_MM_PAGE);
    if (error)
        return error;
    if (slab_reserve(&mm.slab, RECORDS_SPARE) ? fault_add_frame(f)
                                              : fault_widen_run(f) || fault_add_frame(f))
        return 0;
    memory_deallocate(mm.memory, f->offset, HURD_MM_PAGE);
    return ENOMEM;
}

static int fault_anonymous(const struct fault *f)
{
    struct store *store = f->map->store;
    uintptr_t page = f->address & ~(uintptr_t)(HURD_MM_PAGE - 1);
    struct frame *run = frame_find(store, f->offset);
    if (run)
        return fault_map_run(f, run);
    int error = fault_make_frame(f);
    return error ? error : memory_map(mm.memory, fault_rights(f), page, f->offset, HURD_MM_PAGE);
}

/* Containers shown as they are: program segments, memory shared with others. */
static int fault_container(const struct fault *f)
{
    uintptr_t page = f->address & ~(uintptr_t)(HURD_MM_PAGE - 1);
    return memory_map(f->map->store->container, fault_rights(f), page, f->offset, HURD_MM_PAGE);
}

static int fault_hook(const struct fault *f)
{
    struct frame *run = frame_find(f->map->store, f->offset);
    return run ? fault_map_run(f, run) : FAULT_FETCH;
}

static int fault_resolve(const struct fault *f)
{
    switch (f->map->store->kind) {
    case HURD_MM_ANONYMOUS: return fault_anonymous(f);
    case HURD_MM_CONTAINER: return fault_container(f);
    case HURD_MM_HOOK: return fault_hook(f);
    case HURD_MM_WIRED: return 0;               /* pinned, so it is there: the fault came before */
    default: return FAULT_REFUSED;
    }
}

static int fault_fetch(const struct fault *f)
{
    const struct pagein page = {
        .thread = f->from,
        .store = f->map->store,
        .ip = f->ip,
        .region = f->map->range.first,
        .region_size = f->map->range.last - f->map->range.first + 1,
        .offset = f->offset,
        .address = f->address,
        .access = f->access,
    };
    mm.counters.pageins++;
    int error = pagein_start(&page);
    return error ? error : FAULT_WAITS;
}

bool fault_serve(L4_ThreadId_t from, uintptr_t address, uintptr_t ip, unsigned access)
{
    struct fault f = {
        .from = from,
        .address = address,
        .ip = ip,
        .access = access & HURD_VM_WRITE ? HURD_VM_WRITE : HURD_VM_READ,
    };
    mm.counters.faults++;
    int result = fault_find_map(&f) ? fault_resolve(&f) : FAULT_REFUSED;
    if (result == FAULT_FETCH)
        result = fault_fetch(&f);
    switch (result) {
    case 0:
        L4_LoadMR(0, 0);
        return true;
    case FAULT_WAITS:
        return false;
    default:
        report_violation(from, address, ip, f.access, result == FAULT_REFUSED ? 0 : result);
        return false;
    }
}
