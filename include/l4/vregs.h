/* SPDX-License-Identifier: MIT */
/* The virtual registers of the calling thread: MRs, BRs and TCRs, all relative to U = gs:[0].  Spec
 * 2. */
#ifndef L4_VREGS_H
#define L4_VREGS_H

#include <l4/items.h>
#include <l4/utcb.h>

/* U never changes while a thread lives, so the compiler may keep its value. */
__attribute__((const)) L4_INLINE L4_Word_t *__L4_Utcb(void)
{
    L4_Word_t *u;
    __asm__("movl %%gs:0, %0" : "=r"(u));
    return u;
}
/* The word at this byte offset from U: for TCRs (L4_UTCB_...). */
L4_INLINE L4_Word_t *__L4_Tcr(int offset) { return __L4_Utcb() + offset / 4; }

/* ---- message registers */
L4_INLINE void L4_StoreMR(int i, L4_Word_t *word) { *word = __L4_Utcb()[i]; }
L4_INLINE void L4_LoadMR(int i, L4_Word_t word) { __L4_Utcb()[i] = word; }
L4_INLINE L4_Word_t L4_MR(int i) { return __L4_Utcb()[i]; }
L4_INLINE void L4_StoreMRs(int i, int k, L4_Word_t *words)
{
    const L4_Word_t *u = __L4_Utcb();
    for (int n = 0; n < k; n++)
        words[n] = u[i + n];
}
L4_INLINE void L4_LoadMRs(int i, int k, const L4_Word_t *words)
{
    L4_Word_t *u = __L4_Utcb();
    for (int n = 0; n < k; n++)
        u[i + n] = words[n];
}
L4_INLINE L4_MsgTag_t L4_MsgTag(void) { return L4_TagOfRaw(L4_MR(0)); }
L4_INLINE void L4_Set_MsgTag(L4_MsgTag_t tag) { L4_LoadMR(0, tag.raw); }

/* ---- buffer registers: they grow downwards */
L4_INLINE void L4_StoreBR(int i, L4_Word_t *word) { *word = *__L4_Tcr(L4_UTCB_BR0 - 4 * i); }
L4_INLINE void L4_LoadBR(int i, L4_Word_t word) { *__L4_Tcr(L4_UTCB_BR0 - 4 * i) = word; }
L4_INLINE void L4_StoreBRs(int i, int k, L4_Word_t *words)
{
    for (int n = 0; n < k; n++)
        L4_StoreBR(i + n, &words[n]);
}
L4_INLINE void L4_LoadBRs(int i, int k, const L4_Word_t *words)
{
    for (int n = 0; n < k; n++)
        L4_LoadBR(i + n, words[n]);
}
L4_INLINE void L4_Accept(L4_Acceptor_t a) { L4_LoadBR(0, a.raw); }
L4_INLINE L4_Acceptor_t L4_Accepted(void)
{
    L4_Acceptor_t a;
    L4_StoreBR(0, &a.raw);
    return a;
}

