/* SPDX-License-Identifier: MIT */
/* What a program says of memory that it has: advice, locks; and what it may know: which pages are
 * in core. Before: pager.c. After: map.c for what is remembered, the store's class for pages. */
#include <errno.h>
#include <string.h>
#include "mm.h"
#include "paged.h"

/* The part of a region that lies in a range. */
struct part {
    struct map *map;
    uintptr_t first, last;
};

static bool part_in(struct part *part, struct map *map, uintptr_t first, uintptr_t last)
{
    if (!map || map->range.first > last)
        return false;
    part->map = map;
    part->first = map->range.first > first ? map->range.first : first;
    part->last = map->range.last < last ? map->range.last : last;
    return true;
}

static bool part_first(struct part *part, uintptr_t first, uintptr_t last)
{
    return part_in(part, map_from(&mm.space, first), first, last);
}

static bool part_next(struct part *part, uintptr_t first, uintptr_t last)
{
    return part_in(part, map_next(&mm.space, part->map), first, last);
}

static int part_fill(const struct part *p)
{
    return p->map->store->class->fill ? p->map->store->class->fill(p->map, p->first, p->last) : 0;
}

/* ---- advice ---- */

/* For the policies of pages that are in core. */
static void advise_page(uintptr_t first, uintptr_t last, unsigned advice)
{
    struct part p;
    for (bool more = part_first(&p, first, last); more; more = part_next(&p, first, last))
        if (p.map->store->class->hint)
            p.map->store->class->hint(p.map, p.first, p.last, advice);
}

static void advise_need(uintptr_t first, uintptr_t last)
{
    struct part p;
    for (bool more = part_first(&p, first, last); more; more = part_next(&p, first, last))
        if (p.map->is.rights)
            part_fill(&p);              /* what does not fit comes when it is touched */
    advise_page(first, last, HURD_VM_WILL_NEED);
}

static int advise_forget(uintptr_t first, uintptr_t last, bool anonymous_only)
{
    struct part p;
    for (bool more = part_first(&p, first, last); more; more = part_next(&p, first, last))
        if (p.map->is.locked || p.map->is.permanent ||
            (anonymous_only && p.map->store != &mm.anonymous))
            return EINVAL;
    if (!slab_reserve(&mm.slab, FRAME_CUTS))    /* one run at most reaches beyond both ends */
        return ENOMEM;
    for (bool more = part_first(&p, first, last); more; more = part_next(&p, first, last))
        if (p.map->store->class->drop)
            p.map->store->class->drop(p.map, p.first, p.last);
    return 0;
}

static int advise_order(uintptr_t first, uintptr_t last, unsigned advice)
{
    struct part p;
    if (!slab_reserve(&mm.slab, map_cuts(&mm.space, first, last)))
        return ENOMEM;
    map_cut(&mm.space, first, last);
    for (bool more = part_first(&p, first, last); more; more = part_next(&p, first, last))
        p.map->is.advice = (unsigned char)advice;
    map_join(&mm.space, first, last);
    return 0;
}

int hint_advise(uintptr_t address, uintptr_t size, unsigned advice)
{
    uintptr_t last = address + (size - 1);
    if (advice > HURD_VM_FREE)
        return EINVAL;
    int error = region_check(address, size);
    if (error)
        return error;
    switch (advice) {
    case HURD_VM_DONT_NEED:
    case HURD_VM_FREE: return advise_forget(address, last, advice == HURD_VM_FREE);
    case HURD_VM_WILL_NEED: advise_need(address, last); return 0;
    case HURD_VM_COLD: advise_page(address, last, advice); return 0;
    default: return advise_order(address, last, advice);
    }
}

/* ---- locks ---- */

/* A region without access is nobody's to bring in: it cannot be touched. */
static int lock_fill(uintptr_t first, uintptr_t last)
{
    struct part p;
    for (bool more = part_first(&p, first, last); more; more = part_next(&p, first, last))
        if (p.map->is.rights && part_fill(&p) != 0)
            return EAGAIN;
    return 0;
}

