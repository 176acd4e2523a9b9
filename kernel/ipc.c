/* SPDX-License-Identifier: MIT */
/* Ipc: an optional send phase, then an optional receive phase.  Spec 5.1-5.3, 5.7.
 *
 * Before: arch/x86/syscall.c (Ipc), fault.c (messages the kernel writes).  After: transfer.c, sched.c.
 * A receiver that finds a sender queued takes the message itself, and puts the sender into its own
 * receive phase at once: a prompt reply never finds a thread between its two phases. */
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

/* The receiver's flags in a tag, whatever the sender wrote there. */
#define TAG_FLAGS ((word_t)(L4_TAG_ERROR | L4_TAG_XCPU | L4_TAG_REDIRECTED | L4_TAG_PROPAGATED))
#define STRETCH 32 /* queued senders that are looked at between two preemption points */

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
static inline struct thread *apparent_sender(struct thread *src, const struct thread *dst)
{
    struct thread *v = unlikely(src->virtual_sender) ? thread_find_global(src->virtual_sender) : NULL;
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

/* t waits, but its time is over: then it waits no more. */
static bool wait_is_over(struct thread *t)
{
    if (likely(list_empty(&t->in_wheel)) || !timer_is_over(t))
        return false;
    ipc_expire(t);
    return true;
}

/* dst is in a receive phase that takes src's message now. */
static inline bool thread_accepts(struct thread *dst, struct thread *src)
{
    if (dst->fast_from == L4_ID_ANY || dst->fast_from == src->id)
        return true; /* the commonest cases of what follows */
    return thread_receives(dst) && !dst->halted && admits(dst, accepts_of(dst), src) && !wait_is_over(dst);
}

/* FromSpecifier as a global id or a wildcard; false if it names nobody. */
static bool resolve_from(struct thread *self, word_t *accepts)
{
    *accepts = self->from_spec;
    if (is_wildcard(self->from_spec))
        return true;
    struct thread *from = thread_find(self->space, self->from_spec);
    if (from)
        *accepts = from->id;
    return from || self->kind == IPC_START; /* a pager may come later */
}

/* ---- waiting and waking */

static inline void begin_receive(struct thread *t, word_t accepts)
{
    t->receive_result = IPC_PENDING;
    if (likely(t->kind == IPC_USER && receive_timeout(t) == L4_TIME_NEVER && !t->halted && !t->intended &&
               !(t->obstacles & (OBSTACLE_QUANTUM | OBSTACLE_COMPAT)))) {
        t->state = THREAD_READY;
        t->fast_from = accepts;
        t->kernel_sp = NULL; /* all that is left to do is in the TCB: ipc_fast_woken() */
    } else {
        t->state = THREAD_RECEIVING;
        t->accepts = accepts;
        if (list_empty(&t->in_wheel)) /* else it looked meanwhile, and its time goes on */
            timer_arm(t, receive_timeout(t));
    }
}

/* t is READY again, but on no queue: the caller enqueues it or hands over to it. */
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

/* A message comes to t before it has found one. */
static void stop_looking(struct thread *t)
{
    t->looks = t->in_kernel = false; /* it holds on to nothing */
    t->state = THREAD_RECEIVING;
    if (t != current)
        sched_dequeue(t);
}

static inline void leave_senders(struct thread *src)
{
    list_remove(&src->in_queue);
    src->partner->obstacles -= OBSTACLE_SENDER;
    src->partner->proxies -= src->virtual_sender != L4_ID_NIL;
}

void ipc_withdraw(struct thread *src)
{
    leave_senders(src);
    timer_disarm(src);
}

static void join_senders(struct thread *src, struct thread *dst)
{
    src->state = THREAD_SENDING;
    src->partner = dst;
    list_add_tail(&dst->senders, &src->in_queue);
    dst->obstacles += OBSTACLE_SENDER;
    dst->proxies += src->virtual_sender != L4_ID_NIL;
}

/* ---- a message passes */

/* The message registers of t's IPC: its own, or those of a message that the kernel writes. */
static inline word_t *registers_of(struct thread *t)
{
    return likely(t->kind == IPC_USER) ? (word_t *)t->utcb->mr : t->kmsg;
}

/* The tag, and as many words behind it. */
static inline_path void copy_words(word_t *to, const word_t *from, word_t words)
{
    to[0] = from[0] & ~TAG_FLAGS;
    for (; words; words--)
        to[words] = from[words];
}

/* Copies the message: tag, untyped words, typed items.  Spec 5.4. */
static inline int transfer(struct thread *src, struct thread *dst)
{
    const word_t *from = registers_of(src);
    word_t tag = from[0], u = tag & L4_TAG_U_MASK, t = (tag & L4_TAG_T_MASK) >> L4_TAG_T_SHIFT, words = u;
    if (unlikely(t && u + 1 + t > L4_NUM_MRS)) {
        copy_words(registers_of(dst), from, 0);
        src->error_offset = dst->error_offset = 0;
        return L4_IPC_OVERFLOW;
    }
    if (dst->kind != IPC_USER && words >= KMSG_WORDS)
        words = KMSG_WORDS - 1; /* the kernel looks at no more */
    copy_words(registers_of(dst), from, words);
    return likely(!t) ? IPC_OK : transfer_typed(src, dst, from, u + 1, u + 1 + t);
}

static void count_fault(const struct thread *src, const struct thread *pager)
{
    *(src->space == pager->space ? &src->space->faults_self : &src->space->faults_other) += 1;
}

/* What dst sees when src sees err: it has the other view of whose page was missing. */
static int mirrored(int err)
{
    return err == L4_IPC_XFER_INVOKER   ? L4_IPC_XFER_PARTNER
           : err == L4_IPC_XFER_PARTNER ? L4_IPC_XFER_INVOKER
                                        : err;
}

/* dst is told that src speaks for `apparent`.  If that one waits for src, it may as well get its answer
 * from dst. */
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

/* Its fast path names senders by their global ids, and a fault that is no write may have been a fetch. */
static void settle_as_pistachio(struct thread *src, struct thread *dst, const struct thread *apparent)
{
    if (apparent == src && dst->replies)
        dst->sender = src->id;
    if (src->kind == IPC_PAGE_FAULT && dst->kind == IPC_USER && !(src->kmsg[0] & L4_FPAGE_W << L4_TAG_LABEL_SHIFT))
        dst->utcb->mr[0] |= L4_FPAGE_X << L4_TAG_LABEL_SHIFT;
}

/* The message passed, but not just so: it failed, or passed in somebody else's name or place. */
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

/* Moves src's message to dst, which receives; one of them is current.  dst is READY afterwards,
 * on no queue, with its result; src's result is returned.  Strings block, and if it is IPC_GONE
 * then, current's partner is not to be touched. */
static int deliver(struct thread *src, struct thread *dst)
{
    if (unlikely(dst->looks))
        stop_looking(dst);
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

/* t, who does not run, is in its receive phase from now on; if others are queued, it looks for itself as soon as it runs. */
static void receive_or_look(struct thread *t, word_t accepts)
{
    begin_receive(t, accepts);
    ipc_resume(t);
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
    if (err != IPC_OK || !src->from_spec || !resolve_from(src, &accepts) || timeout_is_zero(receive_timeout(src)))
        wake_and_enqueue(src);
    else
        receive_or_look(src, accepts);
}

/* self takes the message of src, who waits on its queue.  Blocks if there are strings in it. */
static int take(struct thread *self, struct thread *src)
{
    ipc_withdraw(src);
    int err = deliver(src, self);
    if (err == IPC_GONE)
        return L4_IPC_ABORTED;
    send_finished(src, err);
    return self->receive_result;
}

/* ---- the two phases */

/* Until the IPC is decided.  Before that self may be needed to serve a fault in a string copy. */
static inline void wait(struct thread *self, struct thread *next)
{
    if (unlikely(self->obstacles & OBSTACLE_OVERTIME))
        next = sched_overtime_ends(self, next);
    if (next && self->fast_from)
        arch_leave_to(next);
    else if (next)
        arch_switch_to(next); /* on what is left of our slice */
    else
        sched_block();
    while (unlikely(self->copy_fault))
        string_serve(self);
}

/* Waits on dst's queue until it receives, or, if the wait goes on `again` elsewhere, for the rest of its time.  Blocks. */
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

/* Who gets self's message to dst, or dst's redirector.  Spec 5.8. */
static struct thread *addressee(struct thread *self, struct thread *dst)
{
    struct thread *r = redirect(self, dst);
    self->intended = r == dst ? L4_ID_NIL : dst->id;
    self->redirected_to = r->id;
    return r;
}

/* Blocks.  *woken is a receiver that is READY but on no queue. */
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

/* Goes through the queue for a sender whom self accepts.  After each stretch others run, and may send to self as if it
 * waited already: then, or if its wait is broken off, it looks no more.  Who was looked at goes to the end of the queue, for
 * others come and go meanwhile; when all have been looked at, and nobody has come, it is as it was.  Blocks. */
static struct thread *look(struct thread *self)
{
    struct list_node *n = self->senders.next;
    self->looks = true;
    for (word_t left = self->obstacles & OBSTACLE_SENDERS; left && self->looks && n != &self->senders; left--) {
        struct thread *src = list_entry(n, struct thread, in_queue);
        n = n->next;
        if (admits(self, self->accepts, src) && !wait_is_over(src))
            return src;
        if (left % STRETCH == 1 && n != &self->senders) {
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

/* Whom self names is found at once; else all on its queue may be what it looks for, or none. */
static inline struct thread *named_sender(struct thread *self)
{
    struct thread *src = thread_find_global(self->accepts);
    return src && src->state == THREAD_SENDING && src->partner == self && !wait_is_over(src) ? src : NULL;
}
static inline bool must_look(const struct thread *self)
{
    return self->proxies || is_wildcard(self->accepts) || self->accepts == self->intended;
}

/* Whoever waits for us already is taken first; else we wait.  IPC_RETRY: look again.  Blocks. */
static int receive_once(struct thread *self, struct thread *woken)
{
    struct thread *src = NULL;
    int err = L4_IPC_NO_PARTNER;
    self->receive_result = IPC_PENDING;
    if (resolve_from(self, &self->accepts)) {
        if (unlikely(!list_empty(&self->senders)) && !(src = named_sender(self)) && must_look(self)) {
            if (woken)
                sched_enqueue(woken);
            woken = NULL;
            src = look(self);
        }
        err = self->receive_result;
        if (err == IPC_PENDING && timeout_is_zero(receive_timeout(self)))
            err = L4_IPC_TIMEOUT;
    }
    self->looks = false;
    if (src || err != IPC_PENDING) {
        if (woken)
            sched_enqueue(woken);
        timer_disarm(self);
        if (src)
            ready.owner = src->id; /* we work for it from now on */
        return src ? take(self, src) : err;
    }
    begin_receive(self, self->accepts);
    wait(self, woken);
    return self->receive_result;
}

/* The receive phase.  Blocks.  `woken` gets the processor if we wait, else a place in its queue. */
static int ipc_receive(struct thread *self, struct thread *woken)
{
    int err = self->receive_result; /* it may all have happened while we waited to send */
    while (err < IPC_OK) {
        err = receive_once(self, woken);
        woken = NULL;
    }
    return err;
}

/* Both phases for self, whose kind, virtual_sender, from_spec and timeouts are set. */
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

int ipc_call(struct thread *self, enum ipc_kind kind, word_t to, word_t from, word_t timeouts, word_t *phase)
{
    self->kind = kind;
    self->virtual_sender = self->intended = L4_ID_NIL;
    self->from_spec = from;
    self->timeouts = timeouts;
    int err = both_phases(self, to, phase);
    self->kind = IPC_USER;
    return err;
}

/* The virtual sender as a global id, if the caller asks for propagation and names anybody. */
static word_t virtual_sender(struct thread *self)
{
    struct thread *v = thread_find(self->space, self->utcb->sender);
    return v && v != self ? v->id : L4_ID_NIL;
}

/* Offsets belong to errors in the middle of a message.  Who could not take all of one sees its tag: the words tell what it
 * should have had room for. */
static void report_error(struct thread *self, int err, word_t phase)
{
    word_t offset = err >= L4_IPC_OVERFLOW ? self->error_offset : 0;
    if (err != L4_IPC_OVERFLOW || phase == L4_IPC_PHASE_SEND)
        self->utcb->mr[0] = 0;
    self->utcb->mr[0] |= L4_TAG_ERROR;
    self->utcb->error = offset << L4_IPC_OFFSET_SHIFT | (word_t)err << 1 | phase;
}

/* dst waits for self's words and nothing stands between: it waits for us or anybody, without a timeout; nobody
 * is queued for us, we are not redirected. */
static inline bool waits_for(const struct thread *dst, const struct thread *self)
{
    return dst && (dst->fast_from == L4_ID_ANY || dst->fast_from == self->id) && !(self->obstacles & ~OBSTACLE_FPU);
}

/* dst, of whom that is true, gets untyped words and is READY. */
static inline_path void give_words(struct thread *self, struct thread *dst, const word_t *from)
{
    copy_words((word_t *)dst->utcb->mr, from, from[0] & L4_TAG_U_MASK);
    dst->sender = thread_name_for(self, dst->space);
    dst->receive_result = IPC_OK;
    dst->fast_from = L4_ID_NIL;
}

/* The commonest of all: a message of untyped words, and a wait without a timeout for its answer or for
 * anybody.  Does not come back if it is that, else nothing has changed.  The rest of this file could do it as
 * well, only not as soon. */
static inline void simple(struct thread *self, word_t to)
{
    const word_t *from = (word_t *)self->utcb->mr;
    struct thread *dst = thread_find(self->space, to);
    if (waits_for(dst, self) && (self->from_spec == L4_ID_ANY || self->from_spec == to) &&
        receive_timeout(self) == L4_TIME_NEVER && !(from[0] & L4_TAG_PROPAGATED)) {
        give_words(self, dst, from);
        self->fast_from = self->from_spec == L4_ID_ANY ? L4_ID_ANY : dst->id;
        arch_leave_to(dst);
    }
}

void ipc_page_fault(struct thread *self)
{
    struct thread *pager = thread_find(self->space, self->utcb->pager);
    if (!waits_for(pager, self))
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

/* The answer to that: one map item for a thread whose page fault waits for us, and a wait for anybody.  If not all
 * of it can be mapped at once, the rest of this file maps it again, which changes nothing. */
static inline void simple_answer(struct thread *self, word_t to)
{
    const word_t *mr = (word_t *)self->utcb->mr;
    struct thread *dst = thread_find(self->space, to);
    word_t done = 0;
    if (dst && (mr[0] & (L4_TAG_T_MASK | L4_TAG_U_MASK | L4_TAG_PROPAGATED)) == 2 << L4_TAG_T_SHIFT &&
        dst->state == THREAD_RECEIVING && dst->kind == IPC_PAGE_FAULT && dst->accepts == self->id && !dst->halted &&
        self->from_spec == L4_ID_ANY && receive_timeout(self) == L4_TIME_NEVER &&
        !(self->obstacles & ~OBSTACLE_FPU) && (mr[1] & L4_ITEM_TYPE_MASK) == L4_ITEM_MAP && !fpage_is_io(mr[2])) {
        if (map_fpage(self->space, mr[2], dst->space, L4_FPAGE_COMPLETE, mr[1] & L4_FPAGE_BASE_MASK, false, &done,
                      false) != IPC_OK) {
            (void)preempt_point();
            return;
        }
        dst->receive_result = IPC_OK;
        dst->state = THREAD_READY;
        self->fast_from = L4_ID_ANY;
        arch_leave_to(dst);
    }
}

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
    while (self->copy_fault)
        string_serve(self);
    self->from_spec = self->accepts; /* to look again: the fast path does not write them down */
    self->timeouts = 0;
    int err = ipc_receive(self, NULL);
    if (err != IPC_OK)
        report_error(self, err, L4_IPC_PHASE_RECEIVE);
}

void ipc_fault_woken(struct thread *self)
{
    int err = ipc_receive(self, NULL);
    self->kind = IPC_USER;
    if (err == L4_IPC_NO_PARTNER)
        self->halted = true;
}

/* ---- what others do to a thread's IPC */

void ipc_await_start(struct thread *t, word_t pager)
{
    t->kind = IPC_START;
    t->from_spec = pager;
    t->timeouts = 0;
    receive_or_look(t, pager); /* the pager may have sent before t could receive */
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
        if (!t->looks)
            wake_and_enqueue(t);
        else
            timer_disarm(t);
        t->looks = false;
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
        } else if (src->intended) { /* not us; the next sweep finds out who is our successor */
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
    return thread_receives(t) && t->kind != IPC_START && !is_wildcard(accepts_of(t)) && !thread_find_global(accepts_of(t));
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
    if (!t->looks) {
        thread_leave_fast(t);
        t->state = THREAD_READY;
        t->looks = true;
        sched_enqueue(t);
    }
    t->receive_result = IPC_RETRY;
}
