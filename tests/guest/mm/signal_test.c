/* SPDX-License-Identifier: MIT */
/* A program handles its own faults and exceptions: <signal.h>. */
#include <errno.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "suite.h"

enum { RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS };

#define ERROR_OF(call) (errno = 0, EXPECT((call) == -1) ? errno : 0)

static char *volatile nowhere = (char *)16;             /* nothing is mapped so low */

static char *map(unsigned pages, int protection)
{
    char *p = mmap(NULL, pages * PAGE, protection, ANON, -1, 0);
    EXPECT(p != MAP_FAILED);
    return p;
}

/* What the last handler saw. */
static struct {
    volatile int calls, signal, code, error;
    void *volatile address;
    volatile uintptr_t eip, esp, cr2, stack;
    volatile int trap, err;
} seen;

static void note(int number, const siginfo_t *info, const ucontext_t *context)
{
    int here;
    seen.calls++;
    seen.signal = number;
    seen.code = info->si_code;
    seen.error = info->si_errno;
    seen.address = info->si_addr;
    seen.eip = (uintptr_t)context->uc_mcontext.gregs[REG_EIP];
    seen.esp = (uintptr_t)context->uc_mcontext.gregs[REG_ESP];
    seen.trap = context->uc_mcontext.gregs[REG_TRAPNO];
    seen.err = context->uc_mcontext.gregs[REG_ERR];
    seen.cr2 = context->uc_mcontext.cr2;
    seen.stack = (uintptr_t)&here;
}

static struct sigaction handle(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags}, old;
    memset((void *)&seen, 0, sizeof seen);
    EXPECT_EQ(sigaction(number, &action, &old), 0);
    return old;
}

static void forget(int number)
{
    EXPECT(signal(number, SIG_DFL) != SIG_ERR);
}

/* ---- faults ---- */

static char *barrier;

static void open_barrier(int number, siginfo_t *info, void *context)
{
    note(number, info, context);
    uintptr_t page = (uintptr_t)info->si_addr & ~(uintptr_t)(PAGE - 1);
    mprotect((void *)page, PAGE, RW);
}

/* A collector's write barrier: the write is done when the handler has let it. */
TEST(a_write_barrier_sees_each_page_once)
{
    barrier = map(8, PROT_READ);
    handle(SIGSEGV, open_barrier, 0);
    for (unsigned i = 0; i < 64; i++)
        barrier[i * 512 + 3] = (char)i;
    EXPECT_EQ(seen.calls, 8);
    EXPECT_EQ(seen.signal, SIGSEGV);
    EXPECT_EQ(seen.code, SEGV_ACCERR);
    EXPECT_EQ((uintptr_t)seen.address, (uintptr_t)barrier + 7 * PAGE + 3);
    EXPECT_EQ(seen.cr2, (uintptr_t)barrier + 7 * PAGE + 3);
    EXPECT_EQ(seen.trap, 14);
    EXPECT_EQ(seen.err, 6);
    bool good = true;
    for (unsigned i = 0; i < 64; i++)
        good = good && barrier[i * 512 + 3] == (char)i;
    EXPECT(good);
    forget(SIGSEGV);
    EXPECT_EQ(munmap(barrier, 8 * PAGE), 0);
}

/* All registers and flags: store_asm.asm loads them, touches the page, and compares. */
unsigned store_registers_survive(uintptr_t page);

static void use_everything(int number, siginfo_t *info, void *context)
{
    volatile double x = 1.5;
    open_barrier(number, info, context);
    for (int i = 0; i < 64; i++)
        L4_LoadMR(i, 0xdead0000 + i);
    L4_LoadBR(0, 0);
    for (int i = 0; i < 20; i++)
        x = x * 1.25 + 3;
    errno = 77;
}

TEST(a_handler_leaves_registers_and_flags_alone)
{
    barrier = map(1, PROT_NONE);
    handle(SIGSEGV, use_everything, 0);
    EXPECT_EQ(store_registers_survive((uintptr_t)barrier), 0);
    EXPECT_EQ(seen.calls, 1);
    forget(SIGSEGV);
    EXPECT_EQ(munmap(barrier, PAGE), 0);
}

