/* SPDX-License-Identifier: MIT */
/* Anonymous memory: zeroes that become pages when they are touched.  Before: fault.c and region.c.
 * After: memory.c.
 *
 * Its store is the task's one container, in which the offset is the address: two regions never
 * overlap, so one allocator, the address space, gives out container offsets as well.  Which pages
 * exist is said by runs (frame.h): a record each, not one a page. */
#include <errno.h>
#include "evict.h"
#include "fault.h"
#include "mm.h"

enum {
    RECORDS_SPARE = 8,          /* kept for those who ask for something: munmap() may need one */
    AHEAD = 16,                 /* pages made at once where the program goes straight on */
};

/* ---- one page more ---- */

/* When the records run out, the page is made part of the run before it by allocating the gap
 * between them as well: that costs guarantee, but no memory, for untouched pages are not bound. */
static bool widen_run(const struct fault *f)
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

/* How many bytes to make: the page, or some behind it that do not exist either. */
static uintptr_t fault_size(const struct fault *f)
{
    if (f->map->is.advice != HURD_VM_SEQUENTIAL)
        return HURD_MM_PAGE;
    uintptr_t size = AHEAD * HURD_MM_PAGE;
    if (size - 1 > f->map->range.last - f->page)
        size = f->map->range.last - f->page + 1;
    struct frame *next = frame_from(f->map->store, f->offset);
    if (next && next->range.first - f->offset < size)
        size = next->range.first - f->offset;
    return size;
}

static bool record_pages(const struct fault *f, uintptr_t size)
{
    struct store *store = f->map->store;
    if (slab_reserve(&mm.slab, RECORDS_SPARE))
        return frame_add(&mm.slab, store, f->offset, f->offset + (size - 1), mm.memory, f->offset);
    return widen_run(f) ||
           frame_add(&mm.slab, store, f->offset, f->offset + (size - 1), mm.memory, f->offset);
}

/* Pages of stores go for it, as long as there are some that need not be cleaned first. */
static int allocate(uintptr_t address, uintptr_t size, unsigned rights)
{
    for (;;) {
        int error = rights ? memory_allocate_map(address, size, rights)
                           : memory_allocate(address, size);
        if (error != ENOMEM || evict_frame() != 0)
            return error;
    }
}

static int make_pages(const struct fault *f, uintptr_t size)
{
    int error = allocate(f->offset, size, f->map->is.rights);
    if (error)
        return error;
    if (record_pages(f, size))
        return 0;
    memory_deallocate(mm.memory, f->offset, size);
    return ENOMEM;
}

/* Workers, which clean pages, live on what is kept for them; others wait for a page to be clean. */
static int without_memory(const struct fault *f)
{
    if (pagein_is_worker(f->from))
        return pool_shrink(false) ? make_pages(f, HURD_MM_PAGE) : ENOMEM;
    return evict_frame() == EVICT_WAITS ? fault_park(f) : ENOMEM;
}

/* A page of anonymous memory is ours alone, so all rights of the region are mapped at once. */
static int anonymous_fault(const struct fault *f)
{
    struct frame *run = frame_find(f->map->store, f->offset);
    if (run)
        return fault_map_run(f, run, f->map->is.rights);
    uintptr_t size = fault_size(f);
    int error = make_pages(f, size);
    if (error && size > HURD_MM_PAGE)
        error = make_pages(f, HURD_MM_PAGE);
    return error == ENOMEM && mm.pool.heads ? without_memory(f) : error;
}

/* ---- whole ranges ---- */

static void anonymous_drop(struct map *map, uintptr_t first, uintptr_t last)
{
    struct frame run;
    while (frame_take(&mm.slab, map->store, first, last, &run)) {
        if (mm.keep_frames)
            memory_hide(run.range.first, run.range.last, HURD_VM_RIGHTS);
        else
            memory_deallocate(run.container, run.offset, run.range.last - run.range.first + 1);
    }
}

static int fill_gap(struct map *map, uintptr_t first, uintptr_t last)
{
    uintptr_t size = last - first + 1;
    if (!slab_reserve(&mm.slab, 1))
        return ENOMEM;
    int error = allocate(first, size, map->is.rights);
    if (error)
        return error;
    bool added = frame_add(&mm.slab, map->store, first, last, mm.memory, first);
    if (!added)
        memory_deallocate(mm.memory, first, size);
    return added ? 0 : ENOMEM;
}

static int anonymous_fill(struct map *map, uintptr_t first, uintptr_t last)
{
    for (uintptr_t at = first;;) {
        struct frame *run = frame_from(map->store, at);
        uintptr_t gap_end = run && run->range.first <= last ? run->range.first - 1 : last;
        uintptr_t run_end = run ? run->range.last : 0;
        int error = !run || run->range.first > at ? fill_gap(map, at, gap_end) : 0;
        if (error)
            return error;
        if (gap_end == last && !(run && run->range.first <= last))
            return 0;
        if (run_end >= last)
            return 0;
        at = run_end + 1;
    }
}

/* The records follow; a run that has been moved goes back when a later one cannot be. */
static int anonymous_move(struct map *map, uintptr_t to, uintptr_t size)
{
    uintptr_t from = map->range.first, last = from + (size - 1);
    struct frame *run;
    int error = 0;
    for (run = frame_from(map->store, from); run && run->range.first <= last && !error;
         run = frame_from(map->store, run->range.last + 1)) {
        uintptr_t first = run->range.first > from ? run->range.first : from;
        uintptr_t end = run->range.last < last ? run->range.last : last;
        error = memory_move(first, to + (first - from), end - first + 1);
        if (error || run->range.last >= last)
            break;
    }
    if (error) {
        uintptr_t failed = run->range.first;
        for (run = frame_from(map->store, from); run && run->range.first < failed;
             run = frame_from(map->store, run->range.last + 1)) {
            uintptr_t first = run->range.first > from ? run->range.first : from;
            memory_move(to + (first - from), first, run->range.last - first + 1);
        }
        return error;
    }
    struct frame taken;
    while (frame_take(&mm.slab, map->store, from, last, &taken)) {
        uintptr_t first = to + (taken.range.first - from);
        frame_add(&mm.slab, map->store, first, to + (taken.range.last - from), mm.memory, first);
    }
    return 0;
}

static uintptr_t anonymous_count(struct map *map, uintptr_t first, uintptr_t last)
{
    return frame_count(map->store, map->offset + (first - map->range.first),
                       map->offset + (last - map->range.first));
}

const struct store_class anonymous_class = {
    .kind = HURD_MM_ANONYMOUS,
    .fault = anonymous_fault,
    .drop = anonymous_drop,
    .fill = anonymous_fill,
    .move = anonymous_move,
    .count = anonymous_count,
};
