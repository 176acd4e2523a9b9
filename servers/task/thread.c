/* SPDX-License-Identifier: MIT */
/* Threads: their numbers, their UTCB slots, and the calls to wortel that create them.
 *
 * The number that is free longest is used next, so an id stays unused as long as possible after its
 * thread has gone. */
#include "server.h"
#include <hurd/assert.h>
#include <errno.h>
#include <l4/schedule.h>
#include <l4/thread.h>

static struct thread pool[THREADS_MAX];
static struct thread *free_first, *free_last;
static L4_Word_t first_number;

static void number_free(struct thread *thread)
{
    thread->task = NULL;
    thread->waits_for = NULL;
    thread->next = NULL;
    if (free_first)
        free_last->next = thread;
    else
        free_first = thread;
    free_last = thread;
}

void threads_init(L4_Word_t number)
{
    first_number = number;
    for (L4_Word_t i = 0; i < THREADS_MAX; i++)
        number_free(&pool[i]);
}

static struct thread *number_alloc(struct task *t)
{
    struct thread *thread = free_first;
    if (!thread || !budget_take(t, HURD_BUDGET_THREADS))
        return NULL;
    assert(!thread->task && !thread->waits_for);
    free_first = thread->next;
    thread->id = L4_GlobalId(first_number + (L4_Word_t)(thread - pool), t->id);
    return thread;
}

static void link_thread(struct task *t, struct thread *thread)
{
    thread->task = t;
    thread->next = t->threads;
    t->threads = thread;
    t->thread_count++;
}

void threads_adopt(struct task *t, L4_ThreadId_t id)
{
    struct thread *thread = arena_alloc(sizeof *thread);
    if (!thread)
        return;
    thread->id = id;
    thread->slot = SLOTS_MAX;
    link_thread(t, thread);
}

struct thread *thread_find(L4_ThreadId_t id)
{
    L4_Word_t index = L4_ThreadNo(id) - first_number;
    if (index < THREADS_MAX)
        return pool[index].task && pool[index].id.raw == id.raw ? &pool[index] : NULL;
    for (struct task *t = all_tasks; t && t->boot; t = t->next) /* boot tasks have the lowest ids */
        for (struct thread *thread = t->threads; thread; thread = thread->next)
            if (thread->id.raw == id.raw)
                return thread;
    return NULL;
}

/* ---- UTCB slots */

static bool slot_taken(const struct task *t, L4_Word_t slot)
{
    return t->slots[slot / 32] >> slot % 32 & 1;
}
static void slot_take(struct task *t, L4_Word_t slot) { t->slots[slot / 32] |= 1ul << slot % 32; }
static void slot_give(struct task *t, L4_Word_t slot)
{
    t->slots[slot / 32] &= ~(1ul << slot % 32);
}

/* utcb: the location that the client wants; or 0 or -1, and then `task` chooses */
static int choose_slot(const struct task *t, L4_Word_t utcb, L4_Word_t *slot)
{
    if (t->utcb_base == 0)
        return EPERM;               /* `task` does not know this task's UTCB area */
    if (utcb != 0 && utcb != ~0ul) {
        L4_Word_t offset = utcb - t->utcb_base;
        *slot = offset / L4_UTCB_BLOCK;
        if (offset % L4_UTCB_BLOCK != 0 || *slot >= t->utcb_slots)
            return EINVAL;
        return slot_taken(t, *slot) ? EEXIST : 0;
    }
    for (*slot = 0; *slot < t->utcb_slots; ++*slot)
        if (!slot_taken(t, *slot))
            return 0;
    return EAGAIN;
}

/* ---- in the kernel */

int thread_reserve(struct task *t, struct thread **out)
{
    struct thread *thread = number_alloc(t);
    if (!thread)
        return EAGAIN;
    thread->slot = 0;
    slot_take(t, 0);
    link_thread(t, thread);
    *out = thread;
    return 0;
}

void thread_unreserve(struct thread *thread)
{
    struct task *t = thread->task;
    struct thread **link = &t->threads;
    while (*link && *link != thread)
        link = &(*link)->next;
    assert_is(*link, ==, thread);
    assert_is(t->thread_count, >, 0);
    *link = thread->next;
    t->thread_count--;
    if (thread->slot < SLOTS_MAX)
        slot_give(t, thread->slot);
    wait_leave(thread);
    if (thread >= pool && thread < pool + THREADS_MAX) {
        budget_give(t, HURD_BUDGET_THREADS);
        number_free(thread);
    } else {
        arena_free(thread, sizeof *thread);
    }
}

int thread_create(struct task *t, L4_Word_t utcb, struct thread **out)
{
    L4_Word_t slot;
    if (!t->threads)
        return ESRCH;
    int error = choose_slot(t, utcb, &slot);
    if (error != 0)
        return error;
    struct thread *thread = number_alloc(t);
    if (!thread)
        return EAGAIN;
    error = l4_errno(hurd_wortel_thread_control(wortel_cap, thread->id, t->threads->id,
                                                L4_MyGlobalId(), thread->id,
                                                t->utcb_base + slot * L4_UTCB_BLOCK));
    if (error != 0) {
        budget_give(t, HURD_BUDGET_THREADS);
        number_free(thread);
        return error;
    }
    thread->slot = slot;
    assert(!slot_taken(t, slot));
    slot_take(t, slot);
    link_thread(t, thread);
    if (t->boot)                        /* others keep the priority of new threads: spec x2 4.6 */
        L4_Set_Priority(thread->id, PRIORITY_BOOT);
    if (t->stopped)
        task_stop_threads(t);           /* its pager starts one, or a request from before */
    *out = thread;
    return 0;
}

void thread_delete(struct thread *thread)
{
    hurd_wortel_thread_control(wortel_cap, thread->id, L4_nilthread, L4_nilthread, L4_nilthread,
                               ~0ul);
    thread_unreserve(thread);
}

/* By the kernel's feature `pagerexregs`, ExchangeRegisters works on a thread of another space only
 * if the caller is the thread's pager. */
bool thread_is_paged_by_us(L4_ThreadId_t id)
{
    L4_Word_t control, sp, ip, flags, handle;
    L4_ThreadId_t pager;
    return L4_Version(id) != HURD_TASK_TASK &&
           !L4_IsNilThread(L4_ExchangeRegisters(id, L4_EXREGS_DELIVER, 0, 0, 0, 0, L4_nilthread,
                                                &control, &sp, &ip, &flags, &handle, &pager));
}
