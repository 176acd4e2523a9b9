/* SPDX-License-Identifier: MIT */
/* Signals, in the pager: a fault that nothing can serve, or an exception, goes to the program's
 * handler. Before: report.c. After: handler_entry.asm and handler_run.c, in the thread itself.
 *
 * A page fault message holds no registers but the IP. So the thread is first sent to handler_trap,
 * an invalid instruction: its exception message has them all, and the reply can set them all.  They
 * wait in a delivery, in wired memory, until the thread has copied them to its own stack, which the
 * pager cannot touch. The way back is the same: the thread fills a delivery and raises an
 * exception, and the reply to it loads every register at once. */
#include "handler.h"
#include <errno.h>
#include <hurd/task.h>
#include <l4/message.h>
#include <l4/thread.h>
#include "mm.h"
#include "report.h"

struct delivery deliveries[DELIVERIES];
static struct sigaction actions[NSIG];

/* What one thread has: records of the slab, in a list. */
struct signal_thread {
    struct signal_thread *next;
    L4_ThreadId_t thread;
    sigset_t mask;
    stack_t stack;                      /* ss_flags: SS_DISABLE or 0 */
};
_Static_assert(sizeof(struct signal_thread) <= SLAB_RECORD, "one size of records");
static struct signal_thread *threads;

enum { EIP, EFLAGS, VECTOR, CODE, EDI, ESI, EBP, ESP, EBX, EDX, ECX, EAX, REGISTERS };
enum { FLAGS_CLEAN = 0x202 };           /* interrupts on, nothing else */

static sigset_t bit(int signal)
{
    return (sigset_t)1 << (signal - 1);
}

/* ---- threads ---- */

static struct signal_thread *thread_find(L4_ThreadId_t thread)
{
    struct signal_thread *t = threads;
    while (t && t->thread.raw != thread.raw)
        t = t->next;
    return t;
}

/* Records of threads that have ended go first. */
static void threads_reap(void)
{
    for (struct signal_thread **link = &threads; *link;) {
        struct signal_thread *t = *link;
        if (L4_IsNilThread(L4_LocalIdOf(t->thread))) {
            *link = t->next;
            slab_give(&mm.slab, t);
        } else {
            link = &t->next;
        }
    }
}

static struct signal_thread *thread_of(L4_ThreadId_t from)
{
    L4_ThreadId_t thread = L4_GlobalIdOf(from);
    struct signal_thread *t = thread_find(thread);
    if (t)
        return t;
    threads_reap();
    t = slab_reserve(&mm.slab, 1) ? slab_take(&mm.slab) : NULL;
    if (!t)
        return NULL;
    t->thread = thread;
    t->stack.ss_flags = SS_DISABLE;
    t->next = threads;
    threads = t;
    return t;
}

/* In a child of fork(): the thread that called it keeps its mask and its stack for signals, and
 * gets the child's. */
void handler_forked(L4_ThreadId_t parent, L4_ThreadId_t child)
{
    if (parent.raw != signals.target.raw)
        signals = (struct signals){.raise = signals.raise};
    signals.target = child;
    signals.pending = 0;
    struct signal_thread *t = thread_find(parent);
    if (t)
        t->thread = child;
    for (struct delivery *d = deliveries; d < deliveries + DELIVERIES; d++)
        d->state = DELIVERY_FREE;
}

/* ---- deliveries ---- */

