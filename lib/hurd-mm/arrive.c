/* SPDX-License-Identifier: MIT */
/* Signals of other tasks: the thread that fetches them from `task`, kill(), and calls that a signal
 * breaks off.  Before: servers/task/signal.c.  After: recipient.c, in the pager, which chooses a
 * thread for the signal.
 *
 * The thread exists only in programs that handle, ignore or block a signal; for all others `task`
 * does what a signal does by default.  A handler runs between any two instructions of a thread,
 * but not inside an IPC: that ends first.  Therefore a call that waits long says so
 * (signal_wait_begin), and this thread ends its wait; and where the library holds a lock that a
 * handler may need, it says so as well (signal_hold). */
#pragma GCC optimize "Os"
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <mutex.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include "handler.h"
#include "mm.h"
#include "worker.h"

enum { STACK = 8192, TICK = 1000, ALARM_TICK = 10000, PATIENCE = 5000, WAKE = 0x312 };

static volatile enum { NONE, STARTS, THERE } state;
static L4_ThreadId_t bringer;

/* alarm()'s and setitimer()'s.  A handler may call alarm(), so whatever takes the lock holds back
 * signals. */
static struct {
    struct mutex lock;
    unsigned long long deadline;        /* by the kernel's clock; 0: none */
    unsigned long long interval;        /* from one deadline to the next; 0: there is no next */
    bool due;                           /* a deadline was over before a new one took its place */
    volatile bool watched;              /* the thread knows that there is a deadline */
} timer;

static int result(int error)
{
    if (error)
        errno = error;
    return error ? -1 : 0;
}

static struct hurd_startup_cap own_task(void)
{
    return __hurd_startup_data->task;
}

static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(own_task().server);
}

/* ---- the thread ---- */

static int arrives(const struct hurd_task_arrived *arrived)
{
    enum { WORDS = sizeof *arrived / sizeof(L4_Word_t) };
    L4_Word_t words[WORDS];
    memcpy(words, arrived, sizeof words);
    L4_LoadMRs(1, WORDS, words);
    L4_LoadMR(0, L4_MakeTag(REQUEST + REQUEST_SIGNAL_ARRIVES, WORDS, 0).raw);
    L4_MsgTag_t tag = L4_Call(mm.pager);
    return L4_IpcFailed(tag) ? EIO : (int)L4_Label(tag);
}

/* Harmless if the thread does not wait there (any more). */
static void wait_break(const struct signal_thread *t)
{
    L4_ThreadId_t server = t->wait.server;
    const L4_Word_t in[] = {t->thread.raw};
    if (!L4_IsNilThread(server)) {
        hurd_cap_rpc(server, HURD_CAP_CANCEL, 1, in, 0, NULL, NULL);
        return;
    }
    L4_LoadMR(0, L4_MakeTag(WAKE, 0, 0).raw);
    L4_Send_Timeout(t->thread, L4_ZeroTime);
}

/* True: a thread was in a wait that was interrupted.  give_up: it is no wait any more, because a
 * handler was left by longjmp(). */
static bool waits_break(bool give_up)
{
    bool any = false;
    signals.breaks = false;             /* first: the pager may interrupt the next one already */
    for (struct signal_thread *t = &signals.first; t; t = t->next) {
        if (!t->wait.active || !t->wait.interrupted)
            continue;
        any = true;
        if (give_up)
            t->wait.interrupted = false;
        else
            wait_break(t);
    }
    return any && !give_up;
}

/* Returns the deadline of before, 0 if it is over or there was none.  *interval, too, is
 * exchanged. */
static unsigned long long deadline_set(unsigned long long deadline, unsigned long long *interval,
                                       unsigned long long now)
{
    bool held = signal_hold();
    mutex_lock(&timer.lock);
    unsigned long long old = timer.deadline;
    if (old && old <= now) {
        timer.due = true;
        old = 0;
    }
    unsigned long long before = timer.interval;
    timer.deadline = deadline;
    timer.interval = *interval;
    *interval = before;
    mutex_unlock(&timer.lock);
    signal_release(held);
    return old;
}

/* True: there is a deadline, or one is over, so this thread may not wait without a limit. */
static bool deadline_watch(void)
{
    mutex_lock(&timer.lock);
    bool watched = timer.watched = timer.deadline || timer.due;
    mutex_unlock(&timer.lock);
    return watched;
}

static void alarm_due(struct hurd_task_arrived *come)
{
    mutex_lock(&timer.lock);
    bool over = timer.deadline && L4_SystemClock().raw >= timer.deadline, due = timer.due || over;
    if (over)
        timer.deadline = timer.interval ? L4_SystemClock().raw + timer.interval : 0;
    timer.due = false;
    mutex_unlock(&timer.lock);
    if (!due)
        return;
    come->set |= 1ul << (SIGALRM - 1);
    come->from[SIGALRM] = (uint16_t)mm.task;
}

