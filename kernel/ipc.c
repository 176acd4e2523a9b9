/* SPDX-License-Identifier: MIT */
/* Ipc: an optional send phase, then an optional receive phase.  Spec 5.1-5.3, 5.7.
 *
 * Before: arch/x86/syscall.c (Ipc) and fault.c (messages that the kernel writes).
 * After: transfer.c and sched.c.
 *
 * src sends and dst receives; self makes the call.  A thread that waits to send is on the sender
 * queue of its receiver (`senders`).  A receiver searches its sender queue for a sender that it
 * accepts, and takes the message itself.  If that sender also has a receive phase, this phase
 * begins at the same moment, although the sender does not run yet.  So even a reply that comes at
 * once finds the sender waiting for it.
 *
 * Start at sys_ipc(), near the end, and at the simplest cases right above it. */
#include "ipc.h"

#include "arch.h"
#include "fpage.h"
#include "irq.h"
#include "kip.h"
#include "map.h"
#include "redirect.h"
#include "sched.h"
#include "space.h"
#include "strings.h"
#include "timer.h"

/* The flags of a tag that the kernel sets for the receiver, whatever the sender wrote there. */
#define TAG_FLAGS ((word_t)(L4_TAG_ERROR | L4_TAG_XCPU | L4_TAG_REDIRECTED | L4_TAG_PROPAGATED))
#define STRETCH 32 /* queued senders that a search looks at between two preemption points */

static inline uint16_t send_timeout(const struct thread *t)
{
    return t->timeouts >> 16;
}

static inline uint16_t receive_timeout(const struct thread *t)
{
    return t->timeouts & 0xFFFF;
}

/* ---- which threads may talk */

/* The thread in whose name src sends to dst: the virtual sender if it exists and propagation is
 * permitted, else src. */
static inline struct thread *apparent_sender(struct thread *src, const struct thread *dst)
{
    struct thread *v =
        unlikely(src->virtual_sender) ? thread_find_global(src->virtual_sender) : NULL;
    if (v && (v->space == src->space || src->space == dst->space || redirects(src, v->space)))
        return v;
    return src;
}

static bool is_wildcard(word_t accepts)
{
    return accepts == L4_ID_ANY || accepts == L4_ID_ANYLOCAL;
}

/* True if a receive phase of dst that names `accepts` may take a message from src.  If dst's own
 * message to `accepts` was redirected, dst also accepts the redirector's reply. */
static bool admits(const struct thread *dst, word_t accepts, struct thread *src)
{
    if (accepts == L4_ID_ANY || accepts == src->id)
        return true;
    if (accepts == dst->intended && src->id == dst->redirected_to)
        return true;
    struct thread *a = apparent_sender(src, dst);
    return accepts == a->id || (accepts == L4_ID_ANYLOCAL && a->space == dst->space);
}

/* If t's timeout is over, ends t's wait and returns true. */
static bool wait_is_over(struct thread *t)
{
    if (likely(list_empty(&t->in_wheel)) || !timer_is_over(t))
        return false;
    ipc_expire(t);
    return true;
}

/* True if dst is in a receive phase and takes src's message now.  If dst's timeout is over, ends
 * dst's wait instead. */
static inline bool thread_accepts(struct thread *dst, struct thread *src)
{
    if (dst->fast_from == L4_ID_ANY || dst->fast_from == src->id)
        return true; /* the two commonest cases of the test that follows */
    return thread_receives(dst) && !dst->halted &&
           admits(dst, accepts_of(dst), src) && !wait_is_over(dst);
}

/* Sets *accepts to self's FromSpecifier, as a global id or a wildcard.  Returns false if the
 * FromSpecifier names no thread. */
static bool resolve_from(struct thread *self, word_t *accepts)
{
    *accepts = self->from_spec;
    if (is_wildcard(self->from_spec))
        return true;
    struct thread *from = thread_find(self->space, self->from_spec);
    if (from)
        *accepts = from->id;
    return from || self->kind == IPC_START; /* the pager may be created later */
}

/* ---- waiting and waking */

