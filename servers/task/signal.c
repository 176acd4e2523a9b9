/* SPDX-License-Identifier: MIT */
/* Signals between tasks.  A signal is one bit in the receiver's set, so no number of them takes
 * memory or makes a sender wait; those that queue are in queue.c, too.  What a program does with a
 * signal, its own library decides (lib/hurd-mm/handler.c); `task` acts only for programs that never
 * asked. */
#include "server.h"
#include <errno.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <string.h>

static L4_Word_t bit(L4_Word_t signal)
{
    return 1ul << (signal - 1);
}

bool signal_is_one(L4_Word_t number)
{
    return (number > 0 && number <= HURD_TASK_SIGNALS) ||
           (number >= HURD_TASK_REALTIME && number <= HURD_TASK_SIGNAL_LAST);
}

static bool is_of(const struct signal *s, L4_Word_t set)
{
    return s->number <= HURD_TASK_SIGNALS && bit(s->number) & set;
}

static bool signal_queues(const struct signal *s)
{
    return s->number > HURD_TASK_SIGNALS ||
           (s->valued && !is_of(s, bit(HURD_TASK_CHILD) | bit(HURD_TASK_CONT)));
}

/* ---- the receiver */

static struct thread *signal_waiter(const struct task *t)
{
    struct thread *w = t->waiters;
    while (w && !(w->task == t && w->wants_signals))
        w = w->next_waiter;
    return w;
}

enum { ARRIVED = sizeof(struct hurd_task_arrived) / sizeof(L4_Word_t) };

static bool has_news(const struct task *t)
{
    return t->signals || queue_news(t, false);
}

static void told(struct task *t)
{
    t->signals = 0;
    queue_news(t, true);
}

static void arrived_write(const struct task *t, L4_Word_t words[ARRIVED])
{
    struct hurd_task_arrived arrived = {.set = t->signals, .queued = queue_news(t, false)};
    memcpy(arrived.from, t->signal_from, sizeof arrived.from);
    memcpy(words, &arrived, sizeof arrived);
}

/* A thread that does not wait any more leaves the set as it is.  A task that is stopped gets it
 * when it goes on. */
static void wake(struct task *t)
{
    struct thread *waiter = signal_waiter(t);
    L4_Word_t words[ARRIVED];
    if (!waiter || t->stopped || !has_news(t))
        return;
    L4_ThreadId_t id = waiter->id;
    wait_leave(waiter);
    arrived_write(t, words);
    L4_LoadMRs(1, ARRIVED, words);
    L4_Set_MsgTag(L4_MakeTag(0, ARRIVED, 0));
    if (L4_IpcSucceeded(L4_Reply(id)))
        told(t);
}

/* Its value is in the queue. */
static bool is_queued(const struct task *t, L4_Word_t number)
{
    return number != HURD_TASK_CHILD && t->signals & bit(number) &&
           t->signal_from[number] >> HURD_TASK_FROM_KIND == HURD_TASK_FROM_QUEUE;
}

/* Into the set.  from: as struct hurd_task_arrived has it. */
static void post(struct task *t, L4_Word_t number, L4_Word_t from)
{
    if (!is_queued(t, number))
        t->signal_from[number] = (uint16_t)from;
    t->signals |= bit(number);
    wake(t);
}

/* What the task sends to itself, it tells itself (lib/hurd-mm/handler_run.c). */
static void post_any(struct task *t, const struct signal *s)
{
    bool queues = signal_queues(s);
    if (queues)
        queue_add(t, s);
    if (s->number > HURD_TASK_SIGNALS)
        wake(t);
    else if (!queues || s->from != t->id)
        post(t, s->number, s->from | (queues ? HURD_TASK_FROM_QUEUE << HURD_TASK_FROM_KIND : 0));
}

int serve_signal_wait(struct hurd_cap_call *call, struct task *self)
{
    if (call->words != 2 || (call->arg[1] & ~(L4_Word_t)HURD_TASK_NOHANG) != 0)
        return EINVAL;
    if (self->id != call->task)
        return EPERM;
    self->takes_signals = true;
    if (!self->stopped && has_news(self)) {
        arrived_write(self, call->reply);
        call->reply_words = ARRIVED;
        told(self);
        return 0;
    }
    if (call->arg[1] & HURD_TASK_NOHANG)
        return EAGAIN;
    struct thread *thread = thread_find(call->from);
    int error = signal_waiter(self) ? EBUSY : wait_add(self, thread);
    if (error)
        return error;
    thread->wants_signals = true;
    return HURD_CAP_NO_REPLY;
}

