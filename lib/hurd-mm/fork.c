/* SPDX-License-Identifier: MIT */
/* fork(): the pager copies the task's memory into a container for the child, and the child's first
 * steps.  Before: forking.c, the thread that called fork(), through pager.c.  After, in the child:
 * lib/startup has mapped the wired ranges and jumps to fork_child() on the stack of the startup
 * fpage.
 *
 * The pager makes the copy in one request, so the copy holds its records as they are between two
 * messages.  physmem makes real copies of pages that are wired, and copy-on-write copies of all
 * others.  The child touches wired memory only until its own pager runs. */
#include <errno.h>
#include <hurd/cap.h>
#include <l4/message.h>
#include <l4/thread.h>
#include "fork.h"
#include "image.h"
#include "handler.h"
#include "pageout.h"
#include "report.h"
#include "worker.h"
#include "shown.h"

enum {
    STARTUP_PAGES = HURD_STARTUP_SIZE / HURD_MM_PAGE,
    SPARE = 12,                 /* frames of the child for records, and for its first page tables */
    BOOKS_OF = 512,             /* frames for which a control has a page for records */
    PART = 2,                   /* the child gets a half of what its parent has left */
    FEW = 3,                    /* pages of a stack */
    BELOW = 256,                /* bytes of stack that the caller uses behind its context */
};

struct hurd_startup_resume fork_resume;
struct hurd_startup_data fork_data;
static struct {
    struct fork_context *context;
    L4_ThreadId_t caller;
    L4_Word_t image, startup;           /* the parent's handles */
    uint32_t tries;                     /* how often pages were sent out for one copy */
} forking;

/* ---- what is to be copied ---- */

static bool is_program(const struct fork_request *r, const struct store *store)
{
    return store->container == r->image || store->container == r->startup;
}

/* Regions that a child cannot have: the pages of a program's store are known to one task only.
 * *shared: there are regions that stay shared. */
static int refuse(bool *shared)
{
    *shared = false;
    for (struct map *m = map_from(&mm.space, 0); m; m = map_next(&mm.space, m)) {
        enum hurd_mm_kind kind = m->store->class->kind;
        if (kind == HURD_MM_HOOK || kind == HURD_MM_PAGED)
            return EOPNOTSUPP;
        *shared = *shared || m->is.shared;
    }
    return mm.pool.heads && pool_has_pages() ? EOPNOTSUPP : 0;
}

static bool jobs_are_done(void)
{
    for (struct job *j = mm.jobs; j; j = pagein_next(j))
        if (pagein_of(j)->kind != JOB_PARKED)
            return false;
    return true;
}

static bool range_note(uintptr_t first, uintptr_t last, unsigned rights)
{
    L4_Word_t n = fork_resume.count;
    if (n == HURD_STARTUP_RANGES)
        return false;
    fork_resume.range[n] = (struct hurd_startup_range){first, last - first + 1, rights};
    fork_resume.count++;
    return true;
}

/* The image's pages that follow each other: the child's pager begins there. */
static void text_note(const struct map *m)
{
    struct hurd_startup_range *text = &fork_resume.text;
    uintptr_t size = m->range.last - m->range.first + 1;
    if (text->size == 0) {
        *text = (struct hurd_startup_range){m->range.first, 0, m->is.rights};
        fork_resume.text_offset = m->offset;
    }
    if (m->range.first == text->address + text->size &&
        m->offset == fork_resume.text_offset + text->size && m->is.rights == text->rights)
        text->size += size;
}

/* Pages of the copy, in core and on disk. */
struct need {
    uint32_t core, out;
    uint32_t floor;                     /* the guarantee of a task that may wire so much */
    uint32_t least;                     /* the guarantee that the child needs */
};

static void own_pages_add(struct need *need, const struct map *m)
{
    uintptr_t first = m->range.first, last = m->range.last;
    need->core += frame_count(&mm.anonymous, first, last, false);
    if (mm.room.swap != SWAP_UNKNOWN)
        need->out += frame_count(&mm.anonymous, first, last, true);
}

