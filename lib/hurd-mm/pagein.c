/* SPDX-License-Identifier: MIT */
/* Pages of a program's store, in the pager: which threads wait, which fetch or clean.  Before:
 * store.c and paged.c, which found that a page is not in core, or has to go.  After: worker.c, the
 * threads that call the store's functions, so that the pager never waits for a disk.
 *
 * The thread that touched the page waits for the reply to its fault, wherever it is: in the middle
 * of a string copy, on a stack that is not there.  Nothing of it is looked at or changed.  A page
 * is fetched by one worker at a time, however many threads wait for it.  A thread that sends us
 * anything else has given up its fault (it was started anew), and gets no reply any more. */
#include <hurd/assert.h>
#include <errno.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include "fault.h"
#include "mm.h"
#include "paged.h"
#include "pageout.h"
#include "worker.h"

enum { WORKERS = 16, SWAPPERS = 3, FETCHERS = 1, ALL = WORKERS + SWAPPERS + FETCHERS };
                      /* for stores; for swap; for the program's text */

struct job {              /* a record of the slab */
    struct job *next;     /* behind it in time */
    L4_ThreadId_t worker; /* that fetches it; nil: none yet */
    struct pagein page;   /* .thread nil: it waits no more.  Counted in .store->users */
};
_Static_assert(sizeof(struct job) <= SLAB_RECORD, "one size of records");

static struct worker {
    L4_ThreadId_t thread; /* nil: room for one more */
    bool idle;            /* it waits for our reply to its request for a job */
    unsigned char kind;   /* JOB_OUT, JOB_IN, JOB_TEXT: it does nothing else.  0: what stores
                             want */
} workers[ALL];

/* ---- workers ---- */

static struct worker *worker_find(L4_ThreadId_t thread)
{
    for (struct worker *w = workers; w < workers + ALL; w++)
        if (w->thread.raw == thread.raw)
            return w;
    return NULL;
}

/* Those of swap stand behind those of stores, and behind them that of the text. */
static struct worker *worker_first_of(unsigned kind)
{
    return kind == JOB_TEXT ? workers + WORKERS + SWAPPERS : kind ? workers + WORKERS : workers;
}

static struct worker *worker_end_of(unsigned kind)
{
    return kind == JOB_TEXT ? workers + ALL : kind ? workers + WORKERS + SWAPPERS
                                                   : workers + WORKERS;
}

static struct worker *worker_idle(unsigned kind)
{
    for (struct worker *w = worker_first_of(kind); w < worker_end_of(kind); w++)
        if (w->idle && w->kind == kind)
            return w;
    return NULL;
}

static bool has_room_for_worker(unsigned kind)
{
    for (struct worker *w = worker_first_of(kind); w < worker_end_of(kind); w++)
        if (L4_IsNilThread(w->thread))
            return true;
    return false;
}

/* Which workers do it. */
static unsigned kind_of(const struct job *job)
{
    const unsigned kind = job->page.kind;
    return kind == JOB_OUT || kind == JOB_IN || kind == JOB_TEXT ? kind : 0;
}

bool pagein_is_worker(L4_ThreadId_t thread)
{
    return worker_find(L4_GlobalIdOf(thread)) != NULL;
}

static bool swap_is_ready(void)
{
    bool out = false, in = false;
    for (struct worker *w = worker_first_of(JOB_OUT); w < worker_end_of(JOB_OUT); w++) {
        out = out || (w->kind == JOB_OUT && !L4_IsNilThread(w->thread));
        in = in || (w->kind == JOB_IN && !L4_IsNilThread(w->thread));
    }
    return out && in;
}

int pagein_worker(L4_ThreadId_t thread, unsigned kind)
{
    struct worker *w = worker_find(thread);
    if (!w)
        for (w = worker_first_of(kind); w < worker_end_of(kind) && !L4_IsNilThread(w->thread); w++)
            ;
    if (w == worker_end_of(kind))
        return EAGAIN;
    w->thread = thread;
    w->kind = (unsigned char)kind;
    if (kind && mm.room.swap == SWAP_WANTED && swap_is_ready())
        mm.room.swap = SWAP_READY;
    return 0;
}

/* In a child of fork(): nobody waits, and nobody works. */
void pagein_forked(void)
{
    while (mm.jobs) {
        struct job *job = mm.jobs;
        mm.jobs = job->next;
        job->page.store->users--;
        slab_give(&mm.slab, job);
    }
    for (struct worker *w = workers; w < workers + ALL; w++)
        *w = (struct worker){0};
}

