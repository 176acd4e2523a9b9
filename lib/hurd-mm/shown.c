/* SPDX-License-Identifier: MIT */
/* Files: regions that show pages of a container that a file server owns, by a weak reference, and
 * private copies of such pages.  Before: fault.c and region.c.  After: memory.c; and for a page
 * that is not there, pagein.c, which lets a thread of the library ask the server.
 *
 * Pages come and go as the server's cache likes: each fault maps what is there.  The right to write
 * to a shared page is asked for at each fault that needs it, because the server learns in no other
 * way that the page changes.  A private copy is an anonymous page of the task, at its address. */
#include <errno.h>
#include "evict.h"
#include "fault.h"
#include "image.h"
#include "pageout.h"
#include "shown.h"

enum {
    AROUND = SHOWN_GROUP,               /* pages that are mapped together, if they are there */
    BRINGS = 32,                        /* so often the server may say that it has got a page, and
                                           then there is none: its cache may be busy, or it lies */
};

/* ---- pages of the server ---- */

static uintptr_t pages_around(const struct fault *f)
{
    uintptr_t size = AROUND - f->offset % AROUND, left = f->map->range.last - f->page + 1;
    if (f->map->is.advice == HURD_VM_RANDOM || f->access & HURD_VM_WRITE)
        size = HURD_MM_PAGE;
    return size < left ? size : left;
}

/* Only up to the next private copy, which the file's page would hide. */
static uintptr_t pages_up_to_copy(const struct fault *f)
{
    uintptr_t size = pages_around(f);
    const struct frame *copy = frame_from(&mm.anonymous, f->page);
    return copy && copy->range.first - f->page < size ? copy->range.first - f->page : size;
}

/* Our name for the container is dead if the server is. */
static int server_error(int error)
{
    return error == EBADF ? EIO : error;
}

static bool is_missing(int error)
{
    return error == ENOENT || error == ESTALE;
}

static int fault_bring(const struct fault *f)
{
    if (store_is_image(f->map->store))
        return image_bring(f);
    if (f->brought == BRINGS)
        return EIO;
    const struct pagein page = pagein_for(f, JOB_SHOW);
    mm.counters.pageins++;
    int error = pagein_start(&page);
    return error ? error : FAULT_WAITS;
}

static int show(const struct fault *f, uintptr_t size, unsigned rights)
{
    int error = memory_map_some(f->map->store->container, rights, f->page, f->offset, size);
    return is_missing(error) ? fault_bring(f) : server_error(error);
}

static int shared_fault(const struct fault *f)
{
    if (!(f->access & HURD_VM_WRITE))
        return show(f, pages_around(f), HURD_VM_READ);
    return f->brought ? show(f, HURD_MM_PAGE, HURD_VM_READ | HURD_VM_WRITE) : fault_bring(f);
}

/* ---- private copies ---- */

/* When memory is out, other pages are evicted. */
static int copy(const struct fault *f)
{
    int error = mm.room.active ? room_make(policy_of(f->map->is.policy), 1) : 0;
    if (error)
        return error == EVICT_WAITS ? EINPROGRESS : error;
    while ((error = memory_copy(f->map->store->container, f->offset, f->page)) == ENOMEM) {
        room_refresh();
        int went = evict_frame();
        if (went)
            return went == EVICT_WAITS ? EINPROGRESS : ENOMEM;
    }
    return error;
}

static int copy_page(const struct fault *f)
{
    if (!slab_reserve(&mm.slab, 1))
        return ENOMEM;
    int error = copy(f);
    if (mm.room.left < mm.room.alarm)
        room_alarm();
    if (error == EINPROGRESS && !pagein_is_worker(f->from))
        return fault_park(f);
    if (error)
        return is_missing(error) ? fault_bring(f) : server_error(error);
    if (!frame_add(&mm.slab, &mm.anonymous, f->page, f->page + (HURD_MM_PAGE - 1), mm.memory,
                   f->page)) {
        memory_deallocate(mm.memory, f->page, HURD_MM_PAGE);
        return ENOMEM;
    }
    pageout_watch(f->map, f->page, f->page + (HURD_MM_PAGE - 1));
    return memory_map(mm.memory, f->map->is.rights, f->page, f->page, HURD_MM_PAGE);
}

