/* SPDX-License-Identifier: MIT */
/* Stores with operations: their pages come in by `fetch` and go out by `clean`, both in a worker
 * (pagein.c, worker.c), while the thread that needs the page waits in its fault. Before: fault.c,
 * evict.c. After: page.c.
 *
 * A page is mapped read-only until it is written to, and again after it was cleaned: so "changed"
 * is known to us from a fault, whichever task takes mappings away. The processor's dirty bit would
 * be lost with a mapping that physmem takes. That a page was used comes from the processor
 * (hurd_page_look()); when that is lost, a policy knows a little less. */
#include "paged.h"
#include <errno.h>
#include <l4/message.h>
#include "evict.h"
#include "fault.h"

static uintptr_t offset_of(const struct hurd_page *page)
{
    return (uintptr_t)page->number * HURD_MM_PAGE;
}

/* ---- in core: the region shows it ---- */

/* The reply to the fault: one page of the pool, with the rights that the region has now. */
static int answer_with(const struct fault *f, struct hurd_page *page)
{
    unsigned rights = f->map->is.rights & ~(page->flags & PAGE_DIRTY ? 0 : HURD_VM_WRITE);
    page->flags |= PAGE_MAPPED;
    L4_LoadMR(0, L4_MakeTag(0, 0, 2).raw);
    L4_LoadMR(1, f->page | L4_ITEM_MAP);
    L4_LoadMR(2, L4_FpageAddRights(L4_FpageLog2(page_address(page), 12), rights).raw);
    return FAULT_MAPPED;
}

/* A page that has been shown before, and causes a fault that its rights do not explain: physmem may
 * have taken our own mapping away. */
static int bring_back(const struct fault *f, const struct hurd_page *page)
{
    bool first_write = f->access & HURD_VM_WRITE && !(page->flags & PAGE_DIRTY);
    if (!(page->flags & PAGE_MAPPED) || first_write)
        return 0;
    return memory_map(mm.memory, HURD_VM_RIGHTS, page_address(page), page_address(page),
                      HURD_MM_PAGE);
}

static int show(const struct fault *f, struct hurd_page *page)
{
    const struct hurd_policy_ops *ops = page->policy->ops;
    int error = bring_back(f, page);
    if (error)
        return error;
    page->flags &= (uint16_t)~PAGE_LEAVING;        /* it is wanted after all */
    if (page->flags & PAGE_AHEAD)
        ahead_end(page, true);
    if (f->map->is.locked) {
        page->flags |= PAGE_LOCKED;
        page_choosable(page, false);
    } else if (!(page->flags & PAGE_LOCKED)) {
        bool was = (page->flags & (PAGE_CHOOSABLE | PAGE_MAPPED)) == (PAGE_CHOOSABLE | PAGE_MAPPED);
        page_choosable(page, true);
        if (was && ops->touched)
            ops->touched(page->policy, page);
    }
    if (f->access & HURD_VM_WRITE && !(page->flags & PAGE_DIRTY)) {
        page->flags |= PAGE_DIRTY;
        if (ops->dirty)
            ops->dirty(page->policy, page);
    }
    return answer_with(f, page);
}

/* ---- not in core: a slot, and a worker to fill it ---- */

int fault_park(const struct fault *f)
{
    const struct pagein job = pagein_for(f, JOB_PARKED);
    int error = pagein_park(&job);
    return error ? error : FAULT_WAITS;
}

/* More pages behind it, where the program goes straight on.  They may take the places of pages that
 * can leave at once (ahead.c). */
static unsigned take_ahead(const struct fault *f, struct hurd_policy *policy)
{
    unsigned n = 1, most = 1;
    if (f->map->is.advice == HURD_VM_SEQUENTIAL)
        most = ahead_pages(&f->map->store->ahead, HURD_STORE_BATCH);
    for (; n < most; n++) {
        uintptr_t ahead = n * HURD_MM_PAGE;
        struct hurd_page *page;
        if (f->map->range.last - f->page < ahead || page_find(f->map->store, f->offset + ahead) ||
            !(page = evict_spare(policy, n)))
            break;
        page_enter(page, f->map->store, f->offset + ahead, policy);
        page->flags |= PAGE_FETCHING;
    }
    return n;
}

static void fetch_undo(const struct pagein *job)
{
    for (unsigned i = 0; i < job->pages; i++)
        page_leave(page_find(job->store, job->offset + i * HURD_MM_PAGE));
}

