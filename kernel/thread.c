/* SPDX-License-Identifier: MIT */
/* Threads: how ids find them, their creation, activation, migration and end.  ipc.c has their IPC.
 * Before: threadcontrol.c, exregs.c, arch/x86/syscall.c.  After: ipc.c, space.c, sched.c. */
#include "thread.h"

#include "arch.h"
#include "debug/check.h"
#include "fault.h"
#include "ipc.h"
#include "irq.h"
#include "kip.h"
#include "map.h"
#include "sched.h"
#include "strings.h"
#include "timer.h"

#define THREAD_CHARGE THREAD_BLOCK

struct list_node all_threads;
word_t thread_number_limit;

struct remains remains;

void thread_init(void)
{
    list_init(&all_threads);
}

/* ---- names */

struct thread *thread_find_number(word_t number)
{
    struct thread *t = thread_block(number);
    return t->id ? t : NULL;
}

/* A local id is the address of MR0.  The global id in that UTCB names the thread.  Users can write
 * to the UTCB, so the thread's own block must confirm it. */
static __attribute__((noinline)) struct thread *owner_of(const struct l4_utcb *utcb)
{
    struct thread *t = id_is_local(utcb->global_id) ? NULL : thread_find_global(utcb->global_id);
    return t && t->utcb == utcb ? t : NULL;
}

struct thread *thread_find_local(struct space *space, word_t id)
{
    if (id < space->utcb.base || id - space->utcb.base >= space->utcb.size)
        return NULL;
    if ((id - L4_UTCB_U) & (L4_UTCB_BLOCK - 1))
        return NULL;
    word_t *entry = arch_table_entry(space, id);
    if (!entry || !(*entry & ENTRY_PRESENT))
        return NULL;
    char *page = arch_kernel_address(*entry & ~PAGE_MASK);
    return owner_of((struct l4_utcb *)(page + ((id - L4_UTCB_U) & PAGE_MASK)));
}

struct thread *thread_beside(const struct thread *t, word_t id)
{
    if ((id ^ t->local_id) & ~(PAGE_MASK & ~(L4_UTCB_BLOCK - 1)))
        return NULL;
    return owner_of((struct l4_utcb *)((word_t)t->utcb + (id - t->local_id)));
}

void thread_leave_fast(struct thread *t)
{
    if (!t->fast_from)
        return;
    t->accepts = t->fast_from;
    t->fast_from = L4_ID_NIL;
    t->receive_result = IPC_PENDING;
    t->state = THREAD_RECEIVING;
    arch_thread_need_stack(t);
}

/* ---- creation */

struct thread *thread_create(struct space *space, word_t id, word_t scheduler)
{
    if (!space_charge(space, THREAD_CHARGE))
        return NULL;
    if (!arch_thread_block_alloc(id >> L4_ID_VERSION_BITS)) {
        space_uncharge(space, THREAD_CHARGE);
        return NULL;
    }
    struct thread *t = thread_block(id >> L4_ID_VERSION_BITS);
    assert(!t->id && !id_is_local(id));
    t->id = id;
    t->space = space;
    t->directory = space->directory_phys;
    t->state = THREAD_INACTIVE;
    t->priority = t->sensitive_priority = PRIORITY_DEFAULT;
    t->timeslice = TIMESLICE_DEFAULT;
    t->quantum_left = TIMEOUT_NEVER;
    t->scheduler = scheduler;
    t->utcb_location = ~(word_t)0;
    t->canary = STACK_CANARY;
    t->obstacles = (space->redirector ? OBSTACLE_REDIRECTED : 0) |
                   (pistachio ? OBSTACLE_COMPAT : 0);
    list_init(&t->senders);
    list_init(&t->in_queue);
    list_init(&t->in_wheel);
    list_add_tail(&all_threads, &t->in_all);
    list_add_tail(&space->threads, &t->in_space);
    space->thread_count++;
    if (!list_empty(&idle_thread->senders))
        thread_sweep_begin(); /* senders may wait for t as their redirector */
    return t;
}

bool thread_utcb_valid(struct space *space, word_t location, const struct thread *except)
{
    if (location < space->utcb.base || location - space->utcb.base >= space->utcb.size)
        return false;
    if (location & (L4_UTCB_BLOCK - 1))
        return false;
    struct thread *user = thread_find_local(space, location + L4_UTCB_U);
    return !user || user == except;
}

