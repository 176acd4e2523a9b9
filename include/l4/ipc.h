/* SPDX-License-Identifier: MIT */
/* Ipc and Lipc, and the ways to call them.  Spec 4.0, 5.  The functions block as their names and
 * timeouts say. */
#ifndef L4_IPC_H
#define L4_IPC_H

#include <l4/message.h>
#include <l4/syscalls.h>

/* Only this function knows the registers.  In: eax to, ecx timeouts, edx from, esi MR0, edi U.
 * Out: eax from, esi MR0, ebx MR1, ebp MR2.  The compiler may be using ebp, so ebp comes back
 * through ecx. */
#define L4_IPC_STUB(name, link)                                                                    \
    L4_INLINE L4_MsgTag_t name(L4_ThreadId_t to, L4_ThreadId_t from_spec, L4_Word_t timeouts,      \
                               L4_ThreadId_t *from)                                                \
    {                                                                                              \
        L4_Word_t *u = __L4_Utcb();                                                                \
        L4_Word_t eax = to.raw, ecx = timeouts, edx = from_spec.raw, mr0 = u[0], mr1;              \
        __asm__ volatile("pushl %%ebp\n\tcall *__L4_Links+" #link                                  \
                         "\n\tmovl %%ebp, %%ecx\n\tpopl %%ebp"                                     \
                         : "+a"(eax), "+c"(ecx), "+d"(edx), "+S"(mr0), "=b"(mr1)                   \
                         : "D"(u)                                                                  \
                         : "memory", "cc");                                                        \
        if (from_spec.raw != L4_ID_NIL) {                                                          \
            u[1] = mr1;                                                                            \
            u[2] = ecx;                                                                            \
        }                                                                                          \
        if (from)                                                                                  \
            from->raw = eax;                                                                       \
        u[0] = mr0;                                                                                \
        return L4_TagOfRaw(mr0);                                                                   \
    }
L4_IPC_STUB(L4_Ipc, 16)
L4_IPC_STUB(L4_Lipc, 20)

#define __L4_NEVER2 0ul /* Timeouts(Never, Never) */

L4_INLINE L4_MsgTag_t L4_Send_Timeout(L4_ThreadId_t to, L4_Time_t t)
{
    return L4_Ipc(to, L4_nilthread, L4_Timeouts(t, L4_Never), NULL);
}
L4_INLINE L4_MsgTag_t L4_Send(L4_ThreadId_t to)
{
    return L4_Ipc(to, L4_nilthread, __L4_NEVER2, NULL);
}
L4_INLINE L4_MsgTag_t L4_Reply(L4_ThreadId_t to) { return L4_Send_Timeout(to, L4_ZeroTime); }
L4_INLINE L4_MsgTag_t L4_Receive_Timeout(L4_ThreadId_t from, L4_Time_t t)
{
    return L4_Ipc(L4_nilthread, from, L4_Timeouts(L4_Never, t), NULL);
}
L4_INLINE L4_MsgTag_t L4_Receive(L4_ThreadId_t from)
{
    return L4_Ipc(L4_nilthread, from, __L4_NEVER2, NULL);
}
L4_INLINE L4_MsgTag_t L4_Call_Timeouts(L4_ThreadId_t to, L4_Time_t send, L4_Time_t receive)
{
    return L4_Ipc(to, to, L4_Timeouts(send, receive), NULL);
}
L4_INLINE L4_MsgTag_t L4_Call(L4_ThreadId_t to) { return L4_Ipc(to, to, __L4_NEVER2, NULL); }
L4_INLINE L4_MsgTag_t L4_Wait_Timeout(L4_Time_t t, L4_ThreadId_t *from)
{
    return L4_Ipc(L4_nilthread, L4_anythread, L4_Timeouts(L4_Never, t), from);
}
L4_INLINE L4_MsgTag_t L4_Wait(L4_ThreadId_t *from)
{
    return L4_Ipc(L4_nilthread, L4_anythread, __L4_NEVER2, from);
}
L4_INLINE L4_MsgTag_t L4_WaitLocal_Timeout(L4_Time_t t, L4_ThreadId_t *from)
{
    return L4_Ipc(L4_nilthread, L4_anylocalthread, L4_Timeouts(L4_Never, t), from);
}
L4_INLINE L4_MsgTag_t L4_WaitLocal(L4_ThreadId_t *from)
{
    return L4_Ipc(L4_nilthread, L4_anylocalthread, __L4_NEVER2, from);
}
L4_INLINE L4_MsgTag_t L4_ReplyWait_Timeout(L4_ThreadId_t to, L4_Time_t receive, L4_ThreadId_t *from)
{
    return L4_Ipc(to, L4_anythread, L4_Timeouts(L4_ZeroTime, receive), from);
}
L4_INLINE L4_MsgTag_t L4_ReplyWait(L4_ThreadId_t to, L4_ThreadId_t *from)
{
    return L4_Ipc(to, L4_anythread, L4_Timeouts(L4_ZeroTime, L4_Never), from);
}
L4_INLINE L4_MsgTag_t L4_ReplyWait_Local(L4_ThreadId_t to, L4_ThreadId_t *from)
{
    return L4_Ipc(to, L4_anylocalthread, L4_Timeouts(L4_ZeroTime, L4_Never), from);
}
L4_INLINE L4_MsgTag_t L4_Lcall(L4_ThreadId_t to) { return L4_Lipc(to, to, __L4_NEVER2, NULL); }
L4_INLINE L4_MsgTag_t L4_LreplyWait(L4_ThreadId_t to, L4_ThreadId_t *from)
{
    return L4_Lipc(to, L4_anylocalthread, L4_Timeouts(L4_ZeroTime, L4_Never), from);
}
/* Receives from the caller itself, and no thread can send that message.  Blocks for the time t. */
L4_INLINE void L4_Sleep(L4_Time_t t)
{
    L4_Set_MsgTag(L4_Niltag);
    L4_Receive_Timeout(L4_MyGlobalId(), t);
}

/* ---- errors: `code` is an ErrorCode.  Spec 5.9 */
L4_INLINE L4_Word_t L4_IpcErrorCode(L4_Word_t code) { return code >> 1 & 7; }
L4_INLINE L4_Bool_t L4_IpcErrorInReceive(L4_Word_t code) { return code & 1; }
L4_INLINE L4_Word_t L4_IpcErrorOffset(L4_Word_t code) { return code >> L4_IPC_OFFSET_SHIFT; }
/* Returns a short English phrase for the error code of a failed IPC, or of another failed system
 * call. */
const char *L4_IpcErrString(L4_Word_t code);
const char *L4_ErrString(L4_Word_t code);
#define L4_ErrorCode_String L4_ErrString

/* ---- propagation: the message in the MRs is sent in the name of `originator`.  Spec 5.7 */
L4_INLINE L4_MsgTag_t L4_Send_Propagated(L4_ThreadId_t to, L4_ThreadId_t originator, L4_Time_t t)
{
    L4_Set_VirtualSender(originator);
    L4_LoadMR(0, L4_MR(0) | L4_TAG_PROPAGATED);
    return L4_Send_Timeout(to, t);
}

#endif
