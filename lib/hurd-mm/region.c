/* SPDX-License-Identifier: MIT */
/* What programs ask of the address space.  Before: pager.c, which took the request out of a
 * message.  After: map.c and frame.c, which record it.  Each function checks, reserves its records,
 * and only then changes anything. */
#include <errno.h>
#include "pageout.h"
#include "shown.h"

static bool page_aligned(uintptr_t x)
{
    return (x & (HURD_MM_PAGE - 1)) == 0;
}

bool region_is_sound(uintptr_t address, uintptr_t size)
{
    return page_aligned(address) && page_aligned(size) && size != 0 && address >= mm.space.low &&
           address <= mm.space.high && size - 1 <= mm.space.high - address;
}

bool region_is_reserved(uintptr_t first, uintptr_t last)
{
    for (struct map *m = map_from(&mm.space, first); m && m->range.first <= last;
         m = map_next(&mm.space, m))
        if (m->is.permanent)
            return true;
    return false;
}

static bool range_has_hole(uintptr_t first, uintptr_t last)
{
    struct map *m = map_find(&mm.space, first);
    while (m && m->range.last < last) {
        struct map *next = map_next(&mm.space, m);
        m = next && next->range.first == m->range.last + 1 ? next : NULL;
    }
    return !m;
}

int region_check(uintptr_t address, uintptr_t size)
{
    if (!page_aligned(address) || !page_aligned(size) || size == 0)
        return EINVAL;
    return region_is_sound(address, size) && !range_has_hole(address, address + (size - 1))
               ? 0
               : ENOMEM;
}

static void region_drop_pages(struct map *map)
{
    if (map->store->class->drop)
        map->store->class->drop(map, map->range.first, map->range.last);
}

/* The number of records that region_clear() may need: one for each region that is cut, and
 * FRAME_CUTS if the range is the middle of a run of pages.  At most one run can reach beyond both
 * ends of the range. */
unsigned region_clear_records(uintptr_t first, uintptr_t last)
{
    return map_cuts(&mm.space, first, last) +
           (frame_cuts(&mm.anonymous, first, last) ? FRAME_CUTS : 0);
}

/* Pre: the records are reserved: region_clear_records(). */
void region_clear(uintptr_t first, uintptr_t last)
{
    map_cut(&mm.space, first, last);
    struct map *m = map_from(&mm.space, first);
    while (m && m->range.first <= last) {
        struct map *next = map_next(&mm.space, m);
        struct store *store = m->store;
        if (map_has_own_pages(m))
            room_commit(-(intptr_t)(m->range.last - m->range.first + 1));
        region_drop_pages(m);
        map_remove(&mm.space, m);
        store_release_unused(store);
        m = next;
    }
}

int region_destroy(uintptr_t address, uintptr_t size)
{
    uintptr_t last = address + (size - 1);
    if (!region_is_sound(address, size) || region_is_reserved(address, last))
        return EINVAL;
    if (pageout_is_busy(address, last))
        return EINPROGRESS;
    if (!slab_reserve(&mm.slab, region_clear_records(address, last)))
        return ENOMEM;
    region_clear(address, last);
    records_trim();
    return 0;
}

/* Returns the address of a free place, or 0.  A region that shows a large part of a file gets an
 * address with the file's alignment, unless the caller names a place: then one map item can show a
 * group of pages. */
static uintptr_t region_room(const struct region_request *r)
{
    uintptr_t hint = r->address & ~(uintptr_t)(HURD_MM_PAGE - 1);
    uintptr_t slack = SHOWN_GROUP - HURD_MM_PAGE;
    if (hint || !store_is_shown(r->store) || r->size < SHOWN_GROUP || r->size > UINTPTR_MAX - slack)
        slack = 0;
    uintptr_t room = map_gap(&mm.space, hint, r->size + slack);
    return room ? room + ((r->offset - room) & slack) : 0;
}

/* Finds the place for a new region.  Pre: records for replacing what is there are reserved. */
static int region_place(struct region_request *r)
{
    if (!(r->flags & HURD_VM_HERE)) {
        if (!page_aligned(r->size) || r->size == 0)
            return EINVAL;
        r->address = region_room(r);
        return r->address ? 0 : ENOSPC;
    }
    if (!region_is_sound(r->address, r->size))
        return EINVAL;
    uintptr_t last = r->address + (r->size - 1);
    if (region_is_reserved(r->address, last))
        return r->flags & HURD_VM_REPLACE ? EINVAL : EEXIST;
    if (!(r->flags & HURD_VM_REPLACE))
        return range_overlap(mm.space.maps, r->address, last) ? EEXIST : 0;
    region_clear(r->address, last);
    return 0;
}

