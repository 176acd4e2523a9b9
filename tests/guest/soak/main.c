/* SPDX-License-Identifier: MIT */
/* soak: many tasks at once do random work in almost all the memory there is, most of their pages go out
 * and come in, and every word is looked at.  Tasks end and others follow.
 *      soak [tasks=20] [lives=N] [share=95] [seed=N]
 * share: percent of the memory that the tasks get.  At the end all frames and blocks must be back. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/thread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/guest/lot.h"

enum { PAGE = 4096, TASKS_MOST = 32, PAGES_MOST = 4096, STEPS = 2000, SAID = 500, WRONG = 99, SLACK = 8 };

static L4_ThreadId_t physmem, task;
static L4_Word_t control, self;

/* ---- one of the tasks ---- */


static volatile uint32_t *base;
static uint32_t wanted[PAGES_MOST];     /* the word at a page's start and end; 0: never written */
static unsigned pages;

static volatile uint32_t *word(unsigned page, unsigned i)
{
    return base + page * (PAGE / 4) + i;
}

static void look(unsigned page)
{
    if (*word(page, 0) == wanted[page] && *word(page, PAGE / 4 - 1) == wanted[page])
        return;
    printf("# task %lu, page %u: %lx and %lx, wanted %lx\n", L4_Version(L4_MyGlobalId()), page,
           (unsigned long)*word(page, 0), (unsigned long)*word(page, PAGE / 4 - 1),
           (unsigned long)wanted[page]);
    exit(WRONG);
}

static void put(unsigned page)
{
    wanted[page] = draw(UINT32_MAX) | 1;
    *word(page, 0) = *word(page, PAGE / 4 - 1) = wanted[page];
}