/* t waits for a message from `accepts` from now on.  If the fast path may end the wait, nothing on
 * t's kernel stack is needed any more: the TCB holds all that is left to do. */
static inline void begin_receive(struct thread *t, word_t accepts)
{
    t->receive_result = IPC_PENDING;
    if (likely(t->kind == IPC_USER && receive_timeout(t) == L4_TIME_NEVER &&
               !t->halted && !t->intended &&
               !(t->obstacles & (OBSTACLE_QUANTUM | OBSTACLE_COMPAT)))) {
        t->state = THREAD_READY;
        t->fast_from = accepts;
        t->kernel_sp = NULL; /* see ipc_fast_woken() */
    } else {
        t->state = THREAD_RECEIVING;
        t->accepts = accepts;
        if (list_empty(&t->in_wheel)) /* else t waited before its search: the timeout runs */
            timer_arm(t, receive_timeout(t));
    }
}

/* Ends t's wait.  t is READY then, but on no queue: the caller enqueues t or switches to it. */
static inline void wake(struct thread *t)
{
    if (!t->fast_from)
        timer_disarm(t);
    t->state = THREAD_READY;
    t->fast_from = L4_ID_NIL;
}

static void wake_and_enqueue(struct thread *t)
{
    wake(t);
    sched_enqueue(t);
}

/* A message comes to t while t searches its sender queue.  The search ends, and from here on t is
 * like any thread that waits. */
static void end_search(struct thread *t)
{
    assert(thread_state(t) == THREAD_READY);
    t->searches = t->in_kernel = false; /* a search keeps no pointers: it can simply end */
    t->state = THREAD_RECEIVING;
    if (t != current)
        sched_dequeue(t);
}

/* src leaves the sender queue of its partner. */
static inline void leave_senders(struct thread *src)
{
    list_remove(&src->in_queue);
    src->partner->obstacles -= OBSTACLE_SENDER;
    src->partner->proxies -= src->virtual_sender != L4_ID_NIL;
}

void ipc_withdraw(struct thread *src)
{
    assert(thread_state(src) == THREAD_SENDING);
    leave_senders(src);
    timer_disarm(src);
}

/* src joins the sender queue of dst, as the last. */
static void join_senders(struct thread *src, struct thread *dst)
{
    assert(list_empty(&src->in_queue));
    src->state = THREAD_SENDING;
    src->partner = dst;
    list_add_tail(&dst->senders, &src->in_queue);
    dst->obstacles += OBSTACLE_SENDER;
    dst->proxies += src->virtual_sender != L4_ID_NIL;
}

/* ---- a message passes */

/* The message registers of t's IPC: those of its UTCB, or kmsg if the kernel writes the message. */
static inline word_t *registers_of(struct thread *t)
{
    return likely(t->kind == IPC_USER) ? (word_t *)t->utcb->mr : t->kmsg;
}

/* Copies the tag, without the flags that only the kernel may set, and `words` words behind it. */
static inline void copy_words(word_t *to, const word_t *from, word_t words)
{
    to[0] = from[0] & ~TAG_FLAGS;
    for (; words; words--)
        to[words] = from[words];
}

/* Copies src's message to dst: tag, untyped words, typed items.  Spec 5.4.  Returns the result as
 * src sees it, or IPC_GONE.  Blocks in typed items. */
static inline int transfer(struct thread *src, struct thread *dst)
{
    const word_t *from = registers_of(src);
    word_t tag = from[0], u = tag & L4_TAG_U_MASK,
           t = (tag & L4_TAG_T_MASK) >> L4_TAG_T_SHIFT, words = u;
    if (unlikely(t && u + 1 + t > L4_NUM_MRS)) {
        copy_words(registers_of(dst), from, 0);
        src->error_offset = dst->error_offset = 0;
        return L4_IPC_OVERFLOW;
    }
    if (dst->kind != IPC_USER && words >= KMSG_WORDS)
        words = KMSG_WORDS - 1; /* kmsg holds no more, and the kernel needs no more */
    copy_words(registers_of(dst), from, words);
    return likely(!t) ? IPC_OK : transfer_typed(src, dst, from, u + 1, u + 1 + t);
}

