/* SPDX-License-Identifier: MIT */
/* The operations of include/hurd/task.h on task capabilities and on the master.
 * TODO(task): task info and task manager capabilities, accounting ids (spec hurd 5.6, last
 * rows). */
#include "server.h"
#include <errno.h>
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <string.h>

/* ---- the task that a request is about */

static struct task *task_of(struct hurd_cap_call *call)
{
    return (struct task *)call->cap->object;
}

static void put(struct hurd_cap_call *call, L4_Word_t word)
{
    call->reply[call->reply_words++] = word;
}

/* ---- threads */

static int op_thread_alloc(struct hurd_cap_call *call, struct task *t)
{
    struct thread *thread;
    if (call->words != 2)
        return EINVAL;
    bool chosen = call->arg[1] == 0 || call->arg[1] == ~0ul;
    int error = thread_create(t, call->arg[1], &thread);
    if (error != 0)
        return error;
    put(call, thread->id.raw);
    if (chosen)
        put(call, t->utcb_base + thread->slot * L4_UTCB_BLOCK);
    return 0;
}

static struct thread *thread_of(struct task *t, L4_Word_t raw)
{
    struct thread *thread = thread_find(L4_ThreadIdOfRaw(raw));
    return thread && thread->task == t ? thread : NULL;
}

static int op_thread_destroy(struct hurd_cap_call *call, struct task *t)
{
    if (call->words != 2)
        return EINVAL;
    struct thread *thread = thread_of(t, call->arg[1]);
    if (!thread)
        return ESRCH;
    if (thread->slot == SLOTS_MAX)
        return EPERM;                           /* wortel started it, not `task` */
    bool own = call->from.raw == thread->id.raw;
    if (t->thread_count == 1)
        task_destroy(t, 0, HURD_TASK_KILLED);
    else
        thread_delete(thread);
    return own ? HURD_CAP_NO_REPLY : 0;
}

static int op_thread_priority(struct hurd_cap_call *call, struct task *t)
{
    if (call->words != 3 || call->arg[2] == 0)
        return EINVAL;
    struct thread *thread = thread_of(t, call->arg[1]);
    if (!thread)
        return ESRCH;
    if (call->arg[2] > (t->boot ? PRIORITY_LIMIT : PRIORITY_DEFAULT))
        return EPERM;
    return L4_Set_Priority(thread->id, call->arg[2]) ? 0 : EPERM;
}

static int op_threads(struct hurd_cap_call *call, struct task *t)
{
    L4_Word_t index = 0, old;
    put(call, t->thread_count);
    for (struct thread *thread = t->threads; thread && call->reply_words < 61;
         thread = thread->next)
        if (index++ >= call->arg[2]) {
            put(call, thread->id.raw);
            put(call, L4_Schedule(thread->id, ~0ul, ~0ul, ~0ul, ~0ul, &old)
                          | (thread_is_paged_by_us(thread->id) ? HURD_TASK_THREAD_PAGER : 0));
        }
    return 0;
}

/* ---- tasks */

static int op_info(struct hurd_cap_call *call, struct task *t)
{
    struct hurd_task_info info = {
        .task = t->id, .parent = t->parent, .threads = t->thread_count,
        .state = t->dead      ? HURD_TASK_STATE_DEAD
                 : t->stopped ? HURD_TASK_STATE_STOPPED : HURD_TASK_STATE_ALIVE,
        .status = t->dead ? t->status | t->reason << 8
                  : t->stopped ? t->stop_signal | HURD_TASK_STOPPED << 8 : 0,
    };
    task_count(t);
    info.kmem = t->counter[HURD_SPACE_KMEM];
    info.kmem_quota = t->counter[HURD_SPACE_KMEM_QUOTA];
    info.faults_own = t->counter[HURD_SPACE_FAULTS_OWN];
    info.faults_other = t->counter[HURD_SPACE_FAULTS_OTHER];
    memcpy(info.name, t->name, NAME_MAX);
    memcpy(call->reply, &info, sizeof info);
    call->reply_words = sizeof info / sizeof(L4_Word_t);
    return 0;
}

static int destroy(struct hurd_cap_call *call, struct task *t, L4_Word_t status)
{
    bool own = t->id == call->task;
    if (t->boot)
        return EPERM;
    task_destroy(t, status, HURD_TASK_KILLED);
    return own ? HURD_CAP_NO_REPLY : 0;
}

static int op_exit(struct hurd_cap_call *call, struct task *t)
{
    L4_Word_t signal = call->arg[1] - HURD_TASK_BY_SIGNAL;
    bool signalled = signal_is_one(signal);
    if (call->words != 2 || (call->arg[1] > 255 && !signalled))
        return EINVAL;
    if (t->id != call->task)
        return EPERM;
    if (signalled)
        task_destroy(t, 128 + signal, HURD_TASK_SIGNALLED);
    else
        task_destroy(t, call->arg[1], HURD_TASK_EXITED);
    return HURD_CAP_NO_REPLY;
}

