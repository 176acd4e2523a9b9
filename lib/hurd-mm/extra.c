/* SPDX-License-Identifier: MIT */
/* Extra pages of a program: memory beyond its guarantee that may go again, and the thread that
 * gives it back when physmem asks.  Spec hurd 2.6.  The hop before is physmem's message, the hop
 * after is the program's function, or extra_give_back() below.
 *
 * The extra pages are in a container of their own, apart from the memory that the pager looks
 * after: so the pager never depends on a page that physmem may seize. */
#include <errno.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <stdbool.h>
#include <mutex.h>
#include "fork.h"
#include "worker.h"

static struct {
    hurd_mm_extra_t *give_back;             /* NULL: extra_give_back() */
    void *argument;
    L4_ThreadId_t thread;                   /* nil: none yet */
    bool made;
    L4_Word_t container;                    /* valid when made */
    uintptr_t end;                          /* no page of the container is behind it */
    struct mutex lock;                      /* of `end`, and of what it says of the container */
} extra;

static struct hurd_startup_cap control(void)
{
    return __hurd_startup_data->physmem_control;
}

static L4_ThreadId_t server(void)
{
    return L4_ThreadIdOfRaw(control().server);
}

/* Gives pages back from the end: those that were taken last.  Returns how many.  The program can
 * lose them, as it can compute the contents of extra pages again. */
static L4_Word_t extra_give_back(L4_Word_t pages)
{
    L4_Word_t given = 0, amount;
    mutex_lock(&extra.lock);
    while (given < pages && extra.end) {
        uintptr_t size = (pages - given) * HURD_MM_PAGE;
        if (pages - given > extra.end / HURD_MM_PAGE)
            size = extra.end;
        if (hurd_pm_container_deallocate(server(), extra.container, extra.end - size, size,
                                         &amount))
            break;
        extra.end -= size;
        given += amount / HURD_MM_PAGE;     /* fewer, where physmem has seized some */
    }
    mutex_unlock(&extra.lock);
    return given;
}

/* The thread that serves physmem's messages.  physmem waits for no reply; it looks at the time. */
static void extra_serve(void *ignored)
{
    (void)ignored;
    for (;;) {
        L4_MsgTag_t tag = L4_Receive(server());
        if (L4_IpcFailed(tag) || L4_Label(tag) != HURD_PM_RETURN_FRAMES)
            continue;
        L4_Word_t pages = L4_MR(1);
        uint64_t until = L4_MR(2) | (uint64_t)L4_MR(3) << 32;
        if (extra.give_back)
            extra.give_back(extra.argument, pages, until);
        else
            extra_give_back(pages);
    }
}

void extra_forked(void)
{
    mutex_init(&extra.lock);
    extra.thread = L4_nilthread;
    extra.made = false;
    extra.end = 0;
}

int hurd_mm_extra(hurd_mm_extra_t *give_back, void *argument)
{
    int error = 0;
    extra.give_back = give_back;
    extra.argument = argument;
    if (!extra.made)
        error = hurd_pm_container_create(server(), control().cap, 0, &extra.container);
    extra.made |= !error;
    if (!error && L4_IsNilThread(extra.thread))
        error = thread_start_ours(&extra.thread, extra_serve, NULL, 0);
    return error ? error : hurd_pm_control_notify(server(), control().cap, extra.thread, 0);
}

int hurd_mm_extra_pages(uintptr_t pages, L4_Word_t *container, uintptr_t *offset)
{
    if (!extra.made)
        return EINVAL;
    mutex_lock(&extra.lock);
    int error = pages > (UINTPTR_MAX - extra.end) / HURD_MM_PAGE ? ENOMEM : 0;
    if (!error)
        error = hurd_pm_container_allocate(server(), extra.container, HURD_PM_EXTRA, extra.end,
                                           pages * HURD_MM_PAGE, NULL);
    if (!error) {
        *container = extra.container;
        *offset = extra.end;
        extra.end += pages * HURD_MM_PAGE;
    }
    mutex_unlock(&extra.lock);
    return error;
}