/* Counts a page fault of src.  faults_self counts the faults that a pager of the same space serves,
 * faults_other all others. */
static void count_fault(const struct thread *src, const struct thread *pager)
{
    *(src->space == pager->space ? &src->space->faults_self : &src->space->faults_other) += 1;
}

/* The error that dst sees when src sees err.  The thread whose page was missing is the invoker in
 * its own view, and the partner in the other's view. */
static int mirrored(int err)
{
    return err == L4_IPC_XFER_INVOKER   ? L4_IPC_XFER_PARTNER
           : err == L4_IPC_XFER_PARTNER ? L4_IPC_XFER_INVOKER
                                        : err;
}

/* Tells dst that src sends in the name of `apparent`.  If `apparent` waits for src alone, it waits
 * for dst from now on, so that dst can reply in src's place. */
static void propagate(struct thread *src, struct thread *dst, struct thread *apparent)
{
    if (dst->kind == IPC_USER) {
        dst->utcb->mr[0] |= L4_TAG_PROPAGATED;
        dst->utcb->sender = src->id;
    }
    if (apparent != dst && thread_receives(apparent) && !is_wildcard(accepts_of(apparent)) &&
        admits(apparent, accepts_of(apparent), src)) {
        thread_leave_fast(apparent);
        apparent->accepts = apparent->from_spec = dst->id;
    }
}

/* For compat=pistachio.  Pistachio's fast path names a sender by its global id.  Pistachio sets the
 * X bit in the label of a page fault that is no write: the access may have been a fetch. */
static void settle_as_pistachio(struct thread *src, struct thread *dst,
                                const struct thread *apparent)
{
    if (apparent == src && dst->replies)
        dst->sender = src->id;
    if (src->kind == IPC_PAGE_FAULT && dst->kind == IPC_USER &&
        !(src->kmsg[0] & L4_FPAGE_W << L4_TAG_LABEL_SHIFT))
        dst->utcb->mr[0] |= L4_FPAGE_X << L4_TAG_LABEL_SHIFT;
}

/* Sets dst's results after a delivery that is a special case: it failed with err, or src sent in
 * another thread's name, or the message was redirected, or compat=pistachio is on. */
static void settle(struct thread *src, struct thread *dst, int err)
{
    struct thread *apparent = apparent_sender(src, dst);
    dst->receive_result = mirrored(err);
    dst->sender = thread_name_for(apparent, dst->space);
    if (pistachio)
        settle_as_pistachio(src, dst, apparent);
    if (apparent != src)
        propagate(src, dst, apparent);
    if (src->intended && dst->kind == IPC_USER) {
        dst->utcb->mr[0] |= L4_TAG_REDIRECTED;
        dst->utcb->intended = src->intended;
    }
}

/* Delivers src's message to dst.
 * Pre: dst accepts src; src or dst is current, or src is an interrupt.
 * Post: dst has its result and is READY, on no queue.
 * Returns src's result; or IPC_GONE, and then current's partner does not exist any more and must
 * not be touched.  Blocks in typed items. */
static int deliver(struct thread *src, struct thread *dst)
{
    if (unlikely(dst->searches))
        end_search(dst);
    int err = transfer(src, dst);
    if (unlikely(err == IPC_GONE))
        return err;
    dst->receive_result = IPC_OK;
    dst->sender = thread_name_for(src, dst->space);
    if (unlikely((word_t)err | src->virtual_sender | src->intended | pistachio))
        settle(src, dst, err);
    if (unlikely(src->kind == IPC_PAGE_FAULT))
        count_fault(src, dst);
    wake(dst);
    return err;
}

/* Puts t into its receive phase.  If senders are queued, t searches its queue as soon as it runs.
 * Pre: t does not run. */
static void receive_or_search(struct thread *t, word_t accepts)
{
    assert(t != current);
    begin_receive(t, accepts);
    ipc_resume(t);
}

