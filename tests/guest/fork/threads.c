/* SPDX-License-Identifier: MIT */
/* Signals in a task with several threads: which of them gets one, hurd_thread_kill(), sigwait(). */
#include "cases.h"

#include <errno.h>
#include <hurd/mm.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/thread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MS = 1000000 };                  /* nanoseconds */

static volatile int calls;
static volatile L4_Word_t ran_in;       /* the thread in which the last handler ran */

static void note(int number)
{
    (void)number;
    ran_in = L4_MyGlobalId().raw;
    calls++;
}

static void handle(int number)
{
    const struct sigaction action = {.sa_handler = note};
    NEED(sigaction(number, &action, NULL) == 0);
}

static sigset_t set_of(int number)
{
    sigset_t set;
    sigemptyset(&set);
    NEED(sigaddset(&set, number) == 0);
    return set;
}

static void mask(int how, int number)
{
    const sigset_t set = set_of(number);
    NEED(pthread_sigmask(how, &set, NULL) == 0);
}

static bool is_masked(int number)
{
    sigset_t now;
    NEED(sigprocmask(SIG_BLOCK, NULL, &now) == 0);
    return sigismember(&now, number);
}

/* ---- a thread beside the first one */

enum what { SPINS, SLEEPS, PAUSES, AWAITS, SUSPENDS };

static struct beside {
    L4_ThreadId_t thread;
    enum what what;
    int lets;                           /* it unblocks this signal at first; 0: none */
    volatile bool runs, stops, done;
    volatile int result, error;         /* of its call; valid when done */
} beside[2];

static void thread_main(void *argument)
{
    struct beside *b = argument;
    const sigset_t empty = 0, awaited = set_of(SIGUSR1);
    if (b->lets)
        mask(SIG_UNBLOCK, b->lets);
    b->runs = true;
    errno = 0;
    int taken = 0;
    switch (b->what) {
    case SPINS:
        while (!b->stops)
            continue;
        break;
    case SLEEPS: b->result = nanosleep(&(struct timespec){.tv_sec = 100}, NULL); break;
    case PAUSES: b->result = pause(); break;
    case AWAITS: b->result = sigwait(&awaited, &taken) ? -1 : taken; break;
    case SUSPENDS: b->result = sigsuspend(&empty); break;
    }
    b->error = errno;
    b->done = true;
}

static struct beside *start(unsigned i, enum what what, int lets)
{
    struct beside *b = &beside[i];
    *b = (struct beside){.what = what, .lets = lets};
    NEED(hurd_thread_start(&b->thread, thread_main, b, 0) == 0);
    while (!b->runs)
        sleep_ms(1);
    sleep_ms(10);
    return b;
}

static void stop(struct beside *b)
{
    b->stops = true;
    for (int i = 0; i < 5000 && !b->done; i++)
        sleep_ms(1);
    NEED(b->done);
}

static void calls_are(int number)
{
    for (int i = 0; i < 5000 && calls < number; i++)
        sleep_ms(1);
    NEED(calls == number);
}

/* ---- which thread */

static int the_first_thread_comes_first(void)
{
    handle(SIGUSR1);
    struct beside *b = start(0, SPINS, 0);
    NEED(kill(getpid(), SIGUSR1) == 0);
    NEED(calls == 1 && ran_in == L4_MyGlobalId().raw);
    stop(b);
    return 0;
}

static int a_thread_that_does_not_block_it_gets_it(void)
{
    static const enum what ways[] = {SPINS, SLEEPS, PAUSES};
    handle(SIGUSR1);
    mask(SIG_BLOCK, SIGUSR1);
    for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct beside *b = start(0, ways[i], SIGUSR1);
        NEED(kill(getpid(), SIGUSR1) == 0);
        calls_are((int)i + 1);
        NEED(ran_in == b->thread.raw);
        stop(b);
        NEED(ways[i] == SPINS || (b->error == EINTR && b->result == -1));
    }
    return 0;
}