/* The news of a death are not overwritten by less: a parent may ask to hear of deaths only. */
void signal_child_changed(const struct task *t)
{
    struct task *parent = t->forked ? task_find(t->parent) : NULL;
    if (!parent || parent->destroyed || !parent->takes_signals)
        return;
    L4_Word_t before = parent->signal_from[HURD_TASK_CHILD] >> HURD_TASK_FROM_KIND;
    bool death_waits = parent->signals & bit(HURD_TASK_CHILD) && before < HURD_TASK_CHILD_STOPPED;
    enum hurd_task_child_news news =
        t->dead && t->reason == HURD_TASK_EXITED ? HURD_TASK_CHILD_EXITED
                                     : t->dead    ? HURD_TASK_CHILD_KILLED
                                     : t->stopped ? HURD_TASK_CHILD_STOPPED
                                                  : HURD_TASK_CHILD_WENT_ON;
    if (t->dead || !death_waits)
        post(parent, HURD_TASK_CHILD, t->id | (L4_Word_t)news << HURD_TASK_FROM_KIND);
}

void signal_gone_on(struct task *t)
{
    L4_Word_t queued = queue_news(t, false);
    if (t->takes_signals)
        wake(t);
    else if (t->signals)
        task_destroy(t, 128 + (L4_Word_t)__builtin_ctzl(t->signals) + 1, HURD_TASK_SIGNALLED);
    else if (queued)
        task_destroy(t, 128 + (L4_Word_t)__builtin_ctzl(queued) + 33, HURD_TASK_SIGNALLED);
}

/* ---- the sender */

/* A task that takes signals and handles CONT gets it when it runs again. */
static void send_cont(struct task *t, L4_Word_t from)
{
    t->signals &= ~(L4_Word_t)HURD_TASK_STOPS;
    if (t->takes_signals)
        post(t, HURD_TASK_CONT, from);
    task_go_on(t);
}

static void send_stop(struct task *t, const struct signal *s)
{
    t->signals &= ~bit(HURD_TASK_CONT);
    if (s->number == HURD_TASK_STOP || !t->takes_signals)
        task_stop(t, s->number);
    else
        post_any(t, s);
}

/* True: it has ended the task.  Pre: the signal is one, or 0, and the task is not dead; there is
 * room in the queue if it goes there. */
static bool send(struct task *t, const struct signal *s)
{
    bool ignored = !s->number || (!t->takes_signals && is_of(s, HURD_TASK_IGNORED));
    if (ignored)
        return false;
    if (s->number == HURD_TASK_CONT) {
        send_cont(t, s->from);
    } else if (s->number == HURD_TASK_STOP || is_of(s, HURD_TASK_STOPS)) {
        send_stop(t, s);
    } else if (s->number == HURD_TASK_KILL || (!t->takes_signals && !t->stopped)) {
        task_destroy(t, 128 + s->number, HURD_TASK_SIGNALLED);
        return true;
    } else {
        post_any(t, s);
    }
    return t->dead;
}

static bool fits(const struct signal *s)
{
    return !signal_queues(s) || queue_has_room(s->from);
}

int signal_send(struct hurd_cap_call *call, struct task *t)
{
    bool own = t->id == call->task;
    const struct signal s = {.number = call->arg[2], .from = call->task, .valued = call->words == 4,
                             .value = call->words == 4 ? call->arg[3] : 0};
    if (s.number && !signal_is_one(s.number))
        return EINVAL;
    if (t->boot)
        return EPERM;
    if (!t->dead && s.number && !fits(&s))
        return EAGAIN;
    return !t->dead && send(t, &s) && own ? HURD_CAP_NO_REPLY : 0;
}

int serve_signal(struct hurd_cap_call *call, struct task *handle_of)
{
    struct task *t = handle_of;
    if (call->words != 3 && call->words != 4)
        return EINVAL;
    if (call->arg[1] != 0 && call->arg[1] != handle_of->id) {
        if (handle_of->id != call->task)
            return EPERM;
        t = task_find(call->arg[1]);
        if (!t)
            return ESRCH;
        if (!task_is_below(t, task_family(handle_of)))
            return EPERM;
    }
    return t->dead && !t->forked ? ESRCH : signal_send(call, t);
}

/* The next task of the group that lives below `self`, and is not `self`. */
static struct task *member(const struct task *self, L4_Word_t group)
{
    struct task *t = all_tasks;
    while (t && (t->dead || t->told || t == self || t->group != group || !task_is_below(t, self)))
        t = t->next;
    return t;
}

int serve_signal_group(struct hurd_cap_call *call, struct task *self)
{
    L4_Word_t group = call->arg[1];
    const struct signal s = {.number = call->arg[2], .from = self->id};
    if (call->words != 3 || (s.number && !signal_is_one(s.number)))
        return EINVAL;
    if (self->id != call->task || (self->boot && group == 0))
        return EPERM;
    if (group == 0)
        group = self->group;
    bool own = self->group == group && !self->boot, any = own;
    if (!fits(&s))
        return EAGAIN;
    for (struct task *t = all_tasks; t; t = t->next)
        t->told = false;
    for (struct task *t; (t = member(self, group)); any = true) {
        t->told = true;
        if (fits(&s))
            send(t, &s);                /* perhaps it and others are gone now: from the start */
    }
    if (!any)
        return ESRCH;
    return own && fits(&s) && send(self, &s) ? HURD_CAP_NO_REPLY : 0;
}