/* A receiver took src's queued message (err is IPC_OK), or the message failed with err.  If src
 * must wait in its receive phase, src enters it now, without running first; otherwise src becomes
 * READY. */
static void send_finished(struct thread *src, int err)
{
    word_t accepts;
    if (src->kind == IPC_INTERRUPT) {
        irq_delivered(src);
        return;
    }
    src->send_result = err;
    if (err != IPC_OK || !src->from_spec || !resolve_from(src, &accepts) ||
        timeout_is_zero(receive_timeout(src)))
        wake_and_enqueue(src);
    else
        receive_or_search(src, accepts);
}

/* self takes the message of src, which is on self's sender queue.  Returns self's result.  Blocks
 * in typed items. */
static int take(struct thread *self, struct thread *src)
{
    assert(src->partner == self);
    ipc_withdraw(src);
    int err = deliver(src, self);
    if (err == IPC_GONE)
        return L4_IPC_ABORTED;
    send_finished(src, err);
    return self->receive_result;
}

/* ---- the two phases */

/* self waits until its IPC has a result.  If `next` is not NULL, `next` gets the processor for the
 * rest of self's slice, unless self's overtime ends here.  Until there is a result, self may wake
 * several times, each time to ask its pager for a page that a string copy needs.
 * Pre: `next`, if it is not NULL, is READY and on no queue.  Blocks. */
static inline void wait(struct thread *self, struct thread *next)
{
    if (unlikely(self->obstacles & OBSTACLE_OVERTIME))
        next = sched_overtime_ends(self, next);
    if (next && self->fast_from)
        arch_leave_to(next);
    else if (next)
        arch_switch_to(next); /* on the rest of self's slice */
    else
        sched_block();
    while (unlikely(self->copy_fault))
        string_serve(self);
}

/* self waits on dst's sender queue until dst takes the message.  `again`: self's wait for another
 * receiver ended with IPC_RETRY, and only the rest of its send timeout is left.
 * Returns the result of the send phase, or IPC_RETRY if another thread may be the addressee now.
 * Blocks. */
static int wait_to_send(struct thread *self, struct thread *dst, bool again)
{
    if (timeout_is_zero(send_timeout(self)))
        return L4_IPC_TIMEOUT;
    self->send_result = IPC_PENDING;
    join_senders(self, dst);
    if (unlikely(again) && send_timeout(self) != L4_TIME_NEVER)
        timer_start_at(self, self->expires);
    else
        timer_arm(self, send_timeout(self));
    wait(self, NULL);
    return self->send_result;
}

/* The thread that gets self's message to dst: dst or a redirector.  Notes in self whether the
 * message is redirected.  Spec 5.8. */
static struct thread *addressee(struct thread *self, struct thread *dst)
{
    struct thread *r = redirect(self, dst);
    self->intended = r == dst ? L4_ID_NIL : dst->id;
    self->redirected_to = r->id;
    return r;
}

/* The send phase: delivers self's message to `to`, or waits until the receiver takes it.
 * Post: if self's message was delivered at once, *woken is the receiver, READY but on no queue;
 * else *woken is as before.
 * Returns IPC_OK or an error.  Blocks. */
static inline int ipc_send(struct thread *self, word_t to, struct thread **woken)
{
    struct thread *dst;
    int err = IPC_OK;
    for (;;) {
        dst = thread_find(self->space, to);
        if (unlikely(!dst))
            return L4_IPC_NO_PARTNER;
        if (unlikely(dst->kind == IPC_INTERRUPT))
            return irq_acknowledge(dst, self);
        if (unlikely(self->space->redirector || err == IPC_RETRY))
            dst = addressee(self, dst);
        if (likely(thread_accepts(dst, self)))
            break;
        err = wait_to_send(self, dst, err == IPC_RETRY);
        if (err != IPC_RETRY)
            return err;
    }
    /* ---- commit: from here the receiver sees the message, whole or broken off ---- */
    err = deliver(self, dst);
    if (unlikely(err == IPC_GONE))
        return L4_IPC_ABORTED;
    *woken = dst;
    return err;
}

