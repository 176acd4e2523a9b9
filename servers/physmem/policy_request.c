/* SPDX-License-Identifier: MIT */
/* The requests of the policy server, see policy.h.  The hop before is request.c. */
#include <errno.h>
#include <hurd/cap.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/space.h>

#include "policy.h"
#include "request.h"
#include "server.h"

_Static_assert(sizeof(struct policy_entry) == sizeof(struct hurd_pm_policy_entry) &&
               POLICY_ENTRIES == HURD_PM_POLICY_ENTRIES, "as the header says");

#define BUFFER_RIGHTS   (L4_FPAGE_R | L4_FPAGE_W)

static struct hurd_cap_object policy;       /* the only one of its class */

static L4_Fpage_t buffer(unsigned rights)
{
    return L4_FpageAddRights(L4_FpageLog2((L4_Word_t) policy_buffer, POLICY_LOG2), rights);
}

int serve_policy_grant(struct hurd_cap_call *call)
{
    uint32_t handle;
    if (call_control(call) != control_root)
        return EPERM;
    int err = hurd_cap_target_allowed(call, call->arg[1]);
    if (!policy.class) {
        hurd_cap_object_init(&policy, &policy_class);
        hurd_cap_object_keep(&policy);      /* it stays when no task has a capability of it */
    }
    if (!err)
        err = hurd_cap_insert(&call->server->table, call->arg[1], &policy, RIGHTS_ALL, 0,
                              call->task, &handle);
    return err ? err : reply_word(call, 0, handle);
}

/* The buffer is physmem's own memory.  The task that had it before loses it. */
int serve_policy_buffer(struct hurd_cap_call *call)
{
    L4_Word_t vaddr = call->arg[1];
    if (vaddr & ((1u << POLICY_LOG2) - 1))
        return EINVAL;
    if (policy_task != call->task) {
        L4_UnmapFpage(buffer(RIGHTS_ALL));
        policy_attach(call->task);
    }
    call->reply[0] = vaddr | L4_ITEM_MAP;
    call->reply[1] = buffer(BUFFER_RIGHTS).raw;
    call->reply_typed = 2;
    return 0;
}

/* When it asks again, its answers are in the buffer: holders with too many pages are asked for
 * them. */
int serve_policy_wait(struct hurd_cap_call *call)
{
    if (call->task != policy_task)
        return EPERM;
    if (!call->more)
        extra_enforce();
    uint32_t entries;
    if (!policy_news(&entries))
        return hurd_cap_park(call, POLICY_KEY);
    return reply_word(call, 0, entries);
}
