/* SPDX-License-Identifier: MIT */
/* Which thread runs.  The running thread is READY and on no queue; a bit map over the 256 queues
 * finds the best of the other READY threads.  "Best" means the first in the queue of the highest
 * priority.  A hand-over (ipc.c) passes the running slice on, and touches no queue. */
#include "sched.h"

#include "arch.h"
#include "ipc.h"
#include "timer.h"

struct ready ready;

uint8_t sched_wanted;
struct thread *idle_thread;

void sched_init(void)
{
    for (int p = 0; p < PRIORITIES; p++)
        list_init(&ready.queue[p]);
}

static void mark(uint8_t priority)
{
    ready.map[priority / WORD_BITS] |= 1u << priority % WORD_BITS;
    ready.summary |= 1u << priority / WORD_BITS;
}

static void unmark_if_empty(uint8_t priority)
{
    if (!list_empty(&ready.queue[priority]))
        return;
    ready.map[priority / WORD_BITS] &= ~(1u << priority % WORD_BITS);
    if (!ready.map[priority / WORD_BITS])
        ready.summary &= ~(1u << priority / WORD_BITS);
}

static int highest_bit(word_t w)
{
    return WORD_BITS - 1 - __builtin_clz(w);
}

/* The highest priority with a queued thread.  Pre: there is one. */
static int best_priority(void)
{
    int word = highest_bit(ready.summary);
    return word * WORD_BITS + highest_bit(ready.map[word]);
}

static uint32_t slice_of(const struct thread *t)
{
    uint64_t us = timeout_us(t->timeslice);
    return us < SLICE_FOREVER ? (uint32_t)us : SLICE_FOREVER;
}

static void enqueue_tail(struct thread *t)
{
    list_add_tail(&ready.queue[t->priority], &t->in_queue);
    mark(t->priority);
}

/* t pays its debt with its turn.  Pre: t was first in its ready queue, and was taken off it.
 * Returns true if t may run: its debt is less than its turn, or no other thread of its priority is
 * ready. */
static bool pays(struct thread *t)
{
    uint32_t turn = t->slice_left ? t->slice_left : slice_of(t);
    if (list_empty(&ready.queue[t->priority]))
        t->debt = 0;
    if (t->debt < turn) {
        t->slice_left = turn - t->debt;
        t->debt = 0;
        return true;
    }
    t->debt -= turn;
    t->slice_left = 0;
    return false;
}

#define DEBTORS 16 /* one choice passes over so many threads with debts, at most */

/* Takes the best ready thread off its queue.  Returns the idle thread if no thread is ready. */
static struct thread *take_best(void)
{
    if (!ready.summary)
        return idle_thread;
    int priority = best_priority();
    struct thread *t;
    for (int passed = 0;; passed++) {
        t = list_entry(ready.queue[priority].next, struct thread, in_queue);
        list_remove(&t->in_queue);
        if (!t->debt || passed == DEBTORS || pays(t))
            break;
        list_add_tail(&ready.queue[priority], &t->in_queue);
    }
    unmark_if_empty(priority);
    return t;
}

void sched_enqueue(struct thread *t)
{
    assert(thread_state(t) == THREAD_READY && list_empty(&t->in_queue));
    enqueue_tail(t);
    if (current == idle_thread || t->priority > current->priority)
        sched_wanted |= SCHED_PREEMPT;
}

void sched_dequeue(struct thread *t)
{
    assert(t != current);
    list_remove(&t->in_queue);
    unmark_if_empty(t->priority);
}

/* Lets next run on what is left of its slice, or on a fresh slice.  Returns true if other threads
 * have run.  Blocks. */
static bool run(struct thread *next)
{
    bool others = next != current;
    ready.slice = next->slice_left ? next->slice_left : slice_of(next);
    next->slice_left = 0;
    ready.owner = next->works_for ? next->works_for : next->id;
    next->works_for = L4_ID_NIL;
    if (next == idle_thread)
        next->space = current->space; /* the idle thread runs in any space */
    if (others)
        arch_switch_to(next);
    return others;
}

void sched_block(void)
{
    sched_wanted &= SCHED_MORE;
    run(take_best());
}

bool sched_yield(void)
{
    sched_wanted &= SCHED_MORE;
    current->works_for = ready.owner;
    enqueue_tail(current);
    return run(take_best());
}

