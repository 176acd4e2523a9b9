/* SPDX-License-Identifier: MIT */
/* Anonymous pages in core that a policy looks after, and their way out.  Before: evict.c, which
 * asked a policy for a victim.  After: worker.c, a thread that asks physmem to take the pages.
 *
 * A page is watched when it has a record in the table of page.c.  This record has no frame of the
 * pool: the frame of an anonymous page is at the page's own address.  As long as frames are not
 * short, no page is watched, and watching costs nothing.  A run of frames that says "out" (frame.h)
 * stands for pages that physmem has put on disk.  Flags of the record say that a page is on its way
 * out (PAGE_LEAVING) or in (PAGE_FETCHING).  During that time, faults at the page and requests to
 * unmap or move it wait.  So the end of a job finds the pages as its beginning saw them. */
#include "pageout.h"
#include <errno.h>
#include "paged.h"
#include "shown.h"

/* ---- which pages are watched ---- */

bool map_has_own_pages(const struct map *map)
{
    return map->store == &mm.anonymous || store_is_private(map->store);
}

static bool may_leave(const struct map *map)
{
    return map_has_own_pages(map) && !map->is.permanent && !map->is.locked && !map->is.kept;
}

static void watch_page(struct map *map, uintptr_t at)
{
    struct hurd_page *page = page_find(&mm.anonymous, at);
    if (page && page->policy->ops && page->policy == policy_of(map->is.policy))
        return;
    if (page && page->flags & (PAGE_LEAVING | PAGE_FETCHING))
        return;                         /* it keeps its policy until it has arrived */
    if (page)
        pageout_forget(at, at);
    page = page_bare();
    if (!page)
        return;
    page_enter(page, &mm.anonymous, at, policy_of(map->is.policy));
    page->flags |= PAGE_DIRTY;
    mm.room.watched++;
    page_choosable(page, true);
}

void pageout_watch(struct map *map, uintptr_t first, uintptr_t last)
{
    if (mm.room.swap != SWAP_READY || !may_leave(map) || !(mm.room.watching || map->is.policy) ||
        pool_table() != 0)
        return;
    mm.room.active = true;
    for (struct frame *run = frame_from(&mm.anonymous, first); run && run->range.first <= last;
         run = frame_from(&mm.anonymous, run->range.last + 1)) {
        uintptr_t from = run->range.first > first ? run->range.first : first;
        uintptr_t to = run->range.last < last ? run->range.last : last;
        for (uintptr_t at = from; !frame_is_out(run) && at - from <= to - from; at += HURD_MM_PAGE)
            watch_page(map, at);
        if (run->range.last >= last)
            return;
    }
}

static void forget_page(struct hurd_page *page)
{
    page_choosable(page, false);
    page_leave(page);
    mm.room.watched--;
}

void pageout_forget(uintptr_t first, uintptr_t last)
{
    for (uintptr_t at = first; mm.room.watched && at - first <= last - first; at += HURD_MM_PAGE) {
        struct hurd_page *page = page_find(&mm.anonymous, at);
        if (page && !(page->flags & (PAGE_LEAVING | PAGE_FETCHING)))
            forget_page(page);
    }
}

void pageout_watch_all(void)
{
    if (pool_table_for(mm.room.guarantee) != 0)
        return;                         /* the next alarm tries it again */
    mm.room.watching = true;
    for (struct map *m = map_from(&mm.space, 0); m; m = map_next(&mm.space, m))
        pageout_watch(m, m->range.first, m->range.last);
}

bool pageout_is_busy(uintptr_t first, uintptr_t last)
{
    if (!mm.room.leaving && !mm.room.coming)
        return false;
    for (struct job *j = mm.jobs; j; j = pagein_next(j)) {
        const struct pagein *p = pagein_of(j);
        if ((p->kind == JOB_OUT || p->kind == JOB_IN) && p->offset <= last &&
            p->offset + (p->pages * HURD_MM_PAGE - 1) >= first)
            return true;
    }
    return false;
}

/* ---- records for the end of a job: noting where the pages are then must not fail ---- */

bool spares_take(struct pagein *job)
{
    if (!slab_reserve(&mm.slab, 3))     /* these, and one for the job itself */
        return false;
    job->region = (uintptr_t)slab_take(&mm.slab);
    job->region_size = (uintptr_t)slab_take(&mm.slab);
    return true;
}

void spares_give(const struct pagein *job)
{
    slab_give(&mm.slab, (void *)job->region);
    slab_give(&mm.slab, (void *)job->region_size);
}

/* ---- out ---- */

/* The number of pages that leave together.  It is small for a policy with a number of frames of its
 * own: each page that leaves early is a frame that the policy does not use. */
static unsigned batch_size(const struct hurd_policy *policy)
{
    int32_t n = policy->frames ? (int32_t)(policy->frames / 128 + 1)
                               : mm.room.high - mm.room.left - (int32_t)mm.room.leaving;
    return n < 1 ? 1 : n > (int32_t)HURD_STORE_BATCH ? HURD_STORE_BATCH : (unsigned)n;
}

/* Inserts `page` into the n pages of batch[], which are in the order of their addresses. */
static void batch_insert(struct hurd_page **batch, unsigned n, struct hurd_page *page)
{
    while (n > 0 && batch[n - 1]->number > page->number) {
        batch[n] = batch[n - 1];
        n--;
    }
    batch[n] = page;
}

