/* SPDX-License-Identifier: MIT */
/* Signals between tasks, and groups of tasks.  A signal is one bit in the receiver's set, so no
 * number of them takes memory or makes a sender wait.  What a program does with a signal, its own
 * library decides (lib/hurd-mm/handler.c); `task` acts only for programs that never asked. */
#include "server.h"
#include <errno.h>
#include <l4/ipc.h>
#include <l4/message.h>

static L4_Word_t bit(L4_Word_t signal)
{
    return 1ul << (signal - 1);
}

/* ---- the receiver */

static struct thread *signal_waiter(const struct task *t)
{
    struct thread *w = t->waiters;
    while (w && !(w->task == t && w->wants_signals))
        w = w->next_waiter;
    return w;
}

/* A thread that does not wait any more leaves the set as it is. */
static void wake(struct task *t)
{
    struct thread *waiter = signal_waiter(t);
    if (!waiter || !t->signals)
        return;
    L4_ThreadId_t id = waiter->id;
    wait_leave(waiter);
    L4_LoadMR(1, t->signals);
    L4_Set_MsgTag(L4_MakeTag(0, 1, 0));
    if (L4_IpcSucceeded(L4_Reply(id)))
        t->signals = 0;
}

static void post(struct task *t, L4_Word_t signal)
{
    t->signals |= bit(signal);
    wake(t);
}

int serve_signal_wait(struct hurd_cap_call *call, struct task *self)
{
    if (call->words != 2 || (call->arg[1] & ~(L4_Word_t)HURD_TASK_NOHANG) != 0)
        return EINVAL;
    if (self->id != call->task)
        return EPERM;
    self->takes_signals = true;
    if (self->signals) {
        call->reply[0] = self->signals;
        call->reply_words = 1;
        self->signals = 0;
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

void signal_child_died(const struct task *t)
{
    struct task *parent = t->forked ? task_find(t->parent) : NULL;
    if (parent && !parent->destroyed && parent->takes_signals)
        post(parent, HURD_TASK_CHILD);
}

/* ---- the sender */

static bool is_signal(L4_Word_t signal)
{
    return signal <= HURD_TASK_SIGNALS && !(signal && bit(signal) & HURD_TASK_STOPS);
}

/* True: it has ended the task.  Pre: is_signal(signal), and the task is not dead. */
static bool send(struct task *t, L4_Word_t signal)
{
    bool ends = signal == HURD_TASK_KILL ||
                (signal && !t->takes_signals && !(bit(signal) & HURD_TASK_IGNORED));
    if (ends)
        task_destroy(t, 128 + signal, HURD_TASK_SIGNALLED);
    else if (signal && t->takes_signals)
        post(t, signal);
    return ends;
}

int signal_send(struct hurd_cap_call *call, struct task *t, L4_Word_t signal)
{
    bool own = t->id == call->task;
    if (!is_signal(signal))
        return EINVAL;
    if (t->boot)
        return EPERM;
    return !t->dead && send(t, signal) && own ? HURD_CAP_NO_REPLY : 0;
}

/* The task itself, and all below it. */
static bool is_below(const struct task *t, const struct task *top)
{
    while (t && t != top)
        t = t->owner;
    return t != NULL;
}

int serve_signal(struct hurd_cap_call *call, struct task *handle_of)
{
    struct task *t = handle_of;
    if (call->words != 3)
        return EINVAL;
    if (call->arg[1] != 0 && call->arg[1] != handle_of->id) {
        if (handle_of->id != call->task)
            return EPERM;
        t = task_find(call->arg[1]);
        if (!t)
            return ESRCH;
        if (!is_below(t, handle_of))
            return EPERM;
    }
    return t->dead && !t->forked ? ESRCH : signal_send(call, t, call->arg[2]);
}

/* The next task of the group that lives below `self`, and is not `self`. */
static struct task *member(const struct task *self, L4_Word_t group)
{
    struct task *t = all_tasks;
    while (t && (t->dead || t->told || t == self || t->group != group || !is_below(t, self)))
        t = t->next;
    return t;
}

int serve_signal_group(struct hurd_cap_call *call, struct task *self)
{
    L4_Word_t group = call->arg[1], signal = call->arg[2];
    if (call->words != 3 || !is_signal(signal))
        return EINVAL;
    if (self->id != call->task || self->boot)
        return EPERM;
    if (group == 0)
        group = self->group;
    bool any = self->group == group;
    for (struct task *t = all_tasks; t; t = t->next)
        t->told = false;
    for (struct task *t; (t = member(self, group)); any = true) {
        t->told = true;
        send(t, signal);                /* perhaps it and others are gone now: from the start */
    }
    if (!any)
        return ESRCH;
    return self->group == group && send(self, signal) ? HURD_CAP_NO_REPLY : 0;
}

/* ---- groups and sessions */

static bool session_has(L4_Word_t session, L4_Word_t group)
{
    struct task *t = all_tasks;
    while (t && (t->dead || t->group != group || t->session != session))
        t = t->next;
    return t != NULL;
}

static int join(struct task *t, L4_Word_t group)
{
    if (group == HURD_TASK_SESSION) {
        if (t->group == t->id)
            return EPERM;
        t->group = t->session = t->id;
        return 0;
    }
    if (group == 0)
        group = t->id;
    if (t->session == t->id || (group != t->id && !session_has(t->session, group)))
        return EPERM;
    t->group = group;
    return 0;
}

int serve_group(struct hurd_cap_call *call, struct task *self)
{
    if (call->words != 3)
        return EINVAL;
    if (self->id != call->task || self->boot)
        return EPERM;
    struct task *t = call->arg[1] ? task_find(call->arg[1]) : self;
    if (!t || t->dead)
        return ESRCH;
    if (!is_below(t, self))
        return EPERM;
    int error = call->arg[2] == HURD_TASK_ASK ? 0
                : call->arg[2] == HURD_TASK_SESSION && t != self ? EPERM : join(t, call->arg[2]);
    call->reply[0] = t->group;
    call->reply[1] = t->session;
    call->reply_words = error ? 0 : 2;
    return error;
}