TEST(a_handler_leaves_message_registers_errno_and_the_fpu_alone)
{
    volatile double one = 1.0, three = 3.0, third = one / three;
    barrier = map(1, PROT_NONE);
    handle(SIGSEGV, use_everything, 0);
    errno = 5;
    for (int i = 0; i < 64; i++)
        L4_LoadMR(i, 0x1000 + i);
    L4_LoadBR(0, 0x12340000);
    double sum;
    __asm__ volatile("fldl %1; fdivl %2; movb $1, (%3); fstpl %0"
                     : "=m"(sum) : "m"(one), "m"(three), "r"(barrier) : "memory");
    bool good = L4_Accepted().raw == 0x12340000;
    for (int i = 0; i < 64; i++)
        good = good && L4_MR(i) == (L4_Word_t)(0x1000 + i);
    L4_LoadBR(0, 0);
    EXPECT(good);
    EXPECT_EQ(errno, 5);
    EXPECT(sum == third);
    EXPECT_EQ(seen.calls, 1);
    forget(SIGSEGV);
    EXPECT_EQ(munmap(barrier, PAGE), 0);
}

static sigjmp_buf out;

static void jump_out(int number, siginfo_t *info, void *context)
{
    note(number, info, context);
    siglongjmp(out, 7);
}

static int value_of_a_jump(void *address)
{
    int value = sigsetjmp(out, 1);
    if (value == 0)
        *(volatile char *)address = 1;
    return value;
}

TEST(a_handler_may_jump_out_again_and_again)
{
    handle(SIGSEGV, jump_out, 0);
    for (int i = 0; i < 40; i++)                        /* more often than there are deliveries */
        EXPECT_EQ(value_of_a_jump(nowhere), 7);
    EXPECT_EQ(seen.calls, 40);
    EXPECT_EQ(seen.code, SEGV_MAPERR);
    EXPECT_EQ((uintptr_t)seen.address, 16);
    forget(SIGSEGV);
}

/* ---- exceptions, and a context that is changed ---- */

static void skip(int number, siginfo_t *info, void *context, int bytes)
{
    ucontext_t *c = context;
    note(number, info, c);
    c->uc_mcontext.gregs[REG_EIP] += bytes;
    c->uc_mcontext.gregs[REG_EAX] = 4711;
}

static void skip_two(int number, siginfo_t *info, void *context) { skip(number, info, context, 2); }
static void skip_none(int number, siginfo_t *info, void *context)
{
    skip(number, info, context, 0);
}

TEST(a_division_by_zero_is_skipped_with_another_result)
{
    int result, zero = 0;
    handle(SIGFPE, skip_two, 0);
    __asm__ volatile("cltd; idivl %1" : "=a"(result) : "c"(zero), "a"(9) : "edx", "cc");
    EXPECT_EQ(result, 4711);
    EXPECT_EQ(seen.signal, SIGFPE);
    EXPECT_EQ(seen.code, FPE_INTDIV);
    EXPECT_EQ((uintptr_t)seen.address, seen.eip);
    EXPECT_EQ(seen.trap, 0);
    forget(SIGFPE);
}

TEST(an_invalid_instruction_is_skipped)
{
    int result = 1;
    handle(SIGILL, skip_two, 0);
    __asm__ volatile("ud2" : "+a"(result));
    EXPECT_EQ(result, 4711);
    EXPECT_EQ(seen.code, ILL_ILLOPN);
    EXPECT_EQ(seen.trap, 6);
    forget(SIGILL);
}

TEST(a_breakpoint_is_a_trap)
{
    int result = 1;
    handle(SIGTRAP, skip_none, 0);
    __asm__ volatile("int3" : "+a"(result));
    EXPECT_EQ(seen.calls, 1);
    EXPECT_EQ(seen.code, TRAP_BRKPT);
    EXPECT_EQ(result, 4711);
    forget(SIGTRAP);
}

TEST(a_single_step_is_a_trap)
{
    handle(SIGTRAP, skip_none, 0);
    __asm__ volatile("pushfl; orl $0x100, (%%esp); popfl; nop; nop; nop; nop; nop; nop; nop"
                     : : : "cc", "memory", "eax");
    EXPECT_EQ(seen.calls, 1);
    EXPECT_EQ(seen.code, TRAP_TRACE);
    forget(SIGTRAP);
}