/* ---- thread control registers */
L4_INLINE L4_ThreadId_t L4_MyGlobalId(void)
{
    return L4_ThreadIdOfRaw(*__L4_Tcr(L4_UTCB_GLOBAL_ID));
}
L4_INLINE L4_ThreadId_t L4_MyLocalId(void) { return L4_ThreadIdOfRaw((L4_Word_t)__L4_Utcb()); }
L4_INLINE L4_ThreadId_t L4_Myself(void) { return L4_MyGlobalId(); }
L4_INLINE L4_Word_t L4_ProcessorNo(void) { return *__L4_Tcr(L4_UTCB_PROCESSOR); }
L4_INLINE L4_Word_t L4_UserDefinedHandle(void) { return *__L4_Tcr(L4_UTCB_HANDLE); }
L4_INLINE void L4_Set_UserDefinedHandle(L4_Word_t value) { *__L4_Tcr(L4_UTCB_HANDLE) = value; }
L4_INLINE L4_ThreadId_t L4_Pager(void) { return L4_ThreadIdOfRaw(*__L4_Tcr(L4_UTCB_PAGER)); }
L4_INLINE void L4_Set_Pager(L4_ThreadId_t pager) { *__L4_Tcr(L4_UTCB_PAGER) = pager.raw; }
L4_INLINE L4_ThreadId_t L4_ExceptionHandler(void)
{
    return L4_ThreadIdOfRaw(*__L4_Tcr(L4_UTCB_EXC_HANDLER));
}
L4_INLINE void L4_Set_ExceptionHandler(L4_ThreadId_t t) { *__L4_Tcr(L4_UTCB_EXC_HANDLER) = t.raw; }
L4_INLINE L4_Word_t L4_ErrorCode(void) { return *(volatile L4_Word_t *)__L4_Tcr(L4_UTCB_ERROR); }
L4_INLINE void L4_Set_ErrorCode(L4_Word_t code) { *__L4_Tcr(L4_UTCB_ERROR) = code; }
L4_INLINE L4_Word_t L4_XferTimeouts(void) { return *__L4_Tcr(L4_UTCB_XFER_TIMEOUTS); }
L4_INLINE void L4_Set_XferTimeouts(L4_Word_t timeouts)
{
    *__L4_Tcr(L4_UTCB_XFER_TIMEOUTS) = timeouts;
}
L4_INLINE L4_ThreadId_t L4_IntendedReceiver(void)
{
    return L4_ThreadIdOfRaw(*__L4_Tcr(L4_UTCB_INTENDED));
}
L4_INLINE L4_ThreadId_t L4_ActualSender(void)
{
    return L4_ThreadIdOfRaw(*__L4_Tcr(L4_UTCB_SENDER));
}
L4_INLINE void L4_Set_VirtualSender(L4_ThreadId_t t) { *__L4_Tcr(L4_UTCB_SENDER) = t.raw; }
/* Two words for libraries; n is 0 or 1. */
L4_INLINE L4_Word_t L4_ThreadWord(int n) { return *__L4_Tcr(L4_UTCB_THREAD_WORD0 - 4 * n); }
L4_INLINE void L4_Set_ThreadWord(int n, L4_Word_t w)
{
    *__L4_Tcr(L4_UTCB_THREAD_WORD0 - 4 * n) = w;
}

/* ---- the flag bytes, spec 2.1.  Each change is one instruction, because the kernel may set I at
 * any time. */
L4_INLINE void L4_Set_CopFlag(L4_Word_t n)
{
    __asm__ volatile("orl %1, %0"
                     : "+m"(*__L4_Tcr(L4_UTCB_FLAGS))
                     : "ri"((L4_Word_t)L4_FLAG_COP0 << (n & 7)));
}
L4_INLINE void L4_Clr_CopFlag(L4_Word_t n)
{
    __asm__ volatile("andl %1, %0"
                     : "+m"(*__L4_Tcr(L4_UTCB_FLAGS))
                     : "ri"(~((L4_Word_t)L4_FLAG_COP0 << (n & 7))));
}
L4_INLINE L4_Word_t __L4_FlagChange(L4_Word_t flag, bool set)
{
    L4_Word_t *flags = __L4_Tcr(L4_UTCB_FLAGS);
    L4_Word_t old = *(volatile L4_Word_t *)flags;
    if (set)
        __asm__ volatile("orl %1, %0" : "+m"(*flags) : "ri"(flag));
    else
        __asm__ volatile("andl %1, %0" : "+m"(*flags) : "ri"(~flag));
    return (old & flag) != 0;
}
/* Each function returns the old state of its flag. */
L4_INLINE L4_Bool_t L4_DisablePreemption(void)
{
    return __L4_FlagChange(L4_FLAG_DELAY_PREEMPT, true);
}
L4_INLINE L4_Bool_t L4_EnablePreemption(void)
{
    return __L4_FlagChange(L4_FLAG_DELAY_PREEMPT, false);
}
L4_INLINE L4_Bool_t L4_EnablePreemptionFaultException(void)
{
    return __L4_FlagChange(L4_FLAG_SIGNAL_PREEMPT, true);
}
L4_INLINE L4_Bool_t L4_DisablePreemptionFaultException(void)
{
    return __L4_FlagChange(L4_FLAG_SIGNAL_PREEMPT, false);
}
L4_INLINE L4_Bool_t L4_PreemptionPending(void)
{
    return __L4_FlagChange(L4_FLAG_PREEMPT_PENDING, false);
}

#endif