/* ---- overtime */

struct thread *sched_overtime_ends(struct thread *self, struct thread *next)
{
    assert(self == current);
    self->obstacles &= ~OBSTACLE_OVERTIME;
    if (!next)
        return NULL;
    const struct thread *client = thread_find_global(ready.owner);
    if (next->priority >= self->priority) { /* self's server or its peer, for the same client */
        next->obstacles |= OBSTACLE_OVERTIME;
        return next;
    }
    if (client && client->priority < next->priority) { /* next is between self and the client */
        next->obstacles |= OBSTACLE_OVERTIME;
        next->works_for = ready.owner;
    }
    sched_enqueue(next);
    return NULL;
}

void sched_lend(struct thread *server)
{
    assert(list_empty(&server->in_queue));
    server->works_for = ready.owner;
    server->obstacles |= OBSTACLE_OVERTIME;
}

/* The slice is over.  If it was the slice of a client of lower priority, and no thread of self's
 * priority or a higher one is ready, self goes on in overtime.  Returns true then. */
static bool works_overtime(struct thread *self)
{
    const struct thread *client = thread_find_global(ready.owner);
    if (!client || client->priority >= self->priority ||
        (ready.summary && best_priority() >= self->priority))
        return false;
    self->obstacles |= OBSTACLE_OVERTIME;
    ready.slice = slice_of(self);
    return true;
}

/* Current, in overtime, has worked for `us`: the client owes that time. */
static void charge_client(uint32_t us)
{
    struct thread *client = thread_find_global(ready.owner);
    if (client && client != current && client->debt < SLICE_FOREVER / 2)
        client->debt += us;
}

/* Current goes to the head of its ready queue, and a better thread runs first.  `left` us of
 * current's slice are still to come.  Returns true if other threads have run.  Blocks. */
static bool step_aside(uint32_t left)
{
    assert(list_empty(&current->in_queue));
    sched_wanted &= SCHED_MORE;
    current->slice_left = left;
    current->works_for = ready.owner;
    list_add_head(&ready.queue[current->priority], &current->in_queue);
    mark(current->priority);
    return run(take_best());
}

/* True if self asks to delay the preemption by the best ready thread, and may do so.  Spec 5.12. */
static bool may_delay(const struct thread *self)
{
    return (self->utcb->flags & L4_FLAG_DELAY_PREEMPT) && self->delay_left && ready.summary &&
           best_priority() >= self->priority + (ready.slice != 0) &&
           best_priority() <= self->sensitive_priority;
}

bool sched_preempt(void)
{
    struct thread *self = current;
    self->delays = may_delay(self);
    if (self->delays) {
        self->utcb->flags |= L4_FLAG_PREEMPT_PENDING;
        sched_wanted &= SCHED_MORE;
        return false;
    }
    self->delay_left = self->delay_max;
    self->utcb->flags &= ~(word_t)L4_FLAG_PREEMPT_PENDING; /* the preemption takes place now */
    if (ready.slice == 0 && works_overtime(self)) {
        sched_wanted &= SCHED_MORE;
        return false;
    }
    return ready.slice == 0 ? sched_yield() : step_aside(ready.slice);
}

/* The most stretches of the sweep in one tick: programs must run, too. */
#define SWEEP_SHARE 64

static uint8_t sweep_left; /* the rest of them */

void sched_sweep(void)
{
    sweep_left = SWEEP_SHARE;
    sched_wanted |= thread_sweep() ? SCHED_MORE : 0;
}

/* One stretch of what a tick has left over.  Returns true if there is more for now. */
static bool serve_more(void)
{
    if (timer_catch_up())
        return true;
    return sweep_left && sweep_left-- && thread_sweep();
}

/* Only a higher priority preempts a system call: the end of a slice waits until the call is over.
 * Delayed preemption is for user mode only. */
int sched_preempt_in_kernel(void)
{
    bool events = sched_wanted & (SCHED_EVENT | SCHED_MORE);
    sched_wanted &= ~(SCHED_EVENT | SCHED_MORE);
    if (serve_more())
        sched_wanted |= SCHED_MORE;
    if (current == idle_thread || !ready.summary || best_priority() <= current->priority)
        return events;
    current->in_kernel = true;
    step_aside(ready.slice ? ready.slice : 1);
    current->in_kernel = false;
    return OTHERS_RAN;
}

