/* SPDX-License-Identifier: MIT */
/* Anonymous memory: zeroes that become pages when they are touched.  Before: fault.c and region.c.
 * After: memory.c.
 *
 * Its store is the task's one container, in which the offset is the address: two regions never
 * overlap, so the address space is the allocator of container offsets, too.  Runs (frame.h) say
 * which pages exist, and whether they are in core or on disk: one record for each run, not one for
 * each page.  Private copies of a file's pages (shown.c) are pages of this store as well: so the
 * functions for whole ranges serve regions of both kinds. */
#include <errno.h>

#include <hurd/assert.h>

#include "pageout.h"

enum {
    RECORDS_SPARE = 8,          /* a fault leaves these for requests: munmap() may need one */
    AHEAD = 16,                 /* pages made at once if the region's advice is sequential */
};

/* ---- one page more ---- */

/* When the records run out, the page joins the run before it: the gap between the two is allocated
 * as well.  The gap uses up guarantee but no memory, because untouched pages are not bound. */
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

/* The number of bytes to allocate: one page; with sequential advice also the pages behind it, up to
 * the first that exists. */
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

/* When memory is out, other pages are evicted.  EINPROGRESS: some of them must be cleaned first;
 * the caller tries again when this is done. */
static int allocate(uintptr_t address, uintptr_t size, unsigned rights)
{
    for (;;) {
        int error = rights ? memory_allocate_map(address, size, rights)
                           : memory_allocate(address, size);
        if (error != ENOMEM)
            return error;
        room_refresh();
        int went = evict_frame();
        if (went)
            return went == EVICT_WAITS ? EINPROGRESS : ENOMEM;
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

/* True if the first touch of a page may be passed on to physmem.  If physmem may find no frame for
 * it, it may not: the pager has to see this error. */
static bool may_pass_on(const struct fault *f)
{
    return mm.room.left > 0 && mm.room.left > mm.room.alarm &&
           f->map->is.advice != HURD_VM_SEQUENTIAL &&
           slab_reserve(&mm.slab, RECORDS_SPARE) && fault_may_pass(f);
}

/* physmem makes the page, and answers the thread itself.  If it cannot, the record is there and the
 * page is not: forget_page(). */
static int pass_on(const struct fault *f)
{
    bool added = frame_add(&mm.slab, f->map->store, f->offset, f->offset + (HURD_MM_PAGE - 1),
                           mm.memory, f->offset);
    assert(added);                      /* there is a record, and there was no page */
    mm.counters.frames_taken++;
    mm.room.left--;
    return fault_pass(f, HURD_PM_CONTAINER_ALLOCATE_MAP, mm.memory, f->map->is.rights, f->offset,
                      HURD_MM_PAGE);
}

/* physmem has nothing for this record: a request that was passed on failed.  0 or ENOMEM. */
static int forget_page(const struct fault *f)
{
    struct frame page;
    if (!slab_reserve(&mm.slab, FRAME_CUTS))
        return ENOMEM;
    frame_take(&mm.slab, f->map->store, f->offset, f->offset + (HURD_MM_PAGE - 1), &page);
    mm.counters.frames_taken--;
    mm.room.left++;
    return 0;
}

/* As make_pages(), for a region whose pages are watched: other pages of the same policy may have to
 * leave first. */
static int make_watched(const struct fault *f)
{
    struct hurd_policy *policy = policy_of(f->map->is.policy);
    uintptr_t size = mm.room.left > mm.room.high ? fault_size(f) : HURD_MM_PAGE;
    int error = f->map->is.kept ? 0 : room_make(policy, (uint32_t)(size / HURD_MM_PAGE));
    if (error)
        return error == EVICT_WAITS ? EINPROGRESS : error;
    error = make_pages(f, size);
    if (!error)
        pageout_watch(f->map, f->page, f->page + (size - 1));
    return error;
}

/* What to do when no memory is left: a worker takes one of the frames that are kept for workers;
 * another thread waits until a page is clean. */
static int without_memory(const struct fault *f)
{
    if (pagein_is_worker(f->from))
        return pool_shrink(false) ? make_pages(f, HURD_MM_PAGE) : ENOMEM;
    return evict_frame() == EVICT_WAITS ? fault_park(f) : ENOMEM;
}

static inline int show(const struct fault *f, const struct frame *run)
{
    if (mm.room.active)
        return frame_is_out(run) ? swapin_fault(f, run) : pageout_show(f, run);
    return fault_map_run(f, run, f->map->is.copied ? fault_rights(f) : f->map->is.rights);
}

int anonymous_show(const struct fault *f, const struct frame *run)
{
    return show(f, run);
}

/* A page that is not there yet. */
static int make_page(const struct fault *f)
{
    int error;
    if (mm.room.active || f->map->is.policy) {
        error = make_watched(f);
    } else if (may_pass_on(f)) {
        return pass_on(f);
    } else {
        uintptr_t size = fault_size(f);
        error = make_pages(f, size);
        if (error && size > HURD_MM_PAGE)
            error = make_pages(f, HURD_MM_PAGE);
    }
    if (mm.room.left < mm.room.alarm)
        room_alarm();
    if (error == EINPROGRESS && !pagein_is_worker(f->from))
        return fault_park(f);
    return (error == ENOMEM || error == EINPROGRESS) && mm.pool.heads ? without_memory(f) : error;
}

/* A page of anonymous memory belongs to this task alone, so all rights of the region are mapped at
 * once, unless a fork() has made it copy-on-write. */
static int anonymous_fault(const struct fault *f)
{
    struct frame *run = frame_search(f->map->store, f->offset);
    if (!run)
        return make_page(f);
    bool out = frame_is_out(run);
    int error = show(f, run);
    if (error != ENOENT || out)
        return error;
    error = forget_page(f);
    struct fault again = *f;
    again.first = false;                /* not passed on again: now the error counts */
    return error ? error : make_page(&again);
}

/* ---- whole ranges ---- */

void anonymous_drop(struct map *map, uintptr_t first, uintptr_t last)
{
    (void)map;
    struct frame run;
    while (frame_take(&mm.slab, &mm.anonymous, first, last, &run)) {
        uintptr_t size = run.range.last - run.range.first + 1;
        if (mm.room.watched)
            pageout_forget(run.range.first, run.range.last);
        if (mm.keep_frames)
            memory_hide(run.range.first, run.range.last, HURD_VM_RIGHTS);
        else
            memory_deallocate(mm.memory, run.offset, size);
        if (frame_is_out(&run) && !mm.keep_frames)
            mm.room.left -= (int32_t)(size / HURD_MM_PAGE);     /* they were no frames */
        mm.room.full = false;
    }
}

static int fill_gap(struct map *map, uintptr_t first, uintptr_t last)
{
    uintptr_t size = last - first + 1;
    if (mm.room.active && size / HURD_MM_PAGE > room_most())
        return ENOMEM;
    uint32_t pages = (uint32_t)(size / HURD_MM_PAGE);
    int error = mm.room.active ? room_make(policy_of(map->is.policy), pages) : 0;
    if (error)
        return error == EVICT_WAITS ? EINPROGRESS : error;
    if (!slab_reserve(&mm.slab, 1))
        return ENOMEM;
    error = allocate(first, size, map->is.rights);
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
        if ((gap_end == last && !(run && run->range.first <= last)) || run_end >= last)
            break;
        at = run_end + 1;
    }
    pageout_watch(map, first, last);
    return 0;
}

/* Moves the frames first, run by run, then the records.  If a run cannot be moved, the runs before
 * it are moved back. */
int anonymous_move(struct map *map, uintptr_t to, uintptr_t size)
{
    uintptr_t from = map->range.first, last = from + (size - 1);
    struct frame *run;
    int error = 0;
    for (run = frame_from(&mm.anonymous, from); run && run->range.first <= last && !error;
         run = frame_from(&mm.anonymous, run->range.last + 1)) {
        uintptr_t first = run->range.first > from ? run->range.first : from;
        uintptr_t end = run->range.last < last ? run->range.last : last;
        error = memory_move(first, to + (first - from), end - first + 1);
        if (error || run->range.last >= last)
            break;
    }
    if (error) {
        uintptr_t failed = run->range.first;
        for (run = frame_from(&mm.anonymous, from); run && run->range.first < failed;
             run = frame_from(&mm.anonymous, run->range.last + 1)) {
            uintptr_t first = run->range.first > from ? run->range.first : from;
            memory_move(to + (first - from), first, run->range.last - first + 1);
        }
        return error;
    }
    struct frame taken;
    while (frame_take(&mm.slab, &mm.anonymous, from, last, &taken)) {
        uintptr_t first = to + (taken.range.first - from);
        pageout_forget(taken.range.first, taken.range.last);    /* pageout_watch() follows */
        frame_add(&mm.slab, &mm.anonymous, first, to + (taken.range.last - from), taken.container,
                  first);
    }
    return 0;
}

uintptr_t anonymous_count(struct map *map, uintptr_t first, uintptr_t last)
{
    (void)map;
    return frame_count(&mm.anonymous, first, last, false);
}

uintptr_t anonymous_count_out(struct map *map, uintptr_t first, uintptr_t last)
{
    (void)map;
    return frame_count(&mm.anonymous, first, last, true);
}

/* A locked page is not watched, so no policy can choose it. */
void anonymous_lock(struct map *map, uintptr_t first, uintptr_t last, bool lock)
{
    if (lock)
        pageout_forget(first, last);
    else
        pageout_watch(map, first, last);
}

void anonymous_hint(struct map *map, uintptr_t first, uintptr_t last, unsigned advice)
{
    if (advice == HURD_VM_WILL_NEED)
        swapin_range(map, first, last);
    for (uintptr_t at = first; mm.room.watched && at - first <= last - first; at += HURD_MM_PAGE) {
        struct hurd_page *page = page_find(&mm.anonymous, at);
        if (page && page->flags & PAGE_CHOOSABLE && page->policy->ops->hint)
            page->policy->ops->hint(page->policy, page, advice);
    }
}

const struct store_class anonymous_class = {
    .kind = HURD_MM_ANONYMOUS,
    .fault = anonymous_fault,
    .drop = anonymous_drop,
    .fill = anonymous_fill,
    .move = anonymous_move,
    .count = anonymous_count,
    .count_out = anonymous_count_out,
    .lock = anonymous_lock,
    .hint = anonymous_hint,
};