word_t thread_activate(struct thread *t, word_t location, word_t pager)
{
    assert(t->state == THREAD_INACTIVE);
    char *page = space_utcb_page(t->space, location);
    if (!page)
        return L4_ERR_MEMORY;
    t->utcb = (struct l4_utcb *)(page + (location & PAGE_MASK));
    memset(t->utcb, 0, sizeof *t->utcb);
    t->local_id = location + L4_UTCB_U;
    t->utcb->global_id = t->id;
    t->utcb->pager = pager;
    arch_thread_prepare(t);
    ipc_await_start(t, pager);
    return L4_ERR_OK;
}

void thread_start(void)
{
    struct thread *self = current;
    assert(self->kind == IPC_START && self->utcb);
    thread_reap();
    int err = self->receive_result;
    word_t phase;
    while (err == L4_IPC_OVERFLOW || err == IPC_RETRY) /* a start message has untyped words only */
        err = ipc_call(self, IPC_START, L4_ID_NIL, self->from_spec, 0, &phase);
    if (err == IPC_OK && (self->kmsg[0] & L4_TAG_U_MASK) == 2) {
        arch_set_user_ip(self, self->kmsg[1]);
        arch_set_user_sp(self, self->kmsg[2]);
    }
    self->kind = IPC_USER;
    thread_exit_kernel(self);
}

/* ---- the end */

#define SWEEP_COST 16 /* of one stretch: a visit costs 1, a wait that ends costs 8 */

static struct {
    struct list_node *next; /* the next to visit, on all_threads; its head: nothing to do */
    bool again;             /* another thread has gone since the sweep began */
} sweep = {&all_threads, false};

void thread_sweep_begin(void)
{
    if (sweep.next == &all_threads)
        sweep.next = all_threads.next;
    else
        sweep.again = true;
}

bool thread_sweep(void)
{
    struct list_node *next = sweep.next; /* no thread goes while a wait ends */
    for (int cost = 0; cost < SWEEP_COST && next != &all_threads; cost++) {
        struct thread *t = list_entry(next, struct thread, in_all);
        next = next->next;
        if (ipc_waits_in_vain(t)) {
            ipc_abort(t, L4_IPC_NO_PARTNER);
            cost += 7;
        } else if (ipc_sends_astray(t)) {
            ipc_abort(t, IPC_RETRY);
            cost += 7;
        }
        if (next == &all_threads && sweep.again) {
            sweep.again = false;
            next = all_threads.next;
        }
    }
    sweep.next = next;
    return next != &all_threads;
}

static void leave_ipc(struct thread *t)
{
    if (t->engaged)
        string_cut(t);
    else
        ipc_abort(t, L4_IPC_CANCELLED);
}

/* Ends t's own IPC.  Pre: nothing sends to t. */
static void disconnect(struct thread *t)
{
    assert(list_empty(&t->senders));
    leave_ipc(t);
    irq_handler_gone(t);
}

static void release(struct thread *t, struct space *space)
{
    assert(list_empty(&t->in_queue) && list_empty(&t->in_wheel));
    mdb_forget(t, THREAD_BLOCK);
    arch_fpu_release(t);
    if (t->utcb)
        space_utcb_release(space, t->local_id - L4_UTCB_U);
    space_uncharge(space, THREAD_CHARGE);
    arch_thread_block_free(thread_number(t));
}

bool thread_delete(struct thread *t)
{
    struct space *space = t->space;
    if ((space->thread_count == 1 && unmap_all(space)) || ipc_forsake(t))
        return true;
    /* ---- commit: what is left is short */
    disconnect(t);
    assert(list_empty(&t->senders) && list_empty(&t->in_wheel) && !t->engaged);
    if (thread_state(t) == THREAD_READY && t != current)
        sched_dequeue(t);
    if (sweep.next == &t->in_all)
        sweep.next = t->in_all.next;
    list_remove(&t->in_all);
    thread_sweep_begin();
    list_remove(&t->in_space);
    bool last = --space->thread_count == 0;
    if (t != current) {
        release(t, space);
        if (last)
            space_delete(space);
        return false;
    }
    assert(!remains.thread);
    remains.thread = t;
    remains.space = last ? space : NULL;
    t->id = L4_ID_NIL; /* no id finds it from here on */
    t->state = THREAD_STOPPED;
    sched_block(); /* the next thread calls thread_reap(), on its own stack */
    panic("a deleted thread ran");
}

void thread_bury(void)
{
    struct thread *t = remains.thread;
    assert(t && t != current);
    remains.thread = NULL;
    release(t, t->space);
    if (remains.space)
        space_delete(remains.space);
    remains.space = NULL;
}

