/* SPDX-License-Identifier: MIT */
/* Questions to `task` about all tasks.  Called by top.c and, in a thread of its own, by status.c:
 * so nothing here is shared. */
#include "usage.h"
#include "reports.h"

#include <string.h>

#include <hurd/startup.h>
#include <hurd/task.h>

static struct usage *find(struct usage *list, unsigned count, L4_Word_t task)
{
    for (unsigned i = 0; i < count; i++) {
        if (list[i].task == task)
            return &list[i];
    }
    return NULL;
}

static bool look(L4_Word_t task, void *argument)
{
    struct usage_looks *looks = argument;
    L4_ThreadId_t server = L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
    L4_Word_t master = __hurd_startup_data->task_master.cap;
    struct hurd_task_info info;
    if (looks->now_count == USAGE_TASKS)
        return false;
    if (hurd_task_info(server, master, task, &info))
        return true;            /* it has ended meanwhile */
    struct usage *u = &looks->now[looks->now_count++];
    struct usage *old = find(looks->before, looks->before_count, task);
    *u = (struct usage) { .task = task, .faults = info.faults_own + info.faults_other };
    if (info.faults_own == HURD_TASK_UNKNOWN)
        u->faults = 0;
    if (hurd_task_time(server, master, task, &u->ms))
        u->ms = HURD_TASK_UNKNOWN;
    if (looks->before_count > 0) {
        u->used = u->ms - (old ? old->ms : 0);
        u->faulted = u->faults - (old ? old->faults : 0);
    }
    return true;
}

void usage_look(struct usage_looks *looks)
{
    memcpy(looks->before, looks->now, sizeof looks->before);
    looks->before_count = looks->now_count;
    looks->now_count = 0;
    report_each_id(look, looks);
}