/* Searches self's sender queue.  Returns a sender that self accepts, or NULL.  Blocks.
 *
 * After each stretch other threads may run.  They may send to self as if self waited already, or
 * end self's wait; then the search is over.  They may also join or leave the queue.  So the search
 * does not remember a place in the queue: it moves the senders that it has seen to the end of the
 * queue.  If it finds no sender, it has moved them all, and the queue has its old order again,
 * apart from the senders that joined meanwhile.
 *
 * `left` counts the senders that the search has not seen yet. */
static struct thread *search(struct thread *self)
{
    struct list_node *n = self->senders.next;
    self->searches = true;
    for (word_t left = self->obstacles & OBSTACLE_SENDERS;
         left && self->searches && n != &self->senders; left--) {
        struct thread *src = list_entry(n, struct thread, in_queue);
        n = n->next;
        if (admits(self, self->accepts, src) && !wait_is_over(src))
            return src;
        if (left % STRETCH == 1 && n != &self->senders) { /* a stretch ends, the queue does not */
            list_remove(&self->senders);
            list_add_tail(n, &self->senders);
            (void)preempt_point();
            while (self->copy_fault)
                string_serve(self);
            n = self->senders.next;
        }
    }
    return NULL;
}

/* The sender that self names, if it is on self's sender queue, else NULL.  This needs no search. */
static inline struct thread *named_sender(struct thread *self)
{
    struct thread *src = thread_find_global(self->accepts);
    return src && src->state == THREAD_SENDING && src->partner == self && !wait_is_over(src)
               ? src
               : NULL;
}
/* True if self may accept a queued sender that it does not name: a sender propagates, self accepts
 * a wildcard, or a redirector may reply. */
static inline bool must_search(const struct thread *self)
{
    return self->proxies || is_wildcard(self->accepts) || self->accepts == self->intended;
}

/* One attempt at the receive phase: self takes the message of a queued sender, or else waits.
 * `woken` is as in ipc_receive().  Returns self's result; IPC_RETRY asks for another attempt.
 * Blocks. */
static int receive_once(struct thread *self, struct thread *woken)
{
    struct thread *src = NULL;
    int err = L4_IPC_NO_PARTNER;
    self->receive_result = IPC_PENDING;
    if (resolve_from(self, &self->accepts)) {
        if (unlikely(!list_empty(&self->senders)) && !(src = named_sender(self)) &&
            must_search(self)) {
            if (woken)
                sched_enqueue(woken);
            woken = NULL;
            src = search(self);
        }
        err = self->receive_result;
        if (err == IPC_PENDING && timeout_is_zero(receive_timeout(self)))
            err = L4_IPC_TIMEOUT;
    }
    self->searches = false;
    if (src || err != IPC_PENDING) { /* a message is here, or a result: self does not wait */
        if (woken)
            sched_enqueue(woken);
        timer_disarm(self);
        if (src)
            ready.owner = src->id; /* self works for src from now on: overtime, in sched.h */
        return src ? take(self, src) : err;
    }
    begin_receive(self, self->accepts);
    wait(self, woken);
    return self->receive_result;
}

/* The receive phase.  `woken`, if it is not NULL, is READY but on no queue: it gets the processor
 * if self waits, else it joins its ready queue.  Returns IPC_OK or an error.  Blocks. */
static int ipc_receive(struct thread *self, struct thread *woken)
{
    int err = self->receive_result; /* a message may have come while self waited to send */
    while (err < IPC_OK) {
        err = receive_once(self, woken);
        woken = NULL;
    }
    return err;
}

/* Both phases of an IPC.
 * Pre: self's kind, virtual_sender, from_spec and timeouts are set.
 * Post: *phase is the phase that the result belongs to.
 * Returns IPC_OK or an error.  Blocks. */
