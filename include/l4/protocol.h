/* SPDX-License-Identifier: MIT */
/* The kernel's own messages: functions that take them apart and put them together.  Spec 6.1 - 6.6.
 * Values only. */
#ifndef L4_PROTOCOL_H
#define L4_PROTOCOL_H

#include <l4/items.h>

/* ---- page fault: MR1 address, MR2 IP; the low bits of the label are the access.  Kernels set
 * these bits in different ways; only the w bit is the same in all. */
L4_INLINE L4_Bool_t L4_IsPageFault(L4_MsgTag_t tag)
{
    return (L4_Label(tag) & 0xFFF0) == L4_LABEL_PAGE_FAULT && L4_UntypedWords(tag) == 2 &&
           L4_TypedWords(tag) == 0;
}
L4_INLINE L4_Word_t L4_PageFaultAccess(L4_MsgTag_t tag) { return L4_Label(tag) & L4_FPAGE_RWX; }
L4_INLINE L4_Bool_t L4_PageFaultIsWrite(L4_MsgTag_t tag)
{
    return (L4_Label(tag) & L4_FPAGE_W) != 0;
}

/* ---- IO fault: MR1 IO fpage, MR2 IP */
L4_INLINE L4_Bool_t L4_IsIoFault(L4_MsgTag_t tag)
{
    return (L4_Label(tag) & 0xFFF0) == L4_LABEL_IO_FAULT && L4_UntypedWords(tag) == 2 &&
           L4_TypedWords(tag) == 0;
}
L4_INLINE L4_Bool_t L4_IsInterrupt(L4_MsgTag_t tag) { return L4_Label(tag) == L4_LABEL_INTERRUPT; }
L4_INLINE L4_Bool_t L4_IsPreemption(L4_MsgTag_t tag)
{
    return L4_Label(tag) == L4_LABEL_PREEMPTION;
}
L4_INLINE L4_Bool_t L4_IsException(L4_MsgTag_t tag)
{
    return L4_Label(tag) == L4_LABEL_EXCEPTION && L4_UntypedWords(tag) == L4_EXCEPTION_WORDS;
}

/* ---- MR1..MR12 of an ia32 exception, in the message and in the reply */
struct l4_exception {
    L4_Word_t eip, eflags, vector, error, edi, esi, ebp, esp, ebx, edx, ecx, eax;
};
L4_STATIC_ASSERT(sizeof(struct l4_exception) == 4 * L4_EXCEPTION_WORDS, "MR1..MR12");

/* ---- thread start: MR1 IP, MR2 SP, any label */
#define L4_START_WORDS 2

#endif
