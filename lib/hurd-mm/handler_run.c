/* SPDX-License-Identifier: MIT */
/* Signals, in the thread that caused one: what it had goes to its stack, the handler runs, and all
 * of it comes back. Before: handler.c, in the pager, which sent us here. And <signal.h>. */
#include <errno.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/utcb.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "handler.h"
#include "mm.h"
#include "report.h"

int signal_request(unsigned op, int n, const L4_Word_t *in, int max, L4_Word_t *out)
{
    L4_Acceptor_t before = L4_Accepted();
    L4_Accept(L4_UntypedWordsAcceptor);
    L4_LoadMRs(1, n, in);
    L4_LoadMR(0, L4_MakeTag(REQUEST + op, (L4_Word_t)n, 0).raw);
    L4_MsgTag_t tag = L4_Call(mm.pager);
    L4_Accept(before);
    if (L4_IpcFailed(tag))
        return EIO;
    L4_StoreMRs(1, max, out);
    return (int)L4_Label(tag);
}

/* ---- a handler runs ---- */

/* Message register order to that of gregs, see handler.c. */
static const unsigned char greg_of[12] = {REG_EIP, REG_EFL, REG_TRAPNO, REG_ERR, REG_EDI, REG_ESI,
                                          REG_EBP, REG_ESP, REG_EBX, REG_EDX, REG_ECX, REG_EAX};

static void context_fill(ucontext_t *context, const struct delivery *d, void *fpu)
{
    memset(context, 0, sizeof *context);
    for (unsigned i = 0; i < 12; i++)
        context->uc_mcontext.gregs[greg_of[i]] = (greg_t)d->registers[i];
    context->uc_mcontext.gregs[REG_UESP] = context->uc_mcontext.gregs[REG_ESP];
    context->uc_mcontext.fpregs = fpu;
    context->uc_mcontext.oldmask = d->mask;
    context->uc_mcontext.cr2 = d->address;
    context->uc_sigmask = d->mask;
    context->uc_stack = d->stack;
}

