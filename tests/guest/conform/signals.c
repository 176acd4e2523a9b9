/* SPDX-License-Identifier: MIT */
/* sigaction() and what belongs to it. */
#include "tests/guest/conform/conform.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>

static volatile int *volatile where_nothing_is = (volatile int *) 16;
static volatile int calls, last, depth, deepest, in_mask, code;
static void *volatile where;

static void count(int signal)
{
    sigset_t now;
    char here;
    calls++;
    last = signal;
    where = &here;
    depth++;
    deepest = depth > deepest ? depth : deepest;
    sigprocmask(SIG_BLOCK, NULL, &now);
    in_mask = sigismember(&now, SIGUSR2) | sigismember(&now, signal) << 1;
    if (signal == SIGUSR1 && calls == 1)
        raise(SIGUSR2);
    depth--;
}

static void told(int signal, siginfo_t *info, void *context)
{
    calls++;
    last = info->si_signo == signal && context ? signal : -1;
    code = info->si_code;
}

static void begin(int signal, int flags, sigset_t *mask, struct sigaction *old)
{
    struct sigaction action = { .sa_handler = count, .sa_flags = flags };
    if (mask)
        action.sa_mask = *mask;
    calls = last = deepest = in_mask = 0;
    EXPECT_EQ(sigaction(signal, &action, old), 0);
}

static void end(void)
{
    signal(SIGUSR1, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
    signal(SIGALRM, SIG_DFL);
}

void a_handler_runs_with_its_mask(void)
{
    sigset_t mask, now;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    begin(SIGUSR2, 0, NULL, NULL);
    begin(SIGUSR1, 0, &mask, NULL);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT_EQ(calls, 2);                            /* USR2 came behind the handler of USR1 */
    EXPECT_EQ(last, SIGUSR2);
    EXPECT_EQ(deepest, 1);
    sigprocmask(SIG_BLOCK, NULL, &now);
    EXPECT_EQ(sigismember(&now, SIGUSR1), 0);
    EXPECT_EQ(sigismember(&now, SIGUSR2), 0);
    begin(SIGUSR1, 0, NULL, NULL);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT_EQ(deepest, 2);                          /* within it */
    end();
}

void flags_of_sigaction_do_what_they_say(void)
{
    struct sigaction now;
    begin(SIGUSR2, SA_RESETHAND, NULL, NULL);
    EXPECT_EQ(raise(SIGUSR2), 0);
    EXPECT_EQ(sigaction(SIGUSR2, NULL, &now), 0);
    EXPECT_EQ(now.sa_handler == SIG_DFL, true);
    begin(SIGUSR2, SA_NODEFER, NULL, NULL);
    EXPECT_EQ(raise(SIGUSR2), 0);
    EXPECT_EQ(in_mask, 0);
    begin(SIGUSR2, 0, NULL, NULL);
    EXPECT_EQ(raise(SIGUSR2), 0);
    EXPECT_EQ(in_mask, 3);
    struct sigaction action = { .sa_sigaction = told, .sa_flags = SA_SIGINFO }, old;
    EXPECT_EQ(sigaction(SIGUSR2, &action, &old), 0);
    EXPECT_EQ(old.sa_handler == count, true);
    EXPECT_EQ(kill(getpid(), SIGUSR2), 0);
    EXPECT_EQ(last, SIGUSR2);
    EXPECT_EQ(code, SI_USER);
    EXPECT_EQ(sigaction(SIGUSR2, NULL, &old), 0);
    EXPECT_EQ(old.sa_flags & SA_SIGINFO, SA_SIGINFO);
    end();
}

void sigaction_names_its_errors(void)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigset_t set;
    EXPECT_FAILS(sigaction(SIGKILL, &ignore, NULL), EINVAL);
    EXPECT_FAILS(sigaction(SIGSTOP, &ignore, NULL), EINVAL);
    EXPECT_FAILS(sigaction(0, &ignore, NULL), EINVAL);
    EXPECT_FAILS(sigaction(-1, NULL, NULL), EINVAL);
    EXPECT_FAILS(sigaction(1000, &ignore, NULL), EINVAL);
    errno = 0;
    EXPECT_EQ(signal(SIGKILL, SIG_IGN) == SIG_ERR, true);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_FAILS(raise(10000), EINVAL);
    EXPECT_FAILS(kill(getpid(), 10000), EINVAL);
    EXPECT_EQ(kill(getpid(), 0), 0);
    EXPECT_FAILS(kill(999999, SIGUSR1), ESRCH);
    EXPECT_FAILS(sigprocmask(99, &set, NULL), EINVAL);
    sigemptyset(&set);
    EXPECT_FAILS(sigaddset(&set, -1), EINVAL);
    EXPECT_FAILS(sigaddset(&set, 5000), EINVAL);
    EXPECT_FAILS(sigismember(&set, -1), EINVAL);
    sigfillset(&set);
    EXPECT_EQ(sigprocmask(SIG_SETMASK, &set, NULL), 0);     /* KILL and STOP cannot be blocked: no error */
    EXPECT_EQ(sigprocmask(SIG_BLOCK, NULL, &set), 0);
    EXPECT_EQ(sigismember(&set, SIGKILL), 0);
    EXPECT_EQ(sigismember(&set, SIGSTOP), 0);
    EXPECT_EQ(sigismember(&set, SIGTERM), 1);
    sigemptyset(&set);
    EXPECT_EQ(sigprocmask(SIG_SETMASK, &set, NULL), 0);
}

