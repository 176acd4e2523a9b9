/* SPDX-License-Identifier: MIT */
/* Requests about controls and about the machine.  The hop before is request.c, the hops after are
 * control.c and account.c. */
#include <errno.h>

#include "request.h"
#include "server.h"
#include "swap.h"

/* frames = 0: all that are unused, but for what the child's record may cost. */
static int split(struct control *parent, L4_Word_t frames, unsigned target, struct control **child)
{
    if (frames)
        return control_split(parent, frames, target, child);
    uint32_t unused = control_unused(parent);
    int err = ENOMEM;
    for (uint32_t less = 0; err && less < 2 && control_most(unused - less); less++)
        err = control_split(parent, control_most(unused - less), target, child);
    return err;
}

int serve_split(struct hurd_cap_call *call)
{
    L4_Word_t target = call->words > 2 && call->arg[2] ? call->arg[2] : call->task;
    struct control *child;
    uint32_t handle;
    int err = hurd_cap_target_allowed(call, target);
    if (!err)
        err = split(call_control(call), call->arg[1], target, &child);
    if (err)
        return err;
    err = account_open(target, child)
          ? hurd_cap_insert(&call->server->table, target, &child->object, RIGHTS_ALL, 0, call->task,
                            &handle)
          : ENOMEM;
    if (err) {
        control_destroy(child);
        return err;
    }
    return reply_word(call, 0, handle);
}

int serve_give_back(struct hurd_cap_call *call)
{
    struct control *control = call_control(call);
    const uint32_t unused = control_unused(control);
    const L4_Word_t frames = call->arg[1] ? call->arg[1] : unused;
    if (control == control_root)
        return EPERM;
    if (frames > unused)
        return ENOMEM;
    control_give_back(control, frames);
    return reply_word(call, 0, frames);
}

int serve_pass(struct hurd_cap_call *call)
{
    struct control *from = call_control(call), *to;
    struct hurd_cap *cap;
    int err = hurd_cap_lookup(&call->server->table, call->task, call->arg[1], &cap);
    if (err || cap_kind(cap) != CONTROL)
        return EBADF;
    to = (struct control *) cap->object;
    if (from == to || !control_contains(from, to))
        return EPERM;
    return control_pass(from, to, call->arg[2]);
}

int serve_control_destroy(struct hurd_cap_call *call)
{
    struct control *control = call_control(call);
    if (control == control_root)
        return EPERM;
    if (swap_is_paid_by(control))
        return EBUSY;
    uint32_t weight = control_weight(control, STRETCH_PAGES);
    bool dying = control_dying(control);        /* by another request: wait for its end */
    int err = lengthen(call, dying ? STRETCH_PAGES + 1 : weight);
    if (err)
        return err;
    if (!dying && !call->more && weight <= STRETCH_PAGES) {
        control_destroy(control);
        return 0;
    }
    if (!dying)
        control_condemn(control);
    return serve_condemned(call);
}

int serve_control_info(struct hurd_cap_call *call)
{
    const struct control *c = call_control(call);
    struct hurd_pm_control_info info = {
        .guarantee = c->guarantee, .used = control_used(c), .split = c->split,
        .containers = c->count, .meta_bytes = c->meta.bytes, .task = c->task,
        .books = c->books, .records = c->meta.pages,
    };
    return reply_struct(call, &info, sizeof info);
}

/* ---- about the machine ----------------------------------------------------------------------- */

int serve_statistics(struct hurd_cap_call *call)
{
    unsigned largest = buddy_largest();
    struct hurd_pm_statistics stats = {
        .total = ledger.total,
        .free = ledger.free + ledger.soft,
        .bound = ledger.bound,
        .meta = ledger.meta,
        .promised = ledger.promised + ledger.extra,
        .unassigned = control_unused(control_root),
        .requests = call->server->requests,
        .largest = largest ? largest - 1 + PAGE_LOG2 : 0,
    };
    return reply_struct(call, &stats, sizeof stats);
}

int serve_task_statistics(struct hurd_cap_call *call)
{
    L4_Word_t task = call->arg[1];
    if (task <= L4_ID_VERSION_MASK)
        task = hurd_cap_next_task(&call->server->table, task);
    if (task == 0 || task > L4_ID_VERSION_MASK)
        return ENOENT;
    struct hurd_pm_task_statistics stats = { .task = task };
    for (const struct control *c = control_all; c; c = c->all_next) {
        if (c->task != task)
            continue;
        stats.guarantee += c->guarantee;
        stats.used += control_used(c);
        stats.promised += c->pages + c->extra;
        stats.meta_bytes += c->meta.bytes;
        stats.records += c->meta.pages;
    }
    const struct account *account = account_of(task);
    stats.wired = account ? account->wired : 0;
    return reply_struct(call, &stats, sizeof stats);
}

int serve_debug_revoke(struct hurd_cap_call *call)
{
    if (call_control(call) != control_root)
        return EPERM;
    debug_revoke_period = call->arg[1];
    return 0;
}

int serve_cap_info(struct hurd_cap_call *call)
{
    const struct hurd_cap *cap = call->cap;
    const unsigned kind = cap_kind(cap);
    struct hurd_pm_cap_info info = {
        .kind = kind == CONTROL ? HURD_PM_KIND_CONTROL : kind == SWAP ? HURD_PM_KIND_SWAP
                : kind == POLICY ? HURD_PM_KIND_POLICY
                : kind == WEAK ? HURD_PM_KIND_WEAK : HURD_PM_KIND_CONTAINER,
        .giver = cap->giver,
        .amount = kind == CONTROL ? call_control(call)->guarantee
                  : kind == SWAP    ? bytes(swap.map.count)
                  : kind == POLICY  ? 0
                                    : bytes(call_container(call)->pages),
        .rights = cap->rights,
    };
    return reply_struct(call, &info, sizeof info);
}

/* What the task has mapped of its own containers so far was for a task that could not fault.  If
 * there are many pages, their marks go after the reply. */
int serve_self_paged(struct hurd_cap_call *call)
{
    struct account *account = account_of(call->task);
    if (!account)
        return ENOMEM;
    if (account->self_paged)                /* what it has mapped since then may be revoked */
        return 0;
    account->self_paged = true;
    unsteady_begin();
    unsteady();
    return 0;
}