struct job *pagein_next(const struct job *job)
{
    return job->next;
}

const struct pagein *pagein_of(const struct job *job)
{
    return &job->page;
}

/* ---- jobs ---- */

static struct job *job_of_thread(L4_ThreadId_t thread)
{
    struct job *j = mm.jobs;
    while (j && j->page.thread.raw != thread.raw)
        j = j->next;
    return j;
}

static bool same_page(const struct job *a, const struct job *b)
{
    return a->page.store == b->page.store && a->page.offset == b->page.offset &&
           a->page.kind == b->page.kind;
}

static bool is_fetched(const struct job *job)
{
    for (struct job *j = mm.jobs; j; j = j->next)
        if (!L4_IsNilThread(j->worker) && same_page(j, job))
            return true;
    return false;
}

/* The oldest job of its kind that no worker does. */
static struct job *job_waiting(unsigned kind)
{
    struct job *j = mm.jobs;
    while (j && (j->page.kind == JOB_PARKED || kind_of(j) != kind || is_fetched(j)))
        j = j->next;
    return j;
}

/* Each thread that waits for this page tries again. */
static void page_done(const struct job *done)
{
    const struct job which = *done;
    for (struct job **link = &mm.jobs; *link;) {
        struct job *j = *link;
        if (!same_page(j, &which)) {
            link = &j->next;
            continue;
        }
        L4_LoadMR(0, 0);
        if (!L4_IsNilThread(j->page.thread))
            L4_Reply(j->page.thread);
        *link = j->next;
        assert_is(j->page.store->users, >, 0);
        j->page.store->users--;
        slab_give(&mm.slab, j);
    }
}

/* Takes the job, and all that are parked, off the list.  This comes before the pager looks at their
 * threads again, because such a thread may wait for something else at once. */
static struct job *jobs_take(const struct job *done)
{
    struct job *taken = NULL, **end = &taken;
    for (struct job **link = &mm.jobs; *link;) {
        struct job *j = *link;
        if (j != done && j->page.kind != JOB_PARKED) {
            link = &j->next;
            continue;
        }
        *link = j->next;
        j->next = NULL;
        *end = j;
        end = &j->next;
    }
    return taken;
}

static void answer(const struct pagein *page, int error)
{
    if (L4_IsNilThread(page->thread))
        return;
    if (!page->access)
        L4_LoadMR(0, L4_MakeTag(EINPROGRESS, 0, 0).raw);
    else if (error)
        report_violation(page->thread, page->address, page->ip, page->access, error);
    else if (!fault_again(page->thread, page->address, page->ip, page->access,
                          page->kind == JOB_SHOW ? page->brought + 1u : 0))
        return;
    if (!error || !page->access)
        L4_Reply(page->thread);
}

/* Why the thread that started the job gets no page: what comes with others is tried alone first,
 * and frames that are missing are looked for again. */
static int reason(const struct pagein *page, int error)
{
    if (page->kind == JOB_FETCH || page->kind == JOB_SHOW || page->kind == JOB_TEXT)
        return error;
    return page->kind == JOB_IN && page->pages == 1 && error != ENOMEM ? error : 0;
}

static void operation_done(const struct job *done, int error, uintptr_t bytes)
{
    struct job *next;
    if (done->page.kind == JOB_OUT)
        pageout_done(&done->page, error, bytes);
    else if (done->page.kind == JOB_IN)
        swapin_done(&done->page, error, bytes);
    else if (done->page.kind != JOB_SHOW && done->page.kind != JOB_TEXT)
        paged_done(&done->page, error);
    for (struct job *j = jobs_take(done); j; j = next) {
        const struct pagein page = j->page;
        next = j->next;
        slab_give(&mm.slab, j);
        assert_is(page.store->users, >, 0);
        page.store->users--;
        store_release_unused(page.store);
        answer(&page, reason(&page, error));
    }
}

static void job_done(struct job *job, int error, uintptr_t bytes)
{
    if (job->page.kind == JOB_HOOK)
        page_done(job);
    else
        operation_done(job, error, bytes);
}

