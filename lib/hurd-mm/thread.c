/* SPDX-License-Identifier: MIT */
/* Threads of a self-paged task.  Each has a stack with a guard page; the stack of a thread that
 * ended is given back by the next hurd_thread_start(), when the thread is surely gone. */
#include <errno.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/thread.h>
#include <l4/utcb.h>
#include <mutex.h>

enum { STACK_DEFAULT = 64 * 1024, THREADS_MAX = 128 };

struct stack {
    L4_ThreadId_t thread;               /* nil: entry is free */
    uintptr_t base, size;               /* guard page included */
};

static struct stack stacks[THREADS_MAX];
static struct mutex lock;

void thread_entry(void);                /* thread_entry.asm */
void thread_run(void (*function)(void *), void *argument);

static struct startup_cap_ids {
    L4_ThreadId_t server;
    L4_Word_t cap;
} task_server(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    return (struct startup_cap_ids){L4_ThreadIdOfRaw(data->task.server), data->task.cap};
}

void thread_run(void (*function)(void *), void *argument)
{
    function(argument);
    struct startup_cap_ids task = task_server();
    hurd_task_thread_destroy(task.server, task.cap, L4_MyGlobalId());
    for (;;)
        L4_Sleep(L4_Never);
}

static void stacks_reap(void)
{
    for (struct stack *s = stacks; s < stacks + THREADS_MAX; s++) {
        if (!L4_IsNilThread(s->thread) && L4_IsNilThread(L4_LocalIdOf(s->thread))) {
            hurd_vm_deallocate(s->base, s->size);
            s->thread = L4_nilthread;
        }
    }
}

static struct stack *stack_entry(void)
{
    for (struct stack *s = stacks; s < stacks + THREADS_MAX; s++)
        if (L4_IsNilThread(s->thread))
            return s;
    return NULL;
}

static int stack_make(struct stack *s, uintptr_t size)
{
    s->base = 0;
    s->size = ((size + HURD_MM_PAGE - 1) & ~(uintptr_t)(HURD_MM_PAGE - 1)) + HURD_MM_PAGE;
    if (s->size <= size)
        return EINVAL;
    int error = hurd_vm_allocate(&s->base, s->size, 0, 0);
    if (!error)
        error = hurd_vm_protect(s->base, HURD_MM_PAGE, 0);
    return error;
}

static int start_locked(struct stack *s, L4_ThreadId_t *thread, void (*function)(void *),
                        void *argument)
{
    struct startup_cap_ids task = task_server();
    int error = hurd_task_thread_alloc(task.server, task.cap, 0, thread);
    if (error)
        return error;
    L4_ThreadId_t local = L4_LocalIdOf(*thread);
    if (L4_IsNilThread(local))
        return ESRCH;
    L4_Word_t *top = (L4_Word_t *)(s->base + s->size);
    *--top = (L4_Word_t)argument;
    *--top = (L4_Word_t)function;
    s->thread = *thread;
    L4_Set_PagerOf(*thread, hurd_mm_pager());
    L4_UtcbOf(local.raw)->exception_handler = hurd_mm_pager().raw;
    L4_Start_SpIp(*thread, (L4_Word_t)top, (L4_Word_t)thread_entry);
    return 0;
}

int hurd_thread_start(L4_ThreadId_t *thread, void (*function)(void *), void *argument,
                      uintptr_t stack)
{
    mutex_lock(&lock);
    stacks_reap();
    struct stack *s = stack_entry();
    int error = s ? stack_make(s, stack ? stack : STACK_DEFAULT) : EAGAIN;
    if (!error) {
        error = start_locked(s, thread, function, argument);
        if (error)
            hurd_vm_deallocate(s->base, s->size);
    }
    mutex_unlock(&lock);
    return error;
}
