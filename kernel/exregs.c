/* SPDX-License-Identifier: MIT */
/* ExchangeRegisters.  Spec 4.2. */
#include "arch.h"
#include "ipc.h"
#include "kip.h"
#include "sched.h"
#include "space.h"
#include "strings.h"
#include "syscall.h"

/* A thread of the caller's space, or one that is paged from it ("pagerexregs"). */
static bool may_exchange(struct thread *self, struct thread *t)
{
    if (t->kind == IPC_INTERRUPT || !t->utcb)
        return false;
    if (t->space == self->space)
        return true;
    struct thread *pager = thread_find(t->space, t->utcb->pager);
    return pager && pager->space == self->space;
}

/* The phase that t waits in: the wait for the pager's reply counts as well, but in the middle of a
 * string copy it is the copy's. */
static word_t phase_of(const struct thread *t)
{
    if (t->engaged)
        return t->copy_sends ? L4_EXREGS_SEND : L4_EXREGS_RECEIVE;
    return thread_receives(t)                      ? L4_EXREGS_RECEIVE
           : thread_state(t) == THREAD_SENDING ? L4_EXREGS_SEND
                                               : 0;
}

static word_t state_bits(const struct thread *t)
{
    return (t->halted ? L4_EXREGS_HALT : 0) | phase_of(t);
}

static void abort_phases(struct thread *t, word_t control)
{
    if (!(phase_of(t) & control))
        return;
    if (t->engaged)
        string_break(t, L4_IPC_ABORTED);
    else
        ipc_abort(t, L4_IPC_CANCELLED);
}

static void halt_or_resume(struct thread *t, bool halt)
{
    bool was = t->halted;
    t->halted = halt;
    thread_leave_fast(t); /* a halted thread accepts nothing */
    if (!was || halt)
        return;
    if (thread_state(t) == THREAD_STOPPED) {
        t->state = THREAD_READY;
        sched_enqueue(t);
    } else {
        ipc_resume(t);
    }
}

word_t sys_exchange_registers(struct thread *self, struct exregs *a)
{
    struct thread *t = thread_find(self->space, a->dest);
    if (!t || !may_exchange(self, t)) {
        if (pistachio)
            a->control = 0;
        return failed(self, L4_ERR_THREAD);
    }
    struct exregs in = *a;
    a->control = state_bits(t);
    a->sp = arch_user_sp(t);
    a->ip = arch_user_ip(t);
    a->flags = arch_user_flags(t);
    a->handle = t->utcb->handle;
    a->pager = t->utcb->pager;
    if (in.control & L4_EXREGS_SP)
        arch_set_user_sp(t, in.sp);
    if (in.control & L4_EXREGS_IP)
        arch_set_user_ip(t, in.ip);
    if (in.control & L4_EXREGS_FLAGS) {
        thread_leave_fast(t); /* it does not restore flags */
        arch_set_user_flags(t, in.flags);
    }
    if (in.control & L4_EXREGS_HANDLE)
        t->utcb->handle = in.handle;
    if (in.control & L4_EXREGS_PAGER)
        t->utcb->pager = in.pager;
    abort_phases(t, in.control);
    if (in.control & L4_EXREGS_HALT_VALID)
        halt_or_resume(t, in.control & L4_EXREGS_HALT);
    return id_is_local(in.dest) ? t->id : t->local_id;
}
