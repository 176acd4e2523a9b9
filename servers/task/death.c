/* SPDX-License-Identifier: MIT */
/* The end of a task: its threads, what it holds with servers, and those who waited for it.
 *
 * Holds: nothing here can fail, and nothing waits for the dying task or for anybody without a time
 * limit. */
#include "server.h"
#include <errno.h>
#include <hurd/physmem.h>
#include <l4/ipc.h>

#define WAITERS_MAX 128u

static struct waiter {
    L4_ThreadId_t thread;           /* nil: free */
    struct task *task;              /* for whom it waits */
} waiters[WAITERS_MAX];
static L4_Word_t waiting;

int wait_add(struct task *t, L4_ThreadId_t thread)
{
    for (L4_Word_t i = 0; i < WAITERS_MAX; i++)
        if (L4_IsNilThread(waiters[i].thread)) {
            waiters[i] = (struct waiter) {thread, t};
            waiting++;
            return 0;
        }
    return EAGAIN;
}

static void drop(struct waiter *w)
{
    w->thread = L4_nilthread;
    waiting--;
}

int wait_cancel(L4_ThreadId_t thread)
{
    for (L4_Word_t i = 0; waiting > 0 && i < WAITERS_MAX; i++)
        if (waiters[i].thread.raw == thread.raw) {
            drop(&waiters[i]);
            return 0;
        }
    return ESRCH;
}

void wait_forget(L4_Word_t task_id)
{
    for (L4_Word_t i = 0; i < WAITERS_MAX; i++)
        if (!L4_IsNilThread(waiters[i].thread) && L4_Version(waiters[i].thread) == task_id)
            drop(&waiters[i]);
}

static void wake_waiters(const struct task *t)
{
    for (L4_Word_t i = 0; waiting > 0 && i < WAITERS_MAX; i++) {
        if (L4_IsNilThread(waiters[i].thread) || waiters[i].task != t)
            continue;
        L4_LoadMR(1, t->status);
        L4_LoadMR(2, t->reason);
        L4_Set_MsgTag(L4_MakeTag(0, 2, 0));
        L4_Reply(waiters[i].thread);
        drop(&waiters[i]);
    }
}

/* ---- deva learns of deaths when it listens; it may hang, and nobody waits for it.  Its answer to
 * such a message is dropped by main.c. */

static uint32_t untold[(ID_LAST + 1) / 32];     /* bit n: task n is dead and deva does not know */
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

/* What was charged to the task's memory control by us: without it the frames go back to its
 * creator. */
static void drop_container(L4_Word_t container)
{
    hurd_pm_container_destroy(physmem, container);
    hurd_cap_drop(physmem, container);
}

void task_destroy(struct task *t, L4_Word_t status, enum hurd_task_reason reason)
{
    if (t->destroyed)
        return;
    t->destroyed = true;
    task_count(t);
    t->counter[HURD_SPACE_THREADS] = 0;
    while (t->threads)
        thread_delete(t->threads);          /* the last one takes the space along */
    t->dead = true;
    t->status = status;
    t->reason = (L4_Word_t)reason;

    hurd_cap_task_died(physmem, t->id);
    if (t->has_startup)
        drop_container(t->startup);
    if (t->has_image)
        drop_container(t->image);
    t->has_startup = t->has_image = false;
    tell_deva(t->id);
    wait_forget(t->id);
    wake_waiters(t);
    hurd_cap_forget(&server.table, t->id);
    hurd_cap_object_drop(&t->object);       /* its life's reference: perhaps the record goes now */
}