static void part_lock(const struct part *p, bool lock)
{
    p->map->is.locked = lock;
    if (p->map->store->class->lock)
        p->map->store->class->lock(p->map, p->first, p->last, lock);
}

int hint_lock(uintptr_t address, uintptr_t size, bool lock)
{
    uintptr_t last = address + (size - 1);
    struct part p;
    int error = region_check(address, size);
    if (error)
        return error;
    for (bool more = lock && part_first(&p, address, last); more;
         more = part_next(&p, address, last))
        if (!p.map->is.rights)
            return ENOMEM;
    error = lock ? lock_fill(address, last) : 0;
    if (error)
        return error;
    if (!slab_reserve(&mm.slab, map_cuts(&mm.space, address, last)))
        return ENOMEM;
    map_cut(&mm.space, address, last);
    for (bool more = part_first(&p, address, last); more; more = part_next(&p, address, last))
        part_lock(&p, lock);
    map_join(&mm.space, address, last);
    return 0;
}

int hint_lock_all(unsigned flags)
{
    struct part p;
    if (flags & ~(HURD_VM_LOCK_CURRENT | HURD_VM_LOCK_FUTURE))
        return EINVAL;
    if (flags & HURD_VM_LOCK_CURRENT) {
        int error = lock_fill(0, UINTPTR_MAX);
        if (error)
            return error;
    }
    mm.lock_future = flags & HURD_VM_LOCK_FUTURE;
    if (flags & HURD_VM_LOCK_CURRENT || flags == 0) {
        for (bool more = part_first(&p, 0, UINTPTR_MAX); more; more = part_next(&p, 0, UINTPTR_MAX))
            part_lock(&p, flags != 0);
        map_join(&mm.space, 0, UINTPTR_MAX);
    }
    return 0;
}

static int part_sync(const struct part *p, bool start_only)
{
    uintptr_t offset = p->map->offset + (p->first - p->map->range.first);
    if (p->map->store->class != &paged_class)
        return 0;
    return paged_sync(p->map->store, offset, p->last - p->first + 1, start_only);
}

int hint_sync(uintptr_t address, uintptr_t size, bool refuse_locked, bool start_only)
{
    uintptr_t last = address + (size - 1);
    struct part p;
    int error = region_check(address, size);
    for (bool more = !error && part_first(&p, address, last); more;
         more = part_next(&p, address, last))
        if (refuse_locked && p.map->is.locked)
            return EBUSY;
    for (bool more = !error && part_first(&p, address, last); more;
         more = part_next(&p, address, last)) {
        int e = part_sync(&p, start_only);
        if (!error || (error == EINPROGRESS && e))
            error = e;
    }
    return error;
}

/* ---- what is in core ---- */

/* A class that does not count keeps everything in core, as far as we know. */
static bool page_is_resident(struct map *map, uintptr_t page)
{
    return !map->store->class->count ||
           map->store->class->count(map, page, page + (HURD_MM_PAGE - 1)) != 0;
}

int hint_resident(uintptr_t address, uintptr_t size, L4_Word_t *words)
{
    uintptr_t last = address + (size - 1);
    unsigned n = 0;
    struct part p;
    int error = region_check(address, size);
    if (error)
        return error;
    if (size > HURD_VM_RESIDENT_PAGES * HURD_MM_PAGE)
        return EINVAL;
    memset(words, 0, HURD_VM_RESIDENT_PAGES / 8);
    for (bool more = part_first(&p, address, last); more; more = part_next(&p, address, last)) {
        for (uintptr_t page = p.first; page - p.first <= p.last - p.first; page += HURD_MM_PAGE) {
            if (page_is_resident(p.map, page))
                words[n / 32] |= (L4_Word_t)1 << n % 32;
            n++;
        }
    }
    return 0;
}
