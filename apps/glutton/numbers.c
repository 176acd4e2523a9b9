/* SPDX-License-Identifier: MIT */
/* What is counted: threads, kernel memory, handles, controls, groups, holes, gifts, waits. */
#include "glutton.h"

#include <errno.h>

#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/thread.h>

#define STACK       4096u
#define FAR         0x00400000u         /* each page has a page table of its own */
#define HOLES       1000u
#define FAR_FROM    0x40000000u
#define FAR_TO      0xB0000000u
#define TASKS_FROM  3u                  /* task, deva, init; then programs */
#define TASKS_TO    600u

int more_nothing(void)
{
    return EAGAIN;
}

int more_threads(void)
{
    L4_ThreadId_t thread;
    return hurd_task_thread_alloc(task_server(), own_task(), 0, &thread);
}

int more_kernel(void)
{
    static uintptr_t at = FAR_FROM;
    uintptr_t here = at;
    if (here >= FAR_TO)
        return ENOMEM;
    int error = hurd_vm_allocate(&here, HURD_MM_PAGE, HURD_VM_HERE, 1);
    if (!error)
        at += FAR;
    return error;
}

int more_handles(void)
{
    L4_Word_t container, weak;
    int error = hurd_pm_container_create(physmem(), own_control(), 0, &container);
    return error ? error : hurd_pm_container_share(physmem(), container, 0, HURD_PM_RIGHTS, &weak);
}

int more_controls(void)
{
    L4_Word_t control;
    return hurd_pm_control_split(physmem(), own_control(), 1, 0, &control);
}

/* A page shared with itself is a group; the frames behind it are few, the records are not. */
int more_groups(void)
{
    static L4_Word_t container, page;
    int error = 0;
    if (page == 0) {
        error = hurd_pm_container_create(physmem(), own_control(), 0, &container);
        if (!error)
            error = hurd_pm_container_allocate(physmem(), container, 0, 0, HURD_MM_PAGE, NULL);
        page += !error;
    }
    if (!error)
        error = hurd_pm_container_copy(physmem(), container, 0, container, page * HURD_MM_PAGE,
                                       HURD_MM_PAGE, HURD_PM_SHARED, NULL);
    page += !error;
    return error;
}

/* A tree of records for each page; first all that there is room for, then every eighth stays.  ENOMEM when there is
 * room for none. */
int more_holes(void)
{
    L4_Word_t container, n = 0;
    int error = hurd_pm_container_create(physmem(), own_control(), 0, &container);
    if (error)
        return error;
    while (n < HOLES &&
           !hurd_pm_container_allocate(physmem(), container, 0, n * FAR, HURD_MM_PAGE, NULL))
        n++;
    for (L4_Word_t i = 0; i < n; i++)
        if (i % 8)
            hurd_pm_container_deallocate(physmem(), container, i * FAR, HURD_MM_PAGE, NULL);
    return n ? 0 : ENOMEM;
}

int more_mixed(void)
{
    static int (*const more[])(void) = {more_handles, more_controls, more_groups, more_holes};
    return more[L4_Version(L4_MyGlobalId()) % (sizeof more / sizeof more[0])]();
}

/* To each task in turn a handle on a container of ours, then one on our memory itself. */
int more_gifts(void)
{
    static unsigned task = TASKS_FROM;
    L4_Word_t container, theirs;
    int error = EPERM, last = EPERM;
    if (hurd_pm_container_create(physmem(), own_control(), 0, &container))
        return ENOMEM;
    for (unsigned tries = TASKS_TO - TASKS_FROM; tries && error; tries--) {
        if (task == L4_Version(L4_MyGlobalId()))
            task++;
        error = hurd_cap_give(physmem(), container, task, 7, 0, &theirs);
        if (error)
            error = hurd_cap_give(physmem(), own_control(), task, 7, 0, &theirs);
        if (error)
            error = hurd_pm_container_share(physmem(), container, task, 7, &theirs);
        last = error;
        task = task + 1 < TASKS_TO ? task + 1 : TASKS_FROM;
    }
    return last;
}

static volatile L4_Word_t child;

static void wait_for_child(void *unused)
{
    L4_Word_t status, reason;
    (void)unused;
    hurd_task_wait(task_server(), child, 0, &status, &reason);
}

int more_waits(void)
{
    L4_ThreadId_t thread;
    if (!child) {
        struct hurd_task_created created;
        int error = hurd_spawn_self(60, "glutton\0tasks\0child", 20, &created);
        if (error)
            return error;
        child = created.handle;
    }
    return hurd_thread_start(&thread, wait_for_child, NULL, STACK);
}

static void read_console(void *unused)
{
    char c;
    const struct hurd_startup_cap console = __hurd_startup_data->console;
    (void)unused;
    for (;;)
        if (hurd_deva_getchar(L4_ThreadIdOfRaw(console.server), console.cap, &c))
            L4_Sleep(L4_TimePeriod(10000));
}

int more_readers(void)
{
    L4_ThreadId_t thread;
    return hurd_thread_start(&thread, read_console, NULL, STACK);
}