/* What is wired, for the child to wire it as well, and what all other pages need. */
static int survey(const struct fork_request *r, struct need *need)
{
    bool fits = true;
    fork_resume = (struct hurd_startup_resume){.ip = (L4_Word_t)fork_child};
    *need = (struct need){.core = STARTUP_PAGES + SPARE};
    for (struct map *m = map_from(&mm.space, 0); m; m = map_next(&mm.space, m)) {
        if (m->store == &mm.wired)
            fits = fits && range_note(m->range.first, m->range.last, m->is.rights);
        else if (map_has_own_pages(m))
            own_pages_add(need, m);
        else if (m->store->class->kind == HURD_MM_CONTAINER && !is_program(r, m->store))
            need->core += (m->range.last - m->range.first) / HURD_MM_PAGE + 1;
        else if (m->store->class->kind == HURD_MM_CONTAINER && m->store->container == r->image)
            text_note(m);
    }
    uintptr_t table = mm.pool.table, size = mm.pool.records * sizeof(struct hurd_page);
    if (mm.pool.heads) {
        uintptr_t heads = (uintptr_t)mm.pool.heads;
        fits = fits && range_note(heads, heads + (HURD_MM_PAGE - 1), HURD_VM_READ | HURD_VM_WRITE);
        if (size)
            fits = fits && range_note(table, table + (size - 1) / HURD_MM_PAGE * HURD_MM_PAGE +
                                                 (HURD_MM_PAGE - 1),
                                      HURD_VM_READ | HURD_VM_WRITE);
    }
    uint32_t wired = 0;
    for (L4_Word_t i = 0; i < fork_resume.count; i++)
        wired += fork_resume.range[i].size / HURD_MM_PAGE;
    need->core += wired;
    if (wired > HURD_PM_WIRED_MAX / HURD_MM_PAGE)
        need->floor = wired * HURD_PM_WIRED_SHARE;
    need->least = need->floor > need->core ? need->floor : need->core;
    return fits ? 0 : E2BIG;
}

/* All pages of a shared region are there before they are shared, and stay. */
static int shared_prepare(struct map *m)
{
    int error = anonymous_class.fill(m, m->range.first, m->range.last);
    if (error)
        return error;
    if (mm.room.active && swapin_range(m, m->range.first, m->range.last))
        return mm.room.leaving || mm.room.coming ? EINPROGRESS : ENOMEM;
    m->is.kept = true;
    pageout_forget(m->range.first, m->range.last);
    return 0;
}

static int shared_prepare_all(void)
{
    int error = 0;
    for (struct map *m = map_from(&mm.space, 0); m && !error; m = map_next(&mm.space, m))
        if (m->store == &mm.anonymous && m->is.shared)
            error = shared_prepare(m);
    return error;
}

/* ---- room: the copies of pages in core need a frame each, those on disk do not ---- */

/* So many of the copies would be on disk if all pages that may leave left. */
static bool is_possible(const struct need *need)
{
    uint32_t core = need->core > mm.room.watched ? need->core - mm.room.watched : 0;
    return room_most() >= (core > need->floor ? core : need->floor) &&
           forking.tries++ < mm.room.guarantee;
}

/* 0: there is room for the child; EINPROGRESS: pages leave for it; EAGAIN, ENOMEM. */
static int room_for(const struct need *need)
{
    const int32_t wanted = (int32_t)(need->least + ROOM_HARD);
    room_refresh();                     /* children that ended gave theirs back */
    if (mm.room.left >= wanted || room_grow((uint32_t)(wanted - mm.room.left)))
        return 0;
    if (!room_want_swap())
        return mm.room.swap == SWAP_WANTED ? EAGAIN : ENOMEM;
    if (!mm.room.watching)
        pageout_watch_all();
    int went = is_possible(need) ? evict_frame() : ENOMEM;
    return went == EVICT_WAITS || went == 0 ? EINPROGRESS : ENOMEM;
}