static void forget(unsigned page, unsigned n)
{
    char *at = (char *)base + page * PAGE;
    bool anew = draw(2);
    if (anew ? mmap(at, n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at
             : madvise(at, n * PAGE, MADV_DONTNEED) != 0)
        return;
    memset(&wanted[page], 0, n * sizeof wanted[0]);
}

/* A container of its own goes out and comes in; a copy of it must be the same. */
static void container_round(void)
{
    L4_Word_t c;
    uintptr_t at = 0;
    if (hurd_pm_container_create(physmem, control, 0, &c))
        return;
    if (!hurd_pm_container_allocate(physmem, c, 0, 0, 2 * PAGE, NULL) &&
        !hurd_vm_map_container(&at, 2 * PAGE, 0, HURD_VM_READ | HURD_VM_WRITE, c, 0)) {
        uint32_t value = draw(UINT32_MAX);
        *(volatile uint32_t *)at = value;
        if (!hurd_pm_swap_out(physmem, c, 0, PAGE, 0, NULL) &&
            !hurd_pm_container_copy(physmem, c, 0, c, PAGE, PAGE, HURD_PM_SQUASH, NULL) &&
            !hurd_pm_swap_in(physmem, c, 0, 2 * PAGE, 0, NULL) &&
            (*(volatile uint32_t *)at != value || *(volatile uint32_t *)(at + PAGE) != value))
            exit(WRONG);
    }
    if (at)
        hurd_vm_deallocate(at, 2 * PAGE);
    hurd_pm_container_destroy(physmem, c);
    hurd_cap_drop(physmem, c);
}

static void step(void)
{
    unsigned page = draw(pages), n = 1 + draw(6);
    if (n > pages - page)
        n = pages - page;
    switch (draw(40)) {
    case 0: forget(page, n); break;
    case 1: container_round(); break;
    case 2: madvise((char *)base + page * PAGE, n * PAGE, draw(4)); break;
    case 3:
        if (!mprotect((char *)base + page * PAGE, n * PAGE, PROT_READ)) {
            look(page);
            mprotect((char *)base + page * PAGE, n * PAGE, PROT_READ | PROT_WRITE);
        }
        break;
    default:
        look(page);
        if (draw(2))
            put(page);
    }
}

static int work(uint32_t seed, unsigned frames)
{
    lot_seed(seed);
    pages = frames + frames / 5 < PAGES_MOST ? frames + frames / 5 : PAGES_MOST;
    void *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return EXIT_FAILURE;
    base = at;
    unsigned steps = STEPS / 2 + draw(STEPS);
    for (unsigned i = 0; i < steps; i++) {
        step();
        if (i % SAID == SAID - 1)           /* the work goes on */
            printf("# task %lu: %u of %u steps\n", L4_Version(L4_MyGlobalId()), i + 1, steps);
    }
    for (unsigned page = 0; page < pages; page++)
        look(page);
    return EXIT_SUCCESS;
}

/* ---- the first task ---- */

static struct hurd_task_created tasks[TASKS_MOST];
static unsigned ended, wrong;

static bool start(struct hurd_task_created *t, uint32_t seed, L4_Word_t frames)
{
    char argz[64];
    int n = snprintf(argz, sizeof argz, "soak/task%cwork=%lu%cframes=%lu%c", 0, (unsigned long)seed, 0, frames, 0);
    int err = hurd_spawn_self(frames, argz, (L4_Word_t)n, t);
    if (err)
        printf("# no task: %s\n", strerror(err));
    return !err;
}

static void reap(struct hurd_task_created *t)
{
    L4_Word_t status, reason;
    if (!t->handle || hurd_task_wait(task, t->handle, HURD_TASK_NOHANG, &status, &reason))
        return;
    hurd_task_release(task, t->handle);
    if (status)
        printf("# task %lu ended with status %lu\n", t->id, status);
    wrong += status != 0;
    ended++;
    t->handle = 0;
}

struct figures {
    L4_Word_t promised, meta, used, swapped, blocks;
};

static struct figures figures(void)
{
    struct hurd_pm_statistics s = {0};
    struct hurd_pm_control_info own = {0};
    struct hurd_pm_swap_info swap = {0};
    hurd_pm_statistics(physmem, control, &s);
    hurd_pm_control_info(physmem, control, &own);
    hurd_pm_swap_info(physmem, control, &swap);
    return (struct figures){s.promised, s.meta, own.used, swap.swapped, swap.free};
}

/* Our own numbers are exactly what they were; other servers may have a larger table. */
static bool is_back(const struct figures *now, const struct figures *before)
{
    return now->used == before->used && now->swapped == before->swapped && now->blocks == before->blocks &&
           now->promised <= before->promised + SLACK && now->meta <= before->meta + SLACK;
}

static bool balanced(const struct figures *before)
{
    struct figures now = figures();
    for (int i = 0; i < 500 && !is_back(&now, before); i++) {
        L4_Sleep(L4_TimePeriod(10000));
        now = figures();
    }
    printf("# promised %lu, before %lu; records %lu, %lu; used %lu, %lu; on disk %lu, %lu; free blocks %lu, %lu\n",
           now.promised, before->promised, now.meta, before->meta, now.used, before->used, now.swapped,
           before->swapped, now.blocks, before->blocks);
    return is_back(&now, before);
}

static L4_Word_t value(int argc, char **argv, const char *name, L4_Word_t otherwise)
{
    size_t length = strlen(name);
    for (int i = 1; i < argc; i++)
        if (!strncmp(argv[i], name, length))
            return strtoul(argv[i] + length, NULL, 10);
    return otherwise;
}

static bool run(unsigned count, unsigned lives, L4_Word_t frames, uint32_t seed)
{
    unsigned started = 0, said = 0;
    bool going = true;
    while (going && ended < started + (started < lives)) {
        for (unsigned i = 0; i < count && started < lives && going; i++)
            if (!tasks[i].handle && (going = start(&tasks[i], seed + started, frames)))
                started++;
        L4_Sleep(L4_TimePeriod(20000));
        for (unsigned i = 0; i < count; i++)
            reap(&tasks[i]);
        if (ended / 10 != said / 10)
            printf("# %u of %u tasks have ended, %u not well\n", said = ended, lives, wrong);
    }
    return going;
}

int main(int argc, char **argv)
{
    struct hurd_pm_control_info info = {0};
    struct hurd_pm_swap_info swap = {0};
    physmem = L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
    control = __hurd_startup_data->physmem_control.cap;
    task = L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
    self = __hurd_startup_data->task.cap;
    L4_Word_t seed = value(argc, argv, "work=", 0), frames = value(argc, argv, "frames=", 0);
    if (seed)
        return work((uint32_t)seed, (unsigned)frames);
    unsigned count = (unsigned)value(argc, argv, "tasks=", 20), lives = (unsigned)value(argc, argv, "lives=", 40);
    struct hurd_task_created first;
    L4_Word_t status, reason;
    hurd_spawn_prepare();
    if (count == 0 || count > TASKS_MOST || !start(&first, 1, 100) || hurd_task_wait(task, first.handle, 0, &status, &reason))
        return EXIT_FAILURE;
    hurd_task_release(task, first.handle);      /* so the tables have their size */
    hurd_mm_data_touch();
    struct figures before = figures();
    for (int i = 0; i < 200 && figures().swapped; i++)
        L4_Sleep(L4_TimePeriod(10000));
    before = figures();
    hurd_pm_control_info(physmem, control, &info);
    hurd_pm_swap_info(physmem, control, &swap);
    struct hurd_pm_container_info image = {0};
    hurd_pm_container_info(physmem, __hurd_startup_data->image.cap, &image);
    frames = (info.guarantee - info.used) / 100 * value(argc, argv, "share=", 95) / count - image.allocated / PAGE - 8;
    printf("# %u tasks of %lu frames, %lu pages of swap\n", count, frames, swap.quota);
    bool good = run(count, lives, frames, (uint32_t)value(argc, argv, "seed=", 1));
    bool back = balanced(&before);
    printf("soak: %u tasks, %u not well, %s\n", ended, wrong, back ? "all frames and blocks are back" : "something is lost");
    return !(good && back && wrong == 0);
}
