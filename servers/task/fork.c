/* SPDX-License-Identifier: MIT */
/* A task that begins as a copy of its parent: HURD_TASK_FORK; and the parent's wait for it.  The
 * parent has copied its own memory; `task` copies the startup fpage, which it holds itself, and the
 * image is the parent's.  The steps are those of create.c.
 *
 * `task` reads nothing in the parent's startup fpage.  It writes what the child has into the copy
 * of its first page, behind the startup code. */
#include "create.h"
#include <errno.h>
#include <hurd/physmem.h>
#include <l4/ipc.h>
#include <string.h>

#define RESUME      (HURD_STARTUP_RESUME - HURD_STARTUP_ADDR)   /* in the first page */
#define STACK       (PAGE - sizeof(L4_Word_t))  /* in this page: where the stack begins */
_Static_assert(RESUME + sizeof(struct hurd_startup_resume) + 0x400 < STACK, "room for the stack");

/* ---- the request */

static int check_gifts(struct making *m)
{
    int memory = check_giver(m->memory, m->caller);
    int control = check_control(m);
    if (memory == 0 && control != 0)
        hurd_cap_drop(physmem, m->memory);
    if (memory != 0 && control == 0)
        hurd_cap_drop(physmem, m->control);
    return memory ? memory : control;
}

/* ---- the copies */

static int give_memory(struct making *m)
{
    m->data.memory.server = physmem.raw;
    int error = hurd_cap_give(physmem, m->memory, m->task->id, 7, HURD_CAP_GIVE_MOVE,
                              &m->data.memory.cap);
    if (error == 0)
        m->memory = 0;
    return error;
}

static bool ranges_are_good(const struct hurd_cap_call *call)
{
    L4_Word_t words = call->words - HURD_TASK_FORK_WORDS;
    return call->words >= HURD_TASK_FORK_WORDS && words % 3 == 0 &&
           words / 3 <= HURD_STARTUP_RANGES;
}

static struct hurd_startup_range range_at(const L4_Word_t *word)
{
    return (struct hurd_startup_range){word[0], word[1], word[2]};
}

static void write_resume(struct hurd_startup_resume *r, const struct making *m,
                         const struct hurd_cap_call *call, L4_ThreadId_t second)
{
    r->ip = call->arg[3];
    r->text = range_at(&call->arg[4]);
    r->text_offset = call->arg[7];
    r->count = (call->words - HURD_TASK_FORK_WORDS) / 3;
    for (L4_Word_t i = 0; i < r->count; i++)
        r->range[i] = range_at(&call->arg[HURD_TASK_FORK_WORDS + i * 3]);
    r->thread = second.raw;
    r->task = m->data.task;
    r->image = m->data.image;
    r->startup = m->data.startup;
    r->physmem_control = m->data.physmem_control;
    r->console = m->data.console;
    r->memory = m->data.memory;
}

/* The copies are copy-on-write; that of the first page becomes a real one when `task` maps it for
 * writing.  No thread of the child runs yet, so nobody else can take this page away. */
static int copy_startup(struct making *m, const struct task *parent,
                        const struct hurd_cap_call *call, L4_ThreadId_t second)
{
    char *page;
    startup_window_clear(m->task);
    int error = hurd_pm_container_copy(physmem, parent->startup, 0, m->task->startup, 0,
                                       HURD_STARTUP_SIZE, 0, NULL);
    if (error != 0)
        return error;
    if (!(page = startup_window(m->task, 0, PAGE)))
        return ENOMEM;
    write_resume((struct hurd_startup_resume *)(page + RESUME), m, call, second);
    *(L4_Word_t *)(page + STACK) = HURD_STARTUP_RESUME;
    return 0;
}

/* ---- all of it */

static int make(struct making *m, struct task *parent, const struct hurd_cap_call *call,
                L4_ThreadId_t *first)
{
    struct thread *second = NULL;
    int error = make_record(m, parent);
    if (error == 0) {
        image_share(m->task, parent->image);
        error = make_startup_container(m);
    }
    if (error == 0)
        error = give_capabilities(m);
    if (error == 0)
        error = give_memory(m);
    if (error == 0)
        error = make_space(m, first);
    if (error == 0)
        error = thread_create(m->task, 0, &second);
    if (error == 0)
        error = copy_startup(m, parent, call, second->id);
    return error;
}

int task_fork(struct hurd_cap_call *call, struct task *parent)
{
    struct making m = {.caller = call->task, .argz = parent->name, .argz_len = NAME_MAX};
    L4_ThreadId_t first = L4_nilthread;
    uint32_t handle = 0;
    unsigned left;
    if (!ranges_are_good(call))
        return EINVAL;
    if (parent->id != call->task || !parent->has_startup || !parent->image)
        return EPERM;
    m.control = call->arg[1];
    m.memory = call->arg[2];
    m.sp = HURD_STARTUP_ADDR + STACK;
    int error = check_gifts(&m);
    if (error != 0)
        return error;

    error = make(&m, parent, call, &first);
    if (error == 0)
        error = hurd_cap_insert(&server.table, m.caller, &m.task->object, 7, 0, 0, &handle);
    if (error == 0) {
        m.task->copied = m.task->forked = true;
        m.task->takes_signals = parent->takes_signals;
        m.task->child_handle = handle;
        error = making_start(&m, first, HURD_STARTUP_RESUME_IP);
        if (error != 0) {
            m.task->forked = false;
            hurd_cap_remove(&server.table, m.caller, handle, &left);
        }
    }
    if (m.memory)
        hurd_cap_drop(physmem, m.memory);
    if (m.control)
        hurd_cap_drop(physmem, m.control);
    if (error != 0) {
        if (m.task)
            task_destroy(m.task, 0, HURD_TASK_KILLED);
        return error;
    }
    task_tell_trace(m.task);
    call->reply[0] = m.task->id;
    call->reply[1] = handle;
    call->reply[2] = first.raw;
    call->reply_words = 3;
    return 0;
}

