/* SPDX-License-Identifier: MIT */
/* Which thread gets a signal, in the pager.  A signal for the task goes to a thread that waits for
 * it, or else to any that does not block it, the first one first; until there is one, it is in
 * signals.pending.  A signal for one thread is in that thread's record.  Before: arrive.c and
 * await.c, through asked.c.  After: handler.c, which sends the thread to its handler.
 *
 * Threads walk the list of records while the pager adds to it, so a record stays where it is: when
 * its thread has ended, another one gets it. */
#include <errno.h>
#include <hurd/task.h>
#include <l4/thread.h>
#include "handler.h"
#include "mm.h"
#include "report.h"

struct signals signals;
static uint16_t senders[SIGNALS_OF_SET + 1];    /* as struct hurd_task_arrived has them; by
                                                   `pending` */

enum { CONT_BIT = 1 << (SIGCONT - 1) };

__attribute__((noinline)) sigset_t signal_bit(int signal)
{
    return (sigset_t)1 << (signal - 1);
}

/* ---- records of threads ---- */

struct signal_thread *signal_find(L4_ThreadId_t thread)
{
    struct signal_thread *t = &signals.first;
    while (t && t->thread.raw != thread.raw)
        t = t->next;
    return t;
}

static bool is_gone(const struct signal_thread *t)
{
    return L4_IsNilThread(t->thread) || L4_IsNilThread(L4_LocalIdOf(t->thread));
}

static struct signal_thread *record_new(void)
{
    struct signal_thread *t = signals.first.next;
    while (t && !is_gone(t))
        t = t->next;
    if (t || !slab_reserve(&mm.slab, 2))
        return t;
    t = slab_take(&mm.slab);
    t->rest = slab_take(&mm.slab);
    t->next = signals.first.next;
    signals.first.next = t;
    return t;
}

static void record_begin(struct signal_thread *t, L4_ThreadId_t thread)
{
    *t->rest = (struct signal_rest){0};
    *t = (struct signal_thread){.next = t->next, .thread = thread, .rest = t->rest};
    signals.slot[signal_slot(L4_LocalIdOf(thread))] = t;
}

struct signal_thread *signal_thread_of(L4_ThreadId_t from)
{
    L4_ThreadId_t thread = L4_GlobalIdOf(from);
    struct signal_thread *t = signal_find(thread);
    if (t)
        return t;
    t = record_new();
    if (t)
        record_begin(t, thread);
    return t;
}

int signal_thread_begins(L4_ThreadId_t maker, L4_ThreadId_t new)
{
    const struct signal_thread *from = signal_find(L4_GlobalIdOf(maker));
    struct signal_thread *t = signal_thread_of(new);
    if (!t)
        return ENOMEM;
    record_begin(t, new);
    t->mask = from ? from->mask : 0;
    t->takes = true;
    return 0;
}

void signal_thread_ends(L4_ThreadId_t from)
{
    struct signal_thread *t = signal_find(L4_GlobalIdOf(from));
    if (t && t != &signals.first)
        t->thread = L4_nilthread;
}

/* The thread that called fork() is the child's first one, with the mask and the stack that it
 * had. */
void signals_forked(L4_ThreadId_t parent, L4_ThreadId_t child)
{
    const struct signal_thread *caller = signal_find(parent);
    struct signal_thread first = caller ? *caller : (struct signal_thread){0};
    if (caller)
        signals.first_rest = *caller->rest;
    first.next = signals.first.next;
    first.rest = &signals.first_rest;
    first.thread = child;
    first.pending = 0;
    first.takes = true;
    signals.first = first;
    signals.pending = 0;
    for (struct signal_thread *t = first.next; t; t = t->next)
        t->thread = L4_nilthread;
}

/* ---- what waits ---- */

/* Somebody waits for them, and gets them. */
sigset_t signals_awaited(void)
{
    sigset_t set = 0;
    for (const struct signal_thread *t = &signals.first; t; t = t->next)
        set |= L4_IsNilThread(t->thread) ? 0 : t->rest->awaited;
    return set;
}

static sigset_t blocked_by_all(void)
{
    sigset_t set = ~(sigset_t)0;
    for (const struct signal_thread *t = &signals.first; t; t = t->next)
        if (t->takes && !L4_IsNilThread(t->thread))
            set &= t->mask;
    return set;
}

static sigset_t ready_for(const struct signal_thread *t)
{
    return (t->pending | (t->takes ? signals.pending & ~signals_awaited() : 0)) & ~t->mask;
}

static bool is_ignored(int signal)
{
    const struct sigaction *a = &signal_actions[signal];
    return a->sa_handler == SIG_IGN ||
           (a->sa_handler == SIG_DFL && signal_bit(signal) & (HURD_TASK_IGNORED | CONT_BIT));
}