void signals_that_are_blocked_wait(void)
{
    sigset_t set, pending;
    begin(SIGUSR2, 0, NULL, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    EXPECT_EQ(sigprocmask(SIG_BLOCK, &set, NULL), 0);
    EXPECT_EQ(raise(SIGUSR2), 0);
    EXPECT_EQ(raise(SIGUSR2), 0);
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(sigpending(&pending), 0);
    EXPECT_EQ(sigismember(&pending, SIGUSR2), 1);
    EXPECT_EQ(sigismember(&pending, SIGUSR1), 0);
    EXPECT_EQ(IN_CHILD({ sigpending(&pending); if (sigismember(&pending, SIGUSR2)) _exit(1); }), 0);
    EXPECT_EQ(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);
    EXPECT_EQ(calls, 1);                                    /* before it returned, and once */
    sigpending(&pending);
    EXPECT_EQ(sigismember(&pending, SIGUSR2), 0);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR2);
    signal(SIGUSR2, SIG_IGN);                               /* which drops it */
    sigpending(&pending);
    EXPECT_EQ(sigismember(&pending, SIGUSR2), 0);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR2);
    sigemptyset(&pending);
    begin(SIGUSR2, 0, NULL, NULL);
    raise(SIGUSR2);
    EXPECT_FAILS(sigsuspend(&pending), EINTR);
    EXPECT_EQ(calls, 1);
    sigprocmask(SIG_BLOCK, NULL, &pending);
    EXPECT_EQ(sigismember(&pending, SIGUSR2), 1);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    end();
}

static int waits(int signal)
{
    sigset_t pending;
    EXPECT_EQ(sigpending(&pending), 0);
    return sigismember(&pending, signal);
}

/* kill() signals the process, unlike raise(), which signals the thread. */
void signals_of_the_whole_process_wait(void)
{
    sigset_t set, none;
    sigemptyset(&none);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGTSTP);
    sigaddset(&set, SIGCONT);
    begin(SIGUSR2, 0, NULL, NULL);
    EXPECT_EQ(sigprocmask(SIG_BLOCK, &set, NULL), 0);
    EXPECT_EQ(kill(getpid(), SIGUSR2), 0);
    EXPECT_EQ(waits(SIGUSR2), 1);
    EXPECT_EQ(IN_CHILD({ if (waits(SIGUSR2)) _exit(1); }), 0);
    signal(SIGUSR2, SIG_IGN);                               /* which drops it */
    EXPECT_EQ(waits(SIGUSR2), 0);
    begin(SIGUSR2, 0, NULL, NULL);
    EXPECT_EQ(kill(getpid(), SIGUSR2), 0);
    EXPECT_FAILS(sigsuspend(&none), EINTR);
    EXPECT_EQ(calls, 1);
    begin(SIGCONT, 0, NULL, NULL);                          /* one that is ignored would not wait */
    EXPECT_EQ(kill(getpid(), SIGTSTP), 0);
    EXPECT_EQ(waits(SIGTSTP), 1);
    EXPECT_EQ(kill(getpid(), SIGCONT), 0);                  /* it drops stops, and they drop it */
    EXPECT_EQ(waits(SIGTSTP), 0);
    EXPECT_EQ(waits(SIGCONT), 1);
    EXPECT_EQ(kill(getpid(), SIGTSTP), 0);
    EXPECT_EQ(waits(SIGCONT), 0);
    EXPECT_EQ(waits(SIGTSTP), 1);
    signal(SIGTSTP, SIG_IGN);
    signal(SIGTSTP, SIG_DFL);
    signal(SIGCONT, SIG_DFL);
    EXPECT_EQ(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);
    EXPECT_EQ(calls, 0);
    end();
}

