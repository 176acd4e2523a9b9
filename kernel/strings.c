/* SPDX-License-Identifier: MIT */
/* String items: a stream of bytes, gathered from the sender's substrings and scattered into the
 * receiver's.  Spec 5.5, 5.6.  Before: transfer.c.  After: fault.c for pages that are missing.
 *
 * One of the two threads, the runner, copies piece by piece.  A piece lies within one page on
 * either side, and the runner looks both pages up just before it copies: the kernel never faults on
 * user memory.  Before other threads may run for the first time, the two threads become engaged
 * with each other: from then on, always one of the two is ENGAGED.  The owner of a missing page is
 * the thread whose space lacks it.  The owner asks its pager for the page; the other thread waits,
 * with the transfer timeout. */
#include "strings.h"

#include "arch.h"
#include "fault.h"
#include "ipc.h"
#include "kip.h"
#include "sched.h"
#include "timer.h"

#define FAULT_ASKED 1u /* in copy_fault, below the page's address */
#define FAULT_WRITE 2u

/* ---- descriptors: string items in MRs, receive buffers in BRs, of one format */

struct stream {
    struct thread *owner;
    const word_t *base;  /* register i is base[i * step] */
    int step;
    word_t at, end;      /* the next register, and the first behind the stream's registers */
    word_t substrings;   /* the number of substrings of this descriptor that are still to come */
    bool compound;       /* another descriptor follows */
    word_t length;       /* the length of each substring */
    vaddr_t address;     /* the rest of this substring begins here */
    word_t left;         /* ... and is so long */
};

/* Takes the next descriptor.  A user can change the registers at any time, so the kernel reads each
 * of them once. */
static int next_descriptor(struct stream *s)
{
    if (s->at >= s->end)
        return L4_IPC_OVERFLOW;
    word_t d = s->base[(int)s->at * s->step];
    word_t substrings = ((d & L4_STRING_J_MASK) >> L4_STRING_J_SHIFT) + 1;
    if ((d & L4_ITEM_STRING_BIT) || substrings >= s->end - s->at)
        return L4_IPC_OVERFLOW;
    s->at++;
    s->substrings = substrings;
    s->compound = d & L4_STRING_COMPOUND;
    s->length = d >> L4_STRING_LENGTH_SHIFT;
    return IPC_OK;
}

/* Goes on to the next substring that holds bytes.  If `left` stays 0, no bytes are left. */
static int next_bytes(struct stream *s)
{
    while (s->left == 0 && (s->substrings || s->compound)) {
        if (s->substrings == 0) {
            int err = next_descriptor(s);
            if (err != IPC_OK)
                return err;
        }
        s->address = s->base[(int)s->at++ * s->step];
        s->left = s->length;
        s->substrings--;
    }
    return IPC_OK;
}

/* Goes on behind all descriptors of the string, no matter how much of it was used. */
static int skip_rest(struct stream *s)
{
    for (;;) {
        s->at += s->substrings;
        s->substrings = s->left = 0;
        if (!s->compound)
            return IPC_OK;
        int err = next_descriptor(s);
        if (err != IPC_OK)
            return err;
    }
}

/* ---- the two threads */

/* The thread of c that is not current. */
static struct thread *partner_of(const struct copy *c)
{
    return c->src == current ? c->dst : c->src;
}

/* Notes how many bytes were copied.  Current and its partner become engaged, if they are not:
 * current runs the copy, and the partner is ENGAGED. */
static void engage(struct copy *c)
{
    struct thread *self = current, *partner = partner_of(c);
    c->src->error_offset = c->dst->error_offset = c->bytes;
    if (c->engaged)
        return;
    assert(!self->engaged && !partner->engaged);
    c->engaged = true;
    thread_leave_fast(partner);
    timer_disarm(partner);
    partner->state = THREAD_ENGAGED;
    partner->engaged = self;
    partner->runs_copy = false;
    self->engaged = partner;
    self->runs_copy = true;
    self->transfer_error = IPC_OK;
    c->src->copy_sends = true;
    c->dst->copy_sends = false;
}

