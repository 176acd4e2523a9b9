/* SPDX-License-Identifier: MIT */
/* Signals that queue, values of signals, and waitid(). */
#include "tests/guest/conform/conform.h"

#include <limits.h>
#include <signal.h>
#include <time.h>

enum { MOST = 64 };                   /* calls whose words are kept */
static volatile int calls, numbers[MOST], values[MOST], codes[MOST];
static volatile pid_t sender;

static void note(int number, siginfo_t *info, void *context)
{
    if (calls < MOST && context && info->si_signo == number) {
        numbers[calls] = number;
        values[calls] = info->si_value.sival_int;
        codes[calls] = info->si_code;
        sender = info->si_pid;
    }
    calls++;
}

static void handle(int number)
{
    struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };
    sigfillset(&action.sa_mask);
    EXPECT_EQ(sigaction(number, &action, NULL), 0);
}

static void mask(int how, int first, int last)
{
    sigset_t set;
    sigemptyset(&set);
    for (int number = first; number <= last; number++)
        EXPECT_EQ(sigaddset(&set, number), 0);
    EXPECT_EQ(sigprocmask(how, &set, NULL), 0);
}

static int queue(pid_t pid, int number, int value)
{
    return sigqueue(pid, number, (union sigval) { .sival_int = value });
}

void signals_of_real_time_come_each_time_and_in_order(void)
{
    sigset_t waiting;
    EXPECT_EQ(SIGRTMAX - SIGRTMIN + 1 >= _POSIX_RTSIG_MAX, true);
    for (int i = 0; i < 3; i++)
        handle(SIGRTMIN + i);
    handle(SIGRTMAX);
    calls = 0;
    mask(SIG_BLOCK, SIGRTMIN, SIGRTMAX);
    EXPECT_EQ(queue(getpid(), SIGRTMAX, 90), 0);
    for (int i = 0; i < 5; i++)
        for (int n = 2; n >= 0; n--)
            EXPECT_EQ(queue(getpid(), SIGRTMIN + n, 10 * n + i), 0);
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(sigpending(&waiting), 0);
    EXPECT_EQ(sigismember(&waiting, SIGRTMIN + 2), 1);
    EXPECT_EQ(sigismember(&waiting, SIGRTMIN + 3), 0);
    mask(SIG_UNBLOCK, SIGRTMIN, SIGRTMAX);
    EXPECT_EQ(calls, 16);
    for (int i = 0; i < 15; i++) {
        EXPECT_EQ(numbers[i], SIGRTMIN + i / 5);
        EXPECT_EQ(values[i], 10 * (i / 5) + i % 5);
        EXPECT_EQ(codes[i], SI_QUEUE);
    }
    EXPECT_EQ(numbers[15], SIGRTMAX);
    EXPECT_EQ(sender, getpid());
    EXPECT_EQ(sigpending(&waiting), 0);
    EXPECT_EQ(sigismember(&waiting, SIGRTMIN), 0);
}

void a_signal_without_a_value_queues_as_well(void)
{
    handle(SIGRTMIN);
    calls = 0;
    EXPECT_EQ(raise(SIGRTMIN), 0);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(codes[0], SI_USER);
    mask(SIG_BLOCK, SIGRTMIN, SIGRTMIN);
    raise(SIGRTMIN);
    kill(getpid(), SIGRTMIN);
    queue(getpid(), SIGRTMIN, 3);
    raise(SIGRTMIN);
    mask(SIG_UNBLOCK, SIGRTMIN, SIGRTMIN);
    EXPECT_EQ(calls, 5);
    EXPECT_EQ(codes[2], SI_USER);
    EXPECT_EQ(codes[3], SI_QUEUE);
    EXPECT_EQ(values[3], 3);
    mask(SIG_BLOCK, SIGRTMIN, SIGRTMIN);
    raise(SIGRTMIN);
    raise(SIGRTMIN);
    signal(SIGRTMIN, SIG_IGN);                      /* which drops all of them */
    handle(SIGRTMIN);
    mask(SIG_UNBLOCK, SIGRTMIN, SIGRTMIN);
    EXPECT_EQ(calls, 5);
    signal(SIGRTMIN, SIG_DFL);
    EXPECT_EQ(IN_CHILD(raise(SIGRTMIN + 5)), SIGRTMIN + 5);
}