void older_functions_for_signals(void)
{
    sigset_t now;
    calls = 0;
    EXPECT_EQ(sigset(SIGUSR2, count) == SIG_DFL, true);
    EXPECT_EQ(sigset(SIGUSR2, SIG_HOLD) == count, true);
    raise(SIGUSR2);
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(sigset(SIGUSR2, count) == SIG_HOLD, true);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(sighold(SIGUSR2), 0);
    sigprocmask(SIG_BLOCK, NULL, &now);
    EXPECT_EQ(sigismember(&now, SIGUSR2), 1);
    raise(SIGUSR2);
    EXPECT_FAILS(sigpause(SIGUSR2), EINTR);
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(sigrelse(SIGUSR2), 0);
    EXPECT_EQ(sigignore(SIGUSR2), 0);
    raise(SIGUSR2);
    EXPECT_EQ(calls, 2);
    EXPECT_FAILS(sighold(500), EINVAL);
    EXPECT_FAILS(sigrelse(500), EINVAL);
    EXPECT_FAILS(sigignore(SIGKILL), EINVAL);
    EXPECT_EQ(sigset(SIGKILL, count) == SIG_ERR, true);
    EXPECT_EQ(siginterrupt(SIGUSR2, 0), 0);
    EXPECT_TEXT(strsignal(SIGSEGV), "Segmentation fault");
    end();
}

void a_handler_on_another_stack(void)
{
    static char room[SIGSTKSZ];
    stack_t stack = { .ss_sp = room, .ss_size = sizeof room }, old, off = { .ss_flags = SS_DISABLE };
    EXPECT_EQ(sigaltstack(&stack, &old), 0);
    EXPECT_EQ(old.ss_flags & SS_DISABLE, SS_DISABLE);
    begin(SIGUSR2, SA_ONSTACK, NULL, NULL);
    raise(SIGUSR2);
    EXPECT_EQ((char *) where > room && (char *) where < room + sizeof room, true);
    begin(SIGUSR2, 0, NULL, NULL);
    raise(SIGUSR2);
    EXPECT_EQ((char *) where > room && (char *) where < room + sizeof room, false);
    EXPECT_EQ(sigaltstack(NULL, &old), 0);
    EXPECT_EQ(old.ss_sp == room && old.ss_size == sizeof room && old.ss_flags == 0, true);
    stack.ss_size = MINSIGSTKSZ - 1;
    EXPECT_FAILS(sigaltstack(&stack, NULL), ENOMEM);
    stack.ss_flags = SS_DISABLE + SS_ONSTACK + 99;
    EXPECT_FAILS(sigaltstack(&stack, NULL), EINVAL);
    EXPECT_EQ(sigaltstack(&off, NULL), 0);
    end();
}

static void returns(int signal)
{
    (void) signal;
}

void abort_is_a_signal(void)
{
    int status = IN_CHILD(abort());
    EXPECT_EQ(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, true);
    status = IN_CHILD({ signal(SIGABRT, SIG_IGN); abort(); });
    EXPECT_EQ(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, true);
    status = IN_CHILD({ signal(SIGABRT, returns); abort(); });
    EXPECT_EQ(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, true);
    status = IN_CHILD({ sighold(SIGABRT); abort(); });
    EXPECT_EQ(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, true);
    status = IN_CHILD(raise(SIGTERM));
    EXPECT_EQ(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, true);
    status = IN_CHILD(*where_nothing_is = 1);
    EXPECT_EQ(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, true);
}

void alarms_and_pauses(void)
{
    struct timespec rest, length = { 5, 0 };
    begin(SIGALRM, 0, NULL, NULL);
    EXPECT_EQ(alarm(100), 0);
    EXPECT_EQ(alarm(1), 100);
    EXPECT_FAILS(nanosleep(&length, &rest), EINTR);
    EXPECT_EQ(rest.tv_sec == 3 || rest.tv_sec == 4, true);
    EXPECT_EQ(last, SIGALRM);
    EXPECT_EQ(alarm(1), 0);
    EXPECT_FAILS(pause(), EINTR);
    struct itimerval often = { .it_value = { 0, 30000 }, .it_interval = { 0, 20000 } }, now, none = { { 0, 0 }, { 0, 0 } };
    calls = 0;
    EXPECT_EQ(setitimer(ITIMER_REAL, &often, NULL), 0);
    while (calls < 3)
        EXPECT_FAILS(pause(), EINTR);
    sigset_t others;
    sigemptyset(&others);
    sigaddset(&others, SIGUSR2);
    EXPECT_FAILS(sigtimedwait(&others, NULL, &length), EINTR);
    EXPECT_EQ(setitimer(ITIMER_REAL, &none, &now), 0);
    EXPECT_EQ(now.it_interval.tv_usec, 20000);
    EXPECT_EQ(getitimer(ITIMER_REAL, &now), 0);
    EXPECT_EQ(now.it_value.tv_sec == 0 && now.it_value.tv_usec == 0, true);
    EXPECT_FAILS(getitimer(9, &now), EINVAL);
    often.it_value.tv_usec = 1000000;
    EXPECT_FAILS(setitimer(ITIMER_REAL, &often, NULL), EINVAL);
    EXPECT_EQ(alarm(7), 0);
    EXPECT_EQ(alarm(0), 7);
    end();
}
