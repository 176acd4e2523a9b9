/* SPDX-License-Identifier: MIT */
/* Requests about containers: made, shared, filled, emptied, copied, destroyed.  The hop
 * before is request.c, the hops after are container.c and copy.c.  request_map.c has MAP,
 * request_pin.c PIN. */
#include <errno.h>

#include "request.h"

/* Partial or not; EINVAL for contradictions and for flags outside `allowed`. */
static int check_flags(L4_Word_t flags, L4_Word_t allowed)
{
    const L4_Word_t both = HURD_PM_PARTIAL | HURD_PM_ALL_OR_NONE;
    return (flags & ~(allowed | both)) || (flags & both) == both ? EINVAL : 0;
}

int serve_create(struct hurd_cap_call *call)
{
    L4_Word_t flags = call->words > 1 ? call->arg[1] : 0;
    if (flags & ~(L4_Word_t) HURD_PM_WIRED)
        return EINVAL;
    if (cap_kind(call->cap) == SWAP)
        return EBADF;
    if (cap_kind(call->cap) == WEAK)
        return EACCES;
    if (cap_kind(call->cap) == STRONG && !may_spend(call, call_container(call)))
        return EPERM;
    struct control *control = cap_kind(call->cap) == CONTROL ? call_control(call)
                                                             : call_container(call)->control;
    struct container *c;
    int err = container_create(control, call->task, flags & HURD_PM_WIRED, &c);
    if (err)
        return err;
    uint32_t handle;
    err = hurd_cap_insert(&call->server->table, call->task, &c->object, RIGHTS_ALL, 0, call->task,
                          &handle);
    if (err) {
        container_destroy(c);
        return err;
    }
    return reply_word(call, 0, handle);
}

int serve_share(struct hurd_cap_call *call)
{
    L4_Word_t target = call->words > 1 && call->arg[1] ? call->arg[1] : call->task;
    L4_Word_t rights = call->words > 2 && call->arg[2] ? call->arg[2] : call->cap->rights;
    uint32_t handle;
    if (rights & ~(L4_Word_t) call->cap->rights)
        return EACCES;
    if (call_container(call)->wired)
        return EPERM;
    int err = hurd_cap_target_allowed(call, target);
    if (!err)
        err = hurd_cap_insert(&call->server->table, target, call->cap->object, rights,
                              HURD_CAP_WEAK, call->task, &handle);
    return err ? err : reply_word(call, 0, handle);
}

int serve_allocate(struct hurd_cap_call *call)
{
    L4_Word_t flags = call->arg[1];
    struct work work = { WORK_ALLOCATE, { .to = call_container(call) } };
    int err = check_flags(flags, HURD_PM_SQUASH | HURD_PM_EXTRA | HURD_PM_DMA);
    if (!err)
        err = pages_of(call->arg[2], call->arg[3], &work.how.to_start, &work.how.count);
    if (!err && !(call->cap->rights & RIGHTS_WRITE))
        err = EACCES;
    if (!err && !may_spend(call, call_container(call)))
        err = EPERM;
    work.how.squash = flags & HURD_PM_SQUASH;
    work.how.partial = flags & HURD_PM_PARTIAL;
    work.how.extra = flags & HURD_PM_EXTRA;
    return err ? reply_word(call, err, 0) : serve_work(call, &work);
}

/* Words: container, start, size. */
static int serve_range(struct hurd_cap_call *call, enum work_kind kind)
{
    struct work work = { kind, { .to = call_container(call) } };
    int err = pages_of(call->arg[1], call->arg[2], &work.how.to_start, &work.how.count);
    if (!err && !(call->cap->rights & RIGHTS_WRITE))
        err = EACCES;
    return err ? reply_word(call, err, 0) : serve_work(call, &work);
}

int serve_deallocate(struct hurd_cap_call *call)
{
    return serve_range(call, WORK_DEALLOCATE);
}

/* Checks the rights and kinds of both sides.  Shared pages stay shared after a weak reference is
 * revoked, so sharing needs strong handles on both sides. */
