/* SPDX-License-Identifier: MIT */
/* Tasks that stop and go on: by which signals, which tasks hear of it, and what works meanwhile. */
#include "cases.h"

#include <errno.h>
#include <hurd/cap.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK = 60 };                     /* ms, for what shall not happen */

static volatile int calls, last, sender, code;

static void note(int number, siginfo_t *info, void *context)
{
    (void)context;
    calls++;
    last = number;
    sender = info->si_pid;
    code = info->si_code;
}

static void handle(int number, int flags)
{
    const struct sigaction action = {.sa_sigaction = note, .sa_flags = flags | SA_SIGINFO};
    NEED(sigaction(number, &action, NULL) == 0);
}

/* What waitpid() says of the child next. */
static int next(int child, int options)
{
    int status = -1;
    NEED(waitpid(child, &status, options) == child);
    return status;
}

static void stopped_by(int child, int signal)
{
    int status = next(child, WUNTRACED);
    NEED(WIFSTOPPED(status) && !WIFSIGNALED(status) && !WIFEXITED(status) && !WIFCONTINUED(status));
    NEED(WSTOPSIG(status) == signal);
}

static void goes_on(int child)
{
    NEED(kill(child, SIGCONT) == 0);
    int status = next(child, WCONTINUED);
    NEED(WIFCONTINUED(status) && !WIFSTOPPED(status) && !WIFSIGNALED(status) && !WIFEXITED(status));
}

static bool moves(volatile int *word)
{
    int before = *word;
    sleep_ms(LOOK);
    return *word != before;
}

static void wait_for_move(volatile int *word)
{
    for (int before = *word, i = 0; *word == before && i < 10000; i++)
        sleep_ms(1);
}

static void count_without_end(void *word)
{
    for (;;)
        ++*(volatile int *)word;
}

static void count_slowly(void *word)
{
    for (;; ++*(volatile int *)word)
        L4_Sleep(L4_TimePeriod(1000));
}