/* Others may have all deliveries for an instant, each time. */
static struct delivery *delivery_for_return(void)
{
    for (;;) {
        for (struct delivery *d = deliveries; d < deliveries + DELIVERIES; d++) {
            L4_Word_t old = DELIVERY_FREE;
            if (__atomic_compare_exchange_n(&d->state, &old, DELIVERY_TAKEN, false,
                                            __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
                return d;
        }
        L4_Yield();
    }
}

static _Noreturn void context_load(const ucontext_t *context)
{
    struct delivery *d = delivery_for_return();
    d->thread = L4_MyGlobalId();
    for (unsigned i = 0; i < 12; i++)
        d->registers[i] = (L4_Word_t)context->uc_mcontext.gregs[greg_of[i]];
    d->mask = context->uc_sigmask;
    d->state = DELIVERY_RUNS;
    handler_return(d);
}

/* x87 alone on processors that have nothing else. */
void fpu_save(void *area)
{
    if (handler_has_fxsr())
        handler_fxsave(area);
    else
        __asm__ volatile("fnsave %0" : "=m"(*(char (*)[108])area));
}

void fpu_load(const void *area)
{
    if (handler_has_fxsr())
        handler_fxrstor(area);
    else
        __asm__ volatile("frstor %0" : : "m"(*(const char (*)[108])area));
}

static void call(const struct sigaction *action, siginfo_t *info, ucontext_t *context)
{
    if (action->sa_flags & SA_SIGINFO)
        action->sa_sigaction(info->si_signo, info, context);
    else
        action->sa_handler(info->si_signo);
}

/* What happened to the FPU is in its own words. */
static int fpu_code(const void *area)
{
    unsigned status = ((const unsigned short *)area)[handler_has_fxsr() ? 1 : 2];
    static const int codes[] = {FPE_FLTINV, FPE_FLTINV, FPE_FLTDIV, FPE_FLTOVF, FPE_FLTUND,
                                FPE_FLTRES};
    for (unsigned i = 0; i < 6; i++)
        if (status & 1u << i)
            return codes[i];
    return FPE_FLTINV;
}

_Noreturn void handler_run(struct delivery *delivery);
_Noreturn void handler_run(struct delivery *delivery)
{
    char area[512 + 15], *fpu = (char *)(((uintptr_t)area + 15) & ~(uintptr_t)15);
    struct l4_utcb *own = L4_UtcbOf(L4_MyLocalId().raw), utcb = *own;
    const struct sigaction action = delivery->action;
    ucontext_t context;
    const struct signal_news *news = &delivery->news;
    siginfo_t info = {.si_signo = delivery->signal, .si_code = news->code,
                      .si_errno = delivery->error, .si_addr = (void *)delivery->address,
                      .si_value.sival_ptr = (void *)news->value,
                      .si_pid = delivery->origin ? news->from : 0};
    fpu_save(fpu);
    context_fill(&context, delivery, fpu);
    __atomic_store_n(&delivery->state, DELIVERY_FREE, __ATOMIC_RELEASE);
    if (info.si_signo == SIGFPE && info.si_code == FPE_FLTINV)
        info.si_code = fpu_code(fpu);
    call(&action, &info, &context);
    fpu_load(fpu);
    utcb.global_id = own->global_id;    /* other ones, if the handler has called fork() */
    utcb.pager = own->pager;
    utcb.exception_handler = own->exception_handler;
    *own = utcb;
    context_load(&context);
}

/* ---- <signal.h> ---- */

static int result(int error)
{
    if (error)
        errno = error;
    return error ? -1 : 0;
}

static sigset_t bit_of(int number)
{
    return (sigset_t)1 << (number - 1);
}

/* Signals that a thread causes itself, by its instructions. */
static const sigset_t own_faults = 1ull << (SIGSEGV - 1) | 1ull << (SIGBUS - 1) |
                                   1ull << (SIGFPE - 1) | 1ull << (SIGILL - 1) |
                                   1ull << (SIGTRAP - 1);

static bool others_may_send(sigset_t set)
{
    return (set & ~own_faults) != 0;
}

int sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    L4_Word_t in[6] = {(L4_Word_t)number, action != NULL}, out[4];
    signals.raise = raise;
    bool counts = action && (action->sa_handler != SIG_DFL ||
                             (number == SIGCHLD && action->sa_flags & SA_NOCLDWAIT));
    if (number > 0 && number < NSIG && counts && others_may_send(bit_of(number))) {
        int error = signal_thread_needed();
        if (error)
            return result(error);
    }
    if (action) {
        in[2] = (L4_Word_t)action->sa_handler;
        in[3] = (L4_Word_t)action->sa_mask;
        in[4] = (L4_Word_t)(action->sa_mask >> 32);
        in[5] = (L4_Word_t)action->sa_flags;
    }
    int error = signal_request(REQUEST_SIGNAL_ACTION, 6, in, 4, out);
    if (!error && old) {
        old->sa_handler = (void (*)(int))out[0];
        old->sa_mask = out[1] | (sigset_t)out[2] << 32;
        old->sa_flags = (int)out[3];
    }
    return result(error);
}

void (*signal(int number, void (*handler)(int)))(int)
{
    const struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    struct sigaction old;
    return sigaction(number, &action, &old) ? SIG_ERR : old.sa_handler;
}

int sigaltstack(const stack_t *stack, stack_t *old)
{
    L4_Word_t in[4] = {stack != NULL}, out[3];
    if (stack) {
        in[1] = (L4_Word_t)stack->ss_sp;
        in[2] = stack->ss_size;
        in[3] = (L4_Word_t)stack->ss_flags;
    }
    stack_t now;
    int error = signal_request(REQUEST_SIGNAL_STACK, 1, (const L4_Word_t[]){0}, 3, out);
    now = (stack_t){(void *)out[0], (int)out[2], out[1]};
    bool on_it = !error && !(now.ss_flags & SS_DISABLE) &&
                 (uintptr_t)&now - (uintptr_t)now.ss_sp < now.ss_size;
    if (!error && stack)
        error = on_it ? EPERM : signal_request(REQUEST_SIGNAL_STACK, 4, in, 3, out);
    if (!error && old) {
        *old = now;
        old->ss_flags |= on_it ? SS_ONSTACK : 0;
    }
    return result(error);
}

static int mask_set(bool change, sigset_t set, sigset_t *old)
{
    const L4_Word_t in[] = {(L4_Word_t)set, (L4_Word_t)(set >> 32), change};
    L4_Word_t out[2];
    int error = signal_request(REQUEST_SIGNAL_MASK, 3, in, 2, out);
    *old = out[0] | (sigset_t)out[1] << 32;
    return error;
}

/* To the pager: they wait there while they are blocked. */
void signal_arrive(sigset_t set, bool queued)
{
    L4_Word_t kind = queued ? HURD_TASK_FROM_QUEUE << HURD_TASK_FROM_KIND : 0, unused[1];
    const L4_Word_t in[] = {(L4_Word_t)set, (L4_Word_t)(set >> 32), mm.task | kind};
    while (signal_request(REQUEST_SIGNAL_ARRIVES, 3, in, 0, unused) == EAGAIN)
        L4_Yield();
    signal_breaks_tell();
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
    sigset_t before, now = 0, unused;
    if (set && how != SIG_BLOCK && how != SIG_UNBLOCK && how != SIG_SETMASK)
        return EINVAL;
    int error = set && how != SIG_UNBLOCK && others_may_send(*set) ? signal_thread_needed() : 0;
    if (!error)
        error = mask_set(false, 0, &before);
    if (!error && set) {
        now = how == SIG_BLOCK ? before | *set : how == SIG_UNBLOCK ? before & ~*set : *set;
        error = mask_set(true, now, &unused);
    }
    if (!error && old)
        *old = before;
    const struct signal_thread *self = signal_self();
    if (!error && set && (signals.pending | (self ? self->pending : 0)) & ~now)
        signal_arrive(0, false);        /* it could not come before */
    return error;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    return result(pthread_sigmask(how, set, old));
}

/* What is not to be ignored by default stops or ends the task. */
static bool is_ignored_by_default(int number)
{
    return number == SIGCONT || bit_of(number) & HURD_TASK_IGNORED;
}

static int default_action(int number)
{
    const struct hurd_startup_cap task = __hurd_startup_data->task;
    if (number != SIGSTOP && !(bit_of(number) & HURD_TASK_STOPS))
        hurd_mm_die_of(128 + number);
    return result(hurd_task_stop_self(L4_ThreadIdOfRaw(task.server), task.cap, (L4_Word_t)number));
}

/* The top of the alternate stack; NULL: the handler runs on the stack that there is. */
static void *other_stack(const struct sigaction *action)
{
    stack_t stack;
    if (!(action->sa_flags & SA_ONSTACK) || sigaltstack(NULL, &stack) ||
        stack.ss_flags & (SS_ONSTACK | SS_DISABLE))
        return NULL;
    return (char *)stack.ss_sp + (stack.ss_size & ~(size_t)15);
}

struct raised {
    struct sigaction action;
    siginfo_t info;
    ucontext_t context;
};

static void raised_call(struct raised *r)
{
    call(&r->action, &r->info, &r->context);
}

static void call_on(void *top, struct raised *r)
{
    __asm__ volatile("movl %%esp, %%ebx\n\t"
                     "movl %0, %%esp\n\t"
                     "pushl %1\n\t"
                     "call *%2\n\t"
                     "movl %%ebx, %%esp"
                     : "+&S"(top)
                     : "D"(r), "a"(raised_call)
                     : "ebx", "ecx", "edx", "memory", "cc");
}

int raise(int number)
{
    return signal_raise(number, true);
}

static bool is_ignored(int number, const struct sigaction *action)
{
    return action->sa_handler == SIG_IGN ||
           (action->sa_handler == SIG_DFL && is_ignored_by_default(number));
}

/* Through `task`, which counts what waits, and then to the pager, so that it comes before we go
 * on. */
int signal_queue_own(int number, const union sigval *value)
{
    const struct hurd_startup_cap task = __hurd_startup_data->task;
    L4_ThreadId_t server = L4_ThreadIdOfRaw(task.server);
    struct sigaction action;
    if (sigaction(number, NULL, &action))
        return -1;
    if (is_ignored(number, &action) && !(signals_awaited() & bit_of(number)))
        return 0;
    int error = value ? hurd_task_signal_queue(server, task.cap, mm.task, (L4_Word_t)number,
                                               (L4_Word_t)value->sival_ptr)
                      : hurd_task_signal(server, task.cap, mm.task, (L4_Word_t)number);
    if (!error)
        signal_arrive(bit_of(number), number != SIGCHLD && number != SIGCONT);
    return result(error);
}

int signal_raise(int number, bool personal)
{
    struct sigaction action;
    sigset_t before, unused;
    if (sigaction(number, NULL, &action) != 0)
        return -1;
    bool awaited = !personal && signals_awaited() & bit_of(number);
    if (is_ignored(number, &action) && !awaited)
        return 0;
    if (number > SIGNALS_OF_SET)
        return signal_queue_own(number, NULL);
    if (awaited) {                      /* that thread gets it */
        signal_arrive(bit_of(number), false);
        return 0;
    }
    if (mask_set(false, 0, &before) == 0 && before & bit_of(number)) {
        const L4_Word_t in[] = {L4_MyGlobalId().raw, (L4_Word_t)number};
        if (personal)
            signal_request(REQUEST_SIGNAL_SEND, 2, in, 0, NULL);
        else
            signal_arrive(bit_of(number), false);
        return 0;
    }
    if (action.sa_handler == SIG_DFL)
        return default_action(number);
    if ((unsigned)action.sa_flags & SA_RESETHAND)
        signal(number, SIG_DFL);
    struct raised r = {.action = action, .context = {.uc_sigmask = before},
                       .info = {.si_signo = number, .si_code = SI_USER, .si_pid = getpid()}};
    void *top = other_stack(&action);
    mask_set(true, before | action.sa_mask | (action.sa_flags & SA_NODEFER ? 0 : bit_of(number)),
             &unused);
    if (top)
        call_on(top, &r);
    else
        raised_call(&r);
    mask_set(true, before, &unused);
    return 0;
}

void __sigjmp_save(sigjmp_buf env, int save)
{
    env->has_mask = save && mask_set(false, 0, &env->mask) == 0;
}

_Noreturn void siglongjmp(sigjmp_buf env, int value)
{
    sigset_t unused;
    struct signal_thread *self = signal_self();
    if (self)
        self->wait.active = false;      /* out of a handler, out of the call that it broke off */
    if (env->has_mask)
        mask_set(true, env->mask, &unused);
    longjmp(env->env, value);
}

int sigemptyset(sigset_t *set)
{
    *set = 0;
    return 0;
}

int sigfillset(sigset_t *set)
{
    *set = ~(sigset_t)0;
    return 0;
}

static int check(int number)
{
    bool is_one = number > 0 && number < NSIG && (number <= SIGNALS_OF_SET || number >= SIGRTMIN);
    return result(is_one ? 0 : EINVAL);
}

int sigaddset(sigset_t *set, int number)
{
    if (check(number))
        return -1;
    *set |= bit_of(number);
    return 0;
}

int sigdelset(sigset_t *set, int number)
{
    if (check(number))
        return -1;
    *set &= ~bit_of(number);
    return 0;
}

int sigismember(const sigset_t *set, int number)
{
    return check(number) ? -1 : (*set & bit_of(number)) != 0;
}
