/* SPDX-License-Identifier: MIT */
/* A worker: an ordinary task that maps more than it touches, fills, verifies, unmaps parts, maps
 * again.  Its page faults go to its own pager thread.  The area of 5 P pages is two regions:
 *
 *      0        P                                  4P        5P
 *      |  all   |  every third page is touched     |   all   |   4P..5P is executable
 *       ##   ##                                  ####      ##   unmapped
 *
 * A failed check ends the step with its status; the coordinator draws the conclusions. */
#include <errno.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <stdio.h>
#include <sys/mman.h>
#include "demo.h"

struct worker {
    enum demo_role role;
    L4_ThreadId_t coordinator;
    const struct demo_options *options;
    uint32_t pattern;           /* differs between workers and rounds */
    char *area;                 /* 5 P pages */
    unsigned long pages;        /* P */
    char *shared;
    L4_Word_t shared_container;
};

/* ---- steps ---- */

/* Blocks until all workers are there.  Returns the first word of the answer. */
static L4_Word_t step(struct worker *w, enum demo_step step, enum demo_status status,
                      const L4_Word_t *words)
{
    static const L4_Word_t none[DEMO_WORDS];
    L4_LoadMR(1, step);
    L4_LoadMR(2, status);
    L4_LoadMRs(3, DEMO_WORDS, words ? words : none);
    L4_LoadMR(0, L4_MakeTag(DEMO_STEP, 2 + DEMO_WORDS, 0).raw);
    L4_MsgTag_t tag = L4_Call(w->coordinator);
    return L4_IpcSucceeded(tag) ? L4_MR(1) : 0;
}

/* ---- data ---- */

static bool page_is_touched(const struct worker *w, unsigned long page)
{
    return page < w->pages || page >= 4 * w->pages || (page - w->pages) % 3 == 0;
}

static uint32_t word_at(uint32_t pattern, uintptr_t address)
{
    return (uint32_t)address * 2654435761u ^ pattern;
}

static void fill(char *start, unsigned long bytes, uint32_t pattern)
{
    for (volatile uint32_t *p = (uint32_t *)start; (char *)p < start + bytes; p++)
        *p = word_at(pattern, (uintptr_t)p);
}

/* pattern 0 with `zero`: all words must be 0. */
static bool verify(const char *start, unsigned long bytes, uint32_t pattern, bool zero)
{
    for (const volatile uint32_t *p = (const uint32_t *)start; (const char *)p < start + bytes;
         p++) {
        uint32_t expected = zero ? 0 : word_at(pattern, (uintptr_t)p);
        if (*p != expected) {
            printf("demo: %p holds %08x, not %08x\n", (void *)p, (unsigned)*p, (unsigned)expected);
            return false;
        }
    }
    return true;
}

/* ---- what is unmapped ---- */

struct part {
    unsigned long first, end;   /* pages of the area */
};

enum { PARTS = 4, MIDDLE = 1 };

static void parts_of(const struct worker *w, struct part *part)
{
    unsigned long p = w->pages;
    part[0] = (struct part){0, p / 4};
    part[MIDDLE] = (struct part){p / 2, 3 * p / 4};
    part[2] = (struct part){4 * p - p / 8, 4 * p + p / 8};
    part[3] = (struct part){5 * p - p / 4, 5 * p};
}

static bool page_is_unmapped(const struct worker *w, unsigned long page)
{
    struct part part[PARTS];
    parts_of(w, part);
    for (int i = 0; i < PARTS; i++)
        if (page >= part[i].first && page < part[i].end)
            return true;
    return false;
}

/* ---- the steps of a round ---- */

