/* SPDX-License-Identifier: MIT */
/* What a program says of memory that it has: advice, locks; and what it may know: which pages are
 * in core. Before: pager.c. After: map.c for what is remembered, the store's class for pages. */
#include <errno.h>
#include <string.h>
#include "mm.h"
#include "paged.h"
#include "pageout.h"

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
            (anonymous_only && (p.map->store != &mm.anonymous || p.map->is.shared)))
            return EINVAL;
    if (pageout_is_busy(first, last))
        return EINPROGRESS;
    if (!slab_reserve(&mm.slab, FRAME_CUTS))    /* one run at most reaches beyond both ends */
        return ENOMEM;
    for (bool more = part_first(&p, first, last); more; more = part_next(&p, first, last))
        if (p.map->store->class->drop && !p.map->is.shared)     /* others may need those */
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

/* A region without access is not brought in: no thread can touch it. */
static int lock_fill(uintptr_t first, uintptr_t last)
{
    struct part p;
    for (bool more = part_first(&p, first, last); more; more = part_next(&p, first, last)) {
        int error = p.map->is.rights ? part_fill(&p) : 0;
        if (error)
            return error == EINPROGRESS ? error : EAGAIN;
    }
    return 0;
}

/* Pages of locked regions that are out come in.  EINPROGRESS: they are on their way. */
static int lock_bring(uintptr_t first, uintptr_t last)
{
    struct part p;
    uint32_t missing = 0;
    for (bool more = mm.room.active && part_first(&p, first, last); more;
         more = part_next(&p, first, last))
        if (p.map->is.locked && p.map->is.rights && map_has_own_pages(p.map))
            missing += swapin_range(p.map, p.first, p.last);
    if (!missing)
        return 0;
    return mm.room.leaving || mm.room.coming ? EINPROGRESS : EAGAIN;
}

/* All of the range fits in core beside what cannot leave. */
static bool lock_fits(uintptr_t first, uintptr_t last)
{
    struct part p;
    uint32_t out = 0, in = 0;
    for (bool more = mm.room.active && part_first(&p, first, last); more;
         more = part_next(&p, first, last)) {
        if (p.map->store != &mm.anonymous || !p.map->is.rights)
            continue;
        uint32_t core = (uint32_t)frame_count(p.map->store, p.first, p.last, false);
        out += (uint32_t)((p.last - p.first) / HURD_MM_PAGE + 1) - core;
        in += p.map->is.locked || p.map->is.kept ? 0 : core;
    }
    return !out || out + in <= room_most();
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
    if (lock && !lock_fits(address, last))
        return EAGAIN;
    error = lock ? lock_fill(address, last) : 0;
    if (error)
        return error;
    if (!slab_reserve(&mm.slab, map_cuts(&mm.space, address, last)))
        return ENOMEM;
    map_cut(&mm.space, address, last);
    for (bool more = part_first(&p, address, last); more; more = part_next(&p, address, last))
        part_lock(&p, lock);
    error = lock ? lock_bring(address, last) : 0;
    for (bool more = error == EAGAIN && part_first(&p, address, last); more;
         more = part_next(&p, address, last))
        part_lock(&p, false);
    map_join(&mm.space, address, last);
    return error;
}

int hint_lock_all(unsigned flags)
{
    struct part p;
    if (flags & ~(HURD_VM_LOCK_CURRENT | HURD_VM_LOCK_FUTURE))
        return EINVAL;
    if (flags & HURD_VM_LOCK_CURRENT) {
        int error = lock_fits(0, UINTPTR_MAX) ? lock_fill(0, UINTPTR_MAX) : EAGAIN;
        if (error)
            return error;
    }
    mm.lock_future = flags & HURD_VM_LOCK_FUTURE;
    if (flags & HURD_VM_LOCK_CURRENT || flags == 0) {
        for (bool more = part_first(&p, 0, UINTPTR_MAX); more; more = part_next(&p, 0, UINTPTR_MAX))
            part_lock(&p, flags != 0);
        map_join(&mm.space, 0, UINTPTR_MAX);
    }
    return flags & HURD_VM_LOCK_CURRENT ? lock_bring(0, UINTPTR_MAX) : 0;
}

int hint_keep(uintptr_t address, uintptr_t size)
{
    uintptr_t last = address + (size - 1);
    int error = region_check(address, size);
    if (!error && !slab_reserve(&mm.slab, map_cuts(&mm.space, address, last)))
        error = ENOMEM;
    if (error)
        return error;
    map_cut(&mm.space, address, last);
    struct part p;
    for (bool more = part_first(&p, address, last); more; more = part_next(&p, address, last))
        p.map->is.kept = true;
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
