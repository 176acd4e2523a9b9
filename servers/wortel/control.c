/* SPDX-License-Identifier: MIT */
/* Privileged system calls for the servers.
 *
 * Two checks come before each call.  serve.c has checked that the cap ID is the sender's.  This
 * file checks that the sender may name the thread or memory that its request names.  Thread ids in
 * arguments must be global: the kernel would look for a local id in *wortel's* space. */
#include "wortel.h"
#include <errno.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/misc.h>
#include <l4/pecan.h>
#include <l4/schedule.h>
#include <l4/sigma0.h>
#include <l4/space.h>
#include <l4/thread.h>

#define PRIORITY_MAX 150u

static void put(struct reply *r, L4_Word_t word) { r->word[r->u++] = word; }

/* Word 0 of a reply is 0, or the kernel's error. */
static int result(struct reply *r, L4_Word_t ok)
{
    put(r, ok ? 0 : L4_ErrorCode());
    return 0;
}

static int refused(struct reply *r, L4_Word_t error)
{
    put(r, error);
    return 0;
}

static L4_ThreadId_t id(L4_Word_t raw) { return L4_ThreadIdOfRaw(raw); }

/* True for a thread that the task server may create, change or delete: all except those of wortel
 * and physmem. */
static bool belongs_to_task(L4_ThreadId_t t)
{
    return L4_IsGlobalId(t) && L4_Version(t) > HURD_TASK_PHYSMEM
        && L4_ThreadNo(t) > first_thread() + PHYSMEM_EXTRA_THREADS
        && L4_ThreadNo(t) < 1ul << L4_ThreadIdBits(kip);
}

static bool nil_or_global(L4_ThreadId_t t) { return L4_IsNilThread(t) || L4_IsGlobalId(t); }

static bool is_interrupt(L4_ThreadId_t t)
{
    return L4_ThreadNo(t) < L4_ThreadIdSystemBase(kip) && L4_Version(t) == 1;
}

int control_thread(const struct request *q, struct reply *r)
{
    if (q->n != 5)
        return EINVAL;
    L4_ThreadId_t dest = id(q->word[0]), space = id(q->word[1]), scheduler = id(q->word[2]);
    L4_ThreadId_t pager = id(q->word[3]);
    if (q->cap == HURD_WORTEL_CAP_DEVA) { /* interrupts only: attach one to a thread of a task,
                                             or detach it */
        bool handler = L4_IsGlobalId(pager) && L4_Version(pager) >= HURD_TASK_DEVA;
        if (!is_interrupt(dest) || space.raw != dest.raw || !L4_IsNilThread(scheduler)
            || !(handler || pager.raw == dest.raw) || q->word[4] != ~0ul)
            return refused(r, L4_ERR_PRIVILEGE);
    } else if (!belongs_to_task(dest) || !(L4_IsNilThread(space) || belongs_to_task(space))) {
        return refused(r, L4_ERR_PRIVILEGE);
    }
    if (!nil_or_global(scheduler) || !nil_or_global(pager))
        return refused(r, L4_ERR_PARAMETER);
    return result(r, L4_ThreadControl(dest, space, scheduler, pager, (void *)q->word[4]));
}

int control_space(const struct request *q, struct reply *r)
{
    if (q->n != 5)
        return EINVAL;
    L4_ThreadId_t space = id(q->word[0]), redirector = id(q->word[4]);
    L4_Word_t old = 0;
    if (!belongs_to_task(space))
        return refused(r, L4_ERR_PRIVILEGE);
    if ((q->word[1] & ~(L4_SPACE_SMALL | 0xFF)) != 0 || !nil_or_global(redirector))
        return refused(r, L4_ERR_PARAMETER);
    L4_Word_t ok = L4_SpaceControl(space, q->word[1], L4_FpageOfRaw(q->word[2]),
                                   L4_FpageOfRaw(q->word[3]), redirector, &old);
    result(r, ok);
    put(r, old);
    return 0;
}