/* What a signal does by default: it stops the task, which goes on behind this call; or ends it. */
static void default_action(int signal)
{
    const struct hurd_startup_cap task = __hurd_startup_data->task;
    if (!(signal_bit(signal) & HURD_TASK_STOPS))
        hurd_mm_die_of(128 + signal);
    hurd_task_stop_self(L4_ThreadIdOfRaw(task.server), task.cap, (L4_Word_t)signal);
}

/* Of a child; only its death counts for SA_NOCLDSTOP. */
static int child_code(void)
{
    static const unsigned char codes[] = {CLD_EXITED, CLD_KILLED, CLD_STOPPED, CLD_CONTINUED};
    return codes[senders[SIGCHLD] >> HURD_TASK_FROM_KIND];
}

/* `task` has more of it.  from: as in `senders`. */
static bool queues(int signal, unsigned from)
{
    return signal > SIGNALS_OF_SET || (signal != SIGCHLD && from >> HURD_TASK_FROM_KIND);
}

/* Takes a signal out of the set where it waits. */
static void signal_out(struct signal_thread *t, int signal, struct signal_news *news)
{
    bool personal = t->pending & signal_bit(signal);
    unsigned from = personal || signal > SIGNALS_OF_SET ? mm.task : senders[signal];
    *(personal ? &t->pending : &signals.pending) &= ~signal_bit(signal);
    news->from = (int)(from & ((1 << HURD_TASK_FROM_KIND) - 1));
    bool is_child = signal == SIGCHLD && news->from != (int)mm.task;
    news->code = is_child ? child_code() : SI_USER;
    news->queued = !personal && queues(signal, from);
}

/* Is it in the queue of `task`?  flags: HURD_TASK_LOOK, or 0. */
static bool take(int signal, L4_Word_t flags, L4_Word_t out[3])
{
    const struct hurd_startup_cap task = __hurd_startup_data->task;
    return !hurd_task_signal_take(L4_ThreadIdOfRaw(task.server), task.cap,
                                  (L4_Word_t)signal | flags, out);
}

bool signal_fetch(int signal, struct signal_news *news)
{
    L4_Word_t out[3];
    if (!news->queued)
        return true;
    if (!take(signal, 0, out))
        return false;
    *news = (struct signal_news){.from = (int)out[0], .value = out[1],
                                 .code = out[2] & HURD_TASK_VALUED ? SI_QUEUE : SI_USER};
    if (out[2] & HURD_TASK_MORE)
        signals.pending |= signal_bit(signal);
    return true;
}

/* It does what it does without a handler. */
static void signal_unhandled(struct signal_thread *t, int signal, bool ignored)
{
    struct signal_news news;
    signal_out(t, signal, &news);
    signal_fetch(signal, &news);
    if (!ignored)
        default_action(signal);
}

/* ---- delivery ---- */

/* The thread is at work in the program, and no handler runs yet. */
static void wait_mark(struct signal_thread *t, bool fails)
{
    if (!t->wait.active)
        return;
    t->wait.interrupted = true;
    t->wait.fails = t->wait.fails || fails;
    signals.breaks = true;
}

/* The next signal that the thread does not block, on its way; NULL: there is none.  LATER: ask
 * again. */
static struct delivery *next_for(struct signal_thread *t)
{
    sigset_t ready;
    while ((ready = ready_for(t))) {
        int signal = __builtin_ctzll(ready) + 1;
        bool ignored = is_ignored(signal);
        if (ignored || signal_actions[signal].sa_handler == SIG_DFL) {
            signal_unhandled(t, signal, ignored);
            continue;
        }
        struct delivery *d = handler_prepare(t->thread, signal);
        if (!d || d == LATER)
            return LATER;
        d->origin = t->pending & signal_bit(signal) ? &t->pending : &signals.pending;
        signal_out(t, signal, &d->news);
        d->address = 0;
        wait_mark(t, !(d->action.sa_flags & SA_RESTART));
        return d;
    }
    return NULL;
}

/* Sends the thread to handler_trap.  An IPC or fault that it is in goes on to its end before. */
static int deliver_to(struct signal_thread *t)
{
    L4_Word_t ip = 0;
    t->wanted = true;                   /* before `held` is read: see signal_release() */
    if (t->held || handler_is_on_its_way(t->thread))
        return 0;
    t->wanted = false;
    struct delivery *d = next_for(t);
    if (!d || d == LATER)
        return d ? EAGAIN : 0;
    d->state = DELIVERY_TRAPS;
    report_take_exceptions(t->thread);
    L4_ExchangeRegisters(t->thread, L4_EXREGS_IP, 0, (L4_Word_t)handler_trap, 0, 0, L4_nilthread,
                         NULL, NULL, &ip, NULL, NULL, NULL);
    d->ip = ip;
    return 0;
}

