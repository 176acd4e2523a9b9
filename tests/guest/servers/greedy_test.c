/* SPDX-License-Identifier: MIT */
/* In the place of the root task: a greedy program, which asks physmem for the longest work there is, and a
 * thread of ours that asks physmem for something short after each tick of the clock.
 * tests/system/calm.py boots this with a clock that counts instructions, and judges the longest wait.
 *
 * Our thread has a higher priority than physmem.  So it waits for no time slice and for no other program,
 * but only for the end of what physmem is doing when the tick comes. */
#include <errno.h>
#include <stdbool.h>

#include <hurd/cap.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>

#include "tests/guest/say.h"

enum {
    PAGE = 4096, PAGES = 512, BIND = 32, WINDOW = 0x10000000, THREADS = 3, FAR = 1024, FAR_PAGES = 60, PINS = 100, CHILDREN = 30,
    CLIENT_PRIORITY = 145, GREEDY_FRAMES = 8000, TICK = 1000 /* us */, SETTLED = 500000, LASTS = 200000,
};

static const struct hurd_startup_data *data;
static L4_ThreadId_t physmem, task;
static L4_Word_t own_control;

static void begin_task(struct hurd_startup_data *startup)
{
    data = startup;
    physmem = L4_ThreadIdOfRaw(data->physmem_control.server);
    own_control = data->physmem_control.cap;
    task = L4_ThreadIdOfRaw(data->task.server);
}

static int thread_begin(L4_Word_t *stack_end, void (*run)(void), L4_Word_t priority)
{
    L4_ThreadId_t thread;
    int err = hurd_task_thread_alloc(task, data->task.cap, 0, &thread);
    if (!err && priority)
        err = hurd_wortel_priority(data->wortel.cap, thread, priority);
    if (!err)
        L4_Start_SpIp(thread, (L4_Word_t) stack_end, (L4_Word_t) run);
    return err;
}

/* Another task of this program: see task_main(). */
static int program_begin(struct hurd_task_created *created)
{
    struct hurd_pm_container_info info = { 0 };
    L4_Word_t image, part;
    int err = hurd_pm_container_info(physmem, data->image.cap, &info);
    if (!err)
        err = hurd_pm_container_share(physmem, data->image.cap, HURD_TASK_TASK, HURD_PM_READ, &image);
    if (!err)
        err = hurd_pm_control_split(physmem, own_control, GREEDY_FRAMES, HURD_TASK_TASK, &part);
    return err ? err : hurd_task_create(task, data->task.cap, image, 0, info.allocated, part, "greedy", 7, created);
}

/* ---- the greedy program ---------------------------------------------------------------------- */

static L4_Word_t c[THREADS], d[THREADS];
static volatile unsigned phase;
static volatile int refused;             /* the last error of what must not fail */

static void container_new(L4_Word_t *container)
{
    hurd_pm_container_create(physmem, own_control, 0, container);
}

/* Another one in its place. */
static void container_again(L4_Word_t *container)
{
    hurd_pm_container_destroy(physmem, *container);
    hurd_cap_drop(physmem, *container);
    container_new(container);
}

static void allocate(unsigned i)
{
    hurd_pm_container_allocate(physmem, c[i], 0, 0, PAGES * PAGE, NULL);
}

static void allocates(unsigned i)
{
    allocate(i);
    hurd_pm_container_deallocate(physmem, c[i], 0, PAGES * PAGE, NULL);
}

static void copies(unsigned i)
{
    allocate(i);
    hurd_pm_container_copy(physmem, c[i], 0, d[i], 0, PAGES * PAGE, 0, NULL);
    hurd_pm_container_copy(physmem, d[i], 0, c[i], PAGES * PAGE, PAGES * PAGE, HURD_PM_MOVE, NULL);
    hurd_pm_container_deallocate(physmem, c[i], 0, 2 * PAGES * PAGE, NULL);
}