/* From another task, and by alarm(). */
static int signals_of_others_do_as_well(void)
{
    volatile int *word = shared_word();
    int child = fork_well();
    if (child == 0) {
        handle(SIGTERM);
        handle(SIGALRM);
        mask(SIG_BLOCK, SIGTERM);
        mask(SIG_BLOCK, SIGALRM);
        struct beside *b = start(0, SPINS, SIGTERM), *c = start(1, SPINS, SIGALRM);
        *word = 1;
        calls_are(1);
        NEED(ran_in == b->thread.raw);
        NEED(alarm(1) == 0);
        calls_are(2);
        NEED(ran_in == c->thread.raw);
        _exit(0);
    }
    wait_until(word, 1);
    NEED(kill(child, SIGTERM) == 0);
    child_ends_well(child);
    return 0;
}

static int what_all_block_waits_for_the_first_to_let_it(void)
{
    sigset_t waits;
    handle(SIGUSR2);
    mask(SIG_BLOCK, SIGUSR2);
    struct beside *b = start(0, SPINS, 0);
    NEED(kill(getpid(), SIGUSR2) == 0);
    sleep_ms(20);
    NEED(calls == 0 && sigpending(&waits) == 0 && waits == set_of(SIGUSR2));
    struct beside *c = start(1, SPINS, SIGUSR2);
    calls_are(1);
    NEED(ran_in == c->thread.raw && sigpending(&waits) == 0 && waits == 0);
    stop(b);
    stop(c);
    return 0;
}

static volatile bool thread_masked;

static void tell_mask(void *unused)
{
    (void)unused;
    thread_masked = is_masked(SIGUSR1);
    mask(SIG_UNBLOCK, SIGUSR1);
    beside[0].done = true;
}

static int a_thread_has_its_makers_mask(void)
{
    L4_ThreadId_t thread;
    mask(SIG_BLOCK, SIGUSR1);
    NEED(hurd_thread_start(&thread, tell_mask, NULL, 0) == 0);
    stop(&beside[0]);
    NEED(thread_masked && is_masked(SIGUSR1));
    return 0;
}

/* Threads come and go, and no signal goes with them. */
static int a_thread_that_ends_takes_no_signal_along(void)
{
    handle(SIGUSR1);
    mask(SIG_BLOCK, SIGUSR1);
    struct beside *b = start(0, SPINS, SIGUSR1);
    for (int i = 1; i <= 20; i++) {
        struct beside *c = start(1, SPINS, SIGUSR1);
        c->stops = true;
        NEED(kill(getpid(), SIGUSR1) == 0);
        calls_are(i);
        stop(c);
    }
    stop(b);
    sleep_ms(20);
    NEED(kill(getpid(), SIGUSR1) == 0);     /* nobody is left for it */
    sleep_ms(20);
    NEED(calls == 20);
    mask(SIG_UNBLOCK, SIGUSR1);
    calls_are(21);
    return 0;
}

static int a_mask_for_a_while_is_a_threads_own(void)
{
    handle(SIGUSR1);
    mask(SIG_BLOCK, SIGUSR1);
    struct beside *b = start(0, SUSPENDS, 0);
    NEED(kill(getpid(), SIGUSR1) == 0);
    calls_are(1);
    NEED(ran_in == b->thread.raw);
    stop(b);
    NEED(b->result == -1 && b->error == EINTR && is_masked(SIGUSR1));
    return 0;
}

static void forks(void *word)
{
    handle(SIGUSR1);
    int child = fork_well();
    if (child == 0) {
        *(volatile int *)word = 1;
        calls_are(1);
        _exit(ran_in == L4_MyGlobalId().raw ? 0 : 1);
    }
    wait_until(word, 1);
    NEED(kill(child, SIGUSR1) == 0);
    child_ends_well(child);
    beside[0].done = true;
}

static int a_thread_that_forked_is_the_childs_first(void)
{
    L4_ThreadId_t thread;
    NEED(hurd_thread_start(&thread, forks, (void *)shared_word(), 0) == 0);
    stop(&beside[0]);
    return 0;
}

/* ---- hurd_thread_kill() */

