/* SPDX-License-Identifier: MIT */
/* Threads of a self-paged task.  Each has a stack with a guard below; the stack of a thread that
 * ended is given back by the next hurd_thread_start(), when the thread is surely gone.  There is no
 * lock: workers (worker.c) start threads while others wait for a page with whatever they hold. */
#include <errno.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/thread.h>
#include <l4/utcb.h>
#include <stdbool.h>
#include "handler.h"
#include "mm.h"
#include "worker.h"

enum { STACK_DEFAULT = 64 * 1024, GUARD = HURD_MM_STACK_GUARD, THREADS_MAX = 128 };

struct stack {
    L4_Word_t owner;      /* a thread's id, FREE, or TAKEN: by the thread that wrote it */
    uintptr_t base, size; /* guard included */
};
enum { FREE = 0, TAKEN = 1 };

/* The program's; the library's own, which get no signals; those of them whose stacks stay. */
enum kind { PROGRAMS, OURS, KEPT };

static struct stack stacks[THREADS_MAX];
static unsigned stacks_used;            /* no entry from this one on was ever taken */

void thread_entry(void); /* thread_entry.asm */
void thread_run(void (*function)(void *), void *argument);

static struct startup_cap_ids {
    L4_ThreadId_t server;
    L4_Word_t cap;
} task_server(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    return (struct startup_cap_ids){L4_ThreadIdOfRaw(data->task.server), data->task.cap};
}

/* A new thread of the program gets signals; nil: the calling thread ends. */
static int signal_thread_is(L4_ThreadId_t thread)
{
    return signal_request(REQUEST_SIGNAL_THREAD, 1, &thread.raw, 0, NULL);
}

void thread_run(void (*function)(void *), void *argument)
{
    function(argument);
    if (signal_self())                  /* from now on others get what comes for the task */
        signal_thread_is(L4_nilthread);
    struct startup_cap_ids task = task_server();
    hurd_task_thread_destroy(task.server, task.cap, L4_MyGlobalId());
    for (;;)
        L4_Sleep(L4_Never);
}

/* True: the entry is ours until owner_set(). */
static bool owner_take(struct stack *s, L4_Word_t owner)
{
    return __atomic_compare_exchange_n(&s->owner, &owner, TAKEN, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static void owner_set(struct stack *s, L4_Word_t owner)
{
    __atomic_store_n(&s->owner, owner, __ATOMIC_RELEASE);
}

static void stacks_reap(void)
{
    for (struct stack *s = stacks; s < stacks + THREADS_MAX; s++) {
        L4_Word_t owner = __atomic_load_n(&s->owner, __ATOMIC_RELAXED);
        if (owner != FREE && owner != TAKEN &&
            L4_IsNilThread(L4_LocalIdOf(L4_ThreadIdOfRaw(owner))) && owner_take(s, owner)) {
            hurd_vm_deallocate(s->base, s->size);
            owner_set(s, FREE);
        }
    }
}

/* In a child of fork(): the caller's stack has a new owner; an entry that some thread had taken is
 * free. */
void thread_forked(L4_ThreadId_t parent, L4_ThreadId_t child)
{
    for (struct stack *s = stacks; s < stacks + stacks_used; s++) {
        if (s->owner == parent.raw)
            s->owner = child.raw;
        else if (s->owner == TAKEN)
            s->owner = FREE;
    }
}

static void used_note(unsigned count)
{
    unsigned old = __atomic_load_n(&stacks_used, __ATOMIC_RELAXED);
    while (old < count && !__atomic_compare_exchange_n(&stacks_used, &old, count, false,
                                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        continue;
}

static struct stack *stack_entry(void)
{
    for (struct stack *s = stacks; s < stacks + THREADS_MAX; s++) {
        used_note((unsigned)(s - stacks) + 1);
        if (owner_take(s, FREE))
            return s;
    }
    return NULL;
}

static int stack_make(struct stack *s, uintptr_t size)
{
    s->base = 0;
    s->size = ((size + HURD_MM_PAGE - 1) & ~(uintptr_t)(HURD_MM_PAGE - 1)) + GUARD;
    if (s->size <= size)
        return EINVAL;
    int error = vm_allocate_stack(&s->base, s->size);   /* with the page that start() writes to */
    if (!error)
        error = hurd_vm_protect(s->base, GUARD, 0);
    return error;
}

/* The thread may end, and its stack be reaped, as soon as it runs. */
static int start(struct stack *s, L4_ThreadId_t *thread, void (*function)(void *), void *argument,
                 enum kind kind)
{
    struct startup_cap_ids task = task_server();
    int error = hurd_task_thread_alloc(task.server, task.cap, 0, thread);
    if (error)
        return error;
    L4_ThreadId_t id = *thread, local = L4_LocalIdOf(id);
    if (L4_IsNilThread(local))
        return ESRCH;
    if (kind == PROGRAMS && (error = signal_thread_is(id)) != 0) {
        hurd_task_thread_destroy(task.server, task.cap, id);
        return error;
    }
    L4_Word_t *top = (L4_Word_t *)(s->base + s->size);
    *--top = (L4_Word_t)argument;
    *--top = (L4_Word_t)function;
    L4_Set_PagerOf(id, hurd_mm_pager());
    L4_UtcbOf(local.raw)->exception_handler = hurd_mm_pager().raw;
    owner_set(s, id.raw);
    L4_Start_SpIp(id, (L4_Word_t)top, (L4_Word_t)thread_entry);
    return 0;
}

static int start_with(L4_ThreadId_t *thread, void (*function)(void *), void *argument,
                      uintptr_t stack, enum kind kind)
{
    stacks_reap();
    struct stack *s = stack_entry();
    if (!s)
        return EAGAIN;
    int error = stack_make(s, stack ? stack : STACK_DEFAULT);
    if (!error && kind == KEPT)
        error = vm_keep(s->base, s->size);
    if (!error)
        error = start(s, thread, function, argument, kind);
    if (error) {
        if (s->base)
            hurd_vm_deallocate(s->base, s->size);
        owner_set(s, FREE);
    }
    return error;
}

int hurd_thread_start(L4_ThreadId_t *thread, void (*function)(void *), void *argument,
                      uintptr_t stack)
{
    return start_with(thread, function, argument, stack, PROGRAMS);
}

int thread_start_ours(L4_ThreadId_t *thread, void (*function)(void *), void *argument,
                      uintptr_t stack)
{
    return start_with(thread, function, argument, stack, OURS);
}

int thread_start_kept(L4_ThreadId_t *thread, void (*function)(void *), void *argument,
                      uintptr_t stack)
{
    return start_with(thread, function, argument, stack, KEPT);
}