static void step_on(int number, siginfo_t *info, void *context)
{
    note(number, info, context);
    if (seen.calls < 5)
        ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] |= 0x100;
}

TEST(a_handler_steps_from_instruction_to_instruction)
{
    handle(SIGTRAP, step_on, 0);
    __asm__ volatile("int3; nop; nop; nop; nop; nop; nop; nop" : : : "cc", "memory");
    EXPECT_EQ(seen.calls, 5); /* the breakpoint and four steps */
    EXPECT_EQ(seen.code, TRAP_TRACE);
    forget(SIGTRAP);
}

TEST(a_floating_point_exception_says_which)
{
    unsigned short control = 0x037b, before;            /* division by zero is not masked */
    volatile double zero = 0.0;
    __asm__ volatile("fnstcw %0" : "=m"(before));
    handle(SIGFPE, jump_out, 0);
    if (sigsetjmp(out, 1) == 0)
        __asm__ volatile("fldcw %0; fld1; fdivl %1; fwait" : : "m"(control), "m"(zero));
    __asm__ volatile("fninit; fldcw %0" : : "m"(before));
    EXPECT_EQ(seen.calls, 1);
    EXPECT_EQ(seen.code, FPE_FLTDIV);
    forget(SIGFPE);
}

/* ---- stacks ---- */

static char other_stack[SIGSTKSZ] __attribute__((aligned(16)));

static int deep(volatile char *below)
{
    volatile char here[512];
    here[0] = *below;
    return here[0] == 77 ? 0 : deep(here) + here[0];
}

static bool on_other_stack(uintptr_t address)
{
    return address - (uintptr_t)other_stack < sizeof other_stack;
}

TEST(an_alternate_stack_catches_an_overflow)
{
    const stack_t stack = {other_stack, 0, sizeof other_stack}, none = {NULL, SS_DISABLE, 0};
    stack_t old;
    char start = 0;
    EXPECT_EQ(sigaltstack(&stack, &old), 0);
    EXPECT_EQ(old.ss_flags, SS_DISABLE);
    handle(SIGSEGV, jump_out, SA_ONSTACK);
    if (sigsetjmp(out, 1) == 0)
        deep(&start);
    EXPECT_EQ(seen.calls, 1);
    EXPECT(on_other_stack(seen.stack));
    EXPECT(!on_other_stack(seen.esp));
    EXPECT_EQ(sigaltstack(&none, &old), 0);
    EXPECT(old.ss_sp == other_stack && old.ss_flags == 0 && old.ss_size == sizeof other_stack);
    EXPECT(value_of_a_jump(nowhere) == 7 && !on_other_stack(seen.stack));
    forget(SIGSEGV);
}

static int stack_error;
static stack_t stack_seen;

static void change_stack(int number, siginfo_t *info, void *context)
{
    const stack_t stack = {other_stack, 0, sizeof other_stack};
    note(number, info, context);
    stack_error = sigaltstack(&stack, &stack_seen) ? errno : 0;
    sigaltstack(NULL, &stack_seen);
    siglongjmp(out, 7);
}

TEST(sigaltstack_refuses_each_bad_argument)
{
    const stack_t small = {other_stack, 0, 100}, flags = {other_stack, 0x40, sizeof other_stack};
    const stack_t good = {other_stack, 0, sizeof other_stack}, none = {NULL, SS_DISABLE, 0};
    EXPECT_EQ(ERROR_OF(sigaltstack(&small, NULL)), ENOMEM);
    EXPECT_EQ(ERROR_OF(sigaltstack(&flags, NULL)), EINVAL);
    EXPECT_EQ(sigaltstack(&good, NULL), 0);
    handle(SIGSEGV, change_stack, SA_ONSTACK);
    EXPECT_EQ(value_of_a_jump(nowhere), 7);
    EXPECT_EQ(stack_error, EPERM);
    EXPECT_EQ(stack_seen.ss_flags, SS_ONSTACK);
    EXPECT_EQ(sigaltstack(&none, NULL), 0);
    forget(SIGSEGV);
}

/* ---- actions, masks, raise ---- */