void thread_rename(struct thread *t, word_t id)
{
    disconnect(t);
    assert(!t->engaged);
    t->id = id;
    thread_sweep_begin();
    if (t->utcb)
        t->utcb->global_id = id;
}

/* ---- migration */

static uint32_t charge_of(const struct thread *t)
{
    return THREAD_CHARGE + (t->fpu ? ARCH_FPU_CHARGE : 0);
}

/* Charges `to` for what t will need there; for a page of UTCBs only if t has, or gets, a place in
 * one. */
static bool reserve(const struct thread *t, struct space *to, word_t location)
{
    if (!space_charge(to, charge_of(t)))
        return false;
    if (location == ~(word_t)0 || space_utcb_page(to, location))
        return true;
    space_uncharge(to, charge_of(t));
    return false;
}

static void unreserve(const struct thread *t, struct space *to, word_t location)
{
    if (location != ~(word_t)0)
        space_utcb_release(to, location);
    space_uncharge(to, charge_of(t));
}

static void utcb_move(struct thread *t, struct space *to, word_t location)
{
    word_t *entry = arch_table_entry(to, location);
    char *page = arch_kernel_address(*entry & ~PAGE_MASK);
    struct l4_utcb *utcb = (struct l4_utcb *)(page + (location & PAGE_MASK));
    memcpy(utcb, t->utcb, sizeof *utcb);
    space_utcb_release(t->space, t->local_id - L4_UTCB_U);
    t->utcb = utcb;
    t->local_id = location + L4_UTCB_U;
}

word_t thread_migrate(struct thread *t, struct space *to, word_t location)
{
    struct space *from = t->space;
    if (t->in_kernel) { /* its call may use its old space: it goes on, on current's time */
        sched_donate(t);
        return THREAD_AGAIN;
    }
    if (!reserve(t, to, location))
        return L4_ERR_MEMORY;
    if (from->thread_count == 1) { /* a trial so far: nothing is held while others run */
        unreserve(t, to, location);
        if (preempt_point() == OTHERS_RAN || unmap_all(from))
            return THREAD_AGAIN;
        if (!reserve(t, to, location))
            return L4_ERR_MEMORY;
    }
    /* ---- commit */
    assert(t->space == from && !t->in_kernel);
    leave_ipc(t);
    if (t->utcb)
        utcb_move(t, to, location);
    else if (location != ~(word_t)0)
        space_utcb_release(to, location); /* thread_activate() takes it again */
    space_uncharge(from, charge_of(t));
    list_remove(&t->in_space);
    list_add_tail(&to->threads, &t->in_space);
    to->thread_count++;
    t->space = to;
    t->directory = to->directory_phys;
    t->obstacles = (t->obstacles & ~OBSTACLE_REDIRECTED) |
                   (to->redirector ? OBSTACLE_REDIRECTED : 0);
    if (t == current)
        arch_space_enter(t);
    thread_sweep_begin();
    if (--from->thread_count == 0)
        space_delete(from);
    return L4_ERR_OK;
}

/* ---- on the way to user mode */

void thread_stop(struct thread *self)
{
    assert(self == current);
    self->state = THREAD_STOPPED;
    sched_block();
}

#define PREEMPTION_TOLD 1 /* in place of a time: self has heard of it */

/* Returns the time of the preemption of which self wants to hear, or 0.  On one way out of the
 * kernel, self hears of one preemption only: one that the message itself causes does not count. */
static uint64_t preempt(struct thread *self, uint64_t preempted_at)
{
    bool tells = (self->utcb->flags & L4_FLAG_SIGNAL_PREEMPT) && preempted_at != PREEMPTION_TOLD;
    uint64_t now = tells ? arch_clock_us() : preempted_at;
    return sched_preempt() ? now : preempted_at;
}

void thread_exit_kernel(struct thread *self)
{
    uint64_t preempted_at = 0;
    while (self->halted || sched_wanted || !self->quantum_left || preempted_at > PREEMPTION_TOLD) {
        if (self->halted)
            thread_stop(self);
        else if (!self->quantum_left)
            fault_quantum(self);
        else if (sched_wanted & SCHED_PREEMPT)
            preempted_at = preempt(self, preempted_at);
        else if (sched_wanted)
            preempt_point();
        else {
            fault_preempted(self, preempted_at);
            preempted_at = PREEMPTION_TOLD;
        }
    }
    if (CONFIG_CHECK) {
        irqoff_end();
        check_all();
    }
}
