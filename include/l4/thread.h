/* SPDX-License-Identifier: MIT */
/* Threads: ids, ThreadControl, ExchangeRegisters and its idioms.  Spec 4.2, 4.3, 4.12. */
#ifndef L4_THREAD_H
#define L4_THREAD_H

#include <l4/syscalls.h>
#include <l4/vregs.h>

/* ---- the two system calls (lib/l4/syscalls.asm) */
L4_Word_t L4_ThreadControl(L4_ThreadId_t dest, L4_ThreadId_t space, L4_ThreadId_t scheduler,
                           L4_ThreadId_t pager, void *utcb_location);
L4_Word_t __L4_ExchangeRegisters(L4_ThreadId_t dest, L4_Word_t control, L4_Word_t sp, L4_Word_t ip,
                                 L4_Word_t flags, L4_Word_t handle, L4_ThreadId_t pager,
                                 L4_Word_t *old_control, L4_Word_t *old_sp, L4_Word_t *old_ip,
                                 L4_Word_t *old_flags, L4_Word_t *old_handle,
                                 L4_ThreadId_t *old_pager);
/* The assembler part returns a word, because compilers differ in how they return a union. */
L4_INLINE L4_ThreadId_t L4_ExchangeRegisters(L4_ThreadId_t dest, L4_Word_t control, L4_Word_t sp,
                                             L4_Word_t ip, L4_Word_t flags, L4_Word_t handle,
                                             L4_ThreadId_t pager, L4_Word_t *old_control,
                                             L4_Word_t *old_sp, L4_Word_t *old_ip,
                                             L4_Word_t *old_flags, L4_Word_t *old_handle,
                                             L4_ThreadId_t *old_pager)
{
    return L4_ThreadIdOfRaw(__L4_ExchangeRegisters(dest, control, sp, ip, flags, handle, pager,
                                                   old_control, old_sp, old_ip, old_flags,
                                                   old_handle, old_pager));
}
#define L4_UTCB_UNCHANGED      ((void *)-1)

#define L4_ErrOk               L4_ERR_OK
#define L4_ErrNoPrivilege      L4_ERR_PRIVILEGE
#define L4_ErrInvalidThread    L4_ERR_THREAD
#define L4_ErrInvalidSpace     L4_ERR_SPACE
#define L4_ErrInvalidScheduler L4_ERR_SCHEDULER
#define L4_ErrInvalidParam     L4_ERR_PARAMETER
#define L4_ErrUtcbArea         L4_ERR_UTCB
#define L4_ErrKipArea          L4_ERR_KIP
#define L4_ErrNoMem            L4_ERR_MEMORY

/* ---- ids.  LocalIdOf and GlobalIdOf return nil if the thread is in another space or does not
 * exist. */
L4_ThreadId_t L4_GlobalIdOf(L4_ThreadId_t t);
L4_ThreadId_t L4_LocalIdOf(L4_ThreadId_t t);
#define L4_LocalId L4_LocalIdOf
/* True if both ids name the same thread, each as a local or a global id. */
L4_Bool_t L4_SameThreads(L4_ThreadId_t a, L4_ThreadId_t b);

/* ---- TCRs of other threads, by ExchangeRegisters */
L4_Word_t L4_UserDefinedHandleOf(L4_ThreadId_t t);
void L4_Set_UserDefinedHandleOf(L4_ThreadId_t t, L4_Word_t handle);
L4_ThreadId_t L4_PagerOf(L4_ThreadId_t t);
void L4_Set_PagerOf(L4_ThreadId_t t, L4_ThreadId_t pager);

/* ---- start and stop.  Start and Abort... cancel a pending IPC of the thread; Stop does not. */
typedef struct {
    L4_Word_t raw;
} L4_ThreadState_t;
L4_INLINE L4_Bool_t L4_ThreadWasHalted(L4_ThreadState_t s) { return (s.raw & L4_EXREGS_HALT) != 0; }
L4_INLINE L4_Bool_t L4_ThreadWasReceiving(L4_ThreadState_t s)
{
    return (s.raw & L4_EXREGS_RECEIVE) != 0;
}
L4_INLINE L4_Bool_t L4_ThreadWasSending(L4_ThreadState_t s)
{
    return (s.raw & L4_EXREGS_SEND) != 0;
}
L4_INLINE L4_Bool_t L4_ThreadWasIpcing(L4_ThreadState_t s)
{
    return (s.raw & (L4_EXREGS_SEND | L4_EXREGS_RECEIVE)) != 0;
}

/* All are ExchangeRegisters of a thread in the caller's own space; they never block.  Start lets a
 * halted thread go on, at ip with the stack pointer sp and the EFLAGS `flags` if these are given.
 * The others halt it, and return in which state it was; what is not NULL gets the registers that it
 * had.  If the thread does not exist, or is of another space, nothing changes, and L4_ErrorCode()
 * is L4_ERR_THREAD.  Spec 4.2 */
void L4_Start(L4_ThreadId_t t);
void L4_Start_SpIp(L4_ThreadId_t t, L4_Word_t sp, L4_Word_t ip);
void L4_Start_SpIpFlags(L4_ThreadId_t t, L4_Word_t sp, L4_Word_t ip, L4_Word_t flags);
L4_ThreadState_t L4_Stop(L4_ThreadId_t t);
L4_ThreadState_t L4_Stop_SpIpFlags(L4_ThreadId_t t, L4_Word_t *sp, L4_Word_t *ip, L4_Word_t *flags);
L4_ThreadState_t L4_AbortReceive_and_stop(L4_ThreadId_t t);
L4_ThreadState_t L4_AbortSend_and_stop(L4_ThreadId_t t);
L4_ThreadState_t L4_AbortIpc_and_stop(L4_ThreadId_t t);
L4_ThreadState_t L4_AbortReceive_and_stop_SpIpFlags(L4_ThreadId_t t, L4_Word_t *sp, L4_Word_t *ip,
                                                    L4_Word_t *flags);
L4_ThreadState_t L4_AbortSend_and_stop_SpIpFlags(L4_ThreadId_t t, L4_Word_t *sp, L4_Word_t *ip,
                                                 L4_Word_t *flags);
L4_ThreadState_t L4_AbortIpc_and_stop_SpIpFlags(L4_ThreadId_t t, L4_Word_t *sp, L4_Word_t *ip,
                                                L4_Word_t *flags);

/* ---- interrupts, spec 6.5 */
L4_INLINE L4_ThreadId_t L4_IrqId(L4_Word_t line) { return L4_GlobalId(line, 1); }
L4_INLINE L4_Word_t L4_AssociateInterrupt(L4_ThreadId_t irq, L4_ThreadId_t handler)
{
    return L4_ThreadControl(irq, irq, L4_nilthread, handler, L4_UTCB_UNCHANGED);
}
L4_INLINE L4_Word_t L4_DeassociateInterrupt(L4_ThreadId_t irq)
{
    return L4_ThreadControl(irq, irq, L4_nilthread, irq, L4_UTCB_UNCHANGED);
}

#endif
