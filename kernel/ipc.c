/* SPDX-License-Identifier: MIT */
/* Ipc: an optional send phase, then an optional receive phase.  Spec 5.1-5.3, 5.7.
 *
 * Before: arch/x86/syscall.c (Ipc), fault.c (messages the kernel writes).  After: transfer.c, sched.c.
 * A receiver that finds a sender queued takes the message itself, and puts the sender into its own
 * receive phase at once: a prompt reply never finds a thread between its two phases. */
#include "ipc.h"

#include "irq.h"
#include "redirect.h"
#include "sched.h"
#include "space.h"
#include "strings.h"
#include "timer.h"

static inline uint16_t send_timeout(const struct thread *t)
{
    return t->timeouts >> 16;
}

static inline uint16_t receive_timeout(const struct thread *t)
{
    return t->timeouts & 0xFFFF;
}

/* ---- who may talk to whom */

/* In whose name src sends to dst: its own, or the virtual sender's if propagation is granted. */
static struct thread *apparent_sender(struct thread *src, const struct thread *dst)
{
    struct thread *v = src->virtual_sender ? thread_find_global(src->virtual_sender) : NULL;
    if (v && (v->space == src->space || src->space == dst->space || redirects(src, v->space)))
        return v;
    return src;
}

static bool is_wildcard(word_t accepts)
{
    return accepts == L4_ID_ANY || accepts == L4_ID_ANYLOCAL;
}

/* dst, receiving from `accepts`, takes a message of src.  Who was redirected on the way to `accepts`
 * takes the answer of the redirector. */
static bool admits(const struct thread *dst, word_t accepts, struct thread *src)
{
    if (accepts == L4_ID_ANY || accepts == src->id)
        return true;
    if (accepts == dst->intended && src->id == dst->redirected_to)
        return true;
    struct thread *a = apparent_sender(src, dst);
    return accepts == a->id || (accepts == L4_ID_ANYLOCAL && a->space == dst->space);
}

/* dst is in a receive phase that takes src's message now. */
static bool thread_accepts(const struct thread *dst, struct thread *src)
{
    return thread_state(dst) == THREAD_RECEIVING && !dst->halted &&
           admits(dst, accepts_of(dst), src);
}

/* The oldest queued sender whose message t, waiting for `accepts`, would take. */
static struct thread *pending_sender(struct thread *t, word_t accepts)
{
    list_for_each (n, &t->senders) {
        struct thread *src = list_entry(n, struct thread, in_queue);
        if (admits(t, accepts, src))
            return src;
    }
    return NULL;
}

/* FromSpecifier as a global id or a wildcard; false if it names nobody. */
static bool resolve_from(struct thread *self, word_t *accepts)
{
    if (is_wildcard(self->from_spec)) {
        *accepts = self->from_spec;
        return true;
    }
    struct thread *from = thread_find(self->space, self->from_spec);
    if (!from) {
        *accepts = self->from_spec; /* a pager may come later */
        return self->kind == IPC_START;
    }
    *accepts = from->id;
    return true;
}

/* ---- waiting and waking */

static void begin_receive(struct thread *t, word_t accepts)
{
    t->receive_result = IPC_PENDING;
    if (t->kind == IPC_USER && receive_timeout(t) == L4_TIME_NEVER && !t->halted) {
        t->state = THREAD_READY;
        t->fast_from = accepts;
        t->kernel_sp = NULL; /* all that is left to do is in the TCB: ipc_fast_woken() */
    } else {
        t->state = THREAD_RECEIVING;
        t->accepts = accepts;
        timer_arm(t, receive_timeout(t));
    }
}

/* t is READY again, but on no queue: the caller enqueues it or hands over to it. */
static void wake(struct thread *t)
{
    timer_disarm(t);
    t->state = THREAD_READY;
    t->fast_from = L4_ID_NIL;
    t->intended = L4_ID_NIL; /* the fast path, if we come to it, does not look */
}

static void wake_and_enqueue(struct thread *t)
{
    wake(t);
    sched_enqueue(t);
}

static void leave_senders(struct thread *src)
{
    list_remove(&src->in_queue);
    src->partner->obstacles -= OBSTACLE_SENDER;
    timer_disarm(src);
}

static void join_senders(struct thread *src, struct thread *dst)
{
    src->state = THREAD_SENDING;
    src->partner = dst;
    list_add_tail(&dst->senders, &src->in_queue);
    dst->obstacles += OBSTACLE_SENDER;
}

/* ---- a message passes */

/* What dst sees when src sees err: it has the other view of whose page was missing. */
static int mirrored(int err)
{
    return err == L4_IPC_XFER_INVOKER   ? L4_IPC_XFER_PARTNER
           : err == L4_IPC_XFER_PARTNER ? L4_IPC_XFER_INVOKER
                                        : err;
}