int control_processor(const struct request *q, struct reply *r)
{
    if (q->n != 5)
        return EINVAL;
    if (q->word[0] >= L4_NumProcessors(kip))
        return refused(r, L4_ERR_PARAMETER);
    return result(r, L4_ProcessorControl(q->word[0], q->word[2], q->word[3], q->word[4]));
}

int control_memory(const struct request *q, struct reply *r)
{
    if (q->n < 5)
        return EINVAL;
    L4_Word_t n = q->n - 4;
    L4_LoadMRs(0, (int)n, q->word);
    return result(r, L4_MemoryControl(n - 1, q->word + n));
}

static bool have_spaceinfo;             /* to ask the KIP each time costs more than the call */

void control_init(void)
{
    have_spaceinfo = L4_HasFeature(L4_FEATURE_SPACEINFO);
}

static int spaceinfo(const struct request *q, struct reply *r, L4_Word_t control, L4_Word_t count)
{
    L4_Word_t value = 0, ok = 1;
    if (!have_spaceinfo)
        return ENOSYS;
    if (!L4_IsGlobalId(id(q->word[0])))
        return refused(r, L4_ERR_SPACE);
    for (L4_Word_t i = 0; ok && i < count; i++) {
        ok = L4_SpaceControl(id(q->word[0]), control + i, L4_Nilpage, L4_Nilpage, L4_nilthread,
                             &value);
        if (i == 0)
            result(r, ok);
        put(r, value);
    }
    return 0;
}

int control_space_info(const struct request *q, struct reply *r)
{
    L4_Word_t count = q->n == 3 ? q->word[2] : 1;
    if (q->n < 2 || q->n > 3 || q->word[1] >= L4_PECAN_COUNTERS || count == 0 ||
        count > L4_PECAN_COUNTERS - q->word[1])
        return EINVAL;
    return spaceinfo(q, r, L4_PECAN_SPACE_READ | q->word[1], count);
}

int control_space_quota(const struct request *q, struct reply *r)
{
    if (q->n != 2 || q->word[1] > 0xFFFFFF)
        return EINVAL;
    if (!belongs_to_task(id(q->word[0])))
        return refused(r, L4_ERR_PRIVILEGE);
    return spaceinfo(q, r, L4_PECAN_SPACE_QUOTA | q->word[1], 1);
}

/* Calls the kernel's trace.  MR 1 to 8 get the record that READ names. */
static bool trace_call(L4_Word_t op, L4_Word_t argument, L4_Word_t *written)
{
    return L4_SpaceControl(L4_MyGlobalId(), L4_PECAN_SPACE_TRACE | op, L4_FpageOfRaw(argument),
                           L4_Nilpage, L4_nilthread, written);
}

int control_trace(const struct request *q, struct reply *r)
{
    if (q->n != 2 || q->word[0] > HURD_TRACE_READ)
        return EINVAL;
    if (!L4_HasFeature(L4_FEATURE_TRACE))
        return ENOSYS;
    L4_Word_t written = 0, ok = trace_call(q->word[0], q->word[1], &written);
    result(r, ok);
    put(r, written);
    if (q->word[0] != HURD_TRACE_READ)
        return 0;
    for (L4_Word_t i = 1; ok && i <= HURD_TRACE_RECORDS; i++) {
        for (int mr = 1; mr <= L4_PECAN_TRACE_WORDS; mr++)
            put(r, L4_MR(mr));
        ok = i < HURD_TRACE_RECORDS && trace_call(q->word[0], q->word[1] + i, &written);
    }
    return 0;
}

/* For a number that is free, or another thread's, ThreadControl would make a thread, or rename one:
 * the caller may not know yet that its thread has died.  A kernel without `spaceinfo` cannot
 * tell. */
static bool may_exist(L4_ThreadId_t t)
{
    L4_Word_t ignored;
    return !have_spaceinfo || L4_SpaceControl(t, L4_PECAN_SPACE_READ | L4_PECAN_THREADS, L4_Nilpage,
                                              L4_Nilpage, L4_nilthread, &ignored);
}

