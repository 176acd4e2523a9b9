/* SPDX-License-Identifier: MIT */
/* The end of a task: of its threads, of what it holds in servers, and of the waits for it.
 *
 * Holds: nothing here can fail.  No function waits for the dying task, and none waits without a
 * time limit. */
#include "server.h"
#include <hurd/assert.h>
#include <errno.h>
#include <hurd/physmem.h>
#include <l4/trace.h>

/* ---- waiting for a death: a thread waits for at most one task, which its record names */

int wait_add(struct task *t, struct thread *thread)
{
    if (!thread)
        return EAGAIN;                  /* `task` has no record of this thread */
    assert(!t->dead && !thread->waits_for);
    thread->waits_for = t;
    thread->next_waiter = t->waiters;
    t->waiters = thread;
    thread->wants_signals = false;
    return 0;
}

void wait_leave(struct thread *thread)
{
    if (!thread->waits_for)
        return;
    struct thread **link = &thread->waits_for->waiters;
    while (*link && *link != thread)
        link = &(*link)->next_waiter;
    assert_is(*link, ==, thread);
    *link = thread->next_waiter;
    thread->waits_for = NULL;
}

int wait_cancel(L4_ThreadId_t id)
{
    struct thread *thread = thread_find(id);
    if (!thread || !thread->waits_for)
        return ESRCH;
    wait_leave(thread);
    return 0;
}

static void wake_waiters(struct task *t)
{
    while (t->waiters) {
        L4_ThreadId_t waiter = t->waiters->id;
        wait_leave(t->waiters);
        L4_LoadMR(1, t->status);
        L4_LoadMR(2, t->reason);
        L4_Set_MsgTag(L4_MakeTag(0, 2, 0));
        L4_Reply(waiter);
    }
}

/* ---- deva learns of deaths when it listens.  It may hang, so `task` does not wait for it.  main.c
 * drops deva's replies to these messages. */

static uint32_t untold[(ID_LAST + 1) / 32];     /* bit n: task n is dead, and deva does not know */
static L4_Word_t untold_count;

bool death_untold(L4_Word_t id)
{
    return untold[id / 32] >> id % 32 & 1;
}

static bool told(L4_Word_t id)
{
    L4_LoadMR(1, id);
    L4_Set_MsgTag(L4_MakeTag(HURD_TASK_DEATH, 1, 0));
    return L4_IpcSucceeded(L4_Send_Timeout(deva, L4_ZeroTime));
}

void death_tell(void)
{
    if (!have_deva)
        return;
    for (L4_Word_t word = 0; untold_count > 0 && word < sizeof untold / sizeof untold[0]; word++) {
        while (untold[word]) {
            L4_Word_t bit = (L4_Word_t)__builtin_ctz(untold[word]);
            if (!told(32 * word + bit))
                return;
            assert_is(untold_count, >, 0);
            untold[word] &= ~(1u << bit);
            untold_count--;
        }
    }
}

static void tell_deva(L4_Word_t id)
{
    if (id == HURD_TASK_DEVA)
        have_deva = false;
    if (have_deva) {
        untold[id / 32] |= 1u << id % 32;
        untold_count++;
    }
    death_tell();
}

void container_drop(L4_Word_t container)
{
    hurd_cap_drop(physmem, container);      /* the last strong handle: it goes */
}

/* Ends one task.  Pre: it has no children that live. */
static void destroy_one(struct task *t, L4_Word_t status, enum hurd_task_reason reason)
{
    assert(!t->destroyed && !t->dead);
    t->destroyed = true;
    task_count(t);
    t->counter[HURD_SPACE_THREADS] = 0;
    while (t->threads)
        thread_delete(t->threads);          /* with the last thread, the kernel deletes the space */
    t->dead = true;
    t->status = status;
    t->reason = (L4_Word_t)reason;

    hurd_cap_task_died(physmem, t->id);
    if (t->has_startup)
        container_drop(t->startup);
    image_leave(t);
    if (t->has_control)
        hurd_cap_drop(physmem, t->control);
    t->has_startup = t->has_control = false;
    group_forget(t);
    queue_forget(t);
    tell_deva(t->id);
    L4_TraceEvent(L4_EVENT_TASK_END, t->id, t->status | t->reason << 8, 0, 0);
    hurd_cap_forget(&server.table, t->id);
    budget_fold(t);
    for (struct task *heir = all_tasks; heir; heir = heir->next)
        if (heir->owner == t)
            heir->owner = t->owner;         /* a dead child on which handles are held */
    wake_waiters(t);
    fork_child_changed(t);
    signal_child_changed(t);
    hurd_cap_object_drop(&t->object);       /* drops the reference that stands for the task's
                                               life; perhaps the record goes now */
}

/* Returns a child of t that lives, or NULL. */
static struct task *child_of(const struct task *t)
{
    struct task *child = all_tasks;
    while (child && (child->owner != t || child->destroyed))
        child = child->next;
    return child;
}

/* Children end before their owners.  The depth of the tree has no limit, so a loop climbs down and
 * up, without recursion. */
void task_destroy(struct task *t, L4_Word_t status, enum hurd_task_reason reason)
{
    if (t->destroyed)
        return;
    for (struct task *at = t, *child; at != t || child_of(t);) {
        while ((child = child_of(at)))
            at = child;
        struct task *owner = at->owner;
        destroy_one(at, 0, HURD_TASK_KILLED);
        at = owner;
    }
    destroy_one(t, status, reason);
}