/* Moves src's message to dst, which is RECEIVING; one of them is current.  dst is READY afterwards,
 * on no queue, with its result; src's result is returned.  Strings block, and if it is IPC_GONE
 * then, current's partner is not to be touched. */
static int deliver(struct thread *src, struct thread *dst)
{
    int err = transfer_message(src, dst);
    if (err == IPC_GONE)
        return err;
    struct thread *apparent = apparent_sender(src, dst);
    dst->receive_result = mirrored(err);
    dst->sender = thread_name_for(apparent, dst->space);
    if (apparent != src) {
        if (dst->kind == IPC_USER) {
            dst->utcb->mr[0] |= L4_TAG_PROPAGATED;
            dst->utcb->sender = thread_name_for(src, dst->space);
        }
        if (thread_state(apparent) == THREAD_RECEIVING && !is_wildcard(accepts_of(apparent)) &&
            admits(apparent, accepts_of(apparent), src)) {
            thread_leave_fast(apparent);
            apparent->accepts = dst->id; /* the receiver may answer the originator directly */
        }
    }
    if (src->intended && dst->kind == IPC_USER) {
        dst->utcb->mr[0] |= L4_TAG_REDIRECTED;
        dst->utcb->intended = src->intended;
    }
    if (src->kind == IPC_PAGE_FAULT) {
        if (src->space == dst->space)
            src->space->faults_self++;
        else
            src->space->faults_other++;
    }
    wake(dst);
    return err;
}

/* src's queued message has been taken (or refused): it goes on, if need be into its receive phase
 * without running first. */
static void send_finished(struct thread *src, int err)
{
    word_t accepts;
    if (src->kind == IPC_INTERRUPT) {
        irq_delivered(src);
        return;
    }
    src->send_result = err;
    src->virtual_sender = L4_ID_NIL;
    if (err == IPC_OK && src->from_spec && resolve_from(src, &accepts) &&
        !timeout_is_zero(receive_timeout(src)) && !pending_sender(src, accepts))
        begin_receive(src, accepts);
    else
        wake_and_enqueue(src);
}

/* self takes the message of src, who waits on its queue.  Blocks if there are strings in it. */
static int take(struct thread *self, struct thread *src)
{
    leave_senders(src);
    int err = deliver(src, self);
    if (err == IPC_GONE)
        return L4_IPC_ABORTED;
    send_finished(src, err);
    return self->receive_result;
}

/* ---- the two phases */

/* Until the IPC is decided.  Before that self may be needed to serve a fault in a string copy. */
static void wait(struct thread *self, struct thread *next)
{
    if (next)
        sched_hand_over(next);
    else
        sched_block();
    while (self->copy_fault)
        string_serve(self);
}

/* Waits on dst's queue until it receives.  Blocks. */
static int wait_to_send(struct thread *self, struct thread *dst)
{
    if (timeout_is_zero(send_timeout(self)))
        return L4_IPC_TIMEOUT;
    self->send_result = IPC_PENDING;
    join_senders(self, dst);
    timer_arm(self, send_timeout(self));
    wait(self, NULL);
    assert(self->send_result != IPC_PENDING);
    return self->send_result;
}

/* Blocks.  *woken is a receiver that is READY but on no queue. */
static int ipc_send(struct thread *self, word_t to, struct thread **woken)
{
    struct thread *dst = thread_find(self->space, to);
    if (!dst)
        return L4_IPC_NO_PARTNER;
    if (dst->kind == IPC_INTERRUPT)
        return irq_acknowledge(dst, self);
    if (self->space->redirector)
        dst = redirect(self, dst);
    if (!thread_accepts(dst, self))
        return wait_to_send(self, dst);
    /* ---- commit: from here the receiver sees the message, whole or broken off ---- */
    int err = deliver(self, dst);
    if (err == IPC_GONE)
        return L4_IPC_ABORTED;
    *woken = dst;
    return err;
}

/* Blocks.  `woken` gets the processor if we wait, else a place in its queue.  A wait that the fast path
 * may end does not come back here: it has no stack, and ends in ipc_fast_woken(). */
static int ipc_receive(struct thread *self, struct thread *woken)
{
    word_t accepts;
    int err = self->receive_result; /* it may all have happened while we waited to send */
    while (err == IPC_PENDING || err == IPC_RETRY) {
        if (!resolve_from(self, &accepts)) {
            err = L4_IPC_NO_PARTNER;
            break;
        }
        struct thread *src = pending_sender(self, accepts);
        if (!src && timeout_is_zero(receive_timeout(self))) {
            err = L4_IPC_TIMEOUT;
        } else if (src) {
            if (woken)
                sched_enqueue(woken);
            woken = NULL;
            err = take(self, src);
        } else {
            self->virtual_sender = L4_ID_NIL;
            begin_receive(self, accepts);
            wait(self, woken);
            woken = NULL;
            err = self->receive_result;
            assert(err != IPC_PENDING);
        }
    }
    if (woken)
        sched_enqueue(woken);
    return err;
}