static int both_phases(struct thread *self, word_t to, word_t *phase)
{
    struct thread *woken = NULL;
    int err = IPC_OK;
    self->receive_result = IPC_PENDING;
    *phase = L4_IPC_PHASE_SEND;
    if (likely(to != L4_ID_NIL))
        err = ipc_send(self, to, &woken);
    if (likely(err == IPC_OK && self->from_spec != L4_ID_NIL)) {
        *phase = L4_IPC_PHASE_RECEIVE;
        err = ipc_receive(self, woken);
    } else if (woken) {
        if (woken->priority > self->priority)
            sched_lend(woken);
        sched_enqueue(woken);
    }
    self->intended = L4_ID_NIL;
    return err;
}

int ipc_call(struct thread *self, enum ipc_kind kind, word_t to, word_t from, word_t timeouts,
             word_t *phase)
{
    assert(self == current && kind != IPC_USER);
    self->kind = kind;
    self->virtual_sender = self->intended = L4_ID_NIL;
    self->from_spec = from;
    self->timeouts = timeouts;
    int err = both_phases(self, to, phase);
    self->kind = IPC_USER;
    return err;
}

/* The virtual sender that self names, as a global id; nil if self names no thread, or itself. */
static word_t virtual_sender(struct thread *self)
{
    struct thread *v = thread_find(self->space, self->utcb->sender);
    return v && v != self ? v->id : L4_ID_NIL;
}

/* Writes the error into self's MR0 and ErrorCode.  Only an error in the middle of a message has an
 * offset.  A receiver without enough room for a message keeps the tag: the words that were
 * delivered tell how much room the message needs. */
static void report_error(struct thread *self, int err, word_t phase)
{
    assert(err > IPC_OK);
    word_t offset = err >= L4_IPC_OVERFLOW ? self->error_offset : 0;
    if (err != L4_IPC_OVERFLOW || phase == L4_IPC_PHASE_SEND)
        self->utcb->mr[0] = 0;
    self->utcb->mr[0] |= L4_TAG_ERROR;
    self->utcb->error = offset << L4_IPC_OFFSET_SHIFT | (word_t)err << 1 | phase;
}

/* ---- the simplest cases, which need none of the above */

/* True if self can give dst untyped words at once: dst waits, without a timeout, for self or for
 * any thread, and self has no obstacle (thread.h) other than the FPU.  So self has no queued
 * sender, and its space has no redirector. */
static inline bool waits_for(const struct thread *dst, const struct thread *self)
{
    return dst && (dst->fast_from == L4_ID_ANY || dst->fast_from == self->id) &&
           !(self->obstacles & ~OBSTACLE_FPU);
}

/* Gives dst the tag and the untyped words at `from`.  Pre: waits_for(dst, self).  Post: dst has its
 * result and is READY. */
static inline void give_words(struct thread *self, struct thread *dst, const word_t *from)
{
    copy_words((word_t *)dst->utcb->mr, from, from[0] & L4_TAG_U_MASK);
    dst->sender = thread_name_for(self, dst->space);
    dst->receive_result = IPC_OK;
    dst->fast_from = L4_ID_NIL;
}

/* True if dst waits for self's reply to its page fault, and self has no obstacle but the FPU. */
static inline bool fault_waits_for(const struct thread *dst, const struct thread *self)
{
    return dst && dst->state == THREAD_RECEIVING && dst->kind == IPC_PAGE_FAULT &&
           dst->accepts == self->id && !dst->halted && !(self->obstacles & ~OBSTACLE_FPU);
}

/* A pager passes a page fault on: self sends in the name of the thread whose fault it is.  This
 * thread waits for self's reply; from then on it waits for dst's.  self names the thread by its
 * local id, as the fault did.  So it is a thread of self's space, and propagation is permitted.
 * Pre: waits_for(dst, self).  dst may wait for any thread or for self alone, and gets the message
 * in both cases, as admits() says.
 * Returns the thread; or NULL if this is no such message, and then nothing has changed. */
static struct thread *pass_fault(struct thread *self, struct thread *dst)
{
    struct thread *v = thread_beside(self, self->utcb->sender);
    if (!fault_waits_for(v, self))
        return NULL;
    v->accepts = v->from_spec = dst->id;
    dst->utcb->sender = self->id;
    return v;
}