/* To send pages out may take more wired pages, for records. */
static int room_prepare(const struct fork_request *r, struct need *need)
{
    int error;
    do {
        error = survey(r, need);
        if (error)
            return error;
        error = room_for(need);
    } while (error == EINPROGRESS && jobs_are_done());
    return error;
}

/* ---- the child's control and container, and what goes into it ---- */

static void undo(const L4_Word_t made[2])
{
    hurd_pm_control_destroy(mm.physmem, made[0]);
    hurd_cap_drop(mm.physmem, made[0]);
    if (made[1])
        hurd_cap_drop(mm.physmem, made[1]);
}

static int control_make(const struct need *need, uint32_t frames, L4_Word_t made[2])
{
    struct hurd_pm_swap_info swap;
    int error = hurd_pm_control_split(mm.physmem, mm.room.control, frames, 0, &made[0]);
    if (error)
        return error;
    if (need->out && hurd_pm_swap_info(mm.physmem, made[0], &swap) == 0 && swap.quota < need->out)
        error = hurd_pm_swap_quota(mm.physmem, mm.room.control, made[0], need->out);
    if (!error)
        error = hurd_pm_container_create(mm.physmem, made[0], 0, &made[1]);
    if (error)
        undo(made);
    return error;
}

/* Ranges that follow each other go in one request. */
struct copier {
    L4_Word_t to;
    uintptr_t first, end;               /* not copied yet; equal: nothing */
    uintptr_t stack, stack_last;        /* pages that parent and child write to at once */
    int error;
};

static void copier_flush(struct copier *c)
{
    if (!c->error && c->first != c->end)
        c->error = hurd_pm_container_copy(mm.physmem, mm.memory, c->first, c->to, c->first,
                                          c->end - c->first,
                                          c->first == c->stack ? HURD_PM_APART : 0, NULL);
    c->first = c->end;
}

static void copier_add(struct copier *c, uintptr_t first, uintptr_t last)
{
    if (first != c->end) {
        copier_flush(c);
        c->first = first;
    }
    c->end = last + 1;
}

/* The run of pages with the caller's stack.  That page as copy-on-write would cost a fault and the
 * copy.  To copy few others with it costs less than a request for them. */
static void stack_add(struct copier *c, uintptr_t first, uintptr_t last)
{
    if (last - first < FEW * HURD_MM_PAGE) {
        c->stack = first;
        c->stack_last = last;
    }
    if (first < c->stack)
        copier_add(c, first, c->stack - 1);
    copier_flush(c);
    copier_add(c, c->stack, c->stack_last);
    copier_flush(c);
    if (c->stack_last < last)
        copier_add(c, c->stack_last + 1, last);
}

static void copy_runs(struct copier *c, const struct map *m)
{
    for (struct frame *run = frame_from(&mm.anonymous, m->range.first);
         run && run->range.first <= m->range.last;
         run = frame_from(&mm.anonymous, run->range.last + 1)) {
        uintptr_t first = run->range.first > m->range.first ? run->range.first : m->range.first;
        uintptr_t last = run->range.last < m->range.last ? run->range.last : m->range.last;
        if (first <= c->stack && c->stack_last <= last)
            stack_add(c, first, last);
        else
            copier_add(c, first, last);
        if (last == m->range.last)
            return;
    }
}

static void share(struct copier *c, L4_Word_t container, uintptr_t offset, const struct map *m)
{
    copier_flush(c);
    if (!c->error)
        c->error = hurd_pm_container_copy(mm.physmem, container, offset, c->to, m->range.first,
                                          m->range.last - m->range.first + 1, HURD_PM_SHARED,
                                          NULL);
}