static struct delivery *delivery_take(void)
{
    for (struct delivery *d = deliveries; d < deliveries + DELIVERIES; d++) {
        L4_Word_t old = DELIVERY_FREE;
        if (__atomic_compare_exchange_n(&d->state, &old, DELIVERY_TAKEN, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return d;
    }
    return NULL;
}

/* One whose thread has ended meanwhile would be lost. */
static void deliveries_reap(void)
{
    for (struct delivery *d = deliveries; d < deliveries + DELIVERIES; d++)
        if (d->state >= DELIVERY_TRAPS && L4_IsNilThread(L4_LocalIdOf(d->thread)))
            d->state = DELIVERY_FREE;
}

static struct delivery *delivery_new(void)
{
    struct delivery *d = delivery_take();
    if (!d) {
        deliveries_reap();
        d = delivery_take();
    }
    return d;
}

static struct delivery *delivery_that_traps(L4_ThreadId_t thread)
{
    for (struct delivery *d = deliveries; d < deliveries + DELIVERIES; d++)
        if (d->state == DELIVERY_TRAPS && d->thread.raw == thread.raw)
            return d;
    return NULL;
}

/* A handler that will be told; NULL: the task ends. LATER: all deliveries are in use, for an
 * instant: the instruction is tried again. */
#define LATER ((struct delivery *)1)

static struct delivery *prepare(L4_ThreadId_t from, int signal)
{
    struct sigaction *action = &actions[signal];
    if (action->sa_handler == SIG_DFL || action->sa_handler == SIG_IGN)
        return NULL;
    struct signal_thread *t = thread_of(from);
    if (!t || t->mask & bit(signal))
        return NULL;
    struct delivery *d = delivery_new();
    if (!d)
        return LATER;
    d->thread = t->thread;
    d->signal = signal;
    d->mask = t->mask;
    d->stack = t->stack;
    d->action = *action;
    d->error = 0;
    d->arrived = false;
    t->mask |= action->sa_mask | (action->sa_flags & SA_NODEFER ? 0 : bit(signal));
    if ((unsigned)action->sa_flags & SA_RESETHAND)
        action->sa_handler = SIG_DFL;
    return d;
}

/* The stack pointer that the handler starts with. */
static L4_Word_t stack_for(const struct delivery *d)
{
    L4_Word_t esp = d->registers[ESP], base = (L4_Word_t)d->stack.ss_sp;
    bool on_it = esp - base < d->stack.ss_size;
    if (d->action.sa_flags & SA_ONSTACK && !(d->stack.ss_flags & SS_DISABLE) && !on_it)
        esp = base + d->stack.ss_size;
    else
        esp -= 128;
    return esp & ~(L4_Word_t)15;
}

/* The reply to the exception: the thread goes on in handler_entry. */
static bool run(struct delivery *d)
{
    d->state = DELIVERY_RUNS;
    L4_LoadMRs(1, REGISTERS, d->registers);
    L4_LoadMR(1 + EIP, (L4_Word_t)handler_entry);
    L4_LoadMR(1 + EFLAGS, FLAGS_CLEAN);
    L4_LoadMR(1 + ESP, stack_for(d));
    L4_LoadMR(1 + EAX, (L4_Word_t)d);
    L4_LoadMR(0, L4_MakeTag(0, REGISTERS, 0).raw);
    return true;
}

/* ---- signals from outside ---- */

struct signals signals;
static uint16_t senders[NSIG];          /* as struct hurd_task_arrived has them; by `pending` */

enum { CONT_BIT = 1 << (SIGCONT - 1) };

static bool is_ignored(int signal)
{
    const struct sigaction *a = &actions[signal];
    return a->sa_handler == SIG_IGN ||
           (a->sa_handler == SIG_DFL && bit(signal) & (HURD_TASK_IGNORED | CONT_BIT));
}

/* What a signal does by default: it stops the task, which goes on behind this call; or ends it. */
static void default_action(int signal)
{
    const struct hurd_startup_cap task = __hurd_startup_data->task;
    if (!(bit(signal) & HURD_TASK_STOPS))
        hurd_mm_die_of(128 + signal);
    hurd_task_stop_self(L4_ThreadIdOfRaw(task.server), task.cap, (L4_Word_t)signal);
}

/* Of a child; only its death counts for SA_NOCLDSTOP. */
static int child_code(void)
{
    static const int codes[] = {CLD_EXITED, CLD_KILLED, CLD_STOPPED, CLD_CONTINUED};
    return codes[senders[SIGCHLD] >> HURD_TASK_FROM_KIND];
}

static void sender_note(struct delivery *d)
{
    d->arrived = true;
    d->code = d->signal == SIGCHLD && senders[SIGCHLD] != mm.task ? child_code() : SI_USER;
    d->from = senders[d->signal] & ((1 << HURD_TASK_FROM_KIND) - 1);
    d->address = 0;
}

static sigset_t target_mask(void)
{
    struct signal_thread *t = thread_find(signals.target);
    return t ? t->mask : 0;
}

/* The next signal that the target does not block, on its way; NULL: there is none.  LATER: ask
 * again. */
static struct delivery *arrival_next(void)
{
    sigset_t ready;
    while ((ready = signals.pending & ~target_mask())) {
        int signal = __builtin_ctzl(ready) + 1;
        if (actions[signal].sa_handler == SIG_DFL && !is_ignored(signal)) {
            signals.pending &= ~bit(signal);
            default_action(signal);
            continue;
        }
        if (!thread_of(signals.target))
            return LATER;
        struct delivery *d = is_ignored(signal) ? NULL : prepare(signals.target, signal);
        if (d == LATER)
            return LATER;
        signals.pending &= ~bit(signal);
        if (!d)
            continue;
        sender_note(d);
        return d;
    }
    return NULL;
}

/* The thread is at work in the program, and no handler runs yet. */
static void wait_mark(const struct delivery *d)
{
    if (!signals.wait.active)
        return;
    signals.wait.interrupted = true;
    if (!(d->action.sa_flags & SA_RESTART))
        signals.wait.fails = true;
}

/* Sends the target to handler_trap.  An IPC or fault that it is in goes on to its end before. */
static int arrivals_deliver(void)
{
    L4_Word_t ip = 0;
    signals.wanted = true;              /* before `held` is read: see signal_release() */
    if (signals.held || delivery_that_traps(signals.target))
        return 0;
    signals.wanted = false;
    struct delivery *d = arrival_next();
    if (!d || d == LATER)
        return d ? EAGAIN : 0;
    d->state = DELIVERY_TRAPS;
    report_take_exceptions(signals.target);
    L4_ExchangeRegisters(signals.target, L4_EXREGS_IP, 0, (L4_Word_t)handler_trap, 0, 0,
                         L4_nilthread, NULL, NULL, &ip, NULL, NULL, NULL);
    d->ip = ip;
    wait_mark(d);
    return 0;
}

/* SA_NOCLDSTOP: the parent wants to hear of deaths only. */
static bool is_unwanted(int signal, L4_Word_t from)
{
    bool lives = from >> HURD_TASK_FROM_KIND >= HURD_TASK_CHILD_STOPPED;
    return (is_ignored(signal) && !(target_mask() & bit(signal))) ||
           (signal == SIGCHLD && lives && actions[SIGCHLD].sa_flags & SA_NOCLDSTOP);
}

int handler_arrives(const struct hurd_task_arrived *arrived)
{
    sigset_t set = arrived->set;
    if (set & HURD_TASK_STOPS)
        signals.pending &= ~(sigset_t)CONT_BIT;
    if (set & CONT_BIT)
        signals.pending &= ~(sigset_t)HURD_TASK_STOPS;
    for (int i = 1; i < NSIG; i++) {
        if (!(set & bit(i)) || is_unwanted(i, arrived->from[i]))
            continue;
        signals.pending |= bit(i);
        senders[i] = arrived->from[i];
    }
    return arrivals_deliver();
}

/* It was sent to handler_trap, but has made a fault or an exception of its own before: that comes
 * first, and the signal waits again. */
static void take_back(L4_ThreadId_t thread)
{
    struct delivery *d = delivery_that_traps(thread);
    struct signal_thread *t = thread_find(thread);
    if (!d || !d->arrived)
        return;
    signals.pending |= bit(d->signal);
    if (t)
        t->mask = d->mask;
    if ((unsigned)d->action.sa_flags & SA_RESETHAND)
        actions[d->signal] = d->action;
    d->state = DELIVERY_FREE;
}

/* The reply to an exception: the thread goes on as `registers` say, or in the handler of the next
 * signal that has come meanwhile. */
static void go_on(L4_ThreadId_t thread, const L4_Word_t registers[REGISTERS])
{
    bool may = thread.raw == signals.target.raw && !signals.held && signals.pending &&
               !delivery_that_traps(thread);
    struct delivery *d = may ? arrival_next() : NULL;
    if (d && d != LATER) {
        for (unsigned i = 0; i < REGISTERS; i++)
            d->registers[i] = registers[i];
        wait_mark(d);
        run(d);
        return;
    }
    L4_LoadMRs(1, REGISTERS, registers);
    L4_LoadMR(0, L4_MakeTag(0, REGISTERS, 0).raw);
}

/* ---- faults ---- */

bool handler_fault(L4_ThreadId_t from, uintptr_t address, uintptr_t ip, unsigned access, int error,
                   bool mapped)
{
    take_back(L4_GlobalIdOf(from));
    struct delivery *d = prepare(from, error ? SIGBUS : SIGSEGV);
    if (!d)
        return false;
    if (d == LATER) {
        L4_LoadMR(0, 0);
        L4_Reply(from);
        return true;
    }
    d->code = error ? BUS_OBJERR : mapped ? SEGV_ACCERR : SEGV_MAPERR;
    d->error = error;
    d->address = address;
    d->ip = ip;
    d->access = access;
    d->state = DELIVERY_TRAPS;
    report_redirect(from, (L4_Word_t)handler_trap);
    return true;
}

/* ---- exceptions ---- */

static int signal_of(L4_Word_t vector, int *code)
{
    *code = SI_KERNEL;
    switch (vector) {
    case 0: *code = FPE_INTDIV; return SIGFPE;
    case 16:
    case 19: *code = FPE_FLTINV; return SIGFPE;
    case 1: *code = TRAP_TRACE; return SIGTRAP;
    case 3: *code = TRAP_BRKPT; return SIGTRAP;
    case 6: *code = ILL_ILLOPN; return SIGILL;
    case 17: *code = BUS_ADRALN; return SIGBUS;
    default: return SIGSEGV;
    }
}

/* A context comes back: only a thread's own, and only one that it has filled. */
static bool come_back(L4_ThreadId_t thread, L4_Word_t word)
{
    L4_Word_t at = word - (L4_Word_t)deliveries;
    struct delivery *d = (struct delivery *)word;
    struct signal_thread *t = thread_find(thread);
    if (at >= sizeof deliveries || at % sizeof *d || d->state != DELIVERY_RUNS ||
        d->thread.raw != thread.raw)
        return false;
    if (t)
        t->mask = d->mask;
    L4_Word_t registers[REGISTERS];
    for (unsigned i = 0; i < REGISTERS; i++)
        registers[i] = d->registers[i];
    d->state = DELIVERY_FREE;
    go_on(thread, registers);
    return true;
}

bool handler_exception(L4_ThreadId_t from)
{
    L4_Word_t registers[REGISTERS];
    L4_StoreMRs(1, REGISTERS, registers);
    L4_ThreadId_t thread = L4_GlobalIdOf(from);
    if (registers[EIP] != (L4_Word_t)handler_trap)
        take_back(thread);
    if (registers[EIP] == (L4_Word_t)handler_return_trap && come_back(thread, registers[EAX]))
        return true;
    struct delivery *d = delivery_that_traps(thread);
    bool trapped = d && registers[EIP] == (L4_Word_t)handler_trap;
    if (d && !trapped)
        d->state = DELIVERY_FREE;       /* it never came there */
    int code, signal = signal_of(registers[VECTOR], &code);
    if (!trapped)
        d = prepare(from, signal);
    if (!d || d == LATER) {
        L4_LoadMRs(1, REGISTERS, registers);
        L4_LoadMR(0, L4_MakeTag(0, REGISTERS, 0).raw);
        return d == LATER;
    }
    for (unsigned i = 0; i < REGISTERS; i++)
        d->registers[i] = registers[i];
    if (trapped && d->arrived) {
        d->registers[EIP] = d->ip;
    } else if (trapped) {
        d->registers[EIP] = d->ip;
        d->registers[VECTOR] = 14;
        d->registers[CODE] = d->access & HURD_VM_WRITE ? 6 : 4;
    } else {
        d->code = code;
        d->address = registers[EIP];
    }
    return run(d);
}

/* ---- what lib/hurd-mm does itself: a copy (report.c) ---- */

void handler_goes_on(L4_ThreadId_t from, L4_Word_t ip)
{
    L4_Word_t registers[REGISTERS];
    L4_StoreMRs(1, REGISTERS, registers);
    L4_ThreadId_t thread = L4_GlobalIdOf(from);
    take_back(thread);
    registers[EIP] = ip;
    go_on(thread, registers);
}

void handler_breaks_off(L4_ThreadId_t from, L4_Word_t ip)
{
    L4_ThreadId_t thread = L4_GlobalIdOf(from);
    take_back(thread);
    report_redirect(from, ip);
    if (thread.raw == signals.target.raw && signals.pending)
        arrivals_deliver();
}

/* ---- what a program asks for ---- */

static bool is_signal(int signal)
{
    return signal > 0 && signal < NSIG;
}

/* new: handler, mask, flags; NULL: only the old one. */
int handler_action(int signal, const L4_Word_t *new, struct sigaction *old)
{
    if (!is_signal(signal) || (new && (signal == SIGKILL || signal == SIGSTOP)))
        return EINVAL;
    *old = actions[signal];
    if (new)
        actions[signal] = (struct sigaction){
            .sa_handler = (void (*)(int))new[0], .sa_mask = new[1], .sa_flags = (int)new[2]};
    if (new && is_ignored(signal))
        signals.pending &= ~bit(signal);        /* POSIX: it is dropped, blocked or not */
    return 0;
}

/* new: base, size, flags. */
int handler_stack(L4_ThreadId_t from, const L4_Word_t *new, stack_t *old)
{
    struct signal_thread *t = thread_of(from);
    if (!t)
        return ENOMEM;
    *old = t->stack;
    if (!new)
        return 0;
    if (new[2] & ~(L4_Word_t)SS_DISABLE)
        return EINVAL;
    if (!(new[2] & SS_DISABLE) && new[1] < MINSIGSTKSZ)
        return ENOMEM;
    t->stack = (stack_t){(void *)new[0], (int)new[2], new[1]};
    return 0;
}

int handler_mask(L4_ThreadId_t from, sigset_t set, bool change, sigset_t *old)
{
    struct signal_thread *t = thread_of(from);
    if (!t)
        return ENOMEM;
    *old = t->mask;
    if (change)
        t->mask = set & ~(bit(SIGKILL) | bit(SIGSTOP));
    if (change && t->thread.raw == signals.target.raw && signals.pending & ~t->mask)
        arrivals_deliver();             /* before the caller goes on */
    return 0;
}
