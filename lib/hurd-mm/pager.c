/* SPDX-License-Identifier: MIT */
/* The pager thread: one loop, one message at a time.  It touches wired memory only, and waits for
 * physmem only.  It replies with a zero timeout, so a thread that died meanwhile does not hold it
 * up.  The next hop of a page fault is fault.c, that of a request is asked.c. */
#include <hurd/task.h>
#include <l4/message.h>
#include <l4/protocol.h>
#include "mm.h"

static enum answer answer_if(bool now)
{
    return now ? ANSWER_SENDER : ANSWER_NOBODY;
}

static enum answer pager_serve(L4_ThreadId_t from, L4_MsgTag_t tag)
{
    bool ours = L4_IsLocalId(from) || L4_Version(from) == mm.task;
    L4_Word_t label = L4_Label(tag);
    if (L4_IsPageFault(tag) && ours) {         /* first: it is the commonest */
        if (mm.jobs)
            pagein_forget(from);
        return fault_serve(from, L4_MR(1), L4_MR(2), L4_PageFaultAccess(tag));
    }
    if (label == HURD_MM_MAPS && L4_UntypedWords(tag) == 1 &&
        (ours || L4_Version(from) == HURD_TASK_INIT))
        return answer_if(asked_maps());
    if (!ours || L4_TypedWords(tag) != 0) {
        mm.counters.dropped++;
        return ANSWER_NOBODY;
    }
    if (mm.jobs)
        pagein_forget(from);
    if (L4_IsException(tag))
        return answer_if(report_exception(from));
    if (L4_IsIoFault(tag)) {
        report_io(from, L4_MR(1), L4_MR(2));
        return ANSWER_NOBODY;
    }
    if (label >= REQUEST && label < REQUEST + REQUEST_COUNT)
        return answer_if(asked_serve(from, tag));
    mm.counters.dropped++;
    return ANSWER_NOBODY;
}

/* mm_init.c starts this thread and waits for its first message.  From then on this thread serves
 * the faults of the thread that waited, too. */
void pager_main(void)
{
    L4_ThreadId_t to = L4_nilthread, from;
    L4_Word_t timeouts = L4_Timeouts(L4_ZeroTime, L4_Never);
    L4_Accept(L4_UntypedWordsAcceptor);
    L4_LoadMR(0, 0);
    L4_Send(mm.starter);
    for (;;) {
        L4_MsgTag_t tag = L4_Ipc(to, L4_anythread, timeouts, &from);
        enum answer answer = ANSWER_NOBODY;
        if (L4_IpcFailed(tag))
            L4_LoadMR(0, 0);            /* the reply reached no thread: it died, or waits no more */
        else
            answer = pager_serve(from, tag);
        to = answer == ANSWER_PHYSMEM ? mm.physmem : answer ? from : L4_nilthread;
        timeouts = L4_Timeouts(answer == ANSWER_PHYSMEM ? L4_Never : L4_ZeroTime, L4_Never);
    }
}