static int private_fault(const struct fault *f)
{
    const struct frame *run = frame_find(&mm.anonymous, f->page);
    if (run) {
        struct fault copied = *f;
        copied.offset = f->page;        /* where the copy is in the task's own store */
        return anonymous_show(&copied, run);
    }
    if (f->access & HURD_VM_WRITE)
        return copy_page(f);
    return show(f, pages_up_to_copy(f), HURD_VM_READ);
}

/* ---- regions ---- */

static void shared_drop(struct map *map, uintptr_t first, uintptr_t last)
{
    (void)map;
    memory_hide(first, last, HURD_VM_RIGHTS);
}

static void private_drop(struct map *map, uintptr_t first, uintptr_t last)
{
    anonymous_drop(map, first, last);
    memory_hide(first, last, HURD_VM_RIGHTS);
}

/* The server of a file must hear of it, and the pager cannot wait for the server: the next thread
 * that makes a request tells it. */
static void shown_unused(struct store *store)
{
    store->class = &reserved_class;
    if (store_is_image(store)) {
        image_unused();
        store->fault = NULL;
        slab_give(&mm.slab, store);
        return;
    }
    store->next_gone = mm.gone;
    mm.gone = store;
}

static const struct store_class shared_class = {
    .kind = HURD_MM_FILE,
    .fault = shared_fault,
    .drop = shared_drop,
    .unused = shown_unused,
};

static const struct store_class private_class = {
    .kind = HURD_MM_FILE,
    .fault = private_fault,
    .drop = private_drop,
    .move = anonymous_move,
    .count = anonymous_count,
    .count_out = anonymous_count_out,
    .lock = anonymous_lock,
    .hint = anonymous_hint,
    .unused = shown_unused,
};

bool store_is_shown(const struct store *store)
{
    return store->class == &shared_class || store->class == &private_class;
}

bool store_is_private(const struct store *store)
{
    return store->class == &private_class;
}

int shown_create(struct hurd_shown *shown, hurd_store_fault_t *bring, L4_Word_t container,
                 unsigned rights, bool private, struct store **result)
{
    if (!slab_reserve(&mm.slab, 1))
        return ENOMEM;
    struct store *store = slab_take(&mm.slab);
    if (!store)
        return ENOMEM;
    store->class = private ? &private_class : &shared_class;
    store->rights = rights & HURD_VM_RIGHTS;
    store->container = container;
    store->hook = shown;
    store->fault = bring;
    *result = store;
    return 0;
}

int shown_destroy(struct store *store)
{
    if (store->users)
        return EBUSY;
    store->class = &reserved_class;
    store->fault = NULL;
    slab_give(&mm.slab, store);
    return 0;
}

int shown_again(const struct hurd_shown *shown, L4_Word_t container)
{
    for (struct map *m = map_from(&mm.space, 0); m; m = map_next(&mm.space, m)) {
        if (store_is_shown(m->store) && m->store->hook == shown) {
            m->store->container = container;
            return 0;
        }
    }
    return ENOENT;
}

void shown_forked(struct store *store)
{
    store->container = 0;
}

int shown_gone(struct hurd_shown **shown)
{
    struct store *store = mm.gone;
    if (!store)
        return ENOENT;
    *shown = store->hook;
    mm.gone = store->next_gone;
    store->fault = NULL;
    slab_give(&mm.slab, store);
    return 0;
}

int shown_find(uintptr_t first, uintptr_t last, struct hurd_shown **shown, uintptr_t *end)
{
    struct map *m = map_from(&mm.space, first);
    while (m && m->range.first <= last && m->store->class != &shared_class)
        m = map_next(&mm.space, m);
    if (!m || m->range.first > last)
        return ENOENT;
    *shown = m->store->hook;
    *end = m->range.last;
    return 0;
}