void other_signals_have_a_value_too(void)
{
    handle(SIGUSR1);
    calls = 0;
    EXPECT_EQ(queue(getpid(), SIGUSR1, 7), 0);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(values[0], 7);
    EXPECT_EQ(codes[0], SI_QUEUE);
    EXPECT_EQ(kill(getpid(), SIGUSR1), 0);
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(codes[1], SI_USER);
    mask(SIG_BLOCK, SIGUSR1, SIGUSR1);
    queue(getpid(), SIGUSR1, 8);
    queue(getpid(), SIGUSR1, 9);
    mask(SIG_UNBLOCK, SIGUSR1, SIGUSR1);
    EXPECT_EQ(calls, 3);                            /* it does not queue */
    EXPECT_EQ(codes[2], SI_QUEUE);
    signal(SIGUSR1, SIG_IGN);
    EXPECT_EQ(queue(getpid(), SIGUSR1, 1), 0);
    handle(SIGUSR1);
    EXPECT_EQ(kill(getpid(), SIGUSR1), 0);
    EXPECT_EQ(calls, 4);
    EXPECT_EQ(codes[3], SI_USER);
    signal(SIGUSR1, SIG_DFL);
}

void sigqueue_is_bounded_and_names_its_errors(void)
{
    int sent = 0;
    EXPECT_EQ(sysconf(_SC_SIGQUEUE_MAX), SIGQUEUE_MAX);
    EXPECT_EQ(sysconf(_SC_RTSIG_MAX) >= 8, true);
    EXPECT_FAILS(queue(getpid(), NSIG, 0), EINVAL);
    EXPECT_FAILS(queue(getpid(), -1, 0), EINVAL);
    EXPECT_FAILS(queue(getpid(), 32, 0), EINVAL);
    EXPECT_FAILS(queue(9999, SIGRTMIN, 0), ESRCH);
    EXPECT_FAILS(queue(getppid(), SIGRTMIN, 0), EPERM);
    EXPECT_EQ(queue(getpid(), 0, 0), 0);
    handle(SIGRTMIN);
    calls = 0;
    mask(SIG_BLOCK, SIGRTMIN, SIGRTMIN);
    while (sent < 1000 && queue(getpid(), SIGRTMIN, sent) == 0)
        sent++;
    EXPECT_EQ(sent, SIGQUEUE_MAX);
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_FAILS(kill(getpid(), SIGRTMIN), EAGAIN);
    EXPECT_EQ(kill(getpid(), 0), 0);
    mask(SIG_UNBLOCK, SIGRTMIN, SIGRTMIN);
    EXPECT_EQ(calls, SIGQUEUE_MAX);
    EXPECT_EQ(values[SIGQUEUE_MAX - 1], SIGQUEUE_MAX - 1);
    EXPECT_EQ(queue(getpid(), SIGRTMIN, 5), 0);     /* there is room again */
    EXPECT_EQ(calls, SIGQUEUE_MAX + 1);
    signal(SIGRTMIN, SIG_DFL);
}

/* A program that starts many others has not each time as many. */
void a_tree_of_senders_leaves_room_for_others(void)
{
    int sent = 0, status;
    handle(SIGRTMIN);
    calls = 0;
    mask(SIG_BLOCK, SIGRTMIN, SIGRTMIN);
    for (int child = 0; child < 8; child++) {
        pid_t pid = fork();
        if (pid == 0) {
            int its = 0;
            while (its < 100 && queue(getppid(), SIGRTMIN, its) == 0)
                its++;
            _exit(its);
        }
        EXPECT_EQ(waitpid(pid, &status, 0), pid);
        EXPECT_EQ(WIFEXITED(status) && WEXITSTATUS(status) <= SIGQUEUE_MAX, true);
        sent += WEXITSTATUS(status);
    }
    EXPECT_EQ(sent > 2 * SIGQUEUE_MAX && sent < 3 * SIGQUEUE_MAX, true);
    mask(SIG_UNBLOCK, SIGRTMIN, SIGRTMIN);
    EXPECT_EQ(calls, sent);
    signal(SIGRTMIN, SIG_DFL);
}

void what_waits_for_a_process_ends_with_it(void)
{
    int status;
    mask(SIG_BLOCK, SIGRTMIN, SIGRTMIN);
    for (int i = 0; i < 3; i++) {
        int sent = 0;
        pid_t child = fork();
        if (child == 0)                             /* it blocks them, too */
            for (;;)
                pause();
        while (sent < 1000 && queue(child, SIGRTMIN, sent) == 0)
            sent++;
        EXPECT_EQ(sent, SIGQUEUE_MAX);
        EXPECT_EQ(kill(child, SIGKILL), 0);
        EXPECT_EQ(waitpid(child, &status, 0), child);
    }
    mask(SIG_UNBLOCK, SIGRTMIN, SIGRTMIN);
}