/* Only a thread in the scheduler's space may call Schedule, and it can set no priority above its
 * own.  So `task` asks wortel for the few threads above it.  Afterwards `task` is the scheduler
 * again. */
int control_priority(const struct request *q, struct reply *r)
{
    if (q->n != 2 || q->word[1] < 1 || q->word[1] > PRIORITY_MAX)
        return EINVAL;
    L4_ThreadId_t t = id(q->word[0]), scheduler = boot_task[BOOT_TASK].thread;
    bool own = L4_IsGlobalId(t) && L4_Version(t) == L4_Version(q->from);
    if (!belongs_to_task(t) ||
        !(own || q->cap == HURD_WORTEL_CAP_TASK || q->cap == HURD_WORTEL_CAP_DEVA))
        return refused(r, L4_ERR_PRIVILEGE);
    if (!may_exist(t))
        return refused(r, L4_ERR_THREAD);
    if (!L4_ThreadControl(t, t, L4_MyGlobalId(), L4_nilthread, L4_UTCB_UNCHANGED))
        return result(r, 0);
    L4_Word_t ok = L4_Set_Priority(t, q->word[1]), error = ok ? 0 : L4_ErrorCode();
    L4_ThreadControl(t, t, scheduler, L4_nilthread, L4_UTCB_UNCHANGED);
    return refused(r, error);
}

/* ---- device memory and ports: sigma0 gives them to wortel, and wortel to the caller */

static void item(struct reply *r, L4_Word_t base, L4_Word_t type, L4_Word_t fpage)
{
    r->word[r->u + r->t++] = base | type;
    r->word[r->u + r->t++] = fpage;
}

int control_io_ports(const struct request *q, struct reply *r)
{
    L4_Fpage_t f = L4_FpageAddRights(L4_FpageOfRaw(q->word[0]), L4_FPAGE_RWX);
    if (q->n != 1 || !L4_IsIoFpage(f) || L4_IoFpageSizeLog2(f) > 16)
        return EINVAL;
    if (!L4_HasFeature(L4_FEATURE_IOFLEXPAGES))
        return refused(r, 0);       /* all ports are open, so there is nothing to map */
    if (L4_IsNilFpage(L4_Sigma0_GetPage_RcvWindow(L4_Sigma0Id(), f, L4_CompleteIoSpace)))
        return refused(r, EACCES);
    put(r, 0);
    item(r, 0, L4_ITEM_MAP, f.raw);
    return 0;
}

/* At addresses of PCI devices we have no 1:1 place.  The pages come to the passage, and we grant
 * them: they leave it with the reply. */
static int far_io_mem(struct reply *r, L4_Word_t base, L4_Word_t size)
{
    L4_Word_t at = memory_pass(base, L4_SizeLog2(L4_Fpage(base, size)));
    if (!at)
        return refused(r, EACCES);
    put(r, 0);
    item(r, base, L4_ITEM_GRANT, L4_FpageAddRights(L4_Fpage(at, size), L4_FPAGE_RWX).raw);
    return 0;
}

int control_io_mem(const struct request *q, struct reply *r)
{
    L4_Word_t base = q->word[0], size = q->word[1];
    if (q->n != 2 || size < PAGE || (size & (size - 1)) != 0 || (base & (size - 1)) != 0
        || size > (base < ELF_USER_END ? 1u << 24 : PASSAGE_SIZE))
        return EINVAL;
    if (!memory_is_device(base, size))
        return refused(r, EACCES);
    if (base >= ELF_USER_END)
        return far_io_mem(r, base, size);
    if (!memory_claim(base, base + size))
        return refused(r, EACCES);
    put(r, 0);
    item(r, base, L4_ITEM_MAP, L4_FpageAddRights(L4_Fpage(base, size), L4_FPAGE_RWX).raw);
    return 0;
}
