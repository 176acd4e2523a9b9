/* SPDX-License-Identifier: MIT */
/* Groups and sessions of tasks.  deva has to know the groups, because the console's foreground is
 * one.  It may hang, so `task` tells it when it listens, as of deaths (death.c). */
#include "server.h"
#include <errno.h>
#include <l4/ipc.h>
#include <l4/message.h>

bool task_is_below(const struct task *t, const struct task *top)
{
    while (t && t != top)
        t = t->owner;
    return t != NULL;
}

const struct task *task_family(const struct task *t)
{
    while (t->forked && t->owner && t->owner->id == t->parent && !t->owner->boot)
        t = t->owner;
    return t;
}

const struct task *task_head(const struct task *t)
{
    while (!t->boot && t->owner && !t->owner->boot)
        t = t->owner;
    return t;
}

int serve_head(struct hurd_cap_call *call)
{
    if (call->words != 2)
        return EINVAL;
    const struct task *t = task_find(call->arg[1]);
    if (!t)
        return ESRCH;
    call->reply[0] = task_head(t)->id;
    call->reply_words = 1;
    return 0;
}

static bool told(const struct task *t)
{
    L4_LoadMR(1, t->id);
    L4_LoadMR(2, t->group);
    L4_Set_MsgTag(L4_MakeTag(HURD_TASK_GROUP_IS, 2, 0));
    return L4_IpcSucceeded(L4_Send_Timeout(deva, L4_ZeroTime));
}

static L4_Word_t untold_count;          /* tasks with group_untold */

void group_forget(struct task *t)
{
    untold_count -= t->group_untold;
    t->group_untold = false;
}

static void group_changed(struct task *t)
{
    untold_count += !t->group_untold;
    t->group_untold = true;
}

void groups_tell(void)
{
    struct task *t = have_deva && untold_count ? all_tasks : NULL;
    for (; t; t = t->next)
        if (t->group_untold && told(t))
            group_forget(t);
}

/* A dead one counts until its parent, or the task that started it, knows of its end. */
static bool session_has(L4_Word_t session, L4_Word_t group)
{
    struct task *t = all_tasks;
    while (t && (t->group != group || t->session != session))
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
    if (self->id != call->task)
        return EPERM;
    struct task *t = call->arg[1] ? task_find(call->arg[1]) : self;
    if (!t || (t->dead && t->owner != self))
        return ESRCH;
    if (!task_is_below(t, self) || t->boot)
        return EPERM;
    int error = call->arg[2] == HURD_TASK_ASK ? 0
                : call->arg[2] == HURD_TASK_SESSION && t != self ? EPERM : join(t, call->arg[2]);
    if (error == 0 && call->arg[2] != HURD_TASK_ASK && !t->dead) {
        group_changed(t);
        groups_tell();
    }
    call->reply[0] = t->group;
    call->reply[1] = t->session;
    call->reply_words = error ? 0 : 2;
    return error;
}