TEST(sigaction_tells_the_old_action_and_refuses_each_bad_argument)
{
    struct sigaction old = handle(SIGBUS, jump_out, SA_NODEFER);
    EXPECT(old.sa_handler == SIG_DFL);
    EXPECT_EQ(sigaction(SIGBUS, NULL, &old), 0);
    EXPECT(old.sa_sigaction == jump_out && old.sa_flags == (SA_SIGINFO | SA_NODEFER));
    EXPECT_EQ(ERROR_OF(sigaction(0, NULL, &old)), EINVAL);
    EXPECT_EQ(ERROR_OF(sigaction(NSIG, NULL, &old)), EINVAL);
    EXPECT_EQ(ERROR_OF(sigaction(SIGKILL, &old, NULL)), EINVAL);
    EXPECT_EQ(ERROR_OF(sigaction(SIGSTOP, &old, NULL)), EINVAL);
    EXPECT_EQ(sigaction(SIGKILL, NULL, &old), 0);
    errno = 0;
    EXPECT(signal(-1, SIG_DFL) == SIG_ERR);
    EXPECT_EQ(errno, EINVAL);
    forget(SIGBUS);
}

static volatile int raised;
static void count(int number) { raised += number; }

TEST(raise_runs_the_handler_before_it_returns)
{
    raised = 0;
    EXPECT(signal(SIGUSR1, count) == SIG_DFL);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT_EQ(raised, SIGUSR1);
    EXPECT(signal(SIGUSR1, SIG_IGN) == count);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT_EQ(raised, SIGUSR1);
    forget(SIGUSR1);
    EXPECT_EQ(raise(SIGCHLD), 0);
    EXPECT_EQ(ERROR_OF(raise(0)), EINVAL);
    EXPECT_EQ(ERROR_OF(raise(99)), EINVAL);
}

TEST(a_blocked_signal_waits)
{
    sigset_t set, old;
    raised = 0;
    signal(SIGUSR2, count);
    sigemptyset(&set);
    EXPECT_EQ(sigaddset(&set, SIGUSR2), 0);
    EXPECT_EQ(sigprocmask(SIG_BLOCK, &set, &old), 0);
    EXPECT_EQ(old, 0);
    EXPECT_EQ(raise(SIGUSR2), 0);
    EXPECT_EQ(raised, 0);
    EXPECT_EQ(sigprocmask(SIG_UNBLOCK, &set, &old), 0);
    EXPECT_EQ(old, set);
    EXPECT_EQ(raised, SIGUSR2);
    EXPECT_EQ(ERROR_OF(sigprocmask(99, &set, NULL)), EINVAL);
    EXPECT_EQ(sigprocmask(99, NULL, &old), 0);
    EXPECT_EQ(ERROR_OF(sigaddset(&set, 0)), EINVAL);
    EXPECT_EQ(ERROR_OF(sigdelset(&set, 32)), EINVAL);
    EXPECT_EQ(ERROR_OF(sigismember(&set, -3)), EINVAL);
    EXPECT_EQ(sigfillset(&set), 0);
    EXPECT_EQ(sigdelset(&set, SIGUSR1), 0);
    EXPECT_EQ(sigismember(&set, SIGUSR1), 0);
    EXPECT_EQ(sigismember(&set, SIGUSR2), 1);
    forget(SIGUSR2);
}

/* ---- what ends a task ---- */

static void fault_again(int number, siginfo_t *info, void *context)
{
    note(number, info, context);
    *(volatile char *)nowhere = 1;
}

int child_signal(void)
{
    struct sigaction action = {.sa_sigaction = fault_again, .sa_flags = SA_SIGINFO};
    sigset_t set = 1u << (SIGSEGV - 1);
    switch (child_argument) {
    case 0: sigaction(SIGSEGV, &action, NULL); break;   /* a fault in its own handler */
    case 1: sigaction(SIGSEGV, &action, NULL), sigprocmask(SIG_BLOCK, &set, NULL); break;
    case 2: signal(SIGSEGV, SIG_IGN); break;
    case 3: action.sa_flags |= (int)SA_RESETHAND, sigaction(SIGSEGV, &action, NULL); break;
    case 4: raise(SIGTERM); break;
    default: break;
    }
    *(volatile char *)nowhere = 1;
    return 0;
}

TEST(a_signal_that_nobody_may_handle_ends_the_task)
{
    for (unsigned i = 0; i < 4; i++)
        EXPECT_EQ(child_run("signal", i, NULL), HURD_MM_STATUS_SEGV);
    EXPECT_EQ(child_run("signal", 4, NULL), 128 + SIGTERM);
}