static enum demo_status area_map(struct worker *w)
{
    unsigned long size = 5 * w->pages * PAGE, first = 4 * w->pages * PAGE;
    w->area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (w->area == MAP_FAILED)
        return DEMO_MAP;
    char *second = mmap(w->area + first, size - first, PROT_READ | PROT_WRITE | PROT_EXEC,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return second == w->area + first ? DEMO_GOOD : DEMO_MAP;
}

static enum demo_status area_fill(struct worker *w)
{
    for (unsigned long i = 0; i < 5 * w->pages; i++)
        if (page_is_touched(w, i))
            fill(w->area + i * PAGE, PAGE, w->pattern);
    for (unsigned long i = 0; i < 5 * w->pages; i++)
        if (page_is_touched(w, i) && !verify(w->area + i * PAGE, PAGE, w->pattern, false))
            return DEMO_CORRUPT;
    return DEMO_GOOD;
}

/* One bit of a touched page that stays mapped, flipped through another mapping of the same frame.
 * */
static enum demo_status corrupt(struct worker *w, unsigned long page)
{
    uintptr_t alias = 0, victim;
    for (page %= 5 * w->pages; page_is_unmapped(w, page) || !page_is_touched(w, page);)
        page = (page + 1) % (5 * w->pages);
    victim = (uintptr_t)w->area + page * PAGE;
    if (hurd_vm_map_container(&alias, PAGE, 0, HURD_VM_READ | HURD_VM_WRITE,
                              hurd_mm_memory_container(), victim))
        return DEMO_MAP;
    ((volatile uint32_t *)alias)[page % (PAGE / 4)] ^= 1u << page % 32;
    return hurd_vm_deallocate(alias, PAGE) ? DEMO_MAP : DEMO_GOOD;
}

/* Between two steps, so that the coordinator can look at the free list before and after.  words:
 * expected, returned, taken. */
static enum demo_status area_unmap(struct worker *w, L4_Word_t *words)
{
    struct part part[PARTS];
    struct hurd_mm_counters before, after;
    enum demo_status status = DEMO_GOOD;
    parts_of(w, part);
    words[0] = 0;
    for (unsigned long i = 0; i < 5 * w->pages; i++)
        words[0] += page_is_touched(w, i) && page_is_unmapped(w, i);
    hurd_mm_counters(&before);
    for (int i = 0; i < PARTS; i++)
        if (munmap(w->area + part[i].first * PAGE, (part[i].end - part[i].first) * PAGE) != 0)
            status = DEMO_MAP;
    hurd_mm_counters(&after);
    words[1] = after.frames_returned - before.frames_returned;
    words[2] = after.frames_taken - before.frames_taken;
    return status;
}

static enum demo_status area_verify_rest(struct worker *w)
{
    for (unsigned long i = 0; i < 5 * w->pages; i++)
        if (page_is_touched(w, i) && !page_is_unmapped(w, i) &&
            !verify(w->area + i * PAGE, PAGE, w->pattern, false))
            return DEMO_CORRUPT;
    return DEMO_GOOD;
}

/* A hole is mapped again: it reads as zero, and takes new data; where something is, NOREPLACE
 * refuses. */
static enum demo_status area_map_again(struct worker *w)
{
    struct part part[PARTS];
    parts_of(w, part);
    char *start = w->area + part[MIDDLE].first * PAGE;
    unsigned long size = (part[MIDDLE].end - part[MIDDLE].first) * PAGE;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    if (mmap(start, size, PROT_READ | PROT_WRITE, flags, -1, 0) != start)
        return DEMO_MAP;
    if (mmap(start, size, PROT_READ | PROT_WRITE, flags, -1, 0) != MAP_FAILED || errno != EEXIST)
        return DEMO_MAP;
    if (!verify(start, size, 0, true))
        return DEMO_CORRUPT;
    fill(start, size, ~w->pattern);
    return verify(start, size, ~w->pattern, false) ? area_verify_rest(w) : DEMO_CORRUPT;
}

static enum demo_status area_unmap_all(struct worker *w)
{
    return munmap(w->area, 5 * w->pages * PAGE) == 0 ? DEMO_GOOD : DEMO_MAP;
}

/* Everything that the measured step will execute and touch is executed and touched before. */
static void warm_up(struct worker *w)
{
    L4_Word_t words[DEMO_WORDS] = {0};
    struct worker small = *w;
    small.pages = 8;
    if (area_map(&small) == DEMO_GOOD && area_fill(&small) == DEMO_GOOD) {
        area_unmap(&small, words);
        area_unmap_all(&small);
    }
}

/* ---- the container that owner and viewer share ---- */

static enum demo_status shared_make(struct worker *w, L4_Word_t viewer, L4_Word_t *handle)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_ThreadId_t physmem = L4_ThreadIdOfRaw(data->physmem_control.server);
    uintptr_t at = 0;
    int error = hurd_pm_container_create(physmem, data->physmem_control.cap, 0,
                                         &w->shared_container);
    if (!error)
        error = hurd_pm_container_allocate(physmem, w->shared_container, 0, 0, SHARED_PAGES * PAGE,
                                           NULL);
    if (!error)
        error = hurd_vm_map_container(&at, SHARED_PAGES * PAGE, 0, HURD_VM_READ | HURD_VM_WRITE,
                                      w->shared_container, 0);
    if (!error)
        error = hurd_pm_container_share(physmem, w->shared_container, viewer, HURD_PM_READ, handle);
    if (error) {
        printf("demo: cannot share a container: error %d\n", error);
        return DEMO_NOT_SHARED;
    }
    w->shared = (char *)at;
    return DEMO_GOOD;
}

/* The two see the container at addresses of their own, so the pattern is made of the offset. */
static void shared_write(struct worker *w, uint32_t pattern)
{
    volatile uint32_t *p = (uint32_t *)w->shared;
    for (uint32_t i = 0; i < SHARED_PAGES * PAGE / 4; i++)
        p[i] = word_at(pattern, i);
}