int signals_deliver(void)
{
    int error = 0;
    for (struct signal_thread *t = &signals.first; t; t = t->next) {
        if (t->rest->awaited & (t->pending | signals.pending))
            wait_mark(t, false);
        else if (ready_for(t) && !is_gone(t))
            error |= deliver_to(t);
    }
    return error;
}

struct delivery *signal_meanwhile(L4_ThreadId_t thread)
{
    struct signal_thread *t = signal_find(thread);
    struct delivery *d = t && !t->held && !handler_is_on_its_way(thread) ? next_for(t) : NULL;
    return d == LATER ? NULL : d;
}

/* ---- what comes ---- */

/* SA_NOCLDSTOP: the parent wants to hear of deaths only. */
static bool is_unwanted(int signal, L4_Word_t from)
{
    bool lives = from >> HURD_TASK_FROM_KIND >= HURD_TASK_CHILD_STOPPED;
    return (is_ignored(signal) && !((blocked_by_all() | signals_awaited()) & signal_bit(signal))) ||
           (signal == SIGCHLD && lives && signal_actions[SIGCHLD].sa_flags & SA_NOCLDSTOP);
}

/* A signal that nobody wants goes, and so does what `task` has of it. */
static void forget(int signal, unsigned from)
{
    struct signal_news news;
    if (!queues(signal, from))
        return;
    do
        news.queued = true;
    while (signal_fetch(signal, &news));
    signals.pending &= ~signal_bit(signal);    /* fetch() has set it while there were more */
}

static void signal_arrives(const struct hurd_task_arrived *arrived, int signal)
{
    bool of_set = signal <= SIGNALS_OF_SET;
    unsigned from = of_set ? arrived->from[signal] : 0;
    sigset_t bit = signal_bit(signal);
    L4_Word_t unused[3];
    if (!of_set && !take(signal, HURD_TASK_LOOK, unused))
        return;                         /* a fetch() that found more was earlier */
    if (is_unwanted(signal, from)) {
        forget(signal, from);
        return;
    }
    if (of_set && !(signals.pending & bit && queues(signal, senders[signal])))
        senders[signal] = (uint16_t)from;
    signals.pending |= bit;
}

int signals_arrive(const struct hurd_task_arrived *arrived)
{
    sigset_t set = arrived->set | (sigset_t)arrived->queued << 32;
    if (set & HURD_TASK_STOPS)
        signals.pending &= ~(sigset_t)CONT_BIT;
    if (set & CONT_BIT)
        signals.pending &= ~(sigset_t)HURD_TASK_STOPS;
    for (; set; set &= set - 1)
        signal_arrives(arrived, __builtin_ctzll(set) + 1);
    return signals_deliver();
}

/* Its action has changed.  POSIX: one that is ignored now is dropped, blocked or not. */
void signal_action_changed(int signal)
{
    if (!is_ignored(signal))
        return;
    if (signals.pending & signal_bit(signal))
        forget(signal, signal <= SIGNALS_OF_SET ? senders[signal] : 0);
    signals.pending &= ~signal_bit(signal);
    for (struct signal_thread *t = &signals.first; t; t = t->next)
        t->pending &= ~signal_bit(signal);
}

/* Pre: signal is one, or 0: only the check. */
int signal_send(L4_ThreadId_t thread, int signal)
{
    struct signal_thread *t = signal_find(thread);
    if (!t || is_gone(t))
        return ESRCH;
    if (!signal)
        return 0;
    if (!is_ignored(signal) || (t->mask | t->rest->awaited) & signal_bit(signal))
        t->pending |= signal_bit(signal);
    return signals_deliver();
}

/* EAGAIN: none of the set is there; with `waits` the thread is noted, and woken when one comes. */
int signal_take(L4_ThreadId_t from, sigset_t set, bool waits, int *signal,
                struct signal_news *news)
{
    struct signal_thread *t = signal_thread_of(from);
    sigset_t there;
    if (!t)
        return ENOMEM;
    while ((there = (t->pending | signals.pending) & set)) {
        *signal = __builtin_ctzll(there) + 1;
        signal_out(t, *signal, news);
        if (signal_fetch(*signal, news))
            break;
    }
    t->rest->awaited = there || !waits ? 0 : set;
    signals_deliver();                  /* another thread may have what this one does not claim */
    return there ? 0 : EAGAIN;
}

int signal_mask(L4_ThreadId_t from, sigset_t set, bool change, sigset_t *old)
{
    struct signal_thread *t = signal_thread_of(from);
    if (!t)
        return ENOMEM;
    *old = t->mask;
    if (change)
        t->mask = set & ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP));
    if (change && ready_for(t))
        deliver_to(t);                  /* before the caller goes on */
    return 0;
}
