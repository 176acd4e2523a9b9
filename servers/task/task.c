/* SPDX-License-Identifier: MIT */
/* Task records.  A record lives as long as its task lives (that is one reference, which
 * task_destroy() drops), or as long as some task holds a capability on it. */
#include "server.h"
#include <hurd/assert.h>
#include <errno.h>
#include <l4/thread.h>
#include <string.h>

struct task *all_tasks;             /* in the order of ids */
static struct task records[TASKS_MAX + BOOT_TASKS];
L4_Word_t records_free = TASKS_MAX + BOOT_TASKS;
static L4_Word_t next_id = HURD_TASK_FIRST;

struct task *task_find(L4_Word_t id)
{
    struct task *t = all_tasks;
    while (t && t->id != id)
        t = t->next;
    return t;
}

/* A task id is the version field of thread ids.  If its lower six bits were zero, a thread id would
 * look like a local id. */
L4_Word_t task_free_id(void)
{
    for (L4_Word_t tries = 0; tries <= ID_LAST; tries++) {
        L4_Word_t id = next_id;
        next_id = next_id == ID_LAST ? HURD_TASK_FIRST : next_id + 1;
        if ((id & 0x3F) != 0 && !task_find(id) && !death_untold(id))
            return id;
    }
    return 0;
}

/* Bytes that are not printable become '?': they would garble the terminals of others. */
void task_set_name(struct task *t, const char *name, size_t size)
{
    size_t start = 0, n = 0;
    memset(t->name, 0, NAME_MAX);
    for (size_t i = 0; i < size && name[i]; i++)
        if (name[i] == '/')
            start = i + 1;
    for (size_t i = start; i < size && name[i] && n < NAME_MAX; i++)
        t->name[n++] = name[i] > ' ' && name[i] < 0x7F ? name[i] : '?';
}

static struct task *record_free(void)
{
    for (unsigned i = 0; records_free && i < TASKS_MAX + BOOT_TASKS; i++)
        if (records[i].id == 0)
            return &records[i];
    return NULL;
}

struct task *task_new(L4_Word_t id, L4_Word_t parent, const char *name, size_t name_size)
{
    struct task *t = record_free();
    if (!t)
        return NULL;
    memset(t, 0, sizeof *t);
    hurd_cap_object_init(&t->object, &task_class);
    hurd_cap_object_keep(&t->object);
    t->id = id;
    t->parent = parent;
    const struct task *p = task_find(parent);
    t->group = p ? p->group : id;
    t->session = p ? p->session : id;
    task_set_name(t, name, name_size);
    struct task **link = &all_tasks;
    while (*link && (*link)->id < id)
        link = &(*link)->next;
    assert(!*link || (*link)->id != id);
    t->next = *link;
    *link = t;
    records_free--;
    return t;
}

void task_delete(struct task *t)
{
    struct task **link = &all_tasks;
    assert(!t->threads && !t->waiters && !t->blocks && !t->object.caps);
    assert_is(records_free, <, TASKS_MAX + BOOT_TASKS);
    while (*link && *link != t)
        link = &(*link)->next;
    assert_is(*link, ==, t);
    *link = t->next;
    if (t->owner && t->budget[HURD_BUDGET_TASKS].limit)
        t->owner->budget[HURD_BUDGET_TASKS].limit += t->budget[HURD_BUDGET_TASKS].limit;
    t->id = 0;
    records_free++;
}

void task_count(struct task *t)
{
    if (t->dead || !t->threads)
        return;
    if (hurd_wortel_space_infos(wortel_cap, t->threads->id, HURD_SPACE_FAULTS_OWN, COUNTERS,
                                t->counter) == ENOSYS)
        memset(t->counter, 0xff, sizeof t->counter);    /* this kernel does not count */
}