static int copy_allowed(const struct hurd_cap *from, const struct hurd_cap *to, L4_Word_t flags)
{
    unsigned need = HURD_PM_READ | (flags & (HURD_PM_SHARED | HURD_PM_MOVE) ? HURD_PM_WRITE : 0);
    if ((from->flags & HURD_CAP_WEAK) && (flags & (HURD_PM_SHARED | HURD_PM_MOVE)))
        return EPERM;
    if ((to->flags & HURD_CAP_WEAK) && (flags & HURD_PM_SHARED))
        return EPERM;
    if ((from->rights & need) != need || !(to->rights & HURD_PM_WRITE))
        return EACCES;
    return 0;
}

int serve_copy(struct hurd_cap_call *call)
{
    const L4_Word_t kinds = HURD_PM_SHARED | HURD_PM_MOVE | HURD_PM_APART;
    const L4_Word_t flags = call->arg[5], kind = flags & kinds;
    struct hurd_cap *to;
    struct work work = { WORK_COPY, { .from = call_container(call) } };
    struct copy *how = &work.how;
    int err = hurd_cap_lookup(&call->server->table, call->task, call->arg[2], &to);
    if (err || !(cap_kind(to) & CONTAINER))
        return EBADF;
    err = check_flags(flags, kinds | HURD_PM_SQUASH);
    if (!err && (kind & (kind - 1)))
        err = EINVAL;
    if (!err)
        err = pages_of(call->arg[1], call->arg[4], &how->from_start, &how->count);
    if (!err)
        err = pages_of(call->arg[3], call->arg[4], &how->to_start, &how->count);
    if (!err)
        err = copy_allowed(call->cap, to, flags);
    how->to = (struct container *) to->object;
    how->shared = flags & HURD_PM_SHARED;
    how->move = flags & HURD_PM_MOVE;
    how->apart = flags & HURD_PM_APART;
    how->squash = flags & HURD_PM_SQUASH;
    how->partial = flags & HURD_PM_PARTIAL;
    how->weak = call->cap->flags & HURD_CAP_WEAK;
    how->no_growth = (to->flags & HURD_CAP_WEAK) || !may_spend(call, how->to);
    if (!err && copy_overlaps(how))
        err = EINVAL;
    return err ? reply_word(call, err, 0) : serve_work(call, &work);
}

/* ---- beyond 2005's ------------------------------------------------------------------------- */

int serve_container_destroy(struct hurd_cap_call *call)
{
    struct container *c = call_container(call);
    if (!(call->cap->rights & RIGHTS_WRITE))
        return EACCES;
    uint32_t before = doomed;
    int err = lock_wait(call, c);
    if (!err)
        err = lengthen(call, container_weight(c));
    if (err)
        return err;
    container_doom(c);
    return serve_doomed(call, before);
}

int serve_revoke(struct hurd_cap_call *call)
{
    const struct work work = { WORK_UNMAP, { .to = call_container(call), .count = PAGES_MAX } };
    struct progress once = { 0 }, *p = &once;
    if (call->arg[1] > L4_ID_VERSION_MASK)
        return ESRCH;
    int err = work_wait(call, &work);
    if (err)
        return err;
    err = lengthen(call, container_weight(work.how.to));
    if (err)
        return err;
    if (call->more)
        p = progress_of(call);
    if (p->end == 0)
        p->done = hurd_cap_object_revoke_weak(call->cap->object, call->arg[1]);
    while (!stretch(&work, p))
        if (call->more)
            return HURD_CAP_AGAIN;
    return reply_word(call, 0, p->done);
}

int serve_release(struct hurd_cap_call *call)
{
    return serve_range(call, WORK_RELEASE);
}

int serve_container_info(struct hurd_cap_call *call)
{
    const struct container *c = call_container(call);
    struct hurd_pm_container_info info = {
        .allocated = bytes(c->pages), .rights = call->cap->rights,
        .flags = (cap_kind(call->cap) == WEAK ? HURD_PM_INFO_WEAK : 0)
                 | (c->wired ? HURD_PM_INFO_WIRED : 0),
        .pinned = bytes(c->pins),
    };
    for (const struct hurd_cap *cap = c->object.caps; cap; cap = cap->next)
        info.weak += cap->flags & HURD_CAP_WEAK ? 1 : 0;
    return reply_struct(call, &info, sizeof info);
}
