/* SPDX-License-Identifier: MIT */
/* What takes time: requests that keep servers busy, messages without end, a pager that spins. */
#include "glutton.h"

#include <errno.h>

#include <hurd/cap.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/message.h>
#include <l4/protocol.h>
#include <l4/sigma0.h>
#include <l4/thread.h>

enum { THREADS = 8, PAGES = 400 };

#define STACK 8192u

static L4_Word_t container;

/* The container that all of this is about; then one thread more, up to so many. */
static int one_more(void (*function)(void *))
{
    static unsigned threads;
    L4_ThreadId_t thread;
    int error = 0;
    if (!container)
        error = hurd_pm_container_create(physmem(), own_control(), 0, &container);
    if (!error && threads == 0)
        error = hurd_pm_container_allocate(physmem(), container, 0, 0, PAGES * HURD_MM_PAGE, NULL);
    if (!error && threads == THREADS)
        error = EAGAIN;
    if (!error)
        error = hurd_thread_start(&thread, function, NULL, STACK);
    threads += !error;
    return error;
}

static void ask_physmem(void *unused)
{
    (void)unused;
    for (;;)
        hurd_pm_container_allocate(physmem(), container, HURD_PM_SQUASH, 0, PAGES * HURD_MM_PAGE,
                                   NULL);
}

int more_requests(void)
{
    return one_more(ask_physmem);
}

static void ask_task(void *unused)
{
    (void)unused;
    for (;;) {
        L4_Word_t image, control;
        struct hurd_task_created created;
        if (hurd_pm_control_split(physmem(), own_control(), PAGES, HURD_TASK_TASK, &control))
            continue;
        if (hurd_pm_container_share(physmem(), container, HURD_TASK_TASK,
                                    HURD_PM_READ | HURD_PM_EXECUTE, &image))
            hurd_cap_take_back(physmem(), HURD_TASK_TASK, control);
        else
            hurd_task_create(task_server(), own_task(), image, 4, (PAGES - 1) * HURD_MM_PAGE,
                             control, "x", 2, &created);
    }
}

int more_images(void)
{
    return one_more(ask_task);
}

static void send_to_all(void *unused)
{
    const L4_Word_t to[] = {physmem().raw, task_server().raw, __hurd_startup_data->console.server,
                            hurd_wortel_thread().raw, L4_Sigma0Id().raw};
    (void)unused;
    for (unsigned i = 0;; i++) {
        L4_Word_t label = i & 8 ? HURD_PM_CONTAINER_ALLOCATE
                                : L4_LABEL_PAGE_FAULT | 2; /* forged, and never answered */
        L4_LoadMR(0, L4_MakeTag(label, i & 8 ? 4 : 2, 0).raw);
        L4_LoadMR(1, container);
        L4_LoadMR(2, HURD_PM_SQUASH);
        L4_LoadMR(3, 0);
        L4_LoadMR(4, PAGES * HURD_MM_PAGE);
        L4_Send_Timeout(L4_ThreadIdOfRaw(to[i % 5]), L4_TimePeriod(10000));
    }
}

int more_messages(void)
{
    return one_more(send_to_all);
}

/* Its pager does nothing else any more. */
static void spin(void)
{
    for (;;)
        ;
}

int more_priority(void)
{
    static bool begun;
    static char stack[STACK] = {1};
    L4_Word_t priority = 255;
    if (begun)
        return EAGAIN;
    begun = true;
    while (priority > 1 &&
           hurd_task_thread_priority(task_server(), own_task(), hurd_mm_pager(), priority))
        priority--;
    L4_Start_SpIp(hurd_mm_pager(), (L4_Word_t)stack + STACK, (L4_Word_t)spin);
    return 0;
}
