/* SPDX-License-Identifier: MIT */
/* The threads that fetch pages of a program's stores.  Each asks the pager for a job (pagein.c),
 * and its next question says that the job is done.  There is always one more than is busy, up to a
 * limit, for a store's function may touch memory of another store. */
#include <errno.h>
#include <l4/message.h>
#include <mutex.h>
#include <string.h>
#include "mm.h"
#include "report.h"
#include "worker.h"

static int ask(enum request op, L4_Word_t word, struct worker_job *job)
{
    L4_LoadMR(1, word);
    L4_LoadMR(0, L4_MakeTag(REQUEST + op, 1, 0).raw);
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
    int error = hurd_thread_start(&thread, worker, NULL, 0);
    if (!error)
        ask(REQUEST_PAGEIN_WORKER, thread.raw, NULL);
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
    ask(REQUEST_PAGEIN_WORKER, L4_MyGlobalId().raw, NULL);
    int error = 0;
    while (ask(REQUEST_PAGEIN_JOB, (L4_Word_t)error, &job) == 0) {
        if (job.wants_company)
            worker_start(); /* there are no more threads: then not */
        error = work(&job);
        L4_Accept(L4_UntypedWordsAcceptor);
    }
}

int worker_first(void)
{
    static struct mutex lock;
    static bool started;
    mutex_lock(&lock);
    int error = started ? 0 : worker_start();
    started = !error;
    mutex_unlock(&lock);
    return error;
}
