/* SPDX-License-Identifier: MIT */
/* Regions, see map.h.  Before: region.c, which checks what a program asks for.  After: range.c, the
 * tree. */
#include <hurd/assert.h>
#include <assert.h>
#include "map.h"

static struct map *map_of(struct range *range)
{
    return (struct map *)range;         /* its first member */
}

struct map *map_from(struct address_space *as, uintptr_t address)
{
    return map_of(range_from(as->maps, address));
}

struct map *map_next(struct address_space *as, struct map *map)
{
    if (map->range.right)
        return map_of(range_first(map->range.right));
    return map->range.last == UINTPTR_MAX ? NULL : map_from(as, map->range.last + 1);
}

/* The first gap of `size` bytes that starts at `at` or above and ends at as->high or below. */
static uintptr_t map_gap_above(struct address_space *as, uintptr_t at, uintptr_t size)
{
    for (;;) {
        if (at > as->high || as->high - at < size - 1)
            return 0;
        struct range *r = range_overlap(as->maps, at, at + (size - 1));
        if (!r)
            return at;
        if (r->last >= as->high)
            return 0;
        at = r->last + 1;
    }
}

uintptr_t map_gap(struct address_space *as, uintptr_t hint, uintptr_t size)
{
    if (hint < as->low || hint > as->high)
        hint = as->search;
    uintptr_t at = map_gap_above(as, hint, size);
    if (at == 0 && hint > as->search)
        at = map_gap_above(as, as->search, size);
    return at ? at : map_gap_above(as, as->low, size);
}

struct map *map_insert(struct address_space *as, uintptr_t first, uintptr_t last,
                       struct store *store, uintptr_t offset, unsigned rights, bool permanent)
{
    assert_is(first, <=, last);
    struct map *map = slab_take(as->slab);
    if (!map)
        return NULL;
    map->range.first = first;
    map->range.last = last;
    map->store = store;
    map->offset = offset;
    map->is = (struct map_state){.rights = (unsigned char)rights, .permanent = permanent};
    if (!range_insert(&as->maps, &map->range)) {
        slab_give(as->slab, map);
        return NULL;
    }
    store->users++;
    return map;
}

void map_remove(struct address_space *as, struct map *map)
{
    range_remove(&as->maps, &map->range);
    assert_is(map->store->users, >, 0);
    map->store->users--;
    slab_give(as->slab, map);
}

static bool map_lies_across(struct address_space *as, uintptr_t at)
{
    struct map *map = map_find(as, at);
    return map && map->range.first != at;
}

unsigned map_cuts(struct address_space *as, uintptr_t first, uintptr_t last)
{
    return map_lies_across(as, first) + (last != UINTPTR_MAX && map_lies_across(as, last + 1));
}

/* `at` becomes the first address of a region of its own, if it lies inside one. */
static void map_cut_at(struct address_space *as, uintptr_t at)
{
    if (!map_lies_across(as, at))
        return;
    struct map *map = map_find(as, at);
    uintptr_t last = map->range.last;
    map->range.last = at - 1;           /* the order in the tree stays as it is */
    struct map *upper = map_insert(as, at, last, map->store, map->offset + (at - map->range.first),
                                   map->is.rights, map->is.permanent);
    assert(upper);  /* the caller reserved the record, and the place was this map's */
    upper->is = map->is;
}

void map_cut(struct address_space *as, uintptr_t first, uintptr_t last)
{
    map_cut_at(as, first);
    if (last != UINTPTR_MAX)
        map_cut_at(as, last + 1);
}

static bool map_same_state(const struct map *map, const struct map *next)
{
    return map->is.rights == next->is.rights && map->is.advice == next->is.advice &&
           map->is.permanent == next->is.permanent && map->is.locked == next->is.locked &&
           map->is.kept == next->is.kept && map->is.shared == next->is.shared &&
           map->is.copied == next->is.copied && map->is.policy == next->is.policy;
}

static bool map_continues(const struct map *map, const struct map *next)
{
    return map->range.last + 1 == next->range.first && map->store == next->store &&
           map_same_state(map, next) &&
           map->offset + (next->range.first - map->range.first) == next->offset;
}

void map_join(struct address_space *as, uintptr_t first, uintptr_t last)
{
    struct map *map = map_from(as, first ? first - 1 : 0);
    while (map) {
        struct map *next = map_next(as, map);
        if (!next || (last != UINTPTR_MAX && next->range.first > last + 1))
            return;
        if (!map_continues(map, next)) {
            map = next;
            continue;
        }
        uintptr_t end = next->range.last;
        map_remove(as, next);
        map->range.last = end;
    }
}
