/* SPDX-License-Identifier: MIT */
/* Tasks that stop and go on.  Before: signal.c.  `task` is the scheduler of all threads: a thread
 * whose total quantum is 0 executes nothing at user level, whatever it does or says, and a new
 * quantum lets it go on (spec x2 4.6).  Each such thread tells its scheduler once that its quantum
 * is over; fault.c drops these messages.
 *
 * The pager of a task runs on.  Others may need a page of the task while it is stopped: a thread
 * that copies a string to it, `maps`.  So a program can hide work in its pager from all signals but
 * KILL. */
#include "server.h"
#include <errno.h>
#include <l4/schedule.h>

#define SLICE 10000u                    /* us, as the kernel gives it to a new thread */

/* The startup code runs in the first thread, while `task` is still its pager. */
static bool is_pager(const struct thread *thread)
{
    return thread->slot != 0 && thread_is_paged_by_us(thread->id);
}

static void set_quantum(struct task *t, L4_Time_t quantum)
{
    for (struct thread *thread = t->threads; thread; thread = thread->next)
        if (!t->stopped || !is_pager(thread))
            L4_Set_Timeslice(thread->id, L4_TimePeriod(SLICE), quantum);
}

void task_stop_threads(struct task *t)
{
    set_quantum(t, L4_ZeroTime);
}

static void tell_parent(struct task *t, L4_Word_t news)
{
    t->news = news;
    fork_child_changed(t);
    signal_child_changed(t);
}

void task_stop(struct task *t, L4_Word_t signal)
{
    if (t->stopped)
        return;
    t->stopped = true;
    t->stop_signal = signal;
    task_stop_threads(t);
    tell_parent(t, HURD_TASK_STOPPED);
}

void task_go_on(struct task *t)
{
    if (!t->stopped)
        return;
    t->stopped = false;
    set_quantum(t, L4_Never);
    tell_parent(t, HURD_TASK_WENT_ON);
    signal_gone_on(t);
}

int serve_stop_self(struct hurd_cap_call *call, struct task *self)
{
    L4_Word_t signal = call->arg[1];
    if (call->words != 2 || signal < HURD_TASK_STOP || signal > HURD_TASK_SIGNALS ||
        !(1ul << (signal - 1) & (HURD_TASK_STOPS | 1ul << (HURD_TASK_STOP - 1))))
        return EINVAL;
    if (self->id != call->task || self->boot)
        return EPERM;
    task_stop(self, signal);
    return 0;
}