/* Two threads, one that computes and one that sleeps, of a task that takes no signals. */
static int what_stops_a_task_without_handlers(void)
{
    static const int stops[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
    volatile int *word = shared_word();
    L4_ThreadId_t thread;
    int child = fork_well();
    if (child == 0) {
        NEED(hurd_thread_start(&thread, count_slowly, (void *)(word + 1), 0) == 0);
        count_without_end((void *)word);
    }
    wait_for_move(word);
    wait_for_move(word + 1);
    for (unsigned i = 0; i < sizeof stops / sizeof *stops; i++) {
        NEED(kill(child, stops[i]) == 0);
        stopped_by(child, stops[i]);
        NEED(!moves(word) && !moves(word + 1));
        NEED(kill(child, SIGSTOP) == 0);                        /* it is stopped already */
        NEED(waitpid(child, NULL, WUNTRACED | WCONTINUED | WNOHANG) == 0);
        goes_on(child);
        wait_for_move(word);
        NEED(moves(word) && moves(word + 1));
        NEED(kill(child, SIGCONT) == 0);                        /* it goes on already */
        NEED(waitpid(child, NULL, WUNTRACED | WCONTINUED | WNOHANG) == 0);
    }
    NEED(kill(child, SIGSTOP) == 0 && waitpid(child, NULL, WNOHANG) == 0);
    NEED(kill(child, SIGKILL) == 0 && ends_by(child) == SIGKILL);
    return 0;
}

static int signals_wait_for_a_stopped_task(void)
{
    volatile int *word = shared_word();
    int child = fork_well();
    if (child == 0)
        count_without_end((void *)word);
    NEED(kill(child, SIGSTOP) == 0);
    NEED(kill(child, SIGTERM) == 0 && kill(child, SIGWINCH) == 0);
    sleep_ms(LOOK);
    NEED(waitpid(child, NULL, WNOHANG) == 0);
    NEED(kill(child, SIGCONT) == 0 && ends_by(child) == SIGTERM);
    return 0;
}

/* It handles USR1, so its library does what stops do by default. */
static int a_task_with_handlers_stops_by_default(void)
{
    volatile int *word = shared_word();
    int child = fork_well();
    if (child == 0) {
        handle(SIGUSR1, 0);
        handle(SIGCONT, 0);
        for (*word = 1;; word[1] = calls, word[2] = sender, word[3] = last)
            sleep_ms(1);
    }
    wait_until(word, 1);
    NEED(kill(child, SIGTSTP) == 0);
    stopped_by(child, SIGTSTP);
    NEED(kill(child, SIGUSR1) == 0);
    sleep_ms(LOOK);
    NEED(word[1] == 0);
    NEED(kill(child, SIGTSTP) == 0);                    /* SIGCONT takes it back */
    goes_on(child);
    wait_until(word + 1, 2);                            /* the handlers of USR1 and CONT */
    NEED(word[2] == getpid());
    NEED(waitpid(child, NULL, WUNTRACED | WNOHANG) == 0);
    NEED(kill(child, SIGKILL) == 0 && ends_by(child) == SIGKILL);
    return 0;
}

/* As editors do it: the handler puts the screen in order, stops, and goes on. */
static volatile int *handled;

static void stops_itself(int number)
{
    sigset_t set = 0;
    ++*handled;
    signal(number, SIG_DFL);
    sigaddset(&set, number);
    raise(number);                                      /* blocked: it waits */
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    ++*handled;
    signal(number, stops_itself);
}

static int a_handler_stops_its_task(void)
{
    handled = shared_word();
    int child = fork_well();
    if (child == 0) {
        signal(SIGTSTP, stops_itself);
        for (handled[1] = 1;;)
            pause();
    }
    wait_until(handled + 1, 1);
    for (int i = 0; i < 3; i++) {
        NEED(kill(child, SIGTSTP) == 0);
        stopped_by(child, SIGTSTP);
        NEED(*handled == 2 * i + 1);
        goes_on(child);
        wait_until(handled, 2 * i + 2);
        sleep_ms(LOOK);                                 /* up to signal() */
    }
    NEED(kill(child, SIGKILL) == 0 && ends_by(child) == SIGKILL);
    return 0;
}

static int ignored_and_blocked_stops(void)
{
    volatile int *word = shared_word();
    int child = fork_well();
    if (child == 0) {
        sigset_t set = 0;
        signal(SIGTTOU, SIG_IGN);
        sigaddset(&set, SIGTSTP);
        sigprocmask(SIG_BLOCK, &set, NULL);
        *word = 1;
        wait_until(word, 2);
        sigset_t waiting;
        NEED(sigpending(&waiting) == 0 && waiting == set);
        word[1] = 1;
        sigprocmask(SIG_UNBLOCK, &set, NULL);           /* now it stops */
        NEED(raise(SIGSTOP) == 0);                      /* and once more */
        _exit(7);
    }
    wait_until(word, 1);
    NEED(kill(child, SIGTTOU) == 0 && kill(child, SIGTSTP) == 0);
    sleep_ms(LOOK);
    NEED(waitpid(child, NULL, WUNTRACED | WNOHANG) == 0);
    *word = 2;
    stopped_by(child, SIGTSTP);
    NEED(word[1] == 1);
    goes_on(child);
    stopped_by(child, SIGSTOP);
    NEED(kill(child, SIGCONT) == 0 && ends_by(child) == -7);
    return 0;
}

/* ---- which tasks hear of it ---- */

static void expect_news(int count, int child, int what)
{
    for (int i = 0; calls < count && i < 10000; i++)
        sleep_ms(1);
    NEED(calls == count && last == SIGCHLD && sender == child && code == what);
}

static int the_parent_gets_sigchld(void)
{
    handle(SIGCHLD, SA_RESTART);
    int child = fork_well();
    if (child == 0)
        for (;;)
            L4_Sleep(L4_Never);
    NEED(kill(child, SIGSTOP) == 0);
    expect_news(1, child, CLD_STOPPED);
    NEED(kill(child, SIGCONT) == 0);
    expect_news(2, child, CLD_CONTINUED);
    handle(SIGCHLD, SA_RESTART | SA_NOCLDSTOP);
    NEED(kill(child, SIGSTOP) == 0 && kill(child, SIGCONT) == 0);
    sleep_ms(LOOK);
    NEED(calls == 2);
    NEED(kill(child, SIGKILL) == 0);
    expect_news(3, child, CLD_KILLED);
    NEED(ends_by(child) == SIGKILL);
    child = fork_well();
    if (child == 0)
        _exit(3);
    expect_news(4, child, CLD_EXITED);
    NEED(ends_by(child) == -3);
    return 0;
}

/* The parent waits already when it stops. */
static int a_wait_ends_when_a_child_stops(void)
{
    int child = fork_well();
    if (child == 0) {
        sleep_ms(LOOK);
        NEED(raise(SIGTTIN) == 0);
        sleep_ms(LOOK);
        _exit(4);
    }
    stopped_by(child, SIGTTIN);
    NEED(kill(child, SIGCONT) == 0);
    NEED(ends_by(child) == -4);                         /* it is not told without WCONTINUED */
    return 0;
}

static int groups_stop_and_are_waited_for(void)
{
    int child[3], status;
    for (int i = 0; i < 3; i++) {
        child[i] = fork_well();
        if (child[i] == 0)
            for (;;)
                L4_Sleep(L4_Never);
        NEED(i == 2 || setpgid(child[i], child[0]) == 0);
    }
    NEED(kill(-child[0], SIGSTOP) == 0);
    for (int i = 0; i < 2; i++) {
        int which = waitpid(-child[0], &status, WUNTRACED);
        NEED(which == child[0] || which == child[1]);
        NEED(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    }
    NEED(waitpid(-child[0], &status, WUNTRACED | WNOHANG) == 0);
    NEED(waitpid(0, &status, WUNTRACED | WNOHANG) == 0);
    NEED(killpg(child[0], SIGCONT) == 0 && killpg(child[0], SIGTERM) == 0);
    NEED(kill(child[2], SIGTERM) == 0);
    NEED(waitpid(0, &status, 0) == child[2]);
    NEED(waitpid(-child[0], &status, 0) > 0 && waitpid(-child[0], &status, 0) > 0);
    NEED(waitpid(-child[0], &status, 0) == -1 && errno == ECHILD);
    NEED(waitpid(0, &status, 0) == -1 && errno == ECHILD);
    return 0;
}

/* ---- what works meanwhile ---- */

static char text[3 * PAGE];

/* A thread of the stopped task waits for a string, in pages that nobody has touched: its pager runs,
 * and the sender waits for nobody else. */
static int a_stopped_task_serves_its_faults(void)
{
    volatile int *word = shared_word();
    L4_ThreadId_t own = L4_MyGlobalId();
    int child = fork_well();
    if (child == 0) {
        char *buffer = pages_new(3);
        L4_MsgBuffer_t buffers;
        L4_MsgBufferClear(&buffers);
        L4_MsgBufferAppendSimpleRcvString(&buffers, L4_StringItem(3 * PAGE, buffer));
        L4_AcceptStrings(L4_StringItemsAcceptor, &buffers);
        word[1] = (int)L4_MyGlobalId().raw;
        *word = 1;
        L4_MsgTag_t tag = L4_Receive(own);
        L4_Accept(L4_UntypedWordsAcceptor);
        _exit(L4_IpcSucceeded(tag) && buffer[0] == 'x' && buffer[3 * PAGE - 1] == 'x' ? 5 : 1);
    }
    wait_until(word, 1);
    sleep_ms(20);
    NEED(kill(child, SIGSTOP) == 0);
    stopped_by(child, SIGSTOP);
    memset(text, 'x', sizeof text);
    L4_Msg_t message;
    L4_MsgClear(&message);
    L4_MsgAppendSimpleStringItem(&message, L4_StringItem(sizeof text, text));
    L4_MsgLoad(&message);
    L4_MsgTag_t tag = L4_Send_Timeout(L4_ThreadIdOfRaw((L4_Word_t)word[1]), L4_TimePeriod(1000000));
    NEED(L4_IpcSucceeded(tag));
    NEED(kill(child, SIGCONT) == 0 && ends_by(child) == -5);
    return 0;
}

/* With children of its own, which do not stop, but end with it. */
static int a_stopped_task_ends_with_its_children(void)
{
    volatile int *word = shared_word();
    int child = fork_well();
    if (child == 0) {
        int grandchild = fork_well();
        if (grandchild == 0)
            count_slowly((void *)(word + 1));
        *word = grandchild;
        for (;;)
            sleep_ms(10);
    }
    wait_for_move(word);
    NEED(kill(child, SIGSTOP) == 0);
    stopped_by(child, SIGSTOP);
    wait_for_move(word + 1);
    NEED(moves(word + 1));
    NEED(kill(child, SIGKILL) == 0 && ends_by(child) == SIGKILL);
    NEED(kill(*word, 0) == -1 && errno == ESRCH);
    return 0;
}

/* ---- mistakes ---- */

static int error_of(unsigned label, unsigned n, const L4_Word_t *in)
{
    return hurd_cap_rpc(task_server(), label, n, in, 0, NULL, NULL);
}

static int wrong_requests_for_stops(void)
{
    struct hurd_task_created created;
    struct hurd_task_info info;
    L4_Word_t own = own_task(), status = 0, reason = 0;
    NEED(hurd_fork(HURD_FORK_PART, &created) == 0);
    if (created.id == 0)
        for (;;)
            L4_Sleep(L4_Never);
    L4_Word_t in[] = {own, SIGTERM, 0};
    NEED(error_of(HURD_TASK_STOP_SELF, 1, in) == EINVAL);
    NEED(error_of(HURD_TASK_STOP_SELF, 3, in) == EINVAL);
    NEED(error_of(HURD_TASK_STOP_SELF, 2, in) == EINVAL);
    in[1] = SIGCONT;
    NEED(error_of(HURD_TASK_STOP_SELF, 2, in) == EINVAL);
    in[1] = SIGSTOP + 32;
    NEED(error_of(HURD_TASK_STOP_SELF, 2, in) == EINVAL);
    in[0] = created.handle, in[1] = SIGSTOP;
    NEED(error_of(HURD_TASK_STOP_SELF, 2, in) == EPERM);
    in[1] = HURD_TASK_UNTRACED;                 /* it waits, and would not hear of it */
    NEED(error_of(HURD_TASK_WAIT, 2, in) == EINVAL);
    in[0] = own, in[1] = 0, in[2] = 4;
    NEED(error_of(HURD_TASK_WAIT_CHILD, 3, in) == EINVAL);
    NEED(waitpid(-1, NULL, 4) == -1 && errno == EINVAL);
    NEED(waitpid(-0x7fffffff, NULL, 0) == -1 && errno == ECHILD);

    const L4_Word_t flags = HURD_TASK_NOHANG | HURD_TASK_UNTRACED;
    NEED(hurd_task_wait(task_server(), created.handle, flags, &status, &reason) == EAGAIN);
    NEED(kill((pid_t)created.id, SIGSTOP) == 0);
    for (int i = 0; i < 2; i++) {               /* each time */
        NEED(hurd_task_wait(task_server(), created.handle, flags, &status, &reason) == 0);
        NEED(status == SIGSTOP && reason == HURD_TASK_STOPPED);
    }
    NEED(hurd_task_wait(task_server(), created.handle, HURD_TASK_NOHANG, &status, &reason) ==
         EAGAIN);
    NEED(hurd_task_info(task_server(), created.handle, 0, &info) == 0);
    NEED(info.state == HURD_TASK_STATE_STOPPED && info.status == (SIGSTOP | HURD_TASK_STOPPED << 8));
    NEED(kill((pid_t)created.id, SIGKILL) == 0 && ends_by((pid_t)created.id) == SIGKILL);
    return 0;
}

const struct test_case stop_cases[] = {
    {.name = "what_stops_a_task_without_handlers", .run = what_stops_a_task_without_handlers},
    {.name = "signals_wait_for_a_stopped_task", .run = signals_wait_for_a_stopped_task},
    {.name = "a_task_with_handlers_stops_by_default",
     .run = a_task_with_handlers_stops_by_default},
    {.name = "a_handler_stops_its_task", .run = a_handler_stops_its_task},
    {.name = "ignored_and_blocked_stops", .run = ignored_and_blocked_stops},
    {.name = "the_parent_gets_sigchld", .run = the_parent_gets_sigchld},
    {.name = "a_wait_ends_when_a_child_stops", .run = a_wait_ends_when_a_child_stops},
    {.name = "groups_stop_and_are_waited_for", .run = groups_stop_and_are_waited_for,
     .frames = 3000},
    {.name = "a_stopped_task_serves_its_faults", .run = a_stopped_task_serves_its_faults},
    {.name = "a_stopped_task_ends_with_its_children",
     .run = a_stopped_task_ends_with_its_children},
    {.name = "wrong_requests_for_stops", .run = wrong_requests_for_stops},
    {0},
};