int ipc_call(struct thread *self, enum ipc_kind kind, word_t to, word_t from, word_t timeouts,
             word_t *phase)
{
    struct thread *woken = NULL;
    int err = IPC_OK;
    self->kind = kind;
    self->from_spec = from;
    self->timeouts = timeouts;
    self->receive_result = IPC_PENDING;
    self->error_offset = 0;
    self->intended = L4_ID_NIL;
    *phase = L4_IPC_PHASE_SEND;
    if (to != L4_ID_NIL)
        err = ipc_send(self, to, &woken);
    if (err == IPC_OK && from != L4_ID_NIL) {
        *phase = L4_IPC_PHASE_RECEIVE;
        err = ipc_receive(self, woken);
    } else if (woken) {
        sched_enqueue(woken);
    }
    self->kind = IPC_USER;
    self->virtual_sender = L4_ID_NIL;
    return err;
}

/* The virtual sender as a global id, if the caller asks for propagation and names anybody. */
static word_t virtual_sender(struct thread *self)
{
    struct thread *v = NULL;
    if (self->utcb->mr[0] & L4_TAG_PROPAGATED)
        v = thread_find(self->space, self->utcb->sender);
    return v && v != self ? v->id : L4_ID_NIL;
}

static void report_error(struct thread *self, int err, word_t phase)
{
    self->utcb->mr[0] = L4_TAG_ERROR;
    self->utcb->error = self->error_offset << L4_IPC_OFFSET_SHIFT | (word_t)err << 1 | phase;
}

void sys_ipc(struct thread *self, word_t to, word_t from, word_t timeouts)
{
    word_t phase;
    self->sender = L4_ID_NIL;
    if (to != L4_ID_NIL)
        self->virtual_sender = virtual_sender(self);
    int err = ipc_call(self, IPC_USER, to, from, timeouts, &phase);
    if (err != IPC_OK)
        report_error(self, err, phase);
    else if (from == L4_ID_NIL)
        self->utcb->mr[0] &= ~(word_t)L4_TAG_ERROR;
}

void ipc_fast_woken(struct thread *self)
{
    while (self->copy_fault)
        string_serve(self);
    int err = self->receive_result;
    if (err == IPC_RETRY)
        err = ipc_receive(self, NULL);
    if (err != IPC_OK)
        report_error(self, err, L4_IPC_PHASE_RECEIVE);
}

/* ---- what others do to a thread's IPC */

void ipc_await_start(struct thread *t, word_t pager)
{
    t->kind = IPC_START;
    t->from_spec = pager;
    t->timeouts = 0;
    begin_receive(t, pager);
    ipc_resume(t); /* the pager may have sent before t could receive */
}

void ipc_post(struct thread *src, struct thread *dst)
{
    if (thread_accepts(dst, src)) {
        deliver(src, dst);
        irq_delivered(src);
        sched_enqueue(dst);
    } else {
        join_senders(src, dst);
    }
}

void ipc_withdraw(struct thread *src)
{
    leave_senders(src);
}

void ipc_abort(struct thread *t, int error)
{
    if (thread_state(t) == THREAD_SENDING) {
        leave_senders(t);
        t->send_result = error;
        wake_and_enqueue(t);
    } else if (thread_state(t) == THREAD_RECEIVING) {
        t->receive_result = error;
        wake_and_enqueue(t);
    }
}

void ipc_expire(struct thread *t)
{
    if (t->engaged)
        string_break(t, L4_IPC_TIMEOUT);
    else
        ipc_abort(t, L4_IPC_TIMEOUT);
}

void ipc_forsake(struct thread *t)
{
    list_for_each_safe (n, next, &t->senders) {
        struct thread *src = list_entry(n, struct thread, in_queue);
        if (src->kind == IPC_INTERRUPT)
            irq_withdraw(src);
        else
            ipc_abort(src, L4_IPC_NO_PARTNER);
    }
}

bool ipc_waits_in_vain(const struct thread *t)
{
    return thread_state(t) == THREAD_RECEIVING && t->kind != IPC_START &&
           !is_wildcard(accepts_of(t)) && !thread_find_global(accepts_of(t));
}

void ipc_resume(struct thread *t)
{
    if (thread_state(t) == THREAD_RECEIVING && pending_sender(t, accepts_of(t)))
        ipc_abort(t, IPC_RETRY);
}
