/* SPDX-License-Identifier: MIT */
/* init gives fabrica a part of its memory before anybody knows which devices there are.  When they
 * are found, fabrica gives back what no driver needs: frames to physmem, the rest to `task`.  A
 * driver that ends, or is started later, finds what fabrica keeps for it.  Before: main.c. */
#include "surplus.h"
#include "life.h"
#include "rules.h"

#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>

enum {
    OWN_MORE = 16,              /* frames for our own stacks and records, some day */
    BOOKS_MOST = 3,             /* frames of physmem's records beside those of a driver */
};

/* Counts the devices that may have a driver, and the frames of all these drivers.  Room that was
 * too little for a driver is not kept for it. */
static L4_Word_t drivers(L4_Word_t *frames)
{
    L4_Word_t count = 0;
    *frames = 0;
    for (const struct node *n = tree; n < tree + tree_count; n++) {
        if (!n->present || !n->rule || life_state(n) == HURD_BUS_GIVEN_UP)
            continue;
        count++;
        *frames += n->rule->frames + BOOKS_MOST;
    }
    return count;
}

/* The guarantees of drivers that live are parts of ours, so it does not matter which ones live. */
int surplus_return(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    struct hurd_pm_control_info info;
    L4_Word_t need, count = drivers(&need);
    int err = hurd_pm_control_info(site.physmem, data->physmem_control.cap, &info);
    if (err)
        return err;
    need += info.used + OWN_MORE;
    L4_Word_t have = info.guarantee + info.split;
    L4_Word_t unused = info.guarantee > info.used ? info.guarantee - info.used : 0;
    L4_Word_t surplus = have > need ? have - need : 0;
    if (surplus > unused)
        surplus = unused;
    if (surplus > 0)
        err = hurd_pm_control_give_back(site.physmem, data->physmem_control.cap, surplus, NULL);
    if (!err)                           /* one more than there are, for what we start ourselves */
        err = hurd_task_give_back(site.task, data->task.cap, count + 1);
    return err;
}