void string_finish(struct copy *c)
{
    if (!c->engaged || !current->engaged)
        return;
    current->engaged = NULL;
    partner_of(c)->engaged = NULL;
}

void string_break(struct thread *t, int error)
{
    struct thread *runner = t->runs_copy ? t : t->engaged;
    if (runner->transfer_error == IPC_OK)
        runner->transfer_error = error;
    ipc_abort(t, L4_IPC_CANCELLED); /* one of the two may wait for its pager */
    ipc_abort(t->engaged, L4_IPC_CANCELLED);
}

/* Frees p from a copy that was cut. */
static void cut_one(struct thread *p)
{
    p->engaged = NULL;
    if (thread_state(p) != THREAD_ENGAGED) {
        ipc_abort(p, L4_IPC_CANCELLED); /* p may wait for its pager */
        return;
    }
    if (!p->runs_copy)
        *(p->copy_sends ? &p->send_result : &p->receive_result) = L4_IPC_ABORTED;
    timer_disarm(p);
    p->state = THREAD_READY;
    sched_enqueue(p);
}

void string_cut(struct thread *t)
{
    struct thread *other = t->engaged;
    assert(other->engaged == t);
    cut_one(t);
    cut_one(other);
}

/* ---- missing pages */

/* Asks self's pager for a page.  If self has no pager, the copy is broken off.  Blocks. */
static void ask_for(struct thread *self, word_t request)
{
    int err = fault_in_copy(self, request & ~PAGE_MASK, request & FAULT_WRITE);
    if (err == L4_IPC_NO_PARTNER && self->engaged)
        string_break(self, L4_IPC_ABORTED);
}

void string_serve(struct thread *self)
{
    assert(self == current);
    word_t request = self->copy_fault;
    self->copy_fault = 0;
    if (self->engaged && self->engaged->transfer_error == IPC_OK)
        ask_for(self, request);
    struct thread *runner = self->engaged;
    if (!runner) {
        *(self->copy_sends ? &self->send_result : &self->receive_result) = L4_IPC_ABORTED;
        return;
    }
    self->state = THREAD_ENGAGED;
    runner->state = THREAD_READY;
    arch_switch_to(runner); /* on the rest of self's slice */
}

/* The first fault of a copy sets a deadline for this fault and all later ones.  Returns false if
 * the deadline is over at once. */
static bool limit_faults(struct copy *c)
{
    uint16_t send = c->src->utcb->xfer_timeouts >> 16, receive = c->dst->utcb->xfer_timeouts;
    if (!c->faulted) {
        c->receivers_limit = !timeout_is_zero(send);
        if (timeout_is_zero(send) || timeout_is_zero(receive))
            return false;
        uint64_t a = timer_expiry(send), b = timer_expiry(receive);
        c->receivers_limit = b < a;
        c->deadline = a < b ? a : b;
        c->faulted = true;
    }
    return true;
}

/* Other threads have run.  Returns IPC_OK if the copy can go on, else the reason why it cannot. */
static int verdict(void)
{
    return current->engaged ? current->transfer_error : IPC_GONE;
}

/* The error after a transfer timeout, as src sees it.  It tells whose page was missing or, with
 * compat=pistachio, whose timeout it was. */
static int transfer_timeout(const struct copy *c, const struct thread *owner)
{
    bool of_sender = pistachio ? !c->receivers_limit : owner == c->src;
    return of_sender ? L4_IPC_XFER_INVOKER : L4_IPC_XFER_PARTNER;
}

/* owner lacks a page: asks owner's pager for it, within the deadline.  Returns IPC_OK if the runner
 * must look the page up again, or an error as src sees it, or IPC_GONE.  Blocks. */