/* Brings in the last `size` bytes of a new region.  A store without `fill` gets them by faults
 * instead. */
static int region_fill(struct map *map, uintptr_t size)
{
    if (!map->store->class->fill)
        return 0;
    uintptr_t last = map->range.last;
    uintptr_t first = size > last - map->range.first
                          ? map->range.first
                          : (last - (size - 1)) & ~(uintptr_t)(HURD_MM_PAGE - 1);
    return map->store->class->fill(map, first, last);
}

int region_create(struct region_request *r)
{
    if (r->flags & ~HURD_VM_FLAGS || r->rights & ~HURD_VM_RIGHTS)
        return EINVAL;
    if (r->flags & HURD_VM_SHARED && r->store != &mm.anonymous)
        return EINVAL;
    if (r->rights & ~r->store->rights)
        return EACCES;
    unsigned clear = 0;
    if (r->flags & HURD_VM_REPLACE && region_is_sound(r->address, r->size)) {
        clear = region_clear_records(r->address, r->address + (r->size - 1));
        if (pageout_is_busy(r->address, r->address + (r->size - 1)))
            return EINPROGRESS;
    }
    if (!slab_reserve(&mm.slab, clear + 2))     /* the region, and the run of frames of map_now */
        return ENOMEM;
    int error = region_place(r);
    if (error)
        return error;
    uintptr_t last = r->address + (r->size - 1);
    if (r->store == &mm.anonymous)
        r->offset = r->address;
    struct map *map = map_insert(&mm.space, r->address, last, r->store, r->offset, r->rights,
                                 false);
    if (!map)
        return ENOMEM;
    map->is.locked = mm.lock_future;
    map->is.shared = r->flags & HURD_VM_SHARED;
    if (map_has_own_pages(map))
        room_commit((intptr_t)r->size);
    if (r->map_now || map->is.locked) {
        error = region_fill(map, map->is.locked ? r->size : r->map_now);
        if (error) {
            region_clear(r->address, last);
            return error == ENOMEM && !r->map_now ? EAGAIN : error;
        }
    }
    map_join(&mm.space, r->address, last);
    return 0;
}

/* A right that is added arrives with the next fault; one that is taken must go now. */
static void region_set_rights(struct map *map, unsigned rights)
{
    unsigned lost = map->is.rights & ~rights;
    map->is.rights = (unsigned char)rights;
    if (lost & HURD_VM_READ || rights == 0)
        memory_hide(map->range.first, map->range.last, HURD_VM_RIGHTS);
    else if (lost & HURD_VM_WRITE)
        memory_hide(map->range.first, map->range.last, HURD_VM_WRITE);
}

int region_protect(uintptr_t address, uintptr_t size, unsigned rights)
{
    uintptr_t last = address + (size - 1);
    int error = rights & ~HURD_VM_RIGHTS ? EINVAL : region_check(address, size);
    if (error)
        return error;
    if (region_is_reserved(address, last))
        return EINVAL;
    struct map *m;
    for (m = map_from(&mm.space, address); m && m->range.first <= last; m = map_next(&mm.space, m))
        if (rights & ~m->store->rights)
            return EACCES;
    unsigned cuts = map_cuts(&mm.space, address, last);
    if (!slab_reserve(&mm.slab, cuts ? cuts + 1 : 0))   /* one is left for a page that is touched */
        return ENOMEM;
    map_cut(&mm.space, address, last);
    for (m = map_from(&mm.space, address); m && m->range.first <= last; m = map_next(&mm.space, m))
        region_set_rights(m, rights);
    map_join(&mm.space, address, last);
    return 0;
}

uintptr_t region_count(struct map *map, uintptr_t first, uintptr_t last)
{
    return map->store->class->count ? map->store->class->count(map, first, last) : 0;
}

unsigned region_list(uintptr_t from, L4_Word_t *words, unsigned max_words)
{
    unsigned n = 0;
    struct map *m = map_from(&mm.space, from);
    for (; m && n + HURD_MM_MAPS_WORDS <= max_words; m = map_next(&mm.space, m)) {
        uintptr_t out = m->store->class->count_out
                            ? m->store->class->count_out(m, m->range.first, m->range.last) : 0;
        words[n++] = m->range.first;
        words[n++] = m->range.last;
        words[n++] = m->is.rights | (L4_Word_t)m->store->class->kind << 8 |
                     out << HURD_MM_MAPS_OUT_SHIFT;
        words[n++] = m->offset;
        words[n++] = region_count(m, m->range.first, m->range.last);
    }
    return n;
}
