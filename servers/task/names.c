/* SPDX-License-Identifier: MIT */
/* Names of threads, by which programs find each other.  A name whose thread has ended is free: so
 * nothing is told here when a thread or task ends.  Before: serve.c. */
#include "server.h"
#include <errno.h>
#include <string.h>

#define NAMES      64u
#define NAME_WORDS (HURD_TASK_NAME_MAX / sizeof(L4_Word_t))

static struct name {
    L4_Word_t text[NAME_WORDS];
    L4_ThreadId_t thread;
} names[NAMES];

/* The thread that has the name now, or NULL. */
static struct thread *thread_of(const struct name *name)
{
    return L4_IsNilThread(name->thread) ? NULL : thread_find(name->thread);
}

static struct name *find(const L4_Word_t *text)
{
    for (struct name *n = names; n < names + NAMES; n++)
        if (thread_of(n) && !memcmp(n->text, text, sizeof n->text))
            return n;
    return NULL;
}

/* A free place for one more name of this task, or NULL. */
static struct name *place_for(const struct task *t)
{
    struct name *place = NULL;
    unsigned count = 0;
    for (struct name *n = names; n < names + NAMES; n++) {
        const struct thread *thread = thread_of(n);
        if (!thread)
            place = n;
        else
            count += thread->task == t;
    }
    return count < HURD_TASK_NAMES ? place : NULL;
}

int name_set(struct hurd_cap_call *call, struct task *t)
{
    const L4_Word_t *text = call->arg + 2;
    if (call->words != 2 + NAME_WORDS || !(text[0] & 0xFF))
        return EINVAL;
    if (t->id != call->task)
        return EPERM;
    L4_ThreadId_t id = L4_ThreadIdOfRaw(call->arg[1]);
    struct thread *thread = L4_IsNilThread(id) ? NULL : thread_find(id);
    if (!L4_IsNilThread(id) && (!thread || thread->task != t))
        return ESRCH;
    struct name *name = find(text);
    if (name && thread_of(name)->task != t)
        return EEXIST;
    if (!name && thread && !(name = place_for(t)))
        return EAGAIN;
    if (name) {
        memcpy(name->text, text, sizeof name->text);
        name->thread = id;
    }
    return 0;
}

int name_find(struct hurd_cap_call *call)
{
    if (call->words != 1 + NAME_WORDS || !(call->arg[1] & 0xFF))
        return EINVAL;
    const struct name *name = find(call->arg + 1);
    if (!name)
        return ESRCH;
    call->reply[0] = name->thread.raw;
    call->reply_words = 1;
    return 0;
}