static int copy_all(const struct fork_request *r, L4_Word_t to)
{
    const uintptr_t page = HURD_MM_PAGE - 1;
    struct copier c = {.to = to, .stack = (r->context - BELOW) & ~page,
                       .stack_last = (r->context + sizeof(struct fork_context)) | page};
    for (struct map *m = map_from(&mm.space, 0); m && !c.error; m = map_next(&mm.space, m)) {
        if (m->store == &mm.anonymous && m->is.shared)
            share(&c, mm.memory, m->range.first, m);
        else if (map_has_own_pages(m)) {
            m->is.copied = true;
            copy_runs(&c, m);
        }
        else if (m->store == &mm.wired)
            copier_add(&c, m->range.first, m->range.last);
        else if (m->store->class->kind == HURD_MM_CONTAINER && !is_program(r, m->store))
            share(&c, m->store->container, m->offset, m);
    }
    for (L4_Word_t i = 0; i < fork_resume.count && mm.pool.heads; i++) {
        const struct hurd_startup_range *range = &fork_resume.range[i];
        if (range->address - mm.pool.table <= (uintptr_t)mm.pool.heads - mm.pool.table)
            copier_add(&c, range->address, range->address + (range->size - 1));
    }
    copier_flush(&c);
    return c.error;
}

/* The child's guarantee, of which its books (physmem.h) are no part. */
static int frames_of(const struct fork_request *r, const struct need *need, uint32_t *frames)
{
    uint32_t most = (uint32_t)mm.room.left - ROOM_HARD;
    most -= most / BOOKS_OF + (most > BOOKS_OF);
    uint32_t left = most > need->least ? most - need->least : 0;
    uint32_t more = r->frames == HURD_FORK_PART ? left / PART : r->frames;
    if (more > left)
        return ENOMEM;
    *frames = need->core + more > need->least ? need->core + more : need->least;
    return 0;
}

/* Nothing has been made so far if it fails. */
static int prepare(const struct fork_request *r, struct need *need, uint32_t *frames)
{
    if (!jobs_are_done())
        return EINPROGRESS;
    if (mm.room.swap == SWAP_IMPOSSIBLE)
        return EPERM;
    bool shared;
    int error = refuse(&shared);
    if (!error)
        error = slab_reserve(&mm.slab, SLAB_OWN) ? 0 : ENOMEM;
    if (!error && shared)
        error = shared_prepare_all();
    if (!error)
        error = room_prepare(r, need);
    return error ? error : frames_of(r, need, frames);
}

int fork_copy(const struct fork_request *r, L4_ThreadId_t from, L4_Word_t made[2])
{
    struct need need;
    uint32_t frames;
    int error = prepare(r, &need, &frames);
    if (error != EINPROGRESS)
        forking.tries = 0;
    if (!error)
        error = control_make(&need, frames, made);
    if (error)
        return error;
    forking.context = (struct fork_context *)r->context;
    forking.caller = L4_GlobalIdOf(from);
    forking.image = r->image;
    forking.startup = r->startup;
    error = copy_all(r, made[1]);
    if (error)
        undo(made);
    else
        mm.room.left -= (int32_t)frames;
    return error == ENOMEM || error == EIO ? error : error ? EOPNOTSUPP : 0;
}

/* ---- the child ---- */

static _Noreturn void child_ends(const struct hurd_startup_resume *r)
{
    L4_LoadMR(1, r->task.cap);
    L4_LoadMR(2, 127);
    L4_LoadMR(0, L4_MakeTag(HURD_TASK_EXIT, 2, 0).raw);
    L4_Call(L4_ThreadIdOfRaw(r->task.server));
    for (;;)
        __asm__ volatile("ud2");
}

/* A region of a container that is shared with the parent: its pages are in our memory now. */
static int region_adopt(struct map *m)
{
    if (!slab_reserve(&mm.slab, 1) ||
        !frame_add(&mm.slab, &mm.anonymous, m->range.first, m->range.last, mm.memory,
                   m->range.first))
        return ENOMEM;
    m->store->users--;
    store_release_unused(m->store);
    m->store = &mm.anonymous;
    m->store->users++;
    m->offset = m->range.first;
    m->is.shared = m->is.kept = true;
    return 0;
}

