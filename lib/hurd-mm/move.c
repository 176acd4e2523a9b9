/* SPDX-License-Identifier: MIT */
/* A region gets another size, another place, or both: mremap().  Before: pager.c.  After: region.c
 * and map.c; the store's class moves what hangs on the address.  Everything is checked and all
 * records are reserved before something changes. */
#include <errno.h>
#include "pageout.h"

/* Cuts at both ends of the old place, runs of frames that are cut at them, the new region. */
enum { RECORDS = 2 + 2 * FRAME_CUTS + 1 };

/* The region that holds all of the old range. */
static int move_find(const struct move_request *r, struct map **map)
{
    uintptr_t last = r->address + (r->size - 1);
    if (r->flags & ~(HURD_VM_MAY_MOVE | HURD_VM_HERE) || !region_is_sound(r->address, r->size) ||
        !region_is_sound(mm.space.low, r->new_size))
        return EINVAL;
    if (r->flags & HURD_VM_HERE) {
        uintptr_t to_last = r->to + (r->new_size - 1);
        if (!(r->flags & HURD_VM_MAY_MOVE) || !region_is_sound(r->to, r->new_size) ||
            (r->to <= last && r->address <= to_last) || region_is_reserved(r->to, to_last))
            return EINVAL;
    }
    *map = map_find(&mm.space, r->address);
    if (!*map || (*map)->range.last < last)
        return EFAULT;
    if ((*map)->is.permanent)
        return EINVAL;
    uintptr_t offset = (*map)->offset + (r->address - (*map)->range.first);
    return r->new_size - 1 > UINTPTR_MAX - offset ? EINVAL : 0;
}

/* A piece that continues the region or stands for it elsewhere. */
static struct map *move_insert(const struct map *like, uintptr_t at, uintptr_t size,
                               uintptr_t offset)
{
    struct map *map = map_insert(&mm.space, at, at + (size - 1), like->store,
                                 like->store == &mm.anonymous ? at : offset, like->is.rights,
                                 false);
    if (map)
        map->is = like->is;
    return map;
}

/* What is new of a locked region comes now, if there is memory. */
static void move_fill(struct map *map)
{
    if (map->is.locked && map->is.rights && map->store->class->fill)
        map->store->class->fill(map, map->range.first, map->range.last);
}

static bool move_grow(const struct move_request *r, const struct map *map)
{
    uintptr_t end = r->address + r->size, more = r->new_size - r->size;
    if (!region_is_sound(r->address, r->new_size) ||
        range_overlap(mm.space.maps, end, end + (more - 1)))
        return false;
    struct map *piece = move_insert(map, end, more, map->offset + (end - map->range.first));
    if (piece) {
        if (map_has_own_pages(piece))
            room_commit((intptr_t)more);
        move_fill(piece);
        map_join(&mm.space, end, end + (more - 1));
    }
    return piece;
}

static int move_away(struct move_request *r, uintptr_t to)
{
    uintptr_t last = r->address + (r->size - 1);
    map_cut(&mm.space, r->address, last);
    struct map *old = map_find(&mm.space, r->address);
    int error = old->store->class->move ? old->store->class->move(old, to, r->size) : 0;
    struct map *map = error ? NULL : move_insert(old, to, r->new_size, old->offset);
    if (!map) {
        map_join(&mm.space, r->address, last);
        return error ? error : ENOMEM;
    }
    if (old->store->class->drop)
        old->store->class->drop(old, r->address, last);
    if (map_has_own_pages(old)) {
        room_commit((intptr_t)(r->new_size - r->size));
        pageout_watch(map, to, to + (r->size - 1));
    }
    map_remove(&mm.space, old);
    move_fill(map);
    map_join(&mm.space, to, to + (r->new_size - 1));
    r->to = to;
    return 0;
}

int move_region(struct move_request *r)
{
    struct map *map;
    int error = move_find(r, &map);
    if (error)
        return error;
    if (pageout_is_busy(r->address, r->address + (r->size - 1)) ||
        (r->flags & HURD_VM_HERE && pageout_is_busy(r->to, r->to + (r->new_size - 1))))
        return EINPROGRESS;
    unsigned clear = r->flags & HURD_VM_HERE
                         ? region_clear_records(r->to, r->to + (r->new_size - 1)) : 0;
    if (!slab_reserve(&mm.slab, RECORDS + clear))
        return ENOMEM;
    if (r->new_size < r->size) {
        region_clear(r->address + r->new_size, r->address + (r->size - 1));
        r->size = r->new_size;
        map = map_find(&mm.space, r->address);
    }
    if (r->flags & HURD_VM_HERE) {
        region_clear(r->to, r->to + (r->new_size - 1));
        return move_away(r, r->to);
    }
    bool stays = r->new_size == r->size ||
                 (map->range.last == r->address + (r->size - 1) && move_grow(r, map));
    if (stays) {
        r->to = r->address;
        return 0;
    }
    uintptr_t to = r->flags & HURD_VM_MAY_MOVE ? map_gap(&mm.space, 0, r->new_size) : 0;
    return to ? move_away(r, to) : ENOMEM;
}