static void stays(struct hurd_page *page)
{
    page->flags &= (uint16_t)~PAGE_LEAVING;
    page->policy->leaving--;
    mm.room.leaving--;
}

/* Starts a job for n pages that follow each other.  On an error they stay. */
static int batch_start(struct hurd_page **page, unsigned n)
{
    struct pagein job = {
        .store = &mm.anonymous, .offset = (uintptr_t)page[0]->number * HURD_MM_PAGE,
        .kind = JOB_OUT, .pages = (unsigned char)n,
    };
    int error = spares_take(&job) ? pagein_start(&job) : ENOMEM;
    if (error && job.region)
        spares_give(&job);
    for (unsigned i = 0; error && i < n; i++) {
        stays(page[i]);
        page_choosable(page[i], true);
    }
    return error;
}

int pageout_batch(struct hurd_policy *policy, struct hurd_page *page)
{
    struct hurd_page *batch[HURD_STORE_BATCH];
    unsigned n = 0, want = batch_size(policy), started = 0;
    if (mm.room.full || mm.room.swap != SWAP_READY)
        return ENOMEM;
    for (; page && page->store == &mm.anonymous; page = n < want ? evict_choose(policy) : NULL) {
        page_choosable(page, false);
        page->flags |= PAGE_LEAVING;
        policy->leaving++;
        mm.room.leaving++;
        batch_insert(batch, n++, page);
    }
    for (unsigned from = 0, end; from < n; from = end) {
        for (end = from + 1; end < n && batch[end]->number == batch[end - 1]->number + 1; end++)
            ;
        started += batch_start(batch + from, end - from) == 0;
    }
    return started ? EVICT_WAITS : ENOMEM;
}

/* Notes that the pages, all in core so far, are on disk from now on. */
void pageout_note(uintptr_t first, uintptr_t last)
{
    struct frame run;
    frame_take(&mm.slab, &mm.anonymous, first, last, &run);
    frame_add(&mm.slab, &mm.anonymous, first, last, FRAME_OUT, first);
}

void pageout_done(const struct pagein *job, int error, uintptr_t bytes)
{
    unsigned went = bytes / HURD_MM_PAGE < job->pages ? bytes / HURD_MM_PAGE : job->pages;
    spares_give(job);
    for (unsigned i = 0; i < job->pages; i++) {
        struct hurd_page *page = page_find(&mm.anonymous, job->offset + i * HURD_MM_PAGE);
        stays(page);
        if (i < went && page->flags & PAGE_PROBE)
            swapin_learn(page, false);
        if (i < went || (i == went && error == EBUSY))
            forget_page(page);          /* EBUSY: it is pinned */
        else
            page_choosable(page, true);
    }
    mm.room.full = error == ENOMEM || error == ENOSPC || error == ENODEV || error == EIO;
    if (!went)
        return;
    pageout_note(job->offset, job->offset + (went * HURD_MM_PAGE - 1));
    mm.room.left += (int32_t)went;
    mm.counters.swapped_out += went;
}

/* ---- a fault at a page in core ---- */

/* One reply may map several pages: they are in core and stay there, and are all changed, or all
 * unchanged since they came from disk.  An unchanged page is mapped for writing only when a thread
 * writes to it.  Until then it can leave without being written out.  True: the page at `at` may be
 * one of them. */
static bool is_like(uintptr_t at, bool dirty)
{
    const struct hurd_page *page = page_find(&mm.anonymous, at);
    if (!page)
        return dirty;
    return !(page->flags & (PAGE_LEAVING | PAGE_FETCHING | PAGE_PROBE)) &&
           !(page->flags & PAGE_DIRTY) == !dirty;
}

static struct hurd_page *note_access(const struct fault *f)
{
    struct hurd_page *page = page_find(&mm.anonymous, f->offset);
    if (!page)
        return NULL;
    const struct hurd_policy_ops *ops = page->policy->ops;
    if (page->flags & PAGE_PROBE)
        swapin_learn(page, true);
    if (page->flags & PAGE_CHOOSABLE && ops->touched)
        ops->touched(page->policy, page);
    if (f->access & HURD_VM_WRITE && !(page->flags & PAGE_DIRTY)) {
        page->flags |= PAGE_DIRTY;
        if (ops->dirty)
            ops->dirty(page->policy, page);
    }
    return page;
}

int pageout_show(const struct fault *f, const struct frame *run)
{
    struct frame part = *run;
    struct hurd_page *page = page_find(&mm.anonymous, f->offset);
    if (page && page->flags & (PAGE_LEAVING | PAGE_FETCHING))
        return fault_park(f);
    if (!page)
        pageout_watch(f->map, f->page, f->page);
    page = note_access(f);
    bool dirty = !page || page->flags & PAGE_DIRTY;
    uintptr_t end = f->offset + HURD_MM_PAGE;
    while (end <= run->range.last && end - f->offset < HURD_STORE_BATCH * HURD_MM_PAGE &&
           is_like(end, dirty))
        end += HURD_MM_PAGE;
    part.range.last = end - 1;
    unsigned rights = f->map->is.copied ? fault_rights(f) : f->map->is.rights;
    rights &= ~(dirty ? 0 : HURD_VM_WRITE);
    int error = fault_map_run(f, &part, rights);
    return error == ENXIO ? swapin_lost(f) : error;
}
