/* SPDX-License-Identifier: MIT */
/* fork(), as the calling thread executes it.  Before: the program.  After: fork.c,
 * in the pager, which copies the memory; then `task`, which makes the child.
 *
 * Locks of the C library are taken before, so no other thread is in the middle of a change that the
 * child would find half done. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/mm.h>
#include <l4/thread.h>
#include <l4/vregs.h>
#include <libc.h>
#include <mutex.h>
#include <unistd.h>
#include "fork.h"
#include "handler.h"
#include "mm.h"

enum { AT_FORK_MAX = 8, IN_CHILD = -1 };

static struct mutex lock;               /* one thread forks at a time */
static struct at_fork {
    void (*prepare)(void), (*parent)(int error), (*child)(void);
} at_fork[AT_FORK_MAX];
static unsigned at_fork_count;
static L4_ThreadId_t child_thread;

int hurd_at_fork(void (*prepare)(void), void (*parent)(int error), void (*child)(void))
{
    mutex_lock(&lock);
    bool fits = at_fork_count < AT_FORK_MAX;
    if (fits)
        at_fork[at_fork_count++] = (struct at_fork){prepare, parent, child};
    mutex_unlock(&lock);
    return fits ? 0 : ENOMEM;
}

L4_ThreadId_t hurd_fork_child(void)
{
    return child_thread;
}

static void hold_all(void)
{
    mutex_lock(&lock);
    for (unsigned i = at_fork_count; i > 0; i--)
        if (at_fork[i - 1].prepare)
            at_fork[i - 1].prepare();
    __stdio_hold(true);             /* streams call malloc() */
    __malloc_hold(true);
    brk_hold(true);
}

static void let_go_all(int result)
{
    brk_hold(false);
    __malloc_hold(false);
    __stdio_hold(false);
    for (unsigned i = 0; i < at_fork_count; i++) {
        if (result == IN_CHILD && at_fork[i].child)
            at_fork[i].child();
        if (result != IN_CHILD && at_fork[i].parent)
            at_fork[i].parent(result);
    }
    mutex_unlock(&lock);
}

/* ---- the parent ---- */

/* A control and a container go to `task`.  On an error both are gone. */
static int give(const L4_Word_t made[2], L4_Word_t gift[2])
{
    int error = hurd_cap_give(mm.physmem, made[1], HURD_TASK_TASK, 7, HURD_CAP_GIVE_MOVE,
                              &gift[1]);
    if (!error) {
        error = hurd_cap_give(mm.physmem, made[0], HURD_TASK_TASK, 7, HURD_CAP_GIVE_MOVE,
                              &gift[0]);
        if (error)
            hurd_cap_take_back(mm.physmem, HURD_TASK_TASK, gift[1]);
    }
    if (error) {
        hurd_pm_control_destroy(mm.physmem, made[0]);
        hurd_cap_drop(mm.physmem, made[0]);
        hurd_cap_drop(mm.physmem, made[1]);
    }
    return error == EMFILE ? EAGAIN : error;
}

static int copy_make(struct fork_context *context, L4_Word_t frames, L4_Word_t gift[2])
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_Word_t made[2];
    const struct fork_request r = {(L4_Word_t)context, frames, data->image.cap, data->startup.cap};
    int error = vm_fork(&r, made);
    if (error == EAGAIN)                /* the workers for swap have been started now */
        error = vm_fork(&r, made);
    return error ? error : give(made, gift);
}

static int parent(struct fork_context *context, L4_Word_t frames, struct hurd_task_created *created)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_Word_t gift[2];
    fork_data = *data;                  /* into wired memory: see fork.c */
    int error = copy_make(context, frames, gift);
    if (error)
        return error;
    return hurd_task_fork(L4_ThreadIdOfRaw(data->task.server), data->task.cap, gift[0], gift[1],
                          &fork_resume, created);
}

/* ---- the child ---- */

static void *fpu_of(struct fork_context *context)
{
    return (void *)(((uintptr_t)context->fpu + 15) & ~(uintptr_t)15);
}

_Noreturn void fork_resumes(struct fork_context *context)
{
    context->in_child = 1;              /* before the stack is read: one fault less */
    __asm__ volatile("" : : : "memory");
    L4_Set_ThreadWord(1, context->word);
    L4_Set_UserDefinedHandle(context->handle);
    fpu_load(fpu_of(context));
    longjmp(context->registers, 1);
}

static void child(void)
{
    extra_forked();
    spawn_forked();
    wait_forked();
    signal_thread_forked();
}

/* ---- both ---- */

static int run(L4_Word_t frames, struct hurd_task_created *created)
{
    struct fork_context context = {.word = L4_ThreadWord(1), .handle = L4_UserDefinedHandle()};
    fpu_save(fpu_of(&context));
    if (setjmp(context.registers) != 0)
        return IN_CHILD;
    int error = parent(&context, frames, created);
    if (!error)
        child_thread = created->thread;
    fpu_load(fpu_of(&context));
    return error;
}

int hurd_fork(L4_Word_t frames, struct hurd_task_created *created)
{
    hold_all();
    int result = run(frames, created);
    if (result == IN_CHILD) {
        child();
        *created = (struct hurd_task_created){0};
    }
    let_go_all(result);
    return result == IN_CHILD ? 0 : result;
}

static int failed(int error)
{
    errno = error;
    return -1;
}

pid_t fork(void)
{
    struct hurd_task_created created;
    int error = hurd_fork(HURD_FORK_PART, &created);
    return error ? failed(error) : (pid_t)created.id;
}