/* The commonest case of all: self sends untyped words, and then waits, without a timeout, for the
 * reply or for any thread.  In this case the function does not return; in other cases nothing has
 * changed.  both_phases() does the same, but more slowly. */
static inline void simple(struct thread *self, word_t to)
{
    const word_t *from = (word_t *)self->utcb->mr;
    struct thread *dst = thread_find(self->space, to), *src = self;
    if (likely(waits_for(dst, self) && (self->from_spec == L4_ID_ANY || self->from_spec == to) &&
               receive_timeout(self) == L4_TIME_NEVER &&
               (!(from[0] & L4_TAG_PROPAGATED) || (src = pass_fault(self, dst))))) {
        give_words(src, dst, from);
        if (unlikely(src != self))
            dst->utcb->mr[0] |= L4_TAG_PROPAGATED;
        self->fast_from = self->from_spec == L4_ID_ANY ? L4_ID_ANY : dst->id;
        arch_leave_to(dst);
    }
}

void ipc_page_fault(struct thread *self)
{
    struct thread *pager = thread_find(self->space, self->utcb->pager);
    if (unlikely(!waits_for(pager, self)))
        return;
    give_words(self, pager, self->kmsg);
    count_fault(self, pager);
    self->kind = IPC_PAGE_FAULT;
    self->timeouts = 0;
    self->from_spec = self->accepts = pager->id;
    self->receive_result = IPC_PENDING;
    self->state = THREAD_RECEIVING;
    arch_leave_to(pager);
}

/* True if self's message is some words and one map item, and self then waits for any thread. */
static inline bool is_simple_answer(const struct thread *self, const word_t *mr, const word_t *item)
{
    return (mr[0] & (L4_TAG_T_MASK | L4_TAG_PROPAGATED)) == 2 << L4_TAG_T_SHIFT &&
           (mr[0] & L4_TAG_U_MASK) + 3 <= L4_NUM_MRS &&
           (item[0] & L4_ITEM_TYPE_MASK) == L4_ITEM_MAP &&
           self->from_spec == L4_ID_ANY && receive_timeout(self) == L4_TIME_NEVER;
}

/* The commonest reply with memory: is_simple_answer(), to a thread that waits for the reply to its
 * page fault or its request, and the pages need no more than map_row() does.  A pager whose server
 * has mapped the page already replies with a nil item.  In this case the function does not return.
 * If map_row() cannot map all pages, the function returns, and both_phases() maps the whole item
 * again; a page that is mapped already then stays as it is. */
static inline void simple_answer(struct thread *self, word_t to)
{
    const word_t *mr = (word_t *)self->utcb->mr, *item = mr + 1 + (mr[0] & L4_TAG_U_MASK);
    struct thread *dst = thread_find(self->space, to);
    if (unlikely(!is_simple_answer(self, mr, item)))
        return;
    if (fault_waits_for(dst, self)) {
        if (item[1] != L4_FPAGE_NIL && !map_row(self, item, dst->space))
            return;
        dst->receive_result = IPC_OK;
        dst->state = THREAD_READY;
    } else {
        if (!waits_for(dst, self) ||
            (dst->utcb->br0 & L4_ACCEPT_WINDOW_MASK) != L4_FPAGE_COMPLETE ||
            !map_row(self, item, dst->space))
            return;
        word_t *shown = (word_t *)dst->utcb->mr + (item - mr);
        shown[0] = item[0] & ~(word_t)L4_ITEM_MORE;
        shown[1] = item[1];
        give_words(self, dst, mr);
    }
    self->fast_from = L4_ID_ANY;
    arch_leave_to(dst);
}

/* ---- the system call, and the rest of it after a wait without a stack */