static enum demo_status shared_see(struct worker *w, uint32_t pattern)
{
    const volatile uint32_t *p = (const uint32_t *)w->shared;
    for (uint32_t i = 0; i < SHARED_PAGES * PAGE / 4; i++)
        if (p[i] != word_at(pattern, i))
            return DEMO_NOT_SHARED;
    return DEMO_GOOD;
}

static enum demo_status shared_map(struct worker *w, L4_Word_t handle)
{
    uintptr_t at = 0;
    if (hurd_vm_map_container(&at, SHARED_PAGES * PAGE, 0, HURD_VM_READ, handle, 0))
        return DEMO_NOT_SHARED;
    w->shared = (char *)at;
    return DEMO_GOOD;
}

enum { SHARED_FIRST = 0x0badcafe, SHARED_SECOND = 0x5eed5eed };

/* ---- all of it ---- */

static enum demo_status round_fill(struct worker *w, unsigned round)
{
    w->pattern = (w->role + 1) * 0x01234567u + round * 0x10001u;
    enum demo_status status = area_map(w);
    if (status == DEMO_GOOD)
        status = area_fill(w);
    if (status == DEMO_GOOD && w->options->corrupt && w->role == ROLE_OWNER)
        status = corrupt(w, w->options->corrupt_page);
    hurd_mm_debug_keep_frames(w->options->no_return);
    return status;
}

/* Fill, unmap under the coordinator's eyes, verify what is left; again as long as it says so. */
static enum demo_status work_rounds(struct worker *w, L4_Word_t handle, L4_Word_t *theirs)
{
    for (unsigned round = 0;; round++) {
        L4_Word_t words[DEMO_WORDS] = {handle};
        enum demo_status status = round_fill(w, round);
        *theirs = step(w, STEP_FILLED, status, words);
        if (status == DEMO_GOOD)
            status = area_unmap(w, words);
        L4_Word_t again = step(w, STEP_UNMAPPED, status, words);
        hurd_mm_debug_keep_frames(0);
        if (status == DEMO_GOOD)
            status = area_verify_rest(w);
        if (status != DEMO_GOOD || !again)
            return status;
        status = area_unmap_all(w);
        if (status != DEMO_GOOD)
            return status;
    }
}

static enum demo_status work_shared(struct worker *w, L4_Word_t theirs)
{
    enum demo_status status = DEMO_GOOD;
    if (w->role == ROLE_VIEWER) {
        status = shared_map(w, theirs);
        if (status == DEMO_GOOD)
            status = shared_see(w, SHARED_FIRST);
    }
    step(w, STEP_SEEN, status, NULL);
    if (w->role == ROLE_OWNER)
        shared_write(w, SHARED_SECOND);
    step(w, STEP_REWRITTEN, status, NULL);
    if (w->role == ROLE_VIEWER && status == DEMO_GOOD)
        status = shared_see(w, SHARED_SECOND);
    return status;
}

static L4_Word_t faults_elsewhere(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    struct hurd_task_info info = {0};
    hurd_task_info(L4_ThreadIdOfRaw(data->task.server), data->task.cap, 0, &info);
    return info.faults_other;
}

/* From here to the message no page is touched that was not touched before: what the counters say is
 * what the kernel must say while we wait for the answer.  If physmem takes a page meanwhile, they
 * differ, and the coordinator wants them again. */
static void work_report(struct worker *w, enum demo_status status, L4_Word_t elsewhere)
{
    struct hurd_mm_counters c;
    L4_Word_t words[DEMO_WORDS] = {0};
    do {
        hurd_mm_counters(&c);
        words[0] = c.faults;
        words[1] = c.rpcs;
        words[2] = elsewhere;
    } while (step(w, STEP_DONE, status, words));
}

int demo_work(enum demo_role role, L4_ThreadId_t coordinator, const struct demo_options *options)
{
    struct worker w = {
        .role = role, .coordinator = coordinator, .options = options, .pages = options->pages};
    L4_Word_t elsewhere = faults_elsewhere(), handle = 0, theirs = 0;
    enum demo_status status = DEMO_GOOD;
    warm_up(&w);
    if (role == ROLE_VIEWER)            /* one handle is welcome: that of the shared container */
        hurd_cap_open(L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server), 1, 0);
    L4_Word_t viewer = step(&w, STEP_HELLO, DEMO_GOOD, NULL);
    if (role == ROLE_OWNER) {
        status = shared_make(&w, viewer, &handle);
        if (status == DEMO_GOOD)
            shared_write(&w, SHARED_FIRST);
    }
    if (status == DEMO_GOOD)
        status = work_rounds(&w, handle, &theirs);
    if (status == DEMO_GOOD)
        status = work_shared(&w, theirs);
    if (status == DEMO_GOOD)
        status = area_map_again(&w);
    if (status == DEMO_GOOD)
        status = area_unmap_all(&w);
    work_report(&w, status, elsewhere);
    return status;
}
