/* SPDX-License-Identifier: MIT */
/* Signals between a task and its children: what they do, what they break off, which tasks may send them. */
#include "cases.h"

#include <errno.h>
#include <hurd/cap.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MS = 1000, FLOOD = 3000, MANY = 200000 };

static volatile int calls, last;
static volatile int *volatile nowhere = (volatile int *)16;

static void note(int number)
{
    calls++;
    last = number;
}

static void handle(int number, void (*handler)(int), int flags)
{
    const struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    NEED(sigaction(number, &action, NULL) == 0);
}

int ends_by(int child)
{
    int status = -1;
    NEED(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

void sleep_ms(unsigned ms)
{
    L4_Sleep(L4_TimePeriod(ms * MS));
}

volatile int *shared_word(void)
{
    void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    NEED(page != MAP_FAILED);
    return page;
}

void wait_until(volatile int *word, int value)
{
    for (int i = 0; *word != value && i < 10000; i++)
        sleep_ms(1);
    NEED(*word == value);
}

/* ---- without handlers ---- */

static int default_actions(void)
{
    static const int ending[] = {SIGHUP, SIGINT, SIGKILL, SIGUSR1, SIGSEGV, SIGPIPE, SIGTERM},
                     nothing[] = {0, SIGCHLD, SIGURG, SIGWINCH};
    for (unsigned i = 0; i < sizeof ending / sizeof *ending; i++) {
        int child = fork_well();
        if (child == 0)
            for (;;)
                L4_Sleep(L4_Never);
        for (unsigned k = 0; k < sizeof nothing / sizeof *nothing; k++)
            NEED(kill(child, nothing[k]) == 0);
        int status;
        NEED(waitpid(child, &status, WNOHANG) == 0);
        NEED(kill(child, ending[i]) == 0);
        NEED(kill(child, ending[i]) == 0);      /* dead, but not waited for */
        NEED(ends_by(child) == ending[i]);
        NEED(kill(child, 0) == -1 && errno == ESRCH);
    }
    return 0;
}

static int what_ends_a_task_by_itself(void)
{
    static const int signals[] = {SIGABRT, SIGSEGV, SIGFPE, SIGTERM, SIGKILL};
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
        int child = fork_well();
        if (child == 0) {
            volatile int zero = 0;
            switch (i) {
            case 0: abort();
            case 1: *nowhere = 1; break;
            case 2: zero = 7 / zero; break;
            case 3: raise(SIGTERM); break;
            default: kill(getpid(), SIGKILL);
            }
            _exit(1);
        }
        NEED(ends_by(child) == signals[i]);
    }
    return 0;
}

/* ---- handlers ---- */

static int a_handler_runs_in_the_midst_of_a_computation(void)
{
    volatile int *ready = shared_word();
    int child = fork_well();
    if (child == 0) {
        handle(SIGUSR1, note, 0);
        *ready = 1;
        unsigned sum = 0, again = 0;
        for (unsigned i = 0; i < MANY; i++)
            again += i * 3;
        while (!calls) {
            sum = 0;
            for (unsigned i = 0; i < MANY; i++)
                sum += i * 3;
            if (sum != again)
                _exit(2);
        }
        _exit(last == SIGUSR1 ? 0 : 3);
    }
    wait_until(ready, 1);
    NEED(kill(child, SIGUSR1) == 0);
    NEED(ends_by(child) == 0);
    return 0;
}

static int ignored_and_handled_again(void)
{
    volatile int *step = shared_word();
    int child = fork_well();
    if (child == 0) {
        NEED(signal(SIGTERM, SIG_IGN) == SIG_DFL);
        *step = 1;
        wait_until(step, 2);
        NEED(signal(SIGTERM, SIG_DFL) == SIG_IGN);
        *step = 3;
        for (;;)
            sleep_ms(10);
    }
    wait_until(step, 1);
    NEED(kill(child, SIGTERM) == 0 && kill(child, SIGTERM) == 0);
    sleep_ms(20);
    *step = 2;
    wait_until(step, 3);
    NEED(kill(child, SIGTERM) == 0);
    NEED(ends_by(child) == SIGTERM);
    return 0;
}

static int what_a_handler_breaks_off(void)
{
    volatile int *step = shared_word();
    int child = fork_well();
    if (child == 0) {
        struct timespec rest = {0, 0};
        int status;
        handle(SIGUSR1, note, 0);
        *step = 1;
        if (pause() != -1 || errno != EINTR || calls != 1)
            _exit(1);
        *step = 2;
        if (nanosleep(&(struct timespec){1000, 0}, &rest) != -1 || errno != EINTR || calls != 2 ||
            rest.tv_sec < 800 || rest.tv_sec > 1000)
            _exit(2);
        int grandchild = fork();
        if (grandchild == 0)
            for (;;)
                sleep_ms(100);
        step[1] = grandchild;
        *step = 3;
        if (waitpid(grandchild, &status, 0) != -1 || errno != EINTR || calls != 3)
            _exit(3);
        handle(SIGUSR1, note, SA_RESTART);
        handle(SIGUSR2, note, SA_RESTART);
        *step = 4;
        if (waitpid(grandchild, &status, 0) != grandchild || calls != 4)
            _exit(4);
        _exit(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT ? 0 : 5);
    }
    for (int i = 1; i <= 4; i++) {
        wait_until(step, i);
        sleep_ms(20);                   /* so that it waits; where it does not yet, nothing differs */
        NEED(kill(child, SIGUSR1) == 0);
    }
    sleep_ms(20);
    NEED(*step == 4);
    NEED(kill(step[1], SIGINT) == 0);   /* a child of the child */
    NEED(ends_by(child) == 0);
    return 0;
}

static int the_end_of_a_child_is_a_signal(void)
{
    handle(SIGCHLD, note, SA_RESTART);
    int child = fork_well();
    if (child == 0)
        _exit(5);
    while (!calls)
        pause();
    NEED(last == SIGCHLD && ends_by(child) == -5 && calls == 1);
    return 0;
}

static int blocked_signals_wait(void)
{
    volatile int *step = shared_word();
    int child = fork_well();
    if (child == 0) {
        sigset_t set = 0, old, waiting;
        sigaddset(&set, SIGUSR1);
        handle(SIGUSR1, note, 0);
        NEED(sigprocmask(SIG_BLOCK, &set, &old) == 0 && old == 0);
        *step = 1;
        wait_until(step, 2);
        NEED(calls == 0);
        do
            NEED(sigpending(&waiting) == 0);
        while (!waiting);
        NEED(waiting == set && calls == 0);
        NEED(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
        NEED(calls == 1 && sigpending(&waiting) == 0 && waiting == 0);
        NEED(sigprocmask(SIG_BLOCK, &set, NULL) == 0 && raise(SIGUSR1) == 0 && calls == 1);
        NEED(sigsuspend(&old) == -1 && errno == EINTR && calls == 2);
        NEED(raise(SIGUSR1) == 0 && calls == 2);        /* blocked again */
        signal(SIGUSR1, SIG_DFL);
        sigprocmask(SIG_SETMASK, &old, NULL);
        _exit(1);
    }
    wait_until(step, 1);
    NEED(kill(child, SIGUSR1) == 0);
    *step = 2;
    NEED(ends_by(child) == SIGUSR1);
    return 0;
}

static sigjmp_buf jump;

static void leave(int number)
{
    calls++;
    siglongjmp(jump, number);
}

static int a_handler_jumps_out_of_a_wait(void)
{
    volatile int *step = shared_word();
    int child = fork_well();
    if (child == 0) {
        handle(SIGUSR1, leave, 0);
        for (int i = 0; i < 20; i++) {
            if (sigsetjmp(jump, 1) == 0) {
                *step = 2 * i + 1;
                for (;;)
                    pause();
            }
        }
        _exit(calls == 20 ? 0 : 1);
    }
    for (int i = 0; i < 20; i++) {
        wait_until(step, 2 * i + 1);
        NEED(kill(child, SIGUSR1) == 0);
    }
    NEED(ends_by(child) == 0);
    return 0;
}

/* A child of a child that handles a signal handles it, too. */
static int handlers_are_inherited(void)
{
    volatile int *step = shared_word();
    handle(SIGUSR2, note, 0);
    int child = fork_well();
    if (child == 0) {
        *step = 1;
        while (!calls)
            pause();
        _exit(last == SIGUSR2 ? 9 : 1);
    }
    wait_until(step, 1);
    NEED(kill(child, SIGUSR2) == 0);
    NEED(ends_by(child) == -9 && calls == 0);
    return 0;
}

/* ---- many ---- */

/* The receiver asks its pager for memory and takes locks all the time. */
static int a_flood_does_no_harm(void)
{
    volatile int *step = shared_word();
    int child = fork_well();
    if (child == 0) {
        handle(SIGUSR1, note, 0);
        handle(SIGUSR2, note, SA_RESTART);
        *step = 1;
        for (int i = 0; *step != 2; i++) {
            char *p = malloc(100 + (size_t)i % 50000), *q = pages_new(2);
            pages_fill(q, 2, (uint32_t)i);
            memset(p, i, 100);
            NEED(pages_hold(q, 2, (uint32_t)i) && p[99] == (char)i);
            munmap(q, 2 * PAGE);
            free(p);
        }
        _exit(calls > 0 ? 0 : 1);
    }
    wait_until(step, 1);
    for (int i = 0; i < FLOOD; i++)
        NEED(kill(child, i % 2 ? SIGUSR1 : SIGUSR2) == 0);
    *step = 2;
    NEED(ends_by(child) == 0);
    return 0;
}

/* It neither takes them nor ends, and nothing waits for it. */
static int nobody_waits_for_a_receiver_that_hangs(void)
{
    volatile int *step = shared_word();
    int child = fork_well();
    if (child == 0) {
        struct hurd_task_arrived none;
        hurd_task_signal_wait(task_server(), own_task(), HURD_TASK_NOHANG, &none);
        *step = 1;
        for (;;)
            ;
    }
    wait_until(step, 1);
    for (int i = 0; i < FLOOD; i++)
        NEED(kill(child, SIGTERM) == 0);
    NEED(waitpid(child, NULL, WNOHANG) == 0 && kill(child, SIGKILL) == 0);
    NEED(ends_by(child) == SIGKILL);
    return 0;
}

/* ---- groups ---- */

static int groups(void)
{
    int child[3];
    volatile int *ready = shared_word();
    NEED(setpgid(0, 0) == 0 && getpgrp() == getpid());
    for (int i = 0; i < 3; i++) {
        child[i] = fork_well();
        if (child[i] == 0) {
            NEED(getpgrp() == getppid());
            __atomic_fetch_add((volatile int *)ready, 1, __ATOMIC_RELAXED);
            for (;;)
                L4_Sleep(L4_Never);
        }
    }
    wait_until(ready, 3);
    NEED(setpgid(child[0], 0) == 0 && setpgid(child[1], child[0]) == 0);
    NEED(getpgid(child[1]) == child[0] && getpgid(child[2]) == getpid());
    NEED(setpgid(child[2], 9999) == -1 && errno == EPERM);
    NEED(getsid(child[1]) == getsid(0));
    NEED(killpg(child[0], SIGTERM) == 0);
    NEED(ends_by(child[0]) == SIGTERM && ends_by(child[1]) == SIGTERM);
    NEED(killpg(child[0], SIGTERM) == -1 && errno == ESRCH);
    NEED(waitpid(child[2], NULL, WNOHANG) == 0);
    signal(SIGINT, SIG_IGN);
    NEED(kill(0, SIGINT) == 0);
    NEED(ends_by(child[2]) == SIGINT);
    NEED(setsid() == -1 && errno == EPERM);
    int other = fork_well();
    if (other == 0) {
        NEED(setsid() == getpid() && getsid(0) == getpid() && getpgrp() == getpid());
        NEED(setpgid(0, 0) == -1 && errno == EPERM);
        _exit(0);
    }
    child_ends_well(other);
    return 0;
}

/* ---- mistakes ---- */

static int error_of(unsigned label, unsigned n, const L4_Word_t *in)
{
    return hurd_cap_rpc(task_server(), label, n, in, 0, NULL, NULL);
}

static int who_may_not_send(void)
{
    NEED(kill(getpid(), NSIG) == -1 && errno == EINVAL);
    NEED(kill(getpid(), -1) == -1 && errno == EINVAL);
    NEED(kill(-1, SIGTERM) == -1 && errno == EINVAL);
    NEED(kill(9999, SIGTERM) == -1 && errno == ESRCH);
    NEED(kill(HURD_TASK_DEVA, SIGTERM) == -1 && errno == EPERM);
    NEED(kill(HURD_TASK_ROOT, 0) == -1 && errno == EPERM);
    NEED(kill(getppid(), SIGTERM) == -1 && errno == EPERM);
    NEED(killpg(getpgrp() + 100, SIGTERM) == -1 && errno == ESRCH);
    int child = fork_well();
    if (child == 0)
        for (;;)
            L4_Sleep(L4_Never);
    NEED(kill(child, SIGTERM) == 0 && ends_by(child) == SIGTERM);
    return 0;
}

static int children_of_fork_send_to_parents_and_siblings(void)
{
    handle(SIGUSR1, note, 0);
    int sibling = fork_well();
    if (sibling == 0)
        for (;;)
            L4_Sleep(L4_Never);
    int child = fork_well();
    if (child == 0)
        _exit(kill(getppid(), SIGUSR1) == 0 && kill(sibling, SIGTERM) == 0 ? 0 : 1);
    while (!calls)
        pause();
    NEED(last == SIGUSR1 && ends_by(sibling) == SIGTERM);
    child_ends_well(child);
    int parent = fork_well();               /* it ends with its child, which ends it */
    if (parent == 0 && fork_well() == 0)
        kill(getppid(), SIGKILL);
    if (parent == 0)
        for (;;)
            L4_Sleep(L4_Never);
    NEED(ends_by(parent) == SIGKILL);
    return 0;
}

static void second(void *result)
{
    struct hurd_task_arrived none;
    *(int *)result = hurd_task_signal_wait(task_server(), own_task(), 0, &none);
}

static int wrong_requests_for_signals(void)
{
    struct hurd_task_created created;
    L4_Word_t own = own_task();
    NEED(hurd_fork(HURD_FORK_PART, &created) == 0);
    if (created.id == 0)
        for (;;)
            L4_Sleep(L4_Never);
    L4_Word_t in[] = {own, 0, 32};
    NEED(error_of(HURD_TASK_SIGNAL, 2, in) == EINVAL);
    NEED(error_of(HURD_TASK_SIGNAL, 3, in) == EINVAL);
    NEED(error_of(HURD_TASK_SIGNAL_GROUP, 3, in) == EINVAL);
    NEED(error_of(HURD_TASK_SIGNAL_GROUP, 1, in) == EINVAL);
    NEED(error_of(HURD_TASK_SIGNAL_WAIT, 3, in) == EINVAL);
    NEED(error_of(HURD_TASK_GROUP, 2, in) == EINVAL);
    in[1] = 2;
    NEED(error_of(HURD_TASK_SIGNAL_WAIT, 2, in) == EINVAL);
    in[0] = created.handle, in[1] = 0, in[2] = 0;
    NEED(error_of(HURD_TASK_SIGNAL_WAIT, 2, in) == EPERM);
    NEED(error_of(HURD_TASK_SIGNAL_GROUP, 3, in) == EPERM);
    NEED(error_of(HURD_TASK_GROUP, 3, in) == EPERM);
    NEED(error_of(HURD_TASK_SIGNAL, 3, in) == 0);
    in[1] = L4_Version(L4_MyGlobalId());        /* by the handle of another task */
    NEED(error_of(HURD_TASK_SIGNAL, 3, in) == EPERM);
    in[0] = own, in[1] = created.id, in[2] = HURD_TASK_SESSION;
    NEED(error_of(HURD_TASK_GROUP, 3, in) == EPERM);
    in[1] = 9999;
    NEED(error_of(HURD_TASK_GROUP, 3, in) == ESRCH);
    in[1] = HURD_TASK_ROOT;
    NEED(error_of(HURD_TASK_GROUP, 3, in) == EPERM);
    in[1] = HURD_TASK_BY_SIGNAL;                /* signal 0 ends nothing */
    NEED(error_of(HURD_TASK_EXIT, 2, in) == EINVAL);
    NEED(error_of(HURD_TASK_SIGNAL_TAKE, 3, in) == EINVAL);
    in[1] = SIGRTMIN;
    NEED(error_of(HURD_TASK_SIGNAL_TAKE, 2, in) == EAGAIN);
    in[0] = created.handle;
    NEED(error_of(HURD_TASK_SIGNAL_TAKE, 2, in) == EPERM);
    in[0] = own, in[1] = 0, in[2] = HURD_TASK_LIVING;      /* of what then? */
    NEED(error_of(HURD_TASK_WAIT_CHILD, 3, in) == EINVAL);
    in[1] = HURD_TASK_BY_SIGNAL | 65;
    NEED(error_of(HURD_TASK_EXIT, 2, in) == EINVAL);
    in[1] = HURD_TASK_BY_SIGNAL | 32;
    NEED(error_of(HURD_TASK_EXIT, 2, in) == EINVAL);
    NEED(kill((pid_t)created.id, SIGKILL) == 0 && ends_by((pid_t)created.id) == SIGKILL);
    L4_ThreadId_t thread;
    static volatile int error = -1;
    NEED(hurd_thread_start(&thread, second, (void *)(uintptr_t)&error, 0) == 0);
    sleep_ms(20);
    struct hurd_task_arrived none;
    NEED(hurd_task_signal_wait(task_server(), own, 0, &none) == EBUSY);
    NEED(hurd_cap_rpc(task_server(), HURD_CAP_CANCEL, 1, &thread.raw, 0, NULL, NULL) == 0);
    sleep_ms(20);
    NEED(error == ECANCELED);
    NEED(hurd_task_signal_wait(task_server(), own, HURD_TASK_NOHANG, &none) == EAGAIN);
    return 0;
}

/* ---- alarm() */

/* Whoever sees the deadline first, the library's thread or the next alarm(): it comes. */
static int an_alarm_that_is_due_is_not_replaced(void)
{
    enum { SECOND = 1000000 };
    handle(SIGALRM, note, 0);
    for (int i = 1; i <= 3; i++) {
        NEED(alarm(1) == 0);
        L4_Word64_t over = L4_SystemClock().raw + SECOND;
        while (L4_SystemClock().raw < over)
            ;
        NEED(alarm(5) == 0);
        sleep_ms(100);
        NEED(calls == i && last == SIGALRM);
        NEED(alarm(0) == 5);
        sleep_ms(50);
        NEED(calls == i);
    }
    return 0;
}

const struct test_case signal_cases[] = {
    {.name = "default_actions", .run = default_actions},
    {.name = "what_ends_a_task_by_itself", .run = what_ends_a_task_by_itself},
    {.name = "a_handler_runs_in_the_midst_of_a_computation",
     .run = a_handler_runs_in_the_midst_of_a_computation},
    {.name = "ignored_and_handled_again", .run = ignored_and_handled_again},
    {.name = "what_a_handler_breaks_off", .run = what_a_handler_breaks_off},
    {.name = "the_end_of_a_child_is_a_signal", .run = the_end_of_a_child_is_a_signal},
    {.name = "blocked_signals_wait", .run = blocked_signals_wait},
    {.name = "a_handler_jumps_out_of_a_wait", .run = a_handler_jumps_out_of_a_wait},
    {.name = "handlers_are_inherited", .run = handlers_are_inherited},
    {.name = "a_flood_does_no_harm", .run = a_flood_does_no_harm},
    {.name = "nobody_waits_for_a_receiver_that_hangs",
     .run = nobody_waits_for_a_receiver_that_hangs},
    {.name = "groups", .run = groups, .frames = 3000},
    {.name = "who_may_not_send", .run = who_may_not_send},
    {.name = "children_of_fork_send_to_parents_and_siblings",
     .run = children_of_fork_send_to_parents_and_siblings},
    {.name = "an_alarm_that_is_due_is_not_replaced", .run = an_alarm_that_is_due_is_not_replaced},
    {.name = "wrong_requests_for_signals", .run = wrong_requests_for_signals},
    {0},
};