void sched_donate(struct thread *next)
{
    assert(thread_state(next) == THREAD_READY);
    sched_dequeue(next);
    enqueue_tail(current);
    arch_switch_to(next);
}

void sched_set_priority(struct thread *t, uint8_t priority)
{
    bool queued = thread_state(t) == THREAD_READY && t != current;
    if (queued)
        sched_dequeue(t);
    t->priority = priority;
    if (queued)
        sched_enqueue(t);
    if (t == current)
        sched_wanted |= SCHED_PREEMPT; /* another thread may be better now */
}

/* ---- total quanta: a current thread is charged by the clock; a tick notices the quantum's end */

static uint64_t quantum_since; /* current is charged up to here, in us; valid while current has
                                  OBSTACLE_QUANTUM */

void sched_quantum_starts(struct thread *t)
{
    quantum_since = arch_clock_us();
    if (!t->quantum_left)
        sched_wanted |= SCHED_PREEMPT;
}

void sched_quantum_stops(struct thread *t)
{
    assert(t->obstacles & OBSTACLE_QUANTUM);
    uint64_t ran = arch_clock_us() - quantum_since;
    t->quantum_left = t->quantum_left > ran ? t->quantum_left - ran : 0;
}

/* Charges self, which is current, up to now. */
static void charge_quantum(struct thread *self)
{
    sched_quantum_stops(self);
    sched_quantum_starts(self);
}

void sched_tick(uint32_t us)
{
    struct thread *t = current;
    if (t == idle_thread)
        return;
    if (t->obstacles & OBSTACLE_QUANTUM)
        charge_quantum(t);
    if (t->delays && t->delay_left)
        t->delay_left--;
    if (t->obstacles & OBSTACLE_OVERTIME)
        charge_client(us);
    if (ready.slice != SLICE_FOREVER)
        ready.slice = ready.slice > us ? ready.slice - us : 0;
    if (!t->quantum_left || t->delays || ready.slice == 0)
        sched_wanted |= SCHED_PREEMPT;
}

uint32_t sched_slice_left(const struct thread *t)
{
    return t == current ? ready.slice : t->slice_left ? t->slice_left : slice_of(t);
}

uint64_t sched_quantum_left(struct thread *t)
{
    if (t == current && (t->obstacles & OBSTACLE_QUANTUM))
        charge_quantum(t);
    return t->quantum_left;
}

void sched_set_timeslice(struct thread *t, uint16_t period)
{
    t->timeslice = period;
    t->slice_left = 0;
    if (t == current)
        ready.slice = slice_of(t);
}

/* t, if it was stopped because its quantum was over, goes on.  If it still tries to tell its
 * scheduler, it gives up. */
static void preemption_over(struct thread *t)
{
    t->quantum_told = false;
    if (t->kind == IPC_PREEMPTION) {
        ipc_abort(t, L4_IPC_CANCELLED);
    } else if (t->state == THREAD_STOPPED && !t->halted) {
        t->state = THREAD_READY;
        sched_enqueue(t);
    }
}

void sched_tell_again(struct thread *t)
{
    if (t->quantum_told)
        preemption_over(t);
}

void sched_set_quantum(struct thread *t, uint16_t period)
{
    thread_leave_fast(t);
    if (t->utcb && t != current)
        arch_thread_need_stack(t); /* without a stack, t would get the processor uncharged */
    t->quantum_left = timeout_us(period);
    t->obstacles &= ~OBSTACLE_QUANTUM;
    if (t->quantum_left != TIMEOUT_NEVER)
        t->obstacles |= OBSTACLE_QUANTUM;
    if (t == current) {
        sched_quantum_starts(t);
        sched_wanted |= SCHED_PREEMPT; /* the new quantum may be 0 */
    }
    preemption_over(t);
}

void sched_set_delay(struct thread *t, uint8_t sensitive, uint16_t us)
{
    t->sensitive_priority = sensitive;
    t->delay_max = t->delay_left = us / TICK_US; /* rounded down: never longer than allowed */
}

void sched_idle(void)
{
    for (;;) {
        while (!ready.summary) {
            bool more = thread_sweep();
            if (timer_catch_up() || more)
                arch_interrupt_window();
            else
                arch_idle();
        }
        assert(current == idle_thread);
        sched_block();
    }
}