/* ---- threads ---- */

static volatile unsigned finished, wrong;

static void skip_store(int number, siginfo_t *info, void *context)
{
    ucontext_t *c = context;
    (void)number, (void)info;
    c->uc_mcontext.gregs[REG_EIP] += 2;
    c->uc_mcontext.gregs[REG_EAX] += 1;
}

static void faulty_thread(void *argument)
{
    for (unsigned i = 0; i < 200; i++) {
        unsigned is = (unsigned)(uintptr_t)argument * 1000 + i, after = is;
        __asm__ volatile("movb %b1, (%1)" : "+a"(after) : "c"(16) : "memory");
        wrong += after != is + 1;
    }
    __atomic_add_fetch(&finished, 1, __ATOMIC_RELAXED);
}

TEST(twelve_threads_handle_faults_at_the_same_time)
{
    L4_ThreadId_t thread;
    struct sigaction action = {.sa_sigaction = skip_store, .sa_flags = SA_SIGINFO};
    finished = wrong = 0;
    EXPECT_EQ(sigaction(SIGSEGV, &action, NULL), 0);
    for (uintptr_t i = 0; i < 12; i++)
        EXPECT_EQ(hurd_thread_start(&thread, faulty_thread, (void *)i, 0), 0);
    for (int i = 0; i < 10000 && finished < 12; i++)
        L4_Sleep(L4_TimePeriod(1000));
    EXPECT_EQ(finished, 12);
    EXPECT_EQ(wrong, 0);
    forget(SIGSEGV);
}

/* ---- stores whose pages do not come ---- */

static volatile int broken = EIO;

static int broken_fetch(void *hook, uintptr_t offset, void *const *page, unsigned pages)
{
    (void)hook, (void)offset;
    memset(page[0], 7, pages * PAGE);
    return broken;
}

static void repair(int number, siginfo_t *info, void *context)
{
    note(number, info, context);
    broken = 0;
}

TEST(a_page_that_does_not_come_is_a_bus_error_that_can_be_repaired)
{
    static const struct hurd_store_ops ops = {.fetch = broken_fetch, .rights = HURD_VM_READ};
    struct hurd_store store;
    uintptr_t at = 0;
    broken = EIO;
    EXPECT_EQ(hurd_store_create(&store, NULL, &ops), 0);
    EXPECT_EQ(hurd_store_bind_to_vm(&store, 0, PAGE, 0, HURD_VM_READ, &at), 0);
    handle(SIGBUS, repair, 0);
    EXPECT_EQ(*(volatile char *)(at + 5), 7);
    EXPECT_EQ(seen.calls, 1);
    EXPECT_EQ(seen.code, BUS_OBJERR);
    EXPECT_EQ(seen.error, EIO);
    EXPECT_EQ((uintptr_t)seen.address, at + 5);
    forget(SIGBUS);
    EXPECT_EQ(hurd_vm_deallocate(at, PAGE), 0);
    EXPECT_EQ(hurd_store_destroy(&store), 0);
}

const struct test signal_tests[] = {
    T(a_write_barrier_sees_each_page_once),
    T(a_handler_leaves_registers_and_flags_alone),
    T(a_handler_leaves_message_registers_errno_and_the_fpu_alone),
    T(a_handler_may_jump_out_again_and_again),
    T(a_division_by_zero_is_skipped_with_another_result),
    T(an_invalid_instruction_is_skipped),
    T(a_breakpoint_is_a_trap),
    T(a_single_step_is_a_trap),
    T(a_handler_steps_from_instruction_to_instruction),
    T(a_floating_point_exception_says_which),
    T(an_alternate_stack_catches_an_overflow),
    T(sigaltstack_refuses_each_bad_argument),
    T(sigaction_tells_the_old_action_and_refuses_each_bad_argument),
    T(raise_runs_the_handler_before_it_returns),
    T(a_blocked_signal_waits),
    T(a_signal_that_nobody_may_handle_ends_the_task),
    T(twelve_threads_handle_faults_at_the_same_time),
    T(a_page_that_does_not_come_is_a_bus_error_that_can_be_repaired),
    {NULL, NULL},
};