/* Somebody has to ask for what a child left behind, or `task` keeps it. */
static void children_bury(void)
{
    struct hurd_task_ended ended;
    while (signal_children_go() && !hurd_task_wait_child(task_server(), own_task().cap, 0,
                                                         HURD_TASK_NOHANG, &ended))
        ;
}

static void bring(void *unused)
{
    unsigned tries = 0;
    bool again = false, breaks = false;
    (void)unused;
    for (;;) {
        struct hurd_task_arrived come = {0};
        bool timed = deadline_watch(), hurries = breaks || again || signals.breaks;
        int error = hurd_task_signal_wait(task_server(), own_task().cap,
                                          hurries || timed ? HURD_TASK_NOHANG : 0, &come);
        if (error && error != EAGAIN && error != ECANCELED)
            L4_Sleep(L4_TimePeriod(100 * TICK));
        alarm_due(&come);
        if (come.set || come.queued || again)
            again = arrives(&come) == EAGAIN;
        if (come.set & 1ul << (SIGCHLD - 1))
            children_bury();
        tries = breaks ? tries + 1 : 0;
        breaks = waits_break(tries >= PATIENCE);
        if (breaks || again || timed)
            L4_Sleep(L4_TimePeriod(breaks || again ? TICK : ALARM_TICK));
    }
}

