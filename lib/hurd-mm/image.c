/* SPDX-License-Identifier: MIT */
/* Text and constants that come from the program's file when they are touched
 * (include/hurd/startup.h, LATER).  They are in the image, a container of `task`; the file server
 * that had the image made puts missing pages into it, and may take them away again.  Before:
 * mm_init.c, shown.c.  After: a thread of ours asks the file server, as the pager waits for no
 * disk.
 *
 * That thread is not a worker: a worker executes the program's functions, whose text may be out.
 * It executes this file and what is wired, on a wired stack, and starts with the first page that is
 * missing. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/fs.h>
#include <hurd/task.h>
#include <l4/thread.h>
#include "fault.h"
#include "image.h"
#include "shown.h"
#include "worker.h"

static struct image {
    L4_ThreadId_t server;
    L4_Word_t number;                   /* the server's, of the image */
    struct store *store;                /* NULL: no page of the image can be missing */
    uintptr_t stack_top;                /* of the thread; 0: there is no stack */
    bool runs;
} image;

bool store_is_image(const struct store *store)
{
    return store->hook == &image;
}

int image_store(const struct hurd_startup_data *data, struct store **store)
{
    int error = 0;
    if (!image.store) {
        image.server = L4_ThreadIdOfRaw(data->image_pages.server);
        image.number = data->image_pages.cap;
        error = shown_create((struct hurd_shown *)&image, NULL, data->image.cap, HURD_VM_RIGHTS,
                             true, &image.store);   /* without a function, no program can name it */
    }
    *store = image.store;
    return error;
}

void image_unused(void)
{
    image.store = NULL;
}

void image_forked(L4_Word_t container)
{
    image.runs = false;
    if (image.store)
        image.store->container = container;
}

/* ---- the thread that asks ---- */

/* The server knows where the image ends, and which pages are there. */
static int ask(const struct hurd_store_fault *fault)
{
    const L4_Word_t in[] = {image.number, fault->offset / HURD_MM_PAGE, HURD_FS_IMAGE_MOST};
    return hurd_cap_rpc(image.server, HURD_FS_IMAGE, 3, in, 0, NULL, NULL);
}

static _Noreturn void fetcher(void)
{
    struct worker_job job;
    L4_Word_t in[] = {0, 0};
    L4_Accept(L4_UntypedWordsAcceptor);
    while (hurd_cap_rpc(mm.pager, REQUEST + REQUEST_PAGEIN_JOB, 2, in,
                        sizeof job / sizeof(L4_Word_t), (L4_Word_t *)&job, NULL) == 0)
        in[0] = (L4_Word_t)ask(&job.fault);
    __builtin_trap();                   /* the pager does not refuse it */
}

/* Calls `task`, which waits for no program. */
static int fetcher_start(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_ThreadId_t thread;
    if (!image.stack_top) {
        void *stack = slab_reserve(&mm.slab, 2) ? wired_page_new() : NULL;
        if (!stack)
            return ENOMEM;
        image.stack_top = (uintptr_t)stack + HURD_MM_PAGE;
    }
    int error = hurd_task_thread_alloc(L4_ThreadIdOfRaw(data->task.server), data->task.cap, 0,
                                       &thread);
    if (!error)
        error = pagein_worker(thread, JOB_TEXT);
    if (!error)
        error = thread_begin(thread, mm.pager, image.stack_top, fetcher);
    image.runs = !error;
    return error;
}

/* ---- in the pager ---- */

int image_bring(const struct fault *f)
{
    const struct pagein page = pagein_for(f, JOB_TEXT);
    int error = image.runs ? 0 : fetcher_start();
    mm.counters.pageins++;
    if (!error)
        error = pagein_start(&page);
    return error ? error : FAULT_WAITS;
}
