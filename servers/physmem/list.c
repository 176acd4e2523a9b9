/* SPDX-License-Identifier: MIT */
/* The request CONTAINER_LIST: which containers a task pays for.  It changes nothing.  Before:
 * request.c. */
#include "request.h"

#include <errno.h>
#include <l4/const.h>

static struct hurd_pm_listed listed(const struct container *c)
{
    return (struct hurd_pm_listed) {
        .maker = c->task,
        .pages = c->pages,
        .swapped = c->swapped,
        .extra = c->extra,
        .pins = c->pins,
        .flags = (c->wired ? HURD_PM_LISTED_WIRED : 0u) | (c->window ? HURD_PM_LISTED_WINDOW : 0u) |
                 (c->doomed ? HURD_PM_LISTED_DOOMED : 0u),
    };
}

int serve_list(struct hurd_cap_call *call)
{
    struct hurd_pm_listed list[HURD_PM_LISTED_MOST];
    L4_Word_t task = call->arg[1], skip = call->arg[2];
    unsigned n = 0;
    if (task == 0 || task > L4_ID_VERSION_MASK)
        return EINVAL;
    for (const struct control *k = control_all; k && n < HURD_PM_LISTED_MOST; k = k->all_next) {
        if (k->task != task)
            continue;
        if (skip >= k->count) {
            skip -= k->count;
            continue;
        }
        for (const struct container *c = k->containers; c && n < HURD_PM_LISTED_MOST; c = c->next) {
            if (skip > 0)
                skip--;
            else
                list[n++] = listed(c);
        }
    }
    return reply_struct(call, list, n * sizeof list[0]);
}
