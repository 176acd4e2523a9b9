/* SPDX-License-Identifier: MIT */
/* Page-in in the faulting thread, so that the pager never waits for a disk (spec hurd 3.2, design).
 *
 *   pager           the thread's SP and IP become SP - 4 and pagein_entry, then it is answered;
 *   pagein_entry    (pagein_entry.asm, in the thread) saves its registers, calls pagein_run;
 *   pagein_run      saves the message registers, asks the pager for the job, calls the store's
 *                   function;
 *   pagein_entry    restores everything and returns to the instruction, which now finds its page.
 *
 * The word at SP - 4 receives the address to return to: below SP nothing is in use. */
#include <l4/message.h>
#include <l4/thread.h>
#include "mm.h"
#include "report.h"

enum { JOBS = 16 };     /* threads that fetch at the same time; more wait by faulting again */

struct job {
    L4_ThreadId_t thread;       /* nil: free */
    uintptr_t ip;
    hurd_store_fault_t *function;
    struct hurd_store_fault fault;
};

static struct job jobs[JOBS];

static struct job *job_find(L4_ThreadId_t thread)
{
    for (struct job *j = jobs; j < jobs + JOBS; j++)
        if (j->thread.raw == thread.raw)
            return j;
    return NULL;
}

/* ---- in the pager ---- */

/* A free entry; those of threads that ended before they asked for their job are free again. */
static struct job *job_free(void)
{
    struct job *job = job_find(L4_nilthread);
    if (job)
        return job;
    for (struct job *j = jobs; j < jobs + JOBS; j++)
        if (L4_IsNilThread(L4_LocalIdOf(j->thread)))
            j->thread = L4_nilthread;
    return job_find(L4_nilthread);
}

void pagein_entry(void);

bool pagein_start(L4_ThreadId_t from, uintptr_t ip, const struct hurd_store_fault *fault)
{
    L4_ThreadId_t thread = L4_GlobalIdOf(from);
    struct job *job = job_find(thread);   /* a job that it never asked for: it was started anew */
    if (!job)
        job = job_free();
    L4_Word_t sp = 0, control, flags, handle;
    L4_ThreadId_t pager;
    L4_Word_t old_ip;
    L4_LoadMR(0, 0);
    if (!job)
        return true;                            /* all are taken: it faults again */
    struct map *map = map_find(&mm.space, fault->address);
    if (!map)
        return true;
    L4_ExchangeRegisters(thread, L4_EXREGS_DELIVER, 0, 0, 0, 0, L4_nilthread, &control, &sp,
                         &old_ip, &flags, &handle, &pager);
    if (L4_IsNilThread(L4_ExchangeRegisters(thread, L4_EXREGS_SP | L4_EXREGS_IP, sp - 4,
                                            (L4_Word_t)pagein_entry, 0, 0, L4_nilthread, &control,
                                            &sp, &old_ip, &flags, &handle, &pager)))
        return false;
    job->thread = thread;
    job->ip = ip;
    job->function = map->store->fault;
    job->fault = *fault;
    job->fault.thread = thread;
    L4_LoadMR(0, 0);
    return true;
}

bool pagein_job(L4_ThreadId_t from)
{
    struct job *job = job_find(L4_GlobalIdOf(from));
    if (!job) {
        L4_LoadMR(0, L4_MakeTag(1, 0, 0).raw);
        return true;
    }
    L4_LoadMR(1, job->ip);
    L4_LoadMR(2, (L4_Word_t)job->function);
    L4_LoadMRs(3, sizeof job->fault / sizeof(L4_Word_t), (const L4_Word_t *)&job->fault);
    L4_LoadMR(0, L4_MakeTag(0, 2 + sizeof job->fault / sizeof(L4_Word_t), 0).raw);
    job->thread = L4_nilthread;
    return true;
}

/* ---- in the faulting thread ---- */

/* What an interrupted computation may have in its UTCB. */
struct utcb_state {
    L4_Word_t mr[64];
    L4_Word_t br0, error, xfer_timeouts, virtual_sender;
};

static void utcb_save(struct utcb_state *s)
{
    L4_StoreMRs(0, 64, s->mr);
    L4_StoreBR(0, &s->br0);
    s->error = L4_ErrorCode();
    s->xfer_timeouts = L4_XferTimeouts();
    s->virtual_sender = L4_ActualSender().raw;
}

static void utcb_restore(const struct utcb_state *s)
{
    L4_LoadMRs(0, 64, s->mr);
    L4_LoadBR(0, s->br0);
    L4_Set_ErrorCode(s->error);
    L4_Set_XferTimeouts(s->xfer_timeouts);
    L4_Set_VirtualSender(L4_ThreadIdOfRaw(s->virtual_sender));
}

void pagein_run(uintptr_t *return_address);

void pagein_run(uintptr_t *return_address)
{
    struct utcb_state state;
    struct hurd_store_fault fault;
    L4_Word_t function = 0;
    utcb_save(&state);
    L4_Accept(L4_UntypedWordsAcceptor);
    L4_LoadMR(0, L4_MakeTag(REQUEST + REQUEST_PAGEIN_JOB, 0, 0).raw);
    L4_MsgTag_t tag = L4_Call(mm.pager);
    if (L4_IpcFailed(tag) || L4_Label(tag) != 0)
        hurd_mm_die(HURD_MM_STATUS_SEGV);
    *return_address = L4_MR(1);
    function = L4_MR(2);
    L4_StoreMRs(3, sizeof fault / sizeof(L4_Word_t), (L4_Word_t *)&fault);
    if (((hurd_store_fault_t *)function)(&fault) != 0)
        report_store_refused(&fault, *return_address);
    utcb_restore(&state);
}