static int fetch(const struct fault *f)
{
    struct hurd_policy *policy = policy_of(f->map->is.policy);
    struct hurd_page *page;
    int error = evict_slot(policy, &page);
    if (error == EVICT_WAITS)
        return fault_park(f);
    if (error)
        return error;
    page_enter(page, f->map->store, f->offset, policy);
    page->flags |= PAGE_FETCHING;
    struct pagein job = pagein_for(f, JOB_FETCH);
    job.pages = (unsigned char)take_ahead(f, policy);
    mm.counters.pageins++;
    error = pagein_start(&job);
    if (error)
        fetch_undo(&job);
    return error ? error : FAULT_WAITS;
}

static int paged_fault(const struct fault *f)
{
    struct hurd_page *page = page_find(f->map->store, f->offset);
    if (!page)
        return fetch(f);
    return page->flags & PAGE_FETCHING ? fault_park(f) : show(f, page);
}

/* ---- out ---- */

static bool is_to_clean(const struct hurd_page *page)
{
    return page && (page->flags & (PAGE_DIRTY | PAGE_CLEANING | PAGE_FETCHING)) == PAGE_DIRTY;
}

/* The page and its neighbours on both sides, as far as they have changed. */
int paged_clean(struct hurd_page *page)
{
    struct store *store = (struct store *)page->store;
    uintptr_t first = offset_of(page), end = first + HURD_MM_PAGE;
    unsigned n = 1;
    while (n < HURD_STORE_BATCH && end && is_to_clean(page_find(store, end)))
        end += HURD_MM_PAGE, n++;
    while (n < HURD_STORE_BATCH && first && is_to_clean(page_find(store, first - HURD_MM_PAGE)))
        first -= HURD_MM_PAGE, n++;
    for (unsigned i = 0; i < n; i++) {
        struct hurd_page *p = page_find(store, first + i * HURD_MM_PAGE);
        page_hide(p, HURD_VM_WRITE);
        p->flags = (uint16_t)((p->flags & ~PAGE_DIRTY) | PAGE_CLEANING);
    }
    const struct pagein job = {
        .store = store, .offset = first, .kind = JOB_CLEAN, .pages = (unsigned char)n,
    };
    int error = pagein_start(&job);
    for (unsigned i = 0; error && i < n; i++) {
        struct hurd_page *p = page_find(store, first + i * HURD_MM_PAGE);
        p->flags = (uint16_t)((p->flags & ~PAGE_CLEANING) | PAGE_DIRTY);
    }
    return error;
}

void paged_buffers(const struct pagein *job, void *buffer[HURD_STORE_BATCH])
{
    for (unsigned i = 0; i < job->pages; i++) {
        struct hurd_page *page = page_find(job->store, job->offset + i * HURD_MM_PAGE);
        buffer[i] = (void *)page_address(page);
    }
}

static void cleaned(struct hurd_page *page, int error)
{
    page->flags &= (uint16_t)~PAGE_CLEANING;
    if (error)
        page->flags |= PAGE_DIRTY;
    else
        mm.counters.cleaned++;
    if (!(page->flags & PAGE_LEAVING))
        return;
    page->flags &= (uint16_t)~PAGE_LEAVING;
    if (page->flags & PAGE_DIRTY) {
        if (!(page->flags & PAGE_LOCKED))
            page_choosable(page, true);
        return;
    }
    mm.counters.evicted++;
    page_leave(page);
}

static void fetched(struct hurd_page *page, int error, bool ahead)
{
    page->flags &= (uint16_t)~PAGE_FETCHING;
    if (error) {
        page_leave(page);
        return;
    }
    mm.counters.fetched++;
    if (ahead)
        ahead_begin(page);
    else
        page_choosable(page, true);
}

void paged_done(const struct pagein *job, int error)
{
    for (unsigned i = 0; i < job->pages; i++) {
        struct hurd_page *page = page_find(job->store, job->offset + i * HURD_MM_PAGE);
        if (job->kind == JOB_FETCH)
            fetched(page, error, i > 0);
        else
            cleaned(page, error);
        if (job->kind == JOB_FETCH && !error && i > 0 && i == job->pages - 1u)
            page->flags |= PAGE_PROBE;
    }
    if (error && job->kind == JOB_CLEAN)
        job->store->error = EIO;
}

/* ---- the store as a whole ---- */

int paged_create(void *hook, const struct hurd_store_ops *ops, unsigned rights,
                 struct store **result)
{
    int error = pool_open();
    if (error)
        return error;
    struct store *store = slab_reserve(&mm.slab, 1) ? slab_take(&mm.slab) : NULL;
    if (!store)
        return ENOMEM;
    store->class = &paged_class;
    store->rights = rights;
    store->hook = hook;
    store->ops = ops;
    *result = store;
    return 0;
}

