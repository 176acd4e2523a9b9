/* SPDX-License-Identifier: MIT */
/* The uses of ExchangeRegisters, one function for each.  Spec 4.12. */
#include <l4/thread.h>

#define NO L4_nilthread

static L4_ThreadId_t id_convert(L4_ThreadId_t t)
{
    return L4_ExchangeRegisters(t, 0, 0, 0, 0, 0, NO, NULL, NULL, NULL, NULL, NULL, NULL);
}

L4_ThreadId_t L4_GlobalIdOf(L4_ThreadId_t t)
{
    return L4_IsGlobalId(t) || L4_IsNilThread(t) ? t : id_convert(t);
}

L4_ThreadId_t L4_LocalIdOf(L4_ThreadId_t t) { return L4_IsGlobalId(t) ? id_convert(t) : t; }

L4_Bool_t L4_SameThreads(L4_ThreadId_t a, L4_ThreadId_t b)
{
    if (a.raw == b.raw)
        return true;
    if (L4_IsLocalId(a) == L4_IsLocalId(b) || L4_IsNilThread(a) || L4_IsNilThread(b))
        return false;
    return L4_GlobalIdOf(a).raw == L4_GlobalIdOf(b).raw;
}

L4_Word_t L4_UserDefinedHandleOf(L4_ThreadId_t t)
{
    L4_Word_t handle = 0;
    L4_ExchangeRegisters(t, L4_EXREGS_DELIVER, 0, 0, 0, 0, NO, NULL, NULL, NULL, NULL, &handle,
                         NULL);
    return handle;
}

void L4_Set_UserDefinedHandleOf(L4_ThreadId_t t, L4_Word_t handle)
{
    L4_ExchangeRegisters(t, L4_EXREGS_HANDLE, 0, 0, 0, handle, NO, NULL, NULL, NULL, NULL, NULL,
                         NULL);
}

L4_ThreadId_t L4_PagerOf(L4_ThreadId_t t)
{
    L4_ThreadId_t pager = L4_nilthread;
    L4_ExchangeRegisters(t, L4_EXREGS_DELIVER, 0, 0, 0, 0, NO, NULL, NULL, NULL, NULL, NULL,
                         &pager);
    return pager;
}

void L4_Set_PagerOf(L4_ThreadId_t t, L4_ThreadId_t pager)
{
    L4_ExchangeRegisters(t, L4_EXREGS_PAGER, 0, 0, 0, 0, pager, NULL, NULL, NULL, NULL, NULL, NULL);
}

#define RESUME (L4_EXREGS_HALT_VALID | L4_EXREGS_SEND | L4_EXREGS_RECEIVE)
#define STOP   (L4_EXREGS_HALT_VALID | L4_EXREGS_HALT | L4_EXREGS_DELIVER)

void L4_Start(L4_ThreadId_t t)
{
    L4_ExchangeRegisters(t, RESUME, 0, 0, 0, 0, NO, NULL, NULL, NULL, NULL, NULL, NULL);
}

void L4_Start_SpIp(L4_ThreadId_t t, L4_Word_t sp, L4_Word_t ip)
{
    L4_ExchangeRegisters(t, RESUME | L4_EXREGS_SP | L4_EXREGS_IP, sp, ip, 0, 0, NO, NULL, NULL,
                         NULL, NULL, NULL, NULL);
}

void L4_Start_SpIpFlags(L4_ThreadId_t t, L4_Word_t sp, L4_Word_t ip, L4_Word_t flags)
{
    L4_ExchangeRegisters(t, RESUME | L4_EXREGS_SP | L4_EXREGS_IP | L4_EXREGS_FLAGS, sp, ip, flags,
                         0, NO, NULL, NULL, NULL, NULL, NULL, NULL);
}

static L4_ThreadState_t stop(L4_ThreadId_t t, L4_Word_t abort, L4_Word_t *sp, L4_Word_t *ip,
                             L4_Word_t *flags)
{
    L4_ThreadState_t state = {0};
    L4_ExchangeRegisters(t, STOP | abort, 0, 0, 0, 0, NO, &state.raw, sp, ip, flags, NULL, NULL);
    return state;
}

L4_ThreadState_t L4_Stop(L4_ThreadId_t t) { return stop(t, 0, NULL, NULL, NULL); }

L4_ThreadState_t L4_Stop_SpIpFlags(L4_ThreadId_t t, L4_Word_t *sp, L4_Word_t *ip, L4_Word_t *flags)
{
    return stop(t, 0, sp, ip, flags);
}

L4_ThreadState_t L4_AbortReceive_and_stop(L4_ThreadId_t t)
{
    return stop(t, L4_EXREGS_RECEIVE, NULL, NULL, NULL);
}

L4_ThreadState_t L4_AbortSend_and_stop(L4_ThreadId_t t)
{
    return stop(t, L4_EXREGS_SEND, NULL, NULL, NULL);
}

L4_ThreadState_t L4_AbortIpc_and_stop(L4_ThreadId_t t)
{
    return stop(t, L4_EXREGS_SEND | L4_EXREGS_RECEIVE, NULL, NULL, NULL);
}

L4_ThreadState_t L4_AbortReceive_and_stop_SpIpFlags(L4_ThreadId_t t, L4_Word_t *sp, L4_Word_t *ip,
                                                    L4_Word_t *flags)
{
    return stop(t, L4_EXREGS_RECEIVE, sp, ip, flags);
}

L4_ThreadState_t L4_AbortSend_and_stop_SpIpFlags(L4_ThreadId_t t, L4_Word_t *sp, L4_Word_t *ip,
                                                 L4_Word_t *flags)
{
    return stop(t, L4_EXREGS_SEND, sp, ip, flags);
}

L4_ThreadState_t L4_AbortIpc_and_stop_SpIpFlags(L4_ThreadId_t t, L4_Word_t *sp, L4_Word_t *ip,
                                                L4_Word_t *flags)
{
    return stop(t, L4_EXREGS_SEND | L4_EXREGS_RECEIVE, sp, ip, flags);
}