/* Locks are not inherited. */
static int region_forked(struct map *m)
{
    if (m->store->class->kind == HURD_MM_CONTAINER)
        return region_adopt(m);
    if (store_is_shown(m->store))
        shown_forked(m->store);
    if (map_has_own_pages(m) && m->is.locked) {
        m->is.locked = false;
        pageout_watch(m, m->range.first, m->range.last);
    }
    return 0;
}

static struct store *store_showing(L4_Word_t container)
{
    for (struct map *m = map_from(&mm.space, 0); m; m = map_next(&mm.space, m))
        if (m->store->class->kind == HURD_MM_CONTAINER && m->store->container == container)
            return m->store;
    return NULL;
}

/* Each record that holds a handle of the parent gets ours. */
static int records_forked(const struct hurd_startup_resume *r)
{
    struct store *image = store_showing(forking.image), *startup = store_showing(forking.startup);
    int error = 0;
    mm.memory = mm.anonymous.container = r->memory.cap;
    for (struct frame *run = frame_from(&mm.anonymous, 0); run;
         run = frame_from(&mm.anonymous, run->range.last + 1))
        if (!frame_is_out(run))
            run->container = mm.memory;
    for (struct map *m = map_from(&mm.space, 0); m && !error; m = map_next(&mm.space, m))
        if (m->store != image && m->store != startup)
            error = region_forked(m);
    if (image)
        image->container = r->image.cap;
    image_forked(r->image.cap);
    if (startup)
        startup->container = r->startup.cap;
    return error;
}

static void room_forked(const struct hurd_startup_resume *r)
{
    struct hurd_pm_control_info info = {0};
    hurd_pm_control_info(mm.physmem, r->physmem_control.cap, &info);
    mm.room.control = r->physmem_control.cap;
    mm.room.guarantee = info.guarantee;
    mm.room.left = (int32_t)(info.guarantee - info.used);
    mm.room.full = mm.room.alone = false;
    mm.room.capacity = mm.room.left;
    mm.room.committed = 0;
    room_levels();
}

static int child_pager(const struct hurd_startup_resume *r)
{
    int error = thread_begin(mm.pager, L4_ThreadIdOfRaw(r->task.server), pager_stack_top,
                             pager_main);
    if (error)
        return error;
    if (L4_IpcFailed(L4_Receive(mm.pager)))
        return EIO;
    L4_Set_ExceptionHandler(mm.pager);
    L4_Set_Pager(mm.pager);
    hurd_pm_self_paged(mm.physmem, mm.memory);
    return 0;
}

/* A copy of the parent's startup data that we can write to: their page is shared still. */
static void data_forked(const struct hurd_startup_resume *r)
{
    struct hurd_startup_data *data = __hurd_startup_data = &fork_data;
    data->task = r->task;
    data->image = r->image;
    data->startup = r->startup;
    data->physmem_control = r->physmem_control;
    data->console = r->console;
    data->memory = r->memory;
}

/* Only wired pages are touched until the pager runs.  What it needs changes before, the rest
 * behind. */
static int child_begins(const struct hurd_startup_resume *r, bool swaps)
{
    mm.starter = L4_MyGlobalId();
    mm.task = L4_Version(mm.starter);
    mm.pager = L4_ThreadIdOfRaw(r->thread);
    mm.lock_future = false;
    mm.counters = (struct hurd_mm_counters){0};
    casualty = (struct casualty){0};
    if (swaps || mm.room.swap == SWAP_WANTED)
        mm.room.swap = swaps ? SWAP_WANTED : SWAP_UNKNOWN;
    pagein_forked();
    pool_forked();
    handler_forked(forking.caller, mm.starter);
    room_forked(r);
    int error = records_forked(r);
    return error ? error : child_pager(r);
}

_Noreturn void fork_child(const struct hurd_startup_resume *r)
{
    const bool swaps = mm.room.swap == SWAP_READY;
    if (child_begins(r, swaps))
        child_ends(r);
    data_forked(r);
    thread_forked(forking.caller, mm.starter);
    worker_forked();
    if (swaps)                          /* the caller's stack may be on disk */
        worker_swap();
    fork_resumes(forking.context);
}
