/* SPDX-License-Identifier: MIT */
/* Stores other than anonymous memory: containers shown as they are, and stores of which the program
 * brings the pages (spec hurd 3.4).  A record is 0 after it was given back, so a stale pointer is
 * recognised by its class. */
#include <errno.h>
#include "fault.h"
#include "mm.h"
#include "paged.h"
#include "shown.h"

static void hide(struct map *map, uintptr_t first, uintptr_t last)
{
    (void)map;
    memory_hide(first, last, HURD_VM_RIGHTS);
}

/* ---- containers shown as they are: program segments, memory shared with others ---- */

static int container_fault(const struct fault *f)
{
    return fault_map(f, f->map->store->container, fault_rights(f), f->offset, HURD_MM_PAGE);
}

static void store_free(struct store *store)
{
    store->class = &reserved_class;
    store->fault = NULL;
    slab_give(&mm.slab, store);
}

static const struct store_class container_class = {
    .kind = HURD_MM_CONTAINER,
    .fault = container_fault,
    .drop = hide,
    .unused = store_free,
};

/* ---- what is there already, and what no program may touch ---- */

/* Pinned, so it is there: the fault came before. */
static int wired_fault(const struct fault *f)
{
    (void)f;
    return 0;
}

static uintptr_t wired_count(struct map *map, uintptr_t first, uintptr_t last)
{
    (void)map;
    return (last - first) / HURD_MM_PAGE + 1;
}

const struct store_class wired_class = {
    .kind = HURD_MM_WIRED,
    .fault = wired_fault,
    .count = wired_count,
};

const struct store_class reserved_class = {.kind = HURD_MM_RESERVED};

/* ---- stores of which the program brings the pages ---- */

static int hook_fault(const struct fault *f)
{
    struct frame *run = frame_find(f->map->store, f->offset);
    return run ? fault_map_run(f, run, fault_rights(f)) : fault_fetch(f);
}

static uintptr_t hook_count(struct map *map, uintptr_t first, uintptr_t last)
{
    return frame_count(map->store, map->offset + (first - map->range.first),
                       map->offset + (last - map->range.first), false);
}

static const struct store_class hook_class = {
    .kind = HURD_MM_HOOK,
    .fault = hook_fault,
    .drop = hide,
    .count = hook_count,
};

int store_create(void *hook, hurd_store_fault_t *fault, struct store **result)
{
    if (!fault)
        return EINVAL;
    if (!slab_reserve(&mm.slab, 1))
        return ENOMEM;
    struct store *store = slab_take(&mm.slab);
    if (!store)
        return ENOMEM;
    store->class = &hook_class;
    store->rights = HURD_VM_RIGHTS;
    store->hook = hook;
    store->fault = fault;
    *result = store;
    return 0;
}

/* Only what store_create() handed out and nobody destroyed: a store that is mapped or remembered in
 * the list below. */
struct store *store_of_word(L4_Word_t word)
{
    struct store *store = (struct store *)word;
    struct map *home = map_find(&mm.space, word);
    if (!home || home->store != &mm.wired || word % sizeof(L4_Word_t))
        return NULL;
    bool is_one = store->class == &hook_class || store->class == &paged_class ||
                  store_is_shown(store);
    return is_one && store->fault ? store : NULL;
}

int store_destroy(struct store *store)
{
    struct frame run;
    if (store->users)
        return EBUSY;
    while (frame_take(&mm.slab, store, 0, UINTPTR_MAX, &run))
        ;
    store_free(store);
    return 0;
}

int store_cache(struct store *store, uintptr_t offset, uintptr_t size, L4_Word_t container,
                uintptr_t at)
{
    if ((offset | size | at) & (HURD_MM_PAGE - 1) || size == 0 || size - 1 > UINTPTR_MAX - offset ||
        size - 1 > UINTPTR_MAX - at)
        return EINVAL;
    if (range_overlap(store->frames, offset, offset + (size - 1)))
        return EEXIST;
    if (!slab_reserve(&mm.slab, 1))
        return ENOMEM;
    return frame_add(&mm.slab, store, offset, offset + (size - 1), container, at) ? 0 : ENOMEM;
}

int store_find(struct store *store, uintptr_t offset, L4_Word_t *container, uintptr_t *at)
{
    struct frame *f = frame_find(store, offset);
    if (!f)
        return ENOENT;
    *container = f->container;
    *at = frame_offset(f, offset & ~(uintptr_t)(HURD_MM_PAGE - 1));
    return 0;
}

/* Takes [first, last] of the store out of sight, wherever it is bound. */
static void store_hide(struct store *store, uintptr_t first, uintptr_t last)
{
    for (struct map *m = map_from(&mm.space, 0); m; m = map_next(&mm.space, m)) {
        uintptr_t end = m->offset + (m->range.last - m->range.first);
        if (m->store != store || end < first || m->offset > last)
            continue;
        uintptr_t from = first > m->offset ? first : m->offset;
        uintptr_t to = last < end ? last : end;
        memory_hide(m->range.first + (from - m->offset), m->range.first + (to - m->offset),
                    HURD_VM_RIGHTS);
    }
}

int store_flush(struct store *store, uintptr_t offset, uintptr_t size)
{
    struct frame run;
    if ((offset | size) & (HURD_MM_PAGE - 1) || size == 0 || size - 1 > UINTPTR_MAX - offset)
        return EINVAL;
    if (!slab_reserve(&mm.slab, frame_cuts(store, offset, offset + (size - 1)) ? FRAME_CUTS : 0))
        return ENOMEM;
    while (frame_take(&mm.slab, store, offset, offset + (size - 1), &run))
        store_hide(store, run.range.first, run.range.last);
    return 0;
}

/* One store for each container that is shown: found again by looking at the regions, there are few.
 * Takes a record. */
static struct store *store_shows(L4_Word_t container)
{
    for (struct map *m = map_from(&mm.space, 0); m; m = map_next(&mm.space, m))
        if (m->store->class == &container_class && m->store->container == container)
            return m->store;
    return NULL;
}

int store_of_handle(L4_Word_t container, unsigned rights, struct store **result)
{
    struct store *store = store_shows(container);
    if (!store) {
        store = slab_take(&mm.slab);
        if (!store)
            return ENOMEM;
        store->class = &container_class;
        store->rights = rights & HURD_VM_RIGHTS;
        store->container = container;
    }
    *result = store;
    return 0;
}

static int store_of_container(L4_Word_t container, struct store **result)
{
    struct hurd_pm_container_info info = {0};
    if (!store_shows(container)) {
        mm.counters.rpcs++;
        int error = hurd_pm_container_info(mm.physmem, container, &info);
        if (error)
            return error;
    }
    return store_of_handle(container, info.rights, result);
}

int region_of_container(struct region_request *r, L4_Word_t container)
{
    if (r->offset & (HURD_MM_PAGE - 1) || (r->size && r->size - 1 > UINTPTR_MAX - r->offset))
        return EINVAL;
    if (!slab_reserve(&mm.slab, 1))
        return ENOMEM;
    int error = store_of_container(container, &r->store);
    if (error)
        return error;
    r->store->users++;                  /* ours, while the region is made */
    error = region_create(r);
    r->store->users--;
    store_release_unused(r->store);
    return error;
}

void store_release_unused(struct store *store)
{
    if (store->users == 0 && store->class->unused)
        store->class->unused(store);
}