static int miss(struct copy *c, struct thread *owner, vaddr_t address, bool write)
{
    struct thread *self = current, *partner = partner_of(c);
    struct thread *idle = owner == self ? partner : self; /* it waits while owner asks its pager */
    word_t request = (address & ~PAGE_MASK) | FAULT_ASKED | (write ? FAULT_WRITE : 0);
    engage(c);
    if (!limit_faults(c))
        return transfer_timeout(c, owner);
    if (c->deadline != TIMEOUT_NEVER)
        timer_start_at(idle, c->deadline);
    if (owner == self) {
        ask_for(self, request);
    } else {
        owner->copy_fault = request;
        owner->state = THREAD_READY;
        self->state = THREAD_ENGAGED;
        arch_switch_to(owner);
    }
    int err = verdict();
    if (err != IPC_GONE)
        timer_disarm(idle);
    return err == L4_IPC_TIMEOUT ? transfer_timeout(c, owner) : err;
}

/* ---- bytes */

/* The entry that maps v in s with the right to read or write, or NULL. */
static word_t *entry_for(struct space *s, vaddr_t v, bool write)
{
    word_t need = ENTRY_PRESENT | (write ? ENTRY_WRITE : 0);
    word_t *entry = arch_table_entry(s, v);
    return entry && (*entry & need) == need ? entry : NULL;
}

static paddr_t address_in(word_t entry, vaddr_t v)
{
    return entry_frame(entry) | (v & PAGE_MASK);
}

/* n, or the number of bytes from v to the end of its page if that is less. */
static word_t within_page(vaddr_t v, word_t n)
{
    word_t room = PAGE_SIZE - (v & PAGE_MASK);
    return n < room ? n : room;
}

/* Copies the bytes that lie in one page on both sides, or asks for a missing page.  Returns IPC_OK,
 * or an error as src sees it, or IPC_GONE.  Blocks. */
static int piece(struct copy *c, struct stream *from, struct stream *to)
{
    if (from->address >= USER_LIMIT || to->address >= USER_LIMIT)
        return L4_IPC_OVERFLOW;
    word_t *source = entry_for(from->owner->space, from->address, false);
    if (!source)
        return miss(c, from->owner, from->address, false);
    word_t *target = entry_for(to->owner->space, to->address, true);
    if (!target)
        return miss(c, to->owner, to->address, true);
    word_t n = within_page(from->address, from->left < to->left ? from->left : to->left);
    n = within_page(to->address, n);
    *source |= ENTRY_ACCESSED;
    *target |= ENTRY_ACCESSED | ENTRY_DIRTY;
    arch_copy(address_in(*target, to->address), address_in(*source, from->address), n);
    from->address += n;
    from->left -= n;
    to->address += n;
    to->left -= n;
    c->bytes += n;
    return IPC_OK;
}

int string_pause(struct copy *c)
{
    engage(c);
    (void)preempt_point(); /* the verdict says what has become of the partner */
    return verdict();
}

/* Copies all bytes of one string.  Returns IPC_OK, or an error as src sees it, or IPC_GONE.
 * Blocks. */
static int copy_bytes(struct copy *c, struct stream *from, struct stream *to)
{
    for (word_t pieces = 0;; pieces++) {
        int err = next_bytes(from);
        if (err != IPC_OK || !from->left)
            return err;
        err = next_bytes(to);
        if (err != IPC_OK)
            return err;
        if (!to->left)
            return L4_IPC_OVERFLOW; /* the buffer is too short */
        if (pieces && (err = string_pause(c)) != IPC_OK)
            return err;
        err = piece(c, from, to);
        if (err != IPC_OK)
            return err;
    }
}

int string_item(struct copy *c, const word_t *mr, word_t *at, word_t end)
{
    struct l4_utcb *receiver = c->dst->utcb;
    if (!c->buffer)
        return L4_IPC_OVERFLOW;
    struct stream from = {.owner = c->src, .base = mr, .step = 1, .at = *at, .end = end};
    struct stream to = {.owner = c->dst, .base = (word_t *)&receiver->br0, .step = -1,
                        .at = c->buffer, .end = L4_NUM_BRS};
    bool more = (&receiver->br0)[-(int)c->buffer] & L4_ITEM_MORE;
    from.compound = to.compound = true; /* a first descriptor follows */
    int err = copy_bytes(c, &from, &to);
    if (err == IPC_OK)
        err = skip_rest(&to);
    if (err != IPC_OK)
        return err;
    c->buffer = more ? to.at : 0;
    *at = from.at;
    return IPC_OK;
}