static void binds(L4_Word_t container, unsigned i)
{
    for (L4_Word_t page = 0; page < PAGES; page += BIND)
        hurd_pm_container_map(physmem, container, HURD_PM_READ | HURD_PM_WRITE, WINDOW + i * 0x1000000, page * PAGE, BIND * PAGE, NULL);
}

/* All pages get frames; a copy of them gets others when it is written to. */
static void maps(unsigned i)
{
    allocate(i);
    binds(c[i], i);
    hurd_pm_container_copy(physmem, c[i], 0, d[i], 0, PAGES * PAGE, 0, NULL);
    binds(d[i], i);
    hurd_pm_container_revoke(physmem, d[i], 0, NULL);
    hurd_pm_container_release(physmem, c[i], 0, PAGES * PAGE, NULL);
    container_again(&c[i]);
    container_again(&d[i]);
}

/* Few pages, far from each other: each has a leaf of the container's tree. */
static void far(unsigned i)
{
    for (L4_Word_t page = 0; page < FAR_PAGES; page++)
        hurd_pm_container_allocate(physmem, d[i], 0, (page * FAR + FAR - 1) * PAGE, PAGE, NULL);
    hurd_pm_container_copy(physmem, d[i], 0, c[i], 0, FAR_PAGES * FAR * PAGE, 0, NULL);
    hurd_pm_container_revoke(physmem, d[i], 0, NULL);
    hurd_pm_container_deallocate(physmem, d[i], 0, FAR_PAGES * FAR * PAGE, NULL);
    container_again(&d[i]);
    hurd_pm_container_deallocate(physmem, c[i], 0, PAGES * PAGE, NULL);
}

static void pins(unsigned i)
{
    L4_Word_t first, contiguous;
    allocate(i);
    hurd_pm_container_pin(physmem, c[i], 0, PINS * PAGE, &first, &contiguous);
    for (L4_Word_t page = 1; page < PINS; page += 2)
        hurd_pm_container_unpin(physmem, c[i], page * PAGE, PAGE);
    hurd_pm_container_deallocate(physmem, c[i], 0, PAGES * PAGE, NULL);
    for (L4_Word_t page = 0; page < PINS; page += 2)
        hurd_pm_container_unpin(physmem, c[i], page * PAGE, PAGE);
}

/* A control with other controls and containers below it. */
static void controls(unsigned i)
{
    L4_Word_t one[2 * CHILDREN], top, child;
    (void) i;
    refused = hurd_pm_control_split(physmem, own_control, 300, 0, &top);
    if (refused)
        return;
    for (unsigned n = 0; n < 2 * CHILDREN; n += 2) {
        refused |= hurd_pm_control_split(physmem, top, 4, 0, &child);
        refused |= hurd_pm_container_create(physmem, n & 2 ? child : top, 0, &one[n]);
        one[n + 1] = child;
    }
    hurd_pm_control_destroy(physmem, top);
    for (unsigned n = 0; n < 2 * CHILDREN; n++)
        hurd_cap_drop(physmem, one[n]);
    hurd_cap_drop(physmem, top);
}

static void asks(unsigned i)
{
    struct hurd_pm_task_statistics stats;
    struct hurd_pm_control_info info;
    struct hurd_pm_listed list[HURD_PM_LISTED_MOST];
    struct hurd_cap_gift gifts[4];
    unsigned found;
    L4_Word_t n;
    (void) i;
    hurd_pm_task_statistics(physmem, own_control, L4_Version(L4_MyGlobalId()), &stats);
    hurd_pm_container_list(physmem, own_control, L4_Version(L4_MyGlobalId()), 100000, list, &n);
    hurd_pm_control_info(physmem, own_control, &info);
    hurd_cap_list(physmem, 0, gifts, 4, &found);
}

static void (*const work[])(unsigned i) = { NULL, allocates, copies, maps, far, pins, controls, asks };
static const char *const names[] = { "nothing", "allocates", "copies", "maps", "far", "pins", "controls", "asks" };
enum { PHASES = sizeof work / sizeof *work };

