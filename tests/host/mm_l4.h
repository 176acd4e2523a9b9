/* SPDX-License-Identifier: MIT */
/* In place of <l4/vregs.h>, <l4/ipc.h>, <l4/space.h> and <l4/thread.h>, for the pager's code on the
 * build machine: message registers are an array, system calls are functions of the test. */
#ifndef MM_L4_H
#define MM_L4_H

#define L4_VREGS_H
#define L4_IPC_H
#define L4_SPACE_H
#define L4_THREAD_H
#include <l4/items.h>
#include <l4/utcb.h>

extern L4_Word_t mm_l4_mr[64];
extern L4_ThreadId_t mm_l4_sender;      /* the virtual sender */
L4_MsgTag_t L4_Reply(L4_ThreadId_t to);
L4_Fpage_t L4_GetStatus(L4_Fpage_t page);
L4_Fpage_t L4_UnmapFpage(L4_Fpage_t page);
void L4_Sleep(L4_Time_t time);
L4_ThreadId_t L4_MyGlobalId(void);

L4_INLINE void L4_StoreMR(int i, L4_Word_t *word) { *word = mm_l4_mr[i]; }
L4_INLINE void L4_LoadMR(int i, L4_Word_t word) { mm_l4_mr[i] = word; }
L4_INLINE void L4_Set_VirtualSender(L4_ThreadId_t thread) { mm_l4_sender = thread; }
L4_INLINE L4_Word_t L4_MR(int i) { return mm_l4_mr[i]; }
L4_INLINE void L4_StoreMRs(int i, int k, L4_Word_t *words)
{
    for (int n = 0; n < k; n++)
        words[n] = mm_l4_mr[i + n];
}
L4_INLINE void L4_LoadMRs(int i, int k, const L4_Word_t *words)
{
    for (int n = 0; n < k; n++)
        mm_l4_mr[i + n] = words[n];
}
L4_INLINE L4_ThreadId_t L4_GlobalIdOf(L4_ThreadId_t thread) { return thread; }
L4_INLINE L4_ThreadId_t L4_LocalIdOf(L4_ThreadId_t thread) { return thread; }

#endif