void sigwaitinfo_gives_values(void)
{
    sigset_t set;
    siginfo_t info;
    const struct timespec none = { 0, 0 };
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigaddset(&set, SIGRTMIN + 1);
    sigaddset(&set, SIGUSR2);
    EXPECT_EQ(sigprocmask(SIG_BLOCK, &set, NULL), 0);
    queue(getpid(), SIGRTMIN + 1, 1);
    queue(getpid(), SIGRTMIN, 2);
    queue(getpid(), SIGRTMIN, 3);
    queue(getpid(), SIGUSR2, 4);
    EXPECT_EQ(sigwaitinfo(&set, &info), SIGUSR2);
    EXPECT_EQ(info.si_value.sival_int, 4);
    for (int i = 2; i <= 3; i++) {
        EXPECT_EQ(sigwaitinfo(&set, &info), SIGRTMIN);
        EXPECT_EQ(info.si_value.sival_int, i);
        EXPECT_EQ(info.si_code, SI_QUEUE);
        EXPECT_EQ(info.si_pid, getpid());
    }
    EXPECT_EQ(sigtimedwait(&set, &info, &none), SIGRTMIN + 1);
    EXPECT_EQ(info.si_value.sival_int, 1);
    EXPECT_FAILS(sigtimedwait(&set, &info, &none), EAGAIN);
    EXPECT_EQ(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);
}

/* The child counts what comes until the one with value -1. */
static void count_all(void)
{
    sigset_t set;
    siginfo_t info;
    int n = 0;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 3);
    while (sigwaitinfo(&set, &info) == SIGRTMIN + 3 && info.si_value.sival_int == n &&
           info.si_pid == getppid())
        n++;
    _exit(info.si_value.sival_int == -1 ? n : 255);
}

void signals_queue_in_another_task(void)
{
    enum { COUNT = 100 };
    const struct timespec moment = { 0, 1000000 };
    int status;
    mask(SIG_BLOCK, SIGRTMIN + 3, SIGRTMIN + 3);
    handle(SIGRTMIN + 3);
    pid_t child = fork();
    if (child == 0)
        count_all();
    for (int i = 0; i <= COUNT; i++)
        while (queue(child, SIGRTMIN + 3, i < COUNT ? i : -1) != 0) {
            if (errno != EAGAIN)
                break;
            nanosleep(&moment, NULL);
        }
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), COUNT);
    signal(SIGRTMIN + 3, SIG_DFL);
    mask(SIG_UNBLOCK, SIGRTMIN + 3, SIGRTMIN + 3);
    child = fork();
    if (child == 0)
        for (;;)
            pause();
    EXPECT_EQ(queue(child, SIGRTMAX - 1, 0), 0);
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WIFSIGNALED(status) && WTERMSIG(status) == SIGRTMAX - 1, true);
}

static pid_t child_that_stops(void)
{
    pid_t child = fork();
    if (child == 0) {
        raise(SIGSTOP);
        _exit(5);
    }
    return child;
}

void waitid_tells_ends_and_stops(void)
{
    siginfo_t info = { .si_pid = 1 };
    EXPECT_FAILS(waitid(P_ALL, 0, &info, 0), EINVAL);
    EXPECT_FAILS(waitid(P_ALL, 0, &info, WEXITED | 0x40), EINVAL);
    EXPECT_FAILS(waitid((idtype_t) 9, 0, &info, WEXITED), EINVAL);
    EXPECT_FAILS(waitid(P_ALL, 0, &info, WEXITED), ECHILD);
    EXPECT_FAILS(waitid(P_PID, 9999, &info, WEXITED), ECHILD);
    pid_t child = child_that_stops();
    EXPECT_EQ(waitid(P_PID, (id_t) child, &info, WSTOPPED | WNOWAIT), 0);
    EXPECT_EQ(info.si_signo, SIGCHLD);
    EXPECT_EQ(info.si_code, CLD_STOPPED);
    EXPECT_EQ(info.si_status, SIGSTOP);
    EXPECT_EQ(waitid(P_PGID, 0, &info, WSTOPPED), 0);
    EXPECT_EQ(info.si_pid, child);
    EXPECT_EQ(waitid(P_PID, (id_t) child, &info, WEXITED | WSTOPPED | WNOHANG), 0);
    EXPECT_EQ(info.si_signo, 0);
    EXPECT_EQ(kill(child, SIGCONT), 0);
    EXPECT_EQ(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
    EXPECT_EQ(info.si_code, CLD_EXITED);
    EXPECT_EQ(info.si_status, 5);
    EXPECT_EQ(info.si_pid, child);
    EXPECT_FAILS(waitid(P_ALL, 0, &info, WSTOPPED), ECHILD);
    EXPECT_EQ(waitid(P_ALL, 0, NULL, WEXITED), 0);
    EXPECT_FAILS(waitid(P_ALL, 0, &info, WEXITED), ECHILD);
    child = fork();
    if (child == 0)
        for (;;)
            pause();
    EXPECT_EQ(kill(child, SIGTERM), 0);
    EXPECT_EQ(waitid(P_PID, (id_t) child, &info, WEXITED), 0);
    EXPECT_EQ(info.si_code, CLD_KILLED);
    EXPECT_EQ(info.si_status, SIGTERM);
}