void sys_ipc(struct thread *self, word_t to)
{
    word_t phase;
    if (self->utcb->mr[0] & L4_TAG_T_MASK)
        simple_answer(self, to);
    else
        simple(self, to);
    self->sender = L4_ID_NIL;
    self->virtual_sender = L4_ID_NIL;
    self->replies = to != L4_ID_NIL && receive_timeout(self) == L4_TIME_NEVER;
    if (self->utcb->mr[0] & L4_TAG_PROPAGATED)
        self->virtual_sender = virtual_sender(self);
    int err = both_phases(self, to, &phase);
    if (err != IPC_OK)
        report_error(self, err, phase);
    else if (self->from_spec == L4_ID_NIL)
        self->utcb->mr[0] &= ~(word_t)L4_TAG_ERROR;
}

void ipc_fast_woken(struct thread *self)
{
    assert(self == current && !self->fast_from);
    while (self->copy_fault)
        string_serve(self);
    self->from_spec = self->accepts; /* another attempt needs both; the fast path stored neither */
    self->timeouts = 0;
    int err = ipc_receive(self, NULL);
    if (err != IPC_OK)
        report_error(self, err, L4_IPC_PHASE_RECEIVE);
}

void ipc_fault_woken(struct thread *self)
{
    /* Two ways lead here.  The fault goes on; or it has ended (resume_fault has set the kind), and
     * self has only let a more urgent thread run first. */
    assert(self->kind == IPC_PAGE_FAULT || self->receive_result == IPC_OK);
    int err = ipc_receive(self, NULL);
    self->kind = IPC_USER;
    if (err == L4_IPC_NO_PARTNER)
        self->halted = true;
}

/* ---- what other threads, interrupts and timeouts do to a thread's IPC */

void ipc_await_start(struct thread *t, word_t pager)
{
    assert(t->utcb && t != current);
    t->kind = IPC_START;
    t->from_spec = pager;
    t->timeouts = 0;
    receive_or_search(t, pager); /* the pager may have sent before t could receive */
}

void ipc_post(struct thread *src, struct thread *dst)
{
    if (thread_accepts(dst, src)) {
        deliver(src, dst);
        irq_delivered(src);
        if (dst != current)
            sched_enqueue(dst);
    } else {
        join_senders(src, dst);
    }
}

void ipc_abort(struct thread *t, int error)
{
    if (thread_state(t) == THREAD_SENDING) {
        ipc_withdraw(t);
        t->send_result = error;
        wake_and_enqueue(t);
    } else if (thread_receives(t)) {
        t->receive_result = error;
        if (!t->searches)
            wake_and_enqueue(t);
        else
            timer_disarm(t);
        t->searches = false;
    }
}

void ipc_expire(struct thread *t)
{
    if (t->engaged)
        string_break(t, L4_IPC_TIMEOUT);
    else
        ipc_abort(t, L4_IPC_TIMEOUT);
}

bool ipc_forsake(struct thread *t)
{
    while (!list_empty(&t->senders)) {
        struct thread *src = list_entry(t->senders.next, struct thread, in_queue);
        if (src->kind == IPC_INTERRUPT) {
            irq_withdraw(src);
        } else if (src->intended) {
            /* The message was redirected to t.  Until the next sweep finds its new receiver, src
             * waits as a sender of the idle thread. */
            leave_senders(src);
            join_senders(src, idle_thread);
        } else
            ipc_abort(src, L4_IPC_NO_PARTNER);
        if (preempt_point())
            return true;
    }
    return false;
}

bool ipc_waits_in_vain(const struct thread *t)
{
    return thread_receives(t) && t->kind != IPC_START && !is_wildcard(accepts_of(t)) &&
           !thread_find_global(accepts_of(t));
}

bool ipc_sends_astray(const struct thread *t)
{
    if (thread_state(t) != THREAD_SENDING)
        return false;
    struct thread *dst = t->intended ? thread_find_global(t->intended) : t->partner;
    return !dst || redirect(t, dst) != t->partner;
}

void ipc_resume(struct thread *t)
{
    if (!thread_receives(t) || list_empty(&t->senders))
        return;
    if (!t->searches) {
        thread_leave_fast(t);
        t->state = THREAD_READY;
        t->searches = true;
        sched_enqueue(t);
    }
    t->receive_result = IPC_RETRY;
}