static int a_signal_for_one_thread(void)
{
    sigset_t waits;
    handle(SIGUSR1);
    struct beside *b = start(0, PAUSES, 0);
    NEED(hurd_thread_kill(b->thread, SIGUSR1) == 0);
    calls_are(1);
    NEED(ran_in == b->thread.raw);
    stop(b);
    NEED(b->error == EINTR);
    NEED(hurd_thread_kill(L4_MyGlobalId(), SIGUSR1) == 0);
    NEED(calls == 2 && ran_in == L4_MyGlobalId().raw);
    mask(SIG_BLOCK, SIGUSR1);
    b = start(0, SPINS, 0);
    struct beside *c = start(1, SPINS, SIGUSR1);
    NEED(hurd_thread_kill(b->thread, SIGUSR1) == 0);    /* blocked there, and it stays there */
    sleep_ms(20);
    NEED(calls == 2 && sigpending(&waits) == 0 && waits == 0);
    NEED(raise(SIGUSR1) == 0);
    sleep_ms(20);
    NEED(calls == 2 && sigpending(&waits) == 0 && waits == set_of(SIGUSR1));
    mask(SIG_UNBLOCK, SIGUSR1);
    NEED(calls == 3 && ran_in == L4_MyGlobalId().raw);
    stop(b);
    stop(c);
    return 0;
}

static int wrong_threads_and_signals(void)
{
    struct beside *b = start(0, SPINS, 0);
    NEED(hurd_thread_kill(b->thread, 0) == 0);
    NEED(hurd_thread_kill(b->thread, NSIG) == EINVAL);
    NEED(hurd_thread_kill(b->thread, -1) == EINVAL);
    NEED(hurd_thread_kill(L4_nilthread, SIGUSR1) == ESRCH);
    NEED(hurd_thread_kill(L4_MyLocalId(), 0) == ESRCH);
    NEED(hurd_thread_kill(hurd_mm_pager(), SIGUSR1) == ESRCH);
    NEED(hurd_thread_kill(task_server(), SIGUSR1) == ESRCH);
    stop(b);
    sleep_ms(20);
    NEED(hurd_thread_kill(b->thread, SIGUSR1) == ESRCH);
    NEED(pthread_sigmask(7, &(sigset_t){0}, NULL) == EINVAL);
    int child = fork_well();
    if (child == 0) {
        struct beside *c = start(0, SPINS, 0);
        hurd_thread_kill(c->thread, SIGTERM);           /* by default it ends the task */
        sleep_ms(1000);
        _exit(1);
    }
    NEED(ends_by(child) == SIGTERM);
    child = fork_well();
    if (child == 0) {
        hurd_thread_kill(L4_MyGlobalId(), SIGKILL);
        _exit(1);
    }
    NEED(ends_by(child) == SIGKILL);
    return 0;
}

/* ---- sigwait() and the like */

static int a_signal_that_waits_is_taken(void)
{
    const sigset_t set = set_of(SIGUSR1) | set_of(SIGUSR2);
    siginfo_t info = {0};
    int number = 0;
    mask(SIG_BLOCK, SIGUSR1);
    mask(SIG_BLOCK, SIGUSR2);
    NEED(kill(getpid(), SIGUSR2) == 0 && raise(SIGUSR1) == 0);
    NEED(sigwait(&set, &number) == 0 && number == SIGUSR1);
    NEED(sigwaitinfo(&set, &info) == SIGUSR2 && info.si_signo == SIGUSR2);
    NEED(info.si_pid == getpid() && info.si_code == SI_USER);
    sigset_t waits = 1;
    NEED(sigpending(&waits) == 0 && waits == 0);
    return 0;
}

static int a_signal_that_comes_later_is_taken(void)
{
    mask(SIG_BLOCK, SIGUSR1);
    struct beside *b = start(0, AWAITS, 0), *c = start(1, AWAITS, 0);
    NEED(kill(getpid(), SIGUSR1) == 0);
    for (int i = 0; i < 5000 && !b->done && !c->done; i++)
        sleep_ms(1);
    sleep_ms(20);
    NEED(b->done != c->done);                           /* one of them gets it */
    NEED((b->done ? b : c)->result == SIGUSR1);
    NEED(kill(getpid(), SIGUSR1) == 0);
    stop(b);
    stop(c);
    NEED(b->result == SIGUSR1 && c->result == SIGUSR1);
    return 0;
}

/* It goes before handlers: a third thread does not block the signal. */
static int who_waits_for_a_signal_comes_first(void)
{
    handle(SIGUSR1);
    mask(SIG_BLOCK, SIGUSR1);
    struct beside *b = start(0, AWAITS, 0), *c = start(1, SPINS, SIGUSR1);
    NEED(kill(getpid(), SIGUSR1) == 0);
    stop(b);
    NEED(b->result == SIGUSR1 && calls == 0);
    NEED(kill(getpid(), SIGUSR1) == 0);
    calls_are(1);
    stop(c);
    return 0;
}