int signal_thread_needed(void)
{
    int none = NONE;
    if (!__atomic_compare_exchange_n((volatile int *)&state, &none, STARTS, false,
                                     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return 0;
    struct hurd_task_arrived come;        /* from now on `task` keeps them for us */
    int error = hurd_task_signal_wait(task_server(), own_task().cap, HURD_TASK_NOHANG, &come);
    while (!error && arrives(&come) == EAGAIN)
        L4_Yield();                     /* what came to a child of fork() before it ran */
    if (!error || error == EAGAIN)
        error = thread_start_ours(&bringer, bring, NULL, STACK);
    state = error ? NONE : THERE;
    return error;
}

void signal_thread_forked(void)
{
    memset(&timer, 0, sizeof timer);    /* another thread may have had the lock */
    if (state == NONE)
        return;
    state = NONE;
    signal_thread_needed();
}

/* The thread waits in `task`, without a limit, unless it knows of a deadline or of a wait to be
 * broken off.  `task` forgets a CANCEL that comes before the wait. */
static void nudge(void)
{
    const L4_Word_t in[] = {bringer.raw};
    hurd_cap_rpc(task_server(), HURD_CAP_CANCEL, 1, in, 0, NULL, NULL);
    L4_Sleep(L4_TimePeriod(TICK));
}

void signal_breaks_tell(void)
{
    while (state == THERE && signals.breaks)
        nudge();
}

/* ---- what the calling thread has ---- */

/* Mostly it is the first thread, and whatever locks asks twice. */
static inline __attribute__((always_inline)) struct signal_thread *own(void)
{
    L4_ThreadId_t self = L4_MyGlobalId();
    if (signals.first.thread.raw == self.raw)
        return &signals.first;
    struct signal_thread *t = signals.slot[signal_slot(L4_MyLocalId())];
    return t && t->thread.raw == self.raw ? t : NULL;
}

struct signal_thread *signal_self(void)
{
    return own();
}

bool signal_hold(void)
{
    struct signal_thread *t = own();
    if (t)
        t->held++;
    return t != NULL;
}

/* The pager sets `wanted` before it reads `held`, and we the other way round: one of us sees that
 * a signal waits. */
void signal_release(bool held)
{
    struct signal_thread *t = held ? own() : NULL;
    if (!t || --t->held > 0 || !t->wanted)
        return;
    t->wanted = false;
    while ((t->pending | signals.pending) && arrives(&(struct hurd_task_arrived){0}) == EAGAIN)
        L4_Yield();
}

void signal_wait_begin(struct signal_wait *outer, L4_ThreadId_t server)
{
    struct signal_thread *t = signal_self();
    if (!t)
        return;
    outer->active = t->wait.active;
    t->wait.active = false;
    outer->interrupted = t->wait.interrupted;
    outer->fails = t->wait.fails;
    outer->server = t->wait.server;
    t->wait.interrupted = t->wait.fails = false;
    t->wait.server = server;
    t->wait.active = true;
}

int signal_wait_end(const struct signal_wait *outer, int error)
{
    struct signal_thread *t = signal_self();
    if (!t)
        return error;
    t->wait.active = false;
    bool interrupted = t->wait.interrupted, fails = t->wait.fails;
    t->wait.interrupted = outer->interrupted;
    t->wait.fails = outer->fails;
    t->wait.server = outer->server;
    t->wait.active = outer->active;
    if (error != ECANCELED || !interrupted)
        return error;
    return fails ? EINTR : ERESTART;
}

bool signal_sleep(unsigned long long microseconds)
{
    L4_Time_t length = microseconds == ~0ull ? L4_Never : L4_TimePeriod(microseconds);
    const struct signal_thread *t = signal_self();
    if (!t || state != THERE) {
        L4_Sleep(length);
        return false;
    }
    if (!t->wait.interrupted)
        L4_Receive_Timeout(bringer, length);
    return t->wait.interrupted;
}

/* ---- <signal.h>, <unistd.h> ---- */

int kill(pid_t pid, int signal)
{
    L4_ThreadId_t server = task_server();
    L4_Word_t own = own_task().cap;
    if (signal < 0 || signal >= NSIG || pid == -1)
        return result(EINVAL);
    if (pid == getpid() && signal != SIGKILL && signal != SIGSTOP)
        return signal ? signal_raise(signal, false) : 0;
    if (pid > 0)
        return result(hurd_task_signal(server, own, (L4_Word_t)pid, (L4_Word_t)signal));
    return result(hurd_task_signal_group(server, own, (L4_Word_t)-pid, (L4_Word_t)signal));
}

int sigqueue(pid_t pid, int signal, const union sigval value)
{
    if (signal < 0 || signal >= NSIG)
        return result(EINVAL);
    if (pid <= 0)
        return result(ESRCH);
    if (!signal || signal == SIGKILL || signal == SIGSTOP)
        return kill(pid, signal);
    if (pid == getpid())
        return signal_queue_own(signal, &value);
    return result(hurd_task_signal_queue(task_server(), own_task().cap, (L4_Word_t)pid,
                                         (L4_Word_t)signal, (L4_Word_t)value.sival_ptr));
}

int killpg(pid_t group, int signal)
{
    return group < 0 ? result(EINVAL) : kill(-group, signal);
}

static void deadline_tell(unsigned long long deadline)
{
    while (state != NONE && !timer.watched && L4_SystemClock().raw < deadline)
        nudge();
}

unsigned alarm(unsigned seconds)
{
    if (signal_thread_needed())
        return 0;
    unsigned long long now = L4_SystemClock().raw, new = seconds ? now + seconds * 1000000ull : 0;
    unsigned long long interval = 0, old = deadline_set(new, &interval, now);
    deadline_tell(new);
    return old ? (unsigned)((old - now + 999999) / 1000000) : 0;
}

static struct timeval timeval_of(unsigned long long us)
{
    return (struct timeval){(time_t)(us / 1000000), (suseconds_t)(us % 1000000)};
}

static bool is_sound(const struct timeval *t)
{
    return t->tv_sec >= 0 && t->tv_usec >= 0 && t->tv_usec < 1000000;
}

static unsigned long long us_of(const struct timeval *t)
{
    return (unsigned long long)t->tv_sec * 1000000 + (unsigned long)t->tv_usec;
}

int getitimer(int which, struct itimerval *value)
{
    if (which != ITIMER_REAL)
        return result(EINVAL);
    unsigned long long now = L4_SystemClock().raw, deadline = timer.deadline;
    *value = (struct itimerval){timeval_of(timer.interval),
                                timeval_of(deadline > now ? deadline - now : 0)};
    return 0;
}

int setitimer(int which, const struct itimerval *value, struct itimerval *old)
{
    if (which != ITIMER_REAL || !is_sound(&value->it_value) || !is_sound(&value->it_interval))
        return result(EINVAL);
    int error = signal_thread_needed();
    if (error)
        return result(error);
    unsigned long long now = L4_SystemClock().raw, length = us_of(&value->it_value);
    unsigned long long interval = us_of(&value->it_interval), new = length ? now + length : 0;
    unsigned long long before = deadline_set(new, &interval, now);
    if (old)
        *old = (struct itimerval){timeval_of(interval), timeval_of(before ? before - now : 0)};
    deadline_tell(new);
    return 0;
}

/* ---- groups ---- */

static pid_t group_ask(pid_t pid, L4_Word_t group, int which)
{
    L4_Word_t out[2] = {0, 0};
    int error = hurd_task_group(task_server(), own_task().cap, (L4_Word_t)pid, group, out);
    return error ? result(error) : (pid_t)out[which];
}

pid_t getpgid(pid_t pid)
{
    return pid < 0 ? result(EINVAL) : group_ask(pid, HURD_TASK_ASK, 0);
}

pid_t getpgrp(void)
{
    return getpgid(0);
}

pid_t getsid(pid_t pid)
{
    return pid < 0 ? result(EINVAL) : group_ask(pid, HURD_TASK_ASK, 1);
}

int setpgid(pid_t pid, pid_t group)
{
    if (pid < 0 || group < 0)
        return result(EINVAL);
    return group_ask(pid, (L4_Word_t)group, 0) < 0 ? -1 : 0;
}

pid_t setsid(void)
{
    return group_ask(0, HURD_TASK_SESSION, 1);
}
