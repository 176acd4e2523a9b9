/* SPDX-License-Identifier: MIT */
/* Anonymous pages that come back from disk.  Before: anonymous.c, which found that the page is out.
 * After: worker.c, a thread that asks physmem for the pages and waits for the disk.  Then the pager
 * serves the fault again, and pageout.c maps the page. */
#include <errno.h>
#include "pageout.h"
#include "paged.h"

enum { AROUND = 8 };                    /* pages that come together at first */

/* ---- how many pages come together: each region learns this number (ahead.c).  The wanted page
 * brings its neighbours along.  The farthest of them, the probe, is mapped only when a thread
 * touches it. ---- */

void swapin_learn(struct hurd_page *page, bool used)
{
    struct map *map = map_find(&mm.space, (uintptr_t)page->number * HURD_MM_PAGE);
    page->flags &= (uint16_t)~PAGE_PROBE;
    if (map)
        ahead_learn(&map->is.around, used);
}

static void mark_probe(const struct pagein *job)
{
    uintptr_t page = job->address & ~(uintptr_t)(HURD_MM_PAGE - 1);
    uintptr_t last = job->offset + (job->pages - 1) * HURD_MM_PAGE;
    if (!job->access || job->pages < 2)
        return;
    struct hurd_page *probe =
        page_find(&mm.anonymous, page - job->offset > last - page ? job->offset : last);
    if (probe)
        probe->flags |= PAGE_PROBE;
}

static struct hurd_page *enter(struct map *map, uintptr_t at)
{
    struct hurd_page *page = page_bare();
    if (!page)
        return NULL;
    page_enter(page, &mm.anonymous, at, policy_of(map->is.policy));
    page->flags |= PAGE_FETCHING;
    mm.room.watched++;
    mm.room.coming++;
    mm.room.left--;
    return page;
}

static void leave(uintptr_t at)
{
    page_leave(page_find(&mm.anonymous, at));
    mm.room.watched--;
}

/* Starts to fetch pages from `first` on, at most up to `last`.  Pre: all of them are out.  Returns
 * how many, or 0 with the reason in *error. */
static unsigned start(struct map *map, struct pagein *job, uintptr_t first, uintptr_t last,
                      int *error)
{
    unsigned n = 0;
    job->region = 0;
    *error = spares_take(job) ? 0 : ENOMEM;
    while (!*error && n <= (last - first) / HURD_MM_PAGE && enter(map, first + n * HURD_MM_PAGE))
        n++;
    job->store = &mm.anonymous;
    job->kind = JOB_IN;
    job->offset = first;
    job->pages = (unsigned char)n;
    if (!*error)
        *error = n ? pagein_start(job) : ENOMEM;
    if (!*error)
        return n;
    if (job->region)
        spares_give(job);
    for (unsigned i = 0; i < n; i++)
        leave(first + i * HURD_MM_PAGE);
    mm.room.coming -= n;
    mm.room.left += (int32_t)n;
    return 0;
}

/* ---- a fault ---- */

/* The pages that come together with the wanted one: its neighbours on disk, most of which went out
 * together with it. */
struct window {
    uintptr_t first, last;
};

static struct window window_of(const struct fault *f, const struct frame *run, uint32_t most)
{
    uintptr_t first = f->offset, last = f->offset + (HURD_MM_PAGE - 1);
    if (f->map->is.advice == HURD_VM_SEQUENTIAL) {
        last = f->offset + (HURD_STORE_BATCH * HURD_MM_PAGE - 1);
    } else if (f->map->is.advice != HURD_VM_RANDOM) {
        uintptr_t n = ahead_pages(&f->map->is.around, AROUND);
        first &= ~(n * HURD_MM_PAGE - 1);
        last = first + (n * HURD_MM_PAGE - 1);
    }
    if (last < f->offset || last > run->range.last)
        last = run->range.last;
    if (last > f->map->range.last)
        last = f->map->range.last;
    if (first < run->range.first)
        first = run->range.first;
    if (first < f->map->range.first)
        first = f->map->range.first;
    if (mm.room.alone || most < 2)
        first = f->offset;
    uintptr_t limit = mm.room.alone || most < 1 ? 1 : most;
    if ((last - first) / HURD_MM_PAGE >= limit && f->offset - first >= limit * HURD_MM_PAGE)
        first = f->offset;
    if ((last - first) / HURD_MM_PAGE >= limit)
        last = first + (limit * HURD_MM_PAGE - 1);
    return (struct window){first, last};
}