static int the_end_of_a_child_is_awaited(void)
{
    const sigset_t set = set_of(SIGCHLD);
    siginfo_t info = {0};
    mask(SIG_BLOCK, SIGCHLD);                           /* ignored by default, and kept all the same */
    int child = fork_well();
    if (child == 0) {
        sleep_ms(30);
        _exit(5);
    }
    NEED(sigwaitinfo(&set, &info) == SIGCHLD);
    NEED(info.si_pid == child && info.si_code == CLD_EXITED);
    NEED(ends_by(child) == -5);
    return 0;
}

static int waits_end_with_their_time(void)
{
    const sigset_t set = set_of(SIGUSR1);
    siginfo_t info;
    handle(SIGUSR2);
    mask(SIG_BLOCK, SIGUSR1);
    NEED(sigtimedwait(&set, &info, &(struct timespec){0}) == -1 && errno == EAGAIN);
    NEED(sigtimedwait(&set, NULL, &(struct timespec){.tv_nsec = 20 * MS}) == -1 && errno == EAGAIN);
    NEED(sigtimedwait(&set, NULL, &(struct timespec){.tv_nsec = 1000 * MS}) == -1 && errno == EINVAL);
    NEED(sigtimedwait(&set, NULL, &(struct timespec){.tv_sec = -1}) == -1 && errno == EINVAL);
    L4_Word_t self = L4_MyGlobalId().raw;
    int child = fork_well();
    if (child == 0) {
        self = L4_MyGlobalId().raw;
        struct beside *b = start(0, AWAITS, 0);
        mask(SIG_BLOCK, SIGUSR2);
        hurd_thread_kill(b->thread, SIGUSR2);           /* its handler runs, and sigwait() goes on */
        calls_are(1);
        NEED(ran_in == b->thread.raw && ran_in != self && !b->done);
        hurd_thread_kill(b->thread, SIGUSR1);
        stop(b);
        NEED(b->result == SIGUSR1);
        mask(SIG_UNBLOCK, SIGUSR2);
        *(volatile int *)&calls = 0;
        alarm(0);
        handle(SIGALRM);
        alarm(1);
        NEED(sigwaitinfo(&set, NULL) == -1 && errno == EINTR && calls == 1);
        _exit(0);
    }
    child_ends_well(child);
    NEED(kill(getpid(), SIGUSR1) == 0);
    NEED(sigtimedwait(&set, &info, &(struct timespec){.tv_sec = 100}) == SIGUSR1);
    return 0;
}

const struct test_case thread_cases[] = {
    {.name = "the_first_thread_comes_first", .run = the_first_thread_comes_first},
    {.name = "a_thread_that_does_not_block_it_gets_it",
     .run = a_thread_that_does_not_block_it_gets_it},
    {.name = "signals_of_others_do_as_well", .run = signals_of_others_do_as_well},
    {.name = "what_all_block_waits_for_the_first_to_let_it",
     .run = what_all_block_waits_for_the_first_to_let_it},
    {.name = "a_thread_has_its_makers_mask", .run = a_thread_has_its_makers_mask},
    {.name = "a_thread_that_ends_takes_no_signal_along",
     .run = a_thread_that_ends_takes_no_signal_along},
    {.name = "a_mask_for_a_while_is_a_threads_own", .run = a_mask_for_a_while_is_a_threads_own},
    {.name = "a_thread_that_forked_is_the_childs_first",
     .run = a_thread_that_forked_is_the_childs_first},
    {.name = "a_signal_for_one_thread", .run = a_signal_for_one_thread},
    {.name = "wrong_threads_and_signals", .run = wrong_threads_and_signals},
    {.name = "a_signal_that_waits_is_taken", .run = a_signal_that_waits_is_taken},
    {.name = "a_signal_that_comes_later_is_taken", .run = a_signal_that_comes_later_is_taken},
    {.name = "who_waits_for_a_signal_comes_first", .run = who_waits_for_a_signal_comes_first},
    {.name = "the_end_of_a_child_is_awaited", .run = the_end_of_a_child_is_awaited},
    {.name = "waits_end_with_their_time", .run = waits_end_with_their_time},
    {0},
};