/* The reply to a worker's request: words of struct worker_job. */
static void job_load(struct job *job, struct worker *w)
{
    const struct pagein *p = &job->page;
    assert(L4_IsNilThread(job->worker) && !L4_IsNilThread(w->thread));
    assert(p->pages > 0 && p->pages <= HURD_STORE_BATCH);
    bool has_function = p->kind == JOB_HOOK || p->kind == JOB_SHOW;
    job->worker = w->thread;
    w->idle = false;
    struct worker_job answer = {
        .kind = p->kind,
        .function = has_function ? p->store->fault : NULL,
        .ops = has_function || w->kind ? NULL : p->store->ops,
        .pages = p->pages,
        .ip = p->ip,
        .wants_company = !w->kind && !worker_idle(0) && has_room_for_worker(0),
        .fault = {.hook = p->store->hook,
                  .thread = p->thread,
                  .region = p->region,
                  .region_size = p->region_size,
                  .offset = p->offset,
                  .address = p->address,
                  .access = p->access},
    };
    if (p->kind == JOB_FETCH || p->kind == JOB_CLEAN)
        paged_buffers(p, answer.buffer);
    L4_LoadMRs(1, sizeof answer / sizeof(L4_Word_t), (const L4_Word_t *)&answer);
    L4_LoadMR(0, L4_MakeTag(0, sizeof answer / sizeof(L4_Word_t), 0).raw);
}

bool pagein_job(L4_ThreadId_t from, int error, uintptr_t bytes)
{
    struct worker *w = worker_find(L4_GlobalIdOf(from));
    if (!w) {
        L4_LoadMR(0, L4_MakeTag(EPERM, 0, 0).raw);
        return true;
    }
    for (struct job *j = mm.jobs; j; j = j->next) {
        if (j->worker.raw == w->thread.raw) {
            job_done(j, error, bytes);
            break;
        }
    }
    struct job *next = job_waiting(w->kind);
    w->idle = !next;
    if (next)
        job_load(next, w);
    return next != NULL;
}

/* ---- faults ---- */

/* Nobody is left to fetch a page: each worker waits for one itself. */
static bool workers_all_wait(unsigned kind)
{
    for (struct worker *w = worker_first_of(kind); w < worker_end_of(kind); w++)
        if (!L4_IsNilThread(w->thread) && w->kind == kind && !job_of_thread(w->thread))
            return false;
    return true;
}

void pagein_forget(L4_ThreadId_t from)
{
    enum { WORDS = 12 }; /* the longest message that we take */
    L4_Word_t message[WORDS];
    L4_StoreMRs(1, WORDS, message); /* to convert an id is a system call */
    struct job *j = job_of_thread(L4_GlobalIdOf(from));
    if (j)
        j->page.thread = L4_nilthread;
    L4_LoadMRs(1, WORDS, message);
}

static struct job *job_add(const struct pagein *page)
{
    struct job *job = slab_reserve(&mm.slab, 1) ? slab_take(&mm.slab) : NULL, **end = &mm.jobs;
    if (!job)
        return NULL;
    job->page = *page;
    if (!L4_IsNilThread(page->thread))
        job->page.thread = L4_GlobalIdOf(page->thread);
    job->page.store->users++;
    while (*end)
        end = &(*end)->next;
    *end = job;
    return job;
}

static void job_drop(struct job *job)
{
    struct job **link = &mm.jobs;
    while (*link && *link != job)
        link = &(*link)->next;
    assert_is(*link, ==, job);
    *link = job->next;
    job->page.store->users--;
    store_release_unused(job->page.store);
    slab_give(&mm.slab, job);
}

int pagein_park(const struct pagein *page)
{
    return job_add(page) ? 0 : ENOMEM;
}

int pagein_start(const struct pagein *page)
{
    struct job *job = job_add(page);
    if (!job)
        return ENOMEM;
    const unsigned kind = kind_of(job);
    for (struct worker *w = worker_idle(kind); w && !is_fetched(job); w = worker_idle(kind)) {
        job_load(job, w);
        if (L4_IpcSucceeded(L4_Reply(w->thread)))
            return 0;
        w->thread = job->worker = L4_nilthread; /* it was ended */
    }
    if (is_fetched(job) || !workers_all_wait(kind))
        return 0;
    job_drop(job);
    return EDEADLK;
}

struct pagein pagein_for(const struct fault *f, unsigned kind)
{
    return (struct pagein){
        .thread = f->from,
        .store = f->map->store,
        .ip = f->ip,
        .region = f->map->range.first,
        .region_size = f->map->range.last - f->map->range.first + 1,
        .offset = f->offset,
        .address = f->address,
        .access = (unsigned char)f->access,
        .kind = (unsigned char)kind,
        .brought = f->brought,
        .pages = 1,
    };
}

int fault_fetch(const struct fault *f)
{
    const struct pagein page = pagein_for(f, JOB_HOOK);
    mm.counters.pageins++;
    int error = pagein_start(&page);
    return error ? error : FAULT_WAITS;
}
