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
struct sigaction signal_actions[NSIG];

enum { EIP, EFLAGS, VECTOR, CODE, EDI, ESI, EBP, ESP, EBX, EDX, ECX, EAX, REGISTERS };
enum { FLAGS_CLEAN = 0x202 };           /* interrupts on, nothing else */

/* In a child of fork(). */
void handler_forked(L4_ThreadId_t parent, L4_ThreadId_t child)
{
    signals_forked(parent, child);
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

static stack_t stack_of(const struct signal_thread *t)
{
    const struct signal_rest *r = t->rest;
    return (stack_t){(void *)r->stack_base, r->stack_size ? 0 : SS_DISABLE, r->stack_size};
}

/* The last handler has not begun: there is no stack for what it gets. */
static bool is_without_stack(L4_ThreadId_t thread)
{
    for (struct delivery *d = deliveries; d < deliveries + DELIVERIES; d++)
        if (d->state == DELIVERY_RUNS && d->thread.raw == thread.raw)
            return true;
    return false;
}

struct delivery *handler_prepare(L4_ThreadId_t from, int signal)
{
    struct sigaction *action = &signal_actions[signal];
    if (action->sa_handler == SIG_DFL || action->sa_handler == SIG_IGN)
        return NULL;
    struct signal_thread *t = signal_thread_of(from);
    if (!t || t->mask & signal_bit(signal) || is_without_stack(t->thread))
        return NULL;
    struct delivery *d = delivery_new();
    if (!d)
        return LATER;
    d->thread = t->thread;
    d->signal = signal;
    d->mask = t->mask;
    d->stack = stack_of(t);
    d->action = *action;
    d->error = 0;
    d->news = (struct signal_news){0};
    d->origin = NULL;
    t->mask |= action->sa_mask | (action->sa_flags & SA_NODEFER ? 0 : signal_bit(signal));
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

/* ---- signals from outside: recipient.c ---- */

/* The handler will not run. */
static void undo(struct delivery *d)
{
    struct signal_thread *t = signal_find(d->thread);
    if (t)
        t->mask = d->mask;
    if ((unsigned)d->action.sa_flags & SA_RESETHAND)
        signal_actions[d->signal] = d->action;
    d->state = DELIVERY_FREE;
}

void handler_take_back(L4_ThreadId_t thread)
{
    struct delivery *d = delivery_that_traps(thread);
    if (!d || !d->origin)
        return;
    *d->origin |= signal_bit(d->signal);
    undo(d);
}

bool handler_is_on_its_way(L4_ThreadId_t thread)
{
    return delivery_that_traps(thread) != NULL;
}

/* The reply to an exception: the thread goes on as `registers` say, or in the handler of the next
 * signal that has come meanwhile. */
static void go_on(L4_ThreadId_t thread, const L4_Word_t registers[REGISTERS])
{
    struct delivery *d;
    while ((d = signal_meanwhile(thread)) && !signal_fetch(d->signal, &d->news))
        undo(d);
    if (d) {
        for (unsigned i = 0; i < REGISTERS; i++)
            d->registers[i] = registers[i];
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
    handler_take_back(L4_GlobalIdOf(from));
    struct delivery *d = handler_prepare(from, error ? SIGBUS : SIGSEGV);
    if (!d)
        return false;
    if (d == LATER) {
        L4_LoadMR(0, 0);
        L4_Reply(from);
        return true;
    }
    if (error) {
        signals.lost.address = address;
        signals.lost.error = error;
    }
    d->news.code = error ? BUS_OBJERR : mapped ? SEGV_ACCERR : SEGV_MAPERR;
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
    struct signal_thread *t = signal_find(thread);
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
        handler_take_back(thread);
    if (registers[EIP] == (L4_Word_t)handler_return_trap && come_back(thread, registers[EAX]))
        return true;
    struct delivery *d = delivery_that_traps(thread);
    bool trapped = d && registers[EIP] == (L4_Word_t)handler_trap;
    if (trapped && !signal_fetch(d->signal, &d->news)) {
        registers[EIP] = d->ip;
        undo(d);
        go_on(thread, registers);
        return true;
    }
    if (d && !trapped)
        d->state = DELIVERY_FREE;       /* it never came there */
    int code, signal = signal_of(registers[VECTOR], &code);
    if (!trapped)
        d = handler_prepare(from, signal);
    if (!d || d == LATER) {
        L4_LoadMRs(1, REGISTERS, registers);
        L4_LoadMR(0, L4_MakeTag(0, REGISTERS, 0).raw);
        return d == LATER;
    }
    for (unsigned i = 0; i < REGISTERS; i++)
        d->registers[i] = registers[i];
    if (trapped && d->origin) {
        d->registers[EIP] = d->ip;
    } else if (trapped) {
        d->registers[EIP] = d->ip;
        d->registers[VECTOR] = 14;
        d->registers[CODE] = d->access & HURD_VM_WRITE ? 6 : 4;
    } else {
        d->news.code = code;
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
    handler_take_back(thread);
    registers[EIP] = ip;
    go_on(thread, registers);
}

void handler_breaks_off(L4_ThreadId_t from, L4_Word_t ip)
{
    L4_ThreadId_t thread = L4_GlobalIdOf(from);
    handler_take_back(thread);
    report_redirect(from, ip);
    signals_deliver();
}

/* ---- what a program asks for ---- */

static bool is_signal(int signal)
{
    return signal > 0 && signal < NSIG &&
           (signal <= SIGNALS_OF_SET || signal >= SIGRTMIN);
}

/* new: handler, mask, flags; NULL: only the old one. */
int handler_action(int signal, const L4_Word_t *new, struct sigaction *old)
{
    if (!is_signal(signal) || (new && (signal == SIGKILL || signal == SIGSTOP)))
        return EINVAL;
    *old = signal_actions[signal];
    if (!new)
        return 0;
    signal_actions[signal] = (struct sigaction){
        .sa_handler = (void (*)(int))new[0], .sa_mask = new[1] | (sigset_t)new[2] << 32,
        .sa_flags = (int)new[3]};
    signal_action_changed(signal);
    return 0;
}

/* new: base, size, flags. */
int handler_stack(L4_ThreadId_t from, const L4_Word_t *new, stack_t *old)
{
    struct signal_thread *t = signal_thread_of(from);
    if (!t)
        return ENOMEM;
    *old = stack_of(t);
    if (!new)
        return 0;
    bool none = new[2] & SS_DISABLE;
    if (new[2] & ~(L4_Word_t)SS_DISABLE)
        return EINVAL;
    if (!none && new[1] < MINSIGSTKSZ)
        return ENOMEM;
    t->rest->stack_base = new[0];
    t->rest->stack_size = none ? 0 : new[1];
    return 0;
}