static int op_wait(struct hurd_cap_call *call, struct task *t)
{
    const L4_Word_t flags = HURD_TASK_NOHANG | HURD_TASK_UNTRACED;
    if (call->words != 2 || (call->arg[1] & ~flags) != 0 || call->arg[1] == HURD_TASK_UNTRACED)
        return EINVAL;
    if (t->id == call->task)
        return EDEADLK;
    if (t->dead) {
        put(call, t->status);
        put(call, t->reason);
        return 0;
    }
    if (call->arg[1] & HURD_TASK_UNTRACED && t->stopped) {
        put(call, t->stop_signal);
        put(call, HURD_TASK_STOPPED);
        return 0;
    }
    if (call->arg[1] & HURD_TASK_NOHANG)
        return EAGAIN;
    int error = wait_add(t, thread_find(call->from));
    return error ? error : HURD_CAP_NO_REPLY;
}

static int op_release(struct hurd_cap_call *call, struct task *t)
{
    unsigned left;
    if (call->words != 1)
        return EINVAL;
    if (t->id == call->task)
        return EPERM;
    return hurd_cap_remove(&server.table, call->task, call->arg[0], &left);
}

/* From now on the child belongs to its owner's owner; it keeps its part. */
static int op_let_go(struct hurd_cap_call *call, struct task *t)
{
    if (call->words != 1)
        return EINVAL;
    if (!t->owner || t->owner->id != call->task || !t->owner->owner)
        return EPERM;
    t->owner = t->owner->owner;
    return 0;
}

static int op_give_back(struct hurd_cap_call *call, struct task *t)
{
    if (call->words != 2 || call->arg[1] > HURD_TASK_CHILDREN_MOST)
        return EINVAL;
    if (t->id != call->task || !t->owner)
        return EPERM;
    budget_give_back(t, call->arg[1]);
    return 0;
}

static int op_grow(struct hurd_cap_call *call, struct task *t)
{
    L4_Word_t got = 0;
    if (call->words != 3 || call->arg[1] > call->arg[2])
        return EINVAL;
    if (t->id != call->task)
        return EPERM;
    int error = task_grow(t, call->arg[1], call->arg[2], &got);
    put(call, got);
    return error;
}

static int op_budget(struct hurd_cap_call *call, struct task *t)
{
    budget_look(t);
    for (enum hurd_budget b = 0; b < HURD_BUDGETS; b++) {
        put(call, t->budget[b].limit);
        put(call, t->budget[b].used);
    }
    return 0;
}

static L4_Word_t counter_of(L4_ThreadId_t thread, enum hurd_space_counter which)
{
    L4_Word_t value;
    return hurd_wortel_space_info(wortel_cap, thread, which, &value) ? HURD_TASK_UNKNOWN : value;
}

static int op_time(struct hurd_cap_call *call, struct task *t)
{
    put(call, t->threads ? counter_of(t->threads->id, HURD_SPACE_TICKS) : HURD_TASK_UNKNOWN);
    return 0;
}

static int op_partner(struct hurd_cap_call *call, struct task *t)
{
    struct thread *thread = thread_of(t, call->arg[2]);
    if (!thread)
        return ESRCH;
    put(call, counter_of(thread->id, HURD_SPACE_PARTNER));
    return 0;
}

/* Operations that only read.  Word 1 is 0 or the id of a task.  With a task's handle, it must be
 * the id of that task. */
static int read_only(struct hurd_cap_call *call, struct task *t)
{
    switch (call->label) {
    case HURD_TASK_INFO:    return op_info(call, t);
    case HURD_TASK_BUDGET:  return op_budget(call, t);
    case HURD_TASK_TIME:    return op_time(call, t);
    case HURD_TASK_PARTNER: return op_partner(call, t);
    default:                return op_threads(call, t);
    }
}

static bool read_words_good(const struct hurd_cap_call *call)
{
    bool three = call->label == HURD_TASK_THREADS || call->label == HURD_TASK_PARTNER;
    return call->words == (three ? 3u : 2u);
}

static bool on_dead(unsigned label)
{
    return label == HURD_TASK_INFO || label == HURD_TASK_WAIT || label == HURD_TASK_RELEASE;
}