/* Cuts the window on both sides of `page` where a page is on its way already. */
static void window_clip(struct window *w, uintptr_t page)
{
    for (uintptr_t at = page; at > w->first; at -= HURD_MM_PAGE) {
        if (page_find(&mm.anonymous, at - HURD_MM_PAGE)) {
            w->first = at;
            break;
        }
    }
    for (uintptr_t at = page; w->last - at >= HURD_MM_PAGE; at += HURD_MM_PAGE) {
        if (page_find(&mm.anonymous, at + HURD_MM_PAGE)) {
            w->last = at + (HURD_MM_PAGE - 1);
            break;
        }
    }
}

/* The number of pages that can come without another page having to leave; at least 1. */
static uint32_t window_most(const struct hurd_policy *policy)
{
    int32_t n = mm.room.left - ROOM_HARD;
    int32_t own = policy->frames ? (int32_t)(policy->frames - policy->pages) : n;
    bool many = mm.room.coming >= mm.room.guarantee / 4;       /* others must be able to leave */
    return many || n < 1 || own < 1 ? 1 : (uint32_t)(n < own ? n : own);
}

int swapin_fault(const struct fault *f, const struct frame *run)
{
    struct hurd_policy *policy = policy_of(f->map->is.policy);
    if (page_find(&mm.anonymous, f->offset))
        return fault_park(f);
    int error = room_make(policy, 1);
    if (error)
        return error == EVICT_WAITS ? fault_park(f) : error;
    run = frame_find(&mm.anonymous, f->offset);
    struct window w = window_of(f, run, window_most(policy));
    window_clip(&w, f->offset);
    struct pagein job = pagein_for(f, JOB_IN);
    mm.counters.pageins++;
    return start(f->map, &job, w.first, w.last, &error) ? FAULT_WAITS : error;
}

int swapin_lost(const struct fault *f)
{
    if (!slab_reserve(&mm.slab, 2))
        return ENOMEM;
    pageout_forget(f->offset, f->offset);
    pageout_note(f->offset, f->offset + (HURD_MM_PAGE - 1));
    return swapin_fault(f, frame_find(&mm.anonymous, f->offset));
}

/* ---- a range ---- */

uint32_t swapin_range(struct map *map, uintptr_t first, uintptr_t last)
{
    uint32_t missing = 0;
    uintptr_t at = first;
    for (struct frame *run; (run = frame_from(&mm.anonymous, at)) && run->range.first <= last;) {
        uintptr_t from = run->range.first > at ? run->range.first : at;
        uintptr_t to = run->range.last < last ? run->range.last : last;
        if (frame_is_out(run)) {
            if (to - from >= HURD_STORE_BATCH * HURD_MM_PAGE)
                to = from + (HURD_STORE_BATCH * HURD_MM_PAGE - 1);
            struct window w = {from, to};
            struct pagein job = {0};
            uint32_t n = (uint32_t)((to - from) / HURD_MM_PAGE) + 1;
            int error;
            missing += n;
            window_clip(&w, from);
            if (!page_find(&mm.anonymous, from) && room_make(policy_of(map->is.policy), n) == 0)
                start(map, &job, from, w.last, &error);
        }
        if (to >= last)
            break;
        at = to + 1;
    }
    return missing;
}

/* ---- the pages have come ---- */

/* Notes that the pages, all on disk so far, are in core from now on. */

static void note_in(uintptr_t first, uintptr_t last)
{
    struct frame run;
    frame_take(&mm.slab, &mm.anonymous, first, last, &run);
    frame_add(&mm.slab, &mm.anonymous, first, last, mm.memory, first);
}

void swapin_done(const struct pagein *job, int error, uintptr_t bytes)
{
    unsigned came = bytes / HURD_MM_PAGE < job->pages ? bytes / HURD_MM_PAGE : job->pages;
    spares_give(job);
    mm.room.coming -= job->pages;
    mm.room.left += (int32_t)(job->pages - came);
    mm.room.alone = error != 0;
    mm.room.full = false;
    if (came)
        note_in(job->offset, job->offset + (came * HURD_MM_PAGE - 1));
    mm.counters.swapped_in += came;
    for (unsigned i = 0; i < job->pages; i++) {
        uintptr_t at = job->offset + i * HURD_MM_PAGE;
        struct hurd_page *page = page_find(&mm.anonymous, at);
        struct map *map = map_find(&mm.space, at);
        page->flags &= (uint16_t)~PAGE_FETCHING;
        if (i < came && map && !map->is.locked && !map->is.kept)
            page_choosable(page, true);
        else
            leave(at);
    }
    if (came == job->pages)
        mark_probe(job);
}