/* ---- the parent's wait: its threads wait on their own task's record */

/* which: word 1 of WAIT_CHILD. */
static bool is_meant(const struct task *t, L4_Word_t which)
{
    return which & HURD_TASK_OF_GROUP ? t->group == (which & ~(L4_Word_t)HURD_TASK_OF_GROUP)
                                      : which == 0 || t->id == which;
}

/* The parent holds the handle still: a child that it released is none any more. */
static bool is_child(const struct task *t, const struct task *parent, L4_Word_t which)
{
    struct hurd_cap *cap;
    return t->forked && t->parent == parent->id && is_meant(t, which) &&
           hurd_cap_lookup(&server.table, parent->id, t->child_handle, &cap) == 0 &&
           cap->object == &t->object;
}

static void tell(const struct task *t, L4_Word_t words[3])
{
    words[0] = t->id;
    words[1] = t->dead ? t->status : t->stopped ? t->stop_signal : HURD_TASK_CONT;
    words[2] = t->dead ? t->reason : t->news;
}

/* Has it something to tell to a parent that waits with these flags? */
static bool has_news(const struct task *t, L4_Word_t flags)
{
    if (t->dead)
        return !(flags & HURD_TASK_LIVING);
    return (t->news == HURD_TASK_STOPPED && flags & HURD_TASK_UNTRACED) ||
           (t->news == HURD_TASK_WENT_ON && flags & HURD_TASK_RESUMED);
}

/* It was told to a parent that waits with these flags.  True: once and for all.  Of a dead task the
 * handle goes then, and perhaps the record. */
static bool reap(struct task *t, L4_Word_t flags)
{
    unsigned left;
    if (flags & HURD_TASK_KEEP)
        return false;
    t->news = 0;
    if (!t->dead)
        return true;
    t->forked = false;
    hurd_cap_remove(&server.table, t->parent, t->child_handle, &left);
    return true;
}

static bool are_flags(L4_Word_t flags)
{
    const L4_Word_t news = HURD_TASK_UNTRACED | HURD_TASK_RESUMED;
    const L4_Word_t all = news | HURD_TASK_NOHANG | HURD_TASK_LIVING | HURD_TASK_KEEP;
    return !(flags & ~all) && (!(flags & HURD_TASK_LIVING) || flags & news);
}

int task_wait_child(struct hurd_cap_call *call, struct task *parent)
{
    bool any = false;
    if (call->words != 3 || !are_flags(call->arg[2]))
        return EINVAL;
    if (parent->id != call->task)
        return EPERM;
    for (struct task *t = all_tasks; t; t = t->next) {
        if (!is_child(t, parent, call->arg[1]) || (t->dead && call->arg[2] & HURD_TASK_LIVING))
            continue;
        any = true;
        if (has_news(t, call->arg[2])) {
            tell(t, call->reply);
            reap(t, call->arg[2]);
            call->reply_words = 3;
            return 0;
        }
    }
    if (!any)
        return ECHILD;
    if (call->arg[2] & HURD_TASK_NOHANG)
        return EAGAIN;
    struct thread *thread = thread_find(call->from);
    int error = wait_add(parent, thread);
    if (error)
        return error;
    thread->child = call->arg[1];
    thread->flags = call->arg[2];
    return HURD_CAP_NO_REPLY;
}

static struct thread *waiter_for(struct task *parent, const struct task *child)
{
    for (struct thread *w = parent->waiters; w; w = w->next_waiter)
        if (w->task == parent && !w->wants_signals && is_meant(child, w->child) &&
            has_news(child, w->flags))
            return w;
    return NULL;
}

/* True: it was told, and nobody else is to be. */
static bool wake(struct thread *waiter, struct task *t)
{
    L4_Word_t words[3], flags = waiter->flags;
    L4_ThreadId_t id = waiter->id;
    wait_leave(waiter);
    tell(t, words);
    L4_LoadMRs(1, 3, words);
    L4_Set_MsgTag(L4_MakeTag(0, 3, 0));
    return L4_IpcSucceeded(L4_Reply(id)) && reap(t, flags);
}

void fork_child_changed(struct task *t)
{
    struct task *parent = t->forked ? task_find(t->parent) : NULL;
    if (!parent || parent->dead || !is_child(t, parent, t->id))
        return;
    for (struct thread *w; (w = waiter_for(parent, t)) && !wake(w, t);)
        ;                               /* if it waits no more, another wait will find the child */
}
