/* SPDX-License-Identifier: MIT */
/* Schedule and ThreadSwitch.  Spec 4.5, 4.6. */
#include "irq.h"
#include "kip.h"
#include "sched.h"
#include "space.h"
#include "syscall.h"
#include "timer.h"

#define UNCHANGED ((word_t)-1)

void sys_thread_switch(struct thread *self, word_t dest)
{
    struct thread *t = dest == L4_ID_NIL ? NULL : thread_find(self->space, dest);
    if (t == self)
        return;
    self->utcb->flags &= ~(word_t)L4_FLAG_PREEMPT_PENDING; /* this is the preemption */
    self->delays = false;
    self->delay_left = self->delay_max;
    if (t && thread_state(t) == THREAD_READY && !t->halted)
        sched_donate(t);
    else
        sched_yield();
}

static word_t state_of(const struct thread *t)
{
    if (t->kind == IPC_INTERRUPT)
        return thread_state(t) == THREAD_SENDING ? L4_SCHED_PENDING_SEND : L4_SCHED_INACTIVE;
    if (pistachio && thread_state(t) == THREAD_INACTIVE)
        return L4_SCHED_DEAD;
    if (thread_state(t) == THREAD_INACTIVE || t->halted)
        return L4_SCHED_INACTIVE;
    if (t->engaged)
        return t->copy_sends ? L4_SCHED_SENDING : L4_SCHED_RECEIVING;
    if (t->kind != IPC_USER && t->kind != IPC_START)
        return L4_SCHED_RUNNING; /* its IPC is not a call of its own */
    switch (t->searches ? THREAD_RECEIVING : thread_state(t)) {
    case THREAD_SENDING:
        return L4_SCHED_PENDING_SEND;
    case THREAD_RECEIVING:
        return L4_SCHED_WAITING;
    default:
        return L4_SCHED_RUNNING;
    }
}

static bool may_schedule(struct thread *self, struct thread *t)
{
    struct thread *scheduler = thread_find_global(t->scheduler);
    if (pistachio)
        return self->space->privileged || scheduler == self;
    return self->space->privileged || (scheduler && scheduler->space == self->space);
}

static bool is_period(word_t time)
{
    return !(time & L4_TIME_POINT);
}

static word_t check(struct thread *self, const struct schedule *a)
{
    word_t too_high = pistachio ? L4_ERR_PRIVILEGE : L4_ERR_PARAMETER;
    word_t no_period = pistachio ? L4_ERR_THREAD : L4_ERR_PARAMETER;
    if (a->priority != UNCHANGED &&
        (a->priority > 255 || (a->priority > self->priority && !self->space->privileged)))
        return a->priority > 255 ? L4_ERR_PARAMETER : too_high;
    if (a->time != UNCHANGED && (!is_period(a->time >> 16) || !is_period(a->time & 0xFFFF)))
        return no_period;
    if (a->processor != UNCHANGED && a->processor != 0 && !pistachio)
        return L4_ERR_PARAMETER;
    if (a->preemption != UNCHANGED && (a->preemption >> 16 & 255) > self->priority &&
        !self->space->privileged)
        return too_high;
    return L4_ERR_OK;
}

/* Returns the TimeControl of the time that is left: two Times; with compat=pistachio two numbers of
 * microseconds, at most what 16 bits hold. */
static word_t time_left(struct thread *t)
{
    uint32_t slice = sched_slice_left(t);
    uint64_t quantum = sched_quantum_left(t);
    if (pistachio)
        return (slice == SLICE_FOREVER ? 0 : slice) << 16 |
               (quantum == TIMEOUT_NEVER ? 0 : (uint16_t)quantum);
    return (word_t)(slice == SLICE_FOREVER ? L4_TIME_NEVER : timeout_encode(slice)) << 16 |
           timeout_encode(quantum);
}

word_t sys_schedule(struct thread *self, struct schedule *a)
{
    a->old_time = 0;
    word_t number = a->dest >> L4_ID_VERSION_BITS;
    struct thread *t = a->dest == L4_ID_NIL ? NULL : thread_find(self->space, a->dest);
    if (!id_is_local(a->dest) && number < USER_BASE && !(t && irq_attached(t)))
        return failed(self, L4_ERR_THREAD);
    if (!t)
        return id_is_local(a->dest) || a->dest == L4_ID_ANY || pistachio
                   ? failed(self, L4_ERR_THREAD)
                   : L4_SCHED_DEAD;
    if (!may_schedule(self, t))
        return failed(self, L4_ERR_PRIVILEGE);
    word_t err = check(self, a), state = state_of(t);
    if (err)
        return failed(self, err);
    a->old_time = time_left(t);
    if (pistachio)
        self->utcb->error = L4_ERR_OK;
    if (a->priority != UNCHANGED)
        sched_set_priority(t, a->priority);
    if (a->time != UNCHANGED) {
        sched_set_timeslice(t, a->time >> 16);
        sched_set_quantum(t, a->time);
    }
    if (a->preemption != UNCHANGED)
        sched_set_delay(t, a->preemption >> 16, a->preemption);
    return state;
}