/* The next page of the store in [offset, end] that is in core.  A small range is looked up page by
 * page, a large one by going through all slots, in the order of the slots. */
struct walk {
    const struct store *store;
    uintptr_t first, last;
    uint32_t slot;
};

static struct hurd_page *walk_next(struct walk *w)
{
    while (w->slot < mm.pool.slots) {
        struct hurd_page *page = (struct hurd_page *)mm.pool.table + w->slot++;
        if (page->store == w->store && page->flags & PAGE_IN_CORE && offset_of(page) >= w->first &&
            offset_of(page) <= w->last)
            return page;
    }
    return NULL;
}

static void drop(struct hurd_page *page)
{
    page_choosable(page, false);
    page_hide(page, HURD_VM_RIGHTS);
    page_leave(page);
}

int paged_discard(struct store *store, uintptr_t offset, uintptr_t size)
{
    struct walk look = {store, offset, offset + (size - 1), 0}, go = look;
    struct hurd_page *page;
    while ((page = walk_next(&look)))
        if (page->flags & (PAGE_FETCHING | PAGE_CLEANING | PAGE_LOCKED))
            return EBUSY;
    while ((page = walk_next(&go)))
        drop(page);
    return 0;
}

int paged_destroy(struct store *store)
{
    int error = store->users ? EBUSY : paged_discard(store, 0, 0);
    if (!error) {
        store->class = &reserved_class;
        store->ops = NULL;
        slab_give(&mm.slab, store);
    }
    return error;
}

int paged_sync(struct store *store, uintptr_t offset, uintptr_t size, bool start_only)
{
    struct walk w = {store, offset, offset + (size - 1), 0};
    struct hurd_page *page;
    bool busy = false;
    while ((page = walk_next(&w))) {
        if (is_to_clean(page)) {
            int error = store->error ? EIO : paged_clean(page);
            if (error) {
                store->error = 0;
                return error;
            }
        }
        busy = busy || page->flags & PAGE_CLEANING;
    }
    if (busy && !start_only)
        return EINPROGRESS;
    int error = store->error;
    store->error = 0;
    return error;
}

/* ---- what else a region can ask for ---- */

/* The pages go out of sight here, and stay in core for the store. */
static void paged_drop(struct map *map, uintptr_t first, uintptr_t last)
{
    memory_hide(first, last, HURD_VM_RIGHTS);
    if (map->is.locked)
        paged_class.lock(map, first, last, false);
}

static uintptr_t paged_count(struct map *map, uintptr_t first, uintptr_t last)
{
    struct walk w = {map->store, map->offset + (first - map->range.first),
                     map->offset + (last - map->range.first), 0};
    uintptr_t n = 0;
    if (last - first < HURD_MM_PAGE)
        return page_find(map->store, w.first) != NULL;
    while (walk_next(&w))
        n++;
    return n;
}

static void paged_lock(struct map *map, uintptr_t first, uintptr_t last, bool lock)
{
    struct walk w = {map->store, map->offset + (first - map->range.first),
                     map->offset + (last - map->range.first), 0};
    struct hurd_page *page;
    while ((page = walk_next(&w))) {
        page->flags = (uint16_t)(lock ? page->flags | PAGE_LOCKED
                                           : page->flags & ~PAGE_LOCKED);
        if (!(page->flags & (PAGE_FETCHING | PAGE_LEAVING)))
            page_choosable(page, !lock);
        if (lock)
            page->flags &= (uint16_t)~PAGE_LEAVING;
    }
}

static void paged_hint(struct map *map, uintptr_t first, uintptr_t last, unsigned advice)
{
    struct walk w = {map->store, map->offset + (first - map->range.first),
                     map->offset + (last - map->range.first), 0};
    struct hurd_page *page;
    while ((page = walk_next(&w)))
        if (page->flags & PAGE_CHOOSABLE && page->policy->ops->hint)
            page->policy->ops->hint(page->policy, page, advice);
}

const struct store_class paged_class = {
    .kind = HURD_MM_PAGED,
    .fault = paged_fault,
    .drop = paged_drop,
    .count = paged_count,
    .lock = paged_lock,
    .hint = paged_hint,
};

/* The slots themselves, as `fetch` and `clean` see them: physmem took one away. */
static int pool_fault(const struct fault *f)
{
    uintptr_t slot = (f->page - mm.pool.frames) / HURD_MM_PAGE;
    if (slot >= mm.pool.slots)
        return FAULT_REFUSED;
    return memory_map(mm.memory, HURD_VM_RIGHTS, f->page, f->page, HURD_MM_PAGE);
}

const struct store_class pool_class = {.kind = HURD_MM_POOL, .fault = pool_fault};