static void greedy_thread(unsigned i)
{
    for (;;) {
        if (work[phase])
            work[phase](i);
        else
            L4_Sleep(L4_TimePeriod(TICK));
    }
}

static void greedy_1(void) { greedy_thread(1); }
static void greedy_2(void) { greedy_thread(2); }

/* Our parent says when the next phase begins. */
static _Noreturn void greedy_next(void)
{
    for (;;) {
        L4_ThreadId_t from;
        L4_Wait(&from);
        phase = L4_MR(1);
        L4_LoadMR(0, L4_MakeTag(0, 1, 0).raw);
        L4_LoadMR(1, (L4_Word_t) refused);
        refused = 0;
        L4_Reply(from);
    }
}

static void greedy_0(void) { greedy_thread(0); }

static _Noreturn void greedy(void)
{
    static L4_Word_t stacks[THREADS][1024];
    void (*const run[THREADS])(void) = { greedy_0, greedy_1, greedy_2 };
    for (unsigned i = 0; i < THREADS; i++) {
        container_new(&c[i]);
        container_new(&d[i]);
        thread_begin(&stacks[i][1023], run[i], 0);
    }
    greedy_next();
}

/* ---- the client ------------------------------------------------------------------------------ */

static struct {
    volatile L4_Word_t calls, errors, usual, worst;     /* times: in ticks of the time-stamp counter */
} seen = { .usual = UINT32_MAX };

static L4_Word_t now(void)
{
    L4_Word_t low;
    __asm__ volatile("rdtsc" : "=a"(low) : : "edx");
    return low;
}

static void client(void)
{
    struct hurd_pm_cap_info info;
    for (;;) {
        L4_Sleep(L4_TimePeriod(TICK));
        L4_Word_t begin = now();
        seen.errors += hurd_pm_cap_info(physmem, own_control, &info) != 0;
        L4_Word_t took = now() - begin;
        if (took < seen.usual)
            seen.usual = took;
        if (took > seen.worst)
            seen.worst = took;
        seen.calls++;
    }
}

/* The greedy program does something else from now on.  Returns an error of
 * what it did before. */
static L4_Word_t phase_begin(const struct hurd_task_created *program, L4_Word_t i)
{
    L4_LoadMR(0, L4_MakeTag(0, 1, 0).raw);
    L4_LoadMR(1, i);
    L4_Call(program->thread);
    return L4_MR(1);
}

static void measure_begin(void)
{
    seen.worst = seen.calls = 0;
}

static void say_seen(const char *name, L4_Word_t refusals)
{
    say("# greedy %s: usual %lu worst %lu calls %lu refused %lu\n", name, (unsigned long) seen.usual,
        (unsigned long) seen.worst, (unsigned long) seen.calls, (unsigned long) refusals);
}

static void test(void)
{
    static L4_Word_t stack[1024];
    struct hurd_task_created program;
    L4_Sleep(L4_TimePeriod(SETTLED));
    int err = thread_begin(&stack[1023], client, CLIENT_PRIORITY);
    if (!err)
        err = program_begin(&program);
    seen.errors += err != 0;
    for (L4_Word_t i = 0; !err && i < PHASES; i++) {
        phase_begin(&program, i);
        measure_begin();
        L4_Sleep(L4_TimePeriod(LASTS));
        say_seen(names[i], phase_begin(&program, 0));
        L4_Sleep(L4_TimePeriod(LASTS / 4));
    }
    say("# done, %lu errors\n", (unsigned long) seen.errors);
}

void task_main(struct hurd_startup_data *startup) __attribute__((noreturn));

void task_main(struct hurd_startup_data *startup)
{
    L4_Init();
    begin_task(startup);
    if (!(startup->flags & HURD_STARTUP_BOOTSTRAP))
        greedy();
    say_cap = data->wortel.cap;
    L4_Set_ExceptionHandler(hurd_wortel_thread());
    test();
    hurd_wortel_shutdown(data->wortel.cap, seen.errors > 0, HURD_SHUTDOWN_POWEROFF);
    for (;;)
        L4_Sleep(L4_Never);
}
