/* SPDX-License-Identifier: MIT */
/* Events of programs in the kernel's trace (the extension "trace" in <l4/pecan.h>). */
#ifndef L4_TRACE_H
#define L4_TRACE_H

#include <l4/ipc.h>
#include <l4/pecan.h>

/* Labels of events, and what MR1 to MR4 hold.  The others below L4_EVENT_FREE are reserved. */
enum {
    L4_EVENT_TASK_BEGIN = 1, /* task id, its name in three words, filled up with zeros */
    L4_EVENT_TASK_END = 2,   /* task id, status | reason << 8 as in <hurd/task.h>, 0, 0 */
    L4_EVENT_FREE = 0x100,   /* from here to 0xFFFF: for programs */
};

/* Puts an event into the trace, if the trace is on.  The call is an Ipc of X.2 that neither sends
 * nor receives: on every other kernel, and while the trace is off, it does nothing but take the
 * time of an Ipc on the plain path.  It does not block.
 * Post: MR 0 to 4 have other contents. */
L4_INLINE void L4_TraceEvent(L4_Word_t label, L4_Word_t a, L4_Word_t b, L4_Word_t c, L4_Word_t d)
{
    L4_LoadMR(1, a);
    L4_LoadMR(2, b);
    L4_LoadMR(3, c);
    L4_LoadMR(4, d);
    L4_Set_MsgTag(L4_MakeTag(label, 4, 0));
    L4_Ipc(L4_nilthread, L4_nilthread, __L4_NEVER2, NULL);
}

#endif
