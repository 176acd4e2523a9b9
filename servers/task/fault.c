/* SPDX-License-Identifier: MIT */
/* Faults and exceptions of threads whose pager and exception handler is `task`: the first thread of
 * a task, until it has a pager of its own, and then that pager.  `task` maps the startup fpage, and
 * pages of the program to which the program may not write.  For all other faults it ends the
 * faulting thread's task and reports that. */
#include "server.h"
#include <errno.h>
#include <l4/kip.h>
#include <l4/pecan.h>
#include <l4/protocol.h>

#define STATUS_FAULT        139u
#define STATUS_EXCEPTION    128u

#define PAGE_LOG2           12u
#define PAGE                (1ul << PAGE_LOG2)

/* Maps a part of `task`'s window into the faulting thread's space.  Returns false if there is
 * nothing in the window. */
static bool give(struct hurd_cap_call *call, L4_Word_t address, L4_Word_t window, L4_Word_t log2,
                 L4_Word_t rights)
{
    call->reply[0] = address | L4_ITEM_MAP;
    call->reply[1] = L4_FpageAddRights(L4_FpageLog2(window, log2), rights).raw;
    call->reply_typed = 2;
    return window != 0;
}

/* The startup code of a task that `task` starts has no other mapping of it.  If the page is taken
 * away, it comes back from here, or from the task's own pager.  It comes page by page, and in a
 * copy of a task for reading, so that what is not touched takes no frame; but the first page has
 * its own, and the copy's stack is in it. */
static bool give_startup(struct hurd_cap_call *call, struct task *t, L4_Word_t address)
{
    L4_Word_t offset = (address - HURD_STARTUP_ADDR) & -PAGE;
    bool writes = !t->copied || offset == 0 || (call->label & L4_FPAGE_W);
    if (!t->has_startup || offset >= HURD_STARTUP_SIZE)
        return false;
    return give(call, address & -PAGE, startup_page_window(t, offset, writes), PAGE_LOG2,
                writes ? L4_FPAGE_RWX : L4_FPAGE_R | L4_FPAGE_X);
}

static bool give_image(struct hurd_cap_call *call, struct task *t, L4_Word_t address)
{
    return !(call->label & L4_FPAGE_W) &&
           give(call, address & -PAGE, image_window(t, address), PAGE_LOG2,
                L4_FPAGE_R | L4_FPAGE_X);
}

static int page_fault(struct hurd_cap_call *call, struct thread *thread)
{
    struct task *t = thread->task;
    L4_Word_t address = call->arg[0];
    if (give_startup(call, t, address) || give_image(call, t, address))
        return 0;
    call->reply_typed = 0;
    say("task %lu (%.16s): segmentation violation at 0x%08lx, %s, ip 0x%08lx, thread 0x%08lx: "
        "killed\n",
        t->id, t->name, address, call->label & 2 ? "write" : "read", call->arg[1], thread->id.raw);
    task_destroy(t, STATUS_FAULT, HURD_TASK_FAULTED);
    return HURD_CAP_NO_REPLY;
}

static bool is_exception(const struct hurd_cap_call *call)
{
    return call->label == L4_LABEL_EXCEPTION && call->words == L4_EXCEPTION_WORDS && !call->typed;
}

static int exception(struct hurd_cap_call *call, struct thread *thread)
{
    struct task *t = thread->task;
    const L4_Word_t *r = call->arg; /* eip eflags vector error edi esi ebp esp ebx edx ecx eax */
    if (is_exception(call)) {
        say("task %lu (%.16s): exception %lu, error 0x%lx, thread 0x%08lx: killed\n"
            "  eip %08lx  esp %08lx  eflags %08lx\n  eax %08lx  ebx %08lx  ecx %08lx  edx %08lx\n"
            "  esi %08lx  edi %08lx  ebp %08lx\n",
            t->id, t->name, r[2], r[3], thread->id.raw, r[0], r[7], r[1], r[11], r[8], r[10], r[9],
            r[5], r[4], r[6]);
        task_destroy(t, STATUS_EXCEPTION + (r[2] & 0x1F), HURD_TASK_EXCEPTION);
    } else {
        say("task %lu (%.16s): message 0x%x to its pager, thread 0x%08lx: killed\n", t->id, t->name,
            call->label, thread->id.raw);
        task_destroy(t, STATUS_FAULT, HURD_TASK_FAULTED);
    }
    return HURD_CAP_NO_REPLY;
}

/* Any thread can send messages with these labels, but only about itself.  If `task` is not the
 * thread's pager, and the kernel can tell, `task` refuses the message like any wrong request.  If
 * the kernel cannot tell, `task` believes the message.  It believes an exception from any thread: a
 * thread whose exception handler is `task` may have another pager, and a reply would send it to a
 * random address. */
static bool is_genuine(const struct hurd_cap_call *call, struct thread *thread)
{
    return thread && thread->task->id > HURD_TASK_TASK
        && (is_exception(call) || thread_is_paged_by_us(thread->id)
            || !L4_HasFeature(L4_FEATURE_PAGEREXREGS));
}

int serve_kernel(struct hurd_cap_call *call)
{
    struct thread *thread = thread_find(call->from);
    if (call->label == L4_LABEL_PREEMPTION && thread && thread->task->stopped)
        return HURD_CAP_NO_REPLY;       /* its task is stopped: stop.c */
    if (!is_genuine(call, thread))
        return EPERM;
    if ((call->label & 0xFFF0) == L4_LABEL_PAGE_FAULT && call->words == 2 && call->typed == 0)
        return page_fault(call, thread);
    return exception(call, thread);
}