static int serve_task(struct hurd_cap_call *call)
{
    struct task *t = task_of(call);
    if (call->label == HURD_TASK_SIGNAL)
        return serve_signal(call, t);
    if (t->dead && !on_dead(call->label))
        return ESRCH;
    switch (call->label) {
    case HURD_TASK_THREAD_ALLOC:    return op_thread_alloc(call, t);
    case HURD_TASK_THREAD_DESTROY:  return op_thread_destroy(call, t);
    case HURD_TASK_THREAD_PRIORITY: return op_thread_priority(call, t);
    case HURD_TASK_CREATE:
    case HURD_TASK_SPAWN:           return task_create(call, t);
    case HURD_TASK_FORK:            return task_fork(call, t);
    case HURD_TASK_WAIT_CHILD:      return task_wait_child(call, t);
    case HURD_TASK_EXEC:            return task_exec(call, t);
    case HURD_TASK_IMAGE:           return task_image(call, t);
    case HURD_TASK_DESTROY:
        return call->words == 2 ? destroy(call, t, call->arg[1] & 0xFF) : EINVAL;
    case HURD_TASK_EXIT:            return op_exit(call, t);
    case HURD_TASK_WAIT:            return op_wait(call, t);
    case HURD_TASK_RELEASE:         return op_release(call, t);
    case HURD_TASK_LET_GO:          return op_let_go(call, t);
    case HURD_TASK_GIVE_BACK:       return op_give_back(call, t);
    case HURD_TASK_GROW:            return op_grow(call, t);
    case HURD_TASK_HEAD:            return serve_head(call);
    case HURD_TASK_NAME_SET:        return name_set(call, t);
    case HURD_TASK_NAME_FIND:       return name_find(call);
    case HURD_TASK_SIGNAL_GROUP:    return serve_signal_group(call, t);
    case HURD_TASK_SIGNAL_WAIT:     return serve_signal_wait(call, t);
    case HURD_TASK_SIGNAL_TAKE:     return serve_signal_take(call, t);
    case HURD_TASK_GROUP:           return serve_group(call, t);
    case HURD_TASK_STOP_SELF:       return serve_stop_self(call, t);
    case HURD_TASK_LIST:            return EPERM;
    case HURD_TASK_INFO:
    case HURD_TASK_BUDGET:
    case HURD_TASK_THREADS:
    case HURD_TASK_TIME:
    case HURD_TASK_PARTNER:
        if (!read_words_good(call))
            return EINVAL;
        return call->arg[1] == 0 || call->arg[1] == t->id ? read_only(call, t) : EPERM;
    default:                        return ENOSYS;
    }
}

static void task_unreferenced(struct hurd_cap_object *object)
{
    hurd_cap_object_revoke(object);     /* a living task holds itself, so this one is dead */
    task_delete((struct task *)object);
}

const struct hurd_cap_class task_class = {
    .name = "task", .serve = serve_task, .unreferenced = task_unreferenced,
};

/* ---- the master: it is good for every task, by the task's id */

static int op_list(struct hurd_cap_call *call)
{
    L4_Word_t index = 0, total = 0;
    if (call->words != 2)
        return EINVAL;
    put(call, 0);
    for (struct task *t = all_tasks; t; t = t->next) {
        if (t->dead)
            continue;
        total++;
        if (index++ >= call->arg[1] && call->reply_words <= 60)
            put(call, t->id);
    }
    call->reply[0] = total;
    return 0;
}

static int serve_master(struct hurd_cap_call *call)
{
    switch (call->label) {
    case HURD_TASK_LIST:
        return op_list(call);
    case HURD_TASK_INFO:
    case HURD_TASK_BUDGET:
    case HURD_TASK_THREADS:
    case HURD_TASK_TIME:
    case HURD_TASK_PARTNER:
        if (!read_words_good(call))
            return EINVAL;
        break;
    case HURD_TASK_DESTROY:
        if (call->words != 2)
            return EINVAL;
        break;
    case HURD_TASK_THREAD_ALLOC: case HURD_TASK_THREAD_DESTROY: case HURD_TASK_THREAD_PRIORITY:
    case HURD_TASK_CREATE: case HURD_TASK_EXIT: case HURD_TASK_WAIT: case HURD_TASK_RELEASE:
    case HURD_TASK_LET_GO: case HURD_TASK_FORK: case HURD_TASK_WAIT_CHILD: case HURD_TASK_EXEC:
    case HURD_TASK_IMAGE: case HURD_TASK_SPAWN: case HURD_TASK_GIVE_BACK:
    case HURD_TASK_HEAD: case HURD_TASK_NAME_SET: case HURD_TASK_NAME_FIND:
    case HURD_TASK_SIGNAL_GROUP: case HURD_TASK_SIGNAL_WAIT: case HURD_TASK_GROUP:
    case HURD_TASK_STOP_SELF: case HURD_TASK_SIGNAL_TAKE: case HURD_TASK_GROW:
        return EPERM;
    case HURD_TASK_SIGNAL:
        if (call->words != 3)
            return EINVAL;
        break;
    default:
        return ENOSYS;
    }
    struct task *t = task_find(call->arg[1]);
    if (!t || (t->dead && call->label != HURD_TASK_INFO))
        return ESRCH;
    return call->label == HURD_TASK_DESTROY  ? destroy(call, t, 0)
           : call->label == HURD_TASK_SIGNAL ? signal_send(call, t)
                                             : read_only(call, t);
}

static void master_unreferenced(struct hurd_cap_object *object) { (void)object; }

const struct hurd_cap_class master_class = {
    .name = "task master", .serve = serve_master, .unreferenced = master_unreferenced,
};

/* HURD_CAP_CANCEL: HURD_TASK_WAIT, WAIT_CHILD and SIGNAL_WAIT are the requests whose reply comes
 * late. */
int serve_cancel_wait(L4_ThreadId_t waiter)
{
    int error = wait_cancel(waiter);
    if (error != 0)
        return error;
    L4_LoadMR(1, ECANCELED);
    L4_Set_MsgTag(L4_MakeTag(HURD_TASK_ERROR, 1, 0));
    L4_Reply(waiter);
    return 0;
}
