/* SPDX-License-Identifier: MIT */
/* The threads that fetch pages of a program's stores, and those that wait for physmem's swap.  Each
 * asks the pager for a job (pagein.c),
 * and its next question says that the job is done.  There is always one more than is busy, up to a
 * limit, for a store's function may touch memory of another store. */
#include <errno.h>
#include <l4/message.h>
#include <mutex.h>
#include <string.h>
#include "mm.h"
#include "report.h"
#include "worker.h"

enum { SWAPPER_STACK = 2 * HURD_MM_PAGE };

static int ask(enum request op, L4_Word_t word, L4_Word_t more, struct worker_job *job)
{
    L4_LoadMR(1, word);
    L4_LoadMR(2, more);
    L4_LoadMR(0, L4_MakeTag(REQUEST + op, 2, 0).raw);
    L4_MsgTag_t tag = L4_Call(mm.pager);
    if (L4_IpcFailed(tag) || L4_Label(tag) != 0)
        return -1;
    if (job)
        L4_StoreMRs(1, sizeof *job / sizeof(L4_Word_t), (L4_Word_t *)job);
    return 0;
}

static void worker(void *unused);

/* Both of them tell the pager of the new one: it must be known before it asks for a job, and before
 * the old one waits for a page itself, for then all would seem to wait. */
static int worker_start(void)
{
    L4_ThreadId_t thread;
    int error = thread_start_kept(&thread, worker, NULL, 0);
    if (!error)
        ask(REQUEST_PAGEIN_WORKER, thread.raw, 0, NULL);
    return error;
}

/* What the program's function says of itself is believed, but for what is no errno. */
static int work(const struct worker_job *job)
{
    struct hurd_store_fault fault = job->fault;
    const struct hurd_store_ops *ops = job->ops;
    void *const *buffer = job->buffer;
    int error;
    switch (job->kind) {
    case JOB_FETCH: error = ops->fetch(fault.hook, fault.offset, buffer, job->pages); break;
    case JOB_SHOW: error = job->function(&fault); break;
    case JOB_CLEAN: error = ops->clean(fault.hook, fault.offset, buffer, job->pages); break;
    default:
        if (job->function(&fault) != 0)
            report_store_refused(&fault, job->ip);
        return 0;
    }
    return error < 0 || error > 0xfff ? EIO : error;
}

/* The thread that touched the page may hold any lock, so nothing here waits for one. */
static void worker(void *unused)
{
    struct worker_job job;
    (void)unused;
    L4_Accept(L4_UntypedWordsAcceptor);
    ask(REQUEST_PAGEIN_WORKER, L4_MyGlobalId().raw, 0, NULL);
    int error = 0;
    while (ask(REQUEST_PAGEIN_JOB, (L4_Word_t)error, 0, &job) == 0) {
        if (job.wants_company)
            worker_start(); /* there are no more threads: then not */
        error = work(&job);
        L4_Accept(L4_UntypedWordsAcceptor);
    }
}

static struct mutex lock;
static bool started, swap_started;

void worker_forked(void)
{
    mutex_init(&lock);
    started = swap_started = false;
}

int worker_first(void)
{
    mutex_lock(&lock);
    int error = started ? 0 : worker_start();
    started = !error;
    mutex_unlock(&lock);
    return error;
}

/* ---- swap: one thread that sends pages out, two that bring pages in, since a disk may take its
 * time.  They touch nothing but wired memory and their stacks, which are kept. ---- */

static void swapper(void *argument)
{
    const L4_Word_t kind = (L4_Word_t)argument;
    struct worker_job job;
    L4_Word_t bytes = 0;
    int error = 0;
    L4_Accept(L4_UntypedWordsAcceptor);
    ask(REQUEST_PAGEIN_WORKER, L4_MyGlobalId().raw, kind, NULL);
    while (ask(REQUEST_PAGEIN_JOB, (L4_Word_t)error, bytes, &job) == 0) {
        bytes = 0;
        error = kind == JOB_OUT
                    ? hurd_pm_swap_out(mm.physmem, mm.memory, job.fault.offset,
                                       job.pages * HURD_MM_PAGE, 0, &bytes)
                    : hurd_pm_swap_in(mm.physmem, mm.memory, job.fault.offset,
                                      job.pages * HURD_MM_PAGE, 0, &bytes);
    }
}

/* Each is known to the pager before the next one starts, so that all are there when we return. */
void worker_swap(void)
{
    static const unsigned char kinds[] = {JOB_OUT, JOB_IN, JOB_IN};
    if (__atomic_exchange_n(&swap_started, true, __ATOMIC_ACQ_REL))
        return;
    for (unsigned i = 0; i < sizeof kinds; i++) {
        L4_ThreadId_t thread;
        if (thread_start_kept(&thread, swapper, (void *)(L4_Word_t)kinds[i], SWAPPER_STACK) == 0) {
            L4_Acceptor_t before = L4_Accepted();
            L4_Accept(L4_UntypedWordsAcceptor);
            ask(REQUEST_PAGEIN_WORKER, thread.raw, kinds[i], NULL);
            L4_Accept(before);
        }
    }
}
