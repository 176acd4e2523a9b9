/* SPDX-License-Identifier: MIT */
/* The requests: words to numbers, every check that needs no knowledge of slots, and the reply.  The
 * hop before is lib/hurd-cap/server.c, the hops after are container.c, copy.c, map.c, pin.c and
 * control.c. The wire is <hurd/physmem.h>; operations stand here in the order of their labels. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/physmem.h>

#include "container.h"
#include "request.h"
#include "server.h"
#include "stretch.h"
#include "swap.h"

unsigned cap_kind(const struct hurd_cap *cap)
{
    if (cap->object->class == &control_class)
        return CONTROL;
    if (cap->object->class == &swap_class)
        return SWAP;
    if (cap->object->class == &policy_class)
        return POLICY;
    return cap->flags & HURD_CAP_WEAK ? WEAK : STRONG;
}

int reply_word(struct hurd_cap_call *call, int err, L4_Word_t word)
{
    call->reply_label = err;
    call->reply[0] = word;
    call->reply_words = 1;
    return 0;
}

int pages_of(L4_Word_t start, L4_Word_t size, uint32_t *page, uint32_t *count)
{
    if (size == 0 || ((start | size) & PAGE_MASK) || size - 1 > ~start)
        return EINVAL;
    *page = start >> PAGE_LOG2;
    *count = size >> PAGE_LOG2;
    return 0;
}

/* Partial or not; EINVAL for contradictions and for flags outside `allowed`. */
static int check_flags(L4_Word_t flags, L4_Word_t allowed)
{
    const L4_Word_t both = HURD_PM_PARTIAL | HURD_PM_ALL_OR_NONE;
    return (flags & ~(allowed | both)) || (flags & both) == both ? EINVAL : 0;
}

bool may_spend(const struct hurd_cap_call *call, const struct container *c)
{
    return call->task < HURD_TASK_FIRST || call->task == c->control->task;
}

/* ---- long requests --------------------------------------------------------------------------- */

bool is_long(const struct hurd_cap_call *call, uint32_t pages)
{
    return call->more || (takes_turns && pages > STRETCH_PAGES && call->task >= HURD_TASK_FIRST);
}

struct progress *progress_of(struct hurd_cap_call *call)
{
    _Static_assert(sizeof(struct progress) <= sizeof call->more->progress, "it is kept there");
    return (struct progress *) call->more->progress;
}

/* The policy learns of extra pages that were refused. */
static int work_reply(struct hurd_cap_call *call, const struct work *work, int err, uint32_t done)
{
    if (err == ENOMEM && work->how.extra)
        policy_note(work->how.to->control, work->how.count - done);
    return reply_word(call, err, bytes(done));
}

int serve_work(struct hurd_cap_call *call, const struct work *work)
{
    uint32_t done;
    int err = work_wait(call, work);
    if (err)
        return err;
    if (!is_long(call, work->how.count)) {
        err = work_at_once(work, &done);
        return work_reply(call, work, err, done);
    }
    err = hurd_cap_lengthen(call);
    if (err)
        return err;
    struct progress *p = progress_of(call);
    return stretch(work, p) ? work_reply(call, work, p->err, p->done) : HURD_CAP_AGAIN;
}

/* All that is doomed now is gone.  The number is in the first word of the state. */
static int serve_wait_for_reaper(struct hurd_cap_call *call)
{
    return (int32_t) (reaped - call->more->progress[0]) < 0 ? HURD_CAP_AGAIN : 0;
}

/* The end of a request that has doomed something; is_long() was asked before. */
static int serve_doomed(struct hurd_cap_call *call)
{
    if (!call->more) {
        while (reap_wanted())
            reap();
        return 0;
    }
    call->more->progress[0] = doomed;
    call->more->go_on = serve_wait_for_reaper;
    return serve_wait_for_reaper(call);
}

/* ---- containers: 2005 ------------------------------------------------------------------------ */

static int serve_create(struct hurd_cap_call *call)
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

static int serve_share(struct hurd_cap_call *call)
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

static int serve_allocate(struct hurd_cap_call *call)
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

static int serve_deallocate(struct hurd_cap_call *call)
{
    return serve_range(call, WORK_DEALLOCATE);
}

/* Both marshallings; the one of January 2005 rounds, the later one refuses. */
static int map_arguments(struct hurd_cap_call *call, L4_Word_t *rights, L4_Word_t *vaddr,
                         uint32_t *page, uint32_t *count)
{
    L4_Word_t index, size;
    if (call->words == 5) {
        *rights = call->arg[1];
        *vaddr = call->arg[2];
        index = call->arg[3];
        size = call->arg[4];
    } else {
        *rights = call->arg[1] & HURD_PM_RIGHTS;
        index = call->arg[1] & ~PAGE_MASK;
        size = (call->arg[2] + PAGE_MASK) & ~PAGE_MASK;
        *vaddr = call->arg[3] & ~PAGE_MASK;
    }
    if (*rights == 0 || (*rights & ~(L4_Word_t) HURD_PM_RIGHTS))
        return EINVAL;
    int err = pages_of(*vaddr, size, page, count);
    return err ? err : pages_of(index, size, page, count);
}

/* The items of the reply: what container_map() found. */
static int map_reply(struct hurd_cap_call *call, const struct map_request *how)
{
    struct map_item items[MAP_ITEMS_MAX];
    unsigned n;
    int err = container_map(how, items, &n);
    if (err)
        return err;
    L4_Word_t *word = call->reply;
    for (unsigned i = 0; i < n; i++) {              /* whole pages, aligned to the block */
        *word++ = items[i].vaddr | L4_ITEM_MAP | (i + 1 < n);   /* C: another item follows */
        *word++ = items[i].block.base | (PAGE_LOG2 + items[i].block.order) << L4_FPAGE_SIZE_SHIFT
                  | how->rights;
    }
    call->reply_typed = 2 * n;
    return 0;
}

static int map_request(struct hurd_cap_call *call, struct map_request *how)
{
    L4_Word_t rights, vaddr;
    int err = map_arguments(call, &rights, &vaddr, &how->start, &how->count);
    if (err)
        return err;
    if (rights & ~(L4_Word_t) call->cap->rights)
        return EACCES;
    const struct account *account = account_of(call->task);
    how->from = call_container(call);
    how->vaddr = vaddr;
    how->rights = rights;
    how->weak = call->cap->flags & HURD_CAP_WEAK;
    how->steady = !account || !account->self_paged;
    return how->from->window && (rights & RIGHTS_WRITE) ? EACCES : 0;
}

static int serve_map(struct hurd_cap_call *call)
{
    struct map_request how;
    int err = map_request(call, &how);
    return err ? err : map_reply(call, &how);
}

/* All of it, for MAP to follow.  0, an errno, or HURD_CAP_AGAIN. */
static int allocate_for_map(struct hurd_cap_call *call, const struct map_request *how)
{
    const struct work work = { WORK_ALLOCATE,
                               { .to = how->from, .to_start = how->start, .count = how->count } };
    uint32_t done;
    int err = work_wait(call, &work);
    if (err)
        return err;
    if (how->count == 1 && container_allocate_one(how->from, how->start))
        return 0;
    if (!is_long(call, how->count))
        return work_at_once(&work, &done);
    err = hurd_cap_lengthen(call);
    if (err)
        return err;
    return stretch(&work, progress_of(call)) ? (int) progress_of(call)->err : HURD_CAP_AGAIN;
}

static int serve_allocate_map(struct hurd_cap_call *call)
{
    struct map_request how;
    uint32_t done;
    int err = map_request(call, &how);
    if (!err && !(call->cap->rights & RIGHTS_WRITE))
        err = EACCES;
    if (!err && !may_spend(call, how.from))
        err = EPERM;
    if (!err)
        err = allocate_for_map(call, &how);
    if (err)
        return err;
    err = map_reply(call, &how);
    if (err)
        container_deallocate(how.from, how.start, how.count, &done);
    return err;
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

static int serve_copy(struct hurd_cap_call *call)
{
    const L4_Word_t kinds = HURD_PM_SHARED | HURD_PM_MOVE;
    L4_Word_t flags = call->arg[5];
    struct hurd_cap *to;
    struct work work = { WORK_COPY, { .from = call_container(call) } };
    struct copy *how = &work.how;
    int err = hurd_cap_lookup(&call->server->table, call->task, call->arg[2], &to);
    if (err || !(cap_kind(to) & CONTAINER))
        return EBADF;
    err = check_flags(flags, kinds | HURD_PM_SQUASH);
    if (!err && (flags & kinds) == kinds)
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
    how->squash = flags & HURD_PM_SQUASH;
    how->partial = flags & HURD_PM_PARTIAL;
    how->weak = call->cap->flags & HURD_CAP_WEAK;
    how->no_growth = (to->flags & HURD_CAP_WEAK) || !may_spend(call, how->to);
    if (!err && copy_overlaps(how))
        err = EINVAL;
    return err ? reply_word(call, err, 0) : serve_work(call, &work);
}

/* ---- controls -------------------------------------------------------------------------------- */

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

static int serve_split(struct hurd_cap_call *call)
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

static int serve_control_destroy(struct hurd_cap_call *call)
{
    struct control *control = call_control(call);
    if (control == control_root)
        return EPERM;
    if (swap_is_paid_by(control))
        return EBUSY;
    int err = is_long(call, control_pages(control)) ? hurd_cap_lengthen(call) : 0;
    if (err)
        return err;
    control_destroy(control);
    return serve_doomed(call);
}

int reply_struct(struct hurd_cap_call *call, const void *info, unsigned size)
{
    const L4_Word_t *words = info;
    for (unsigned i = 0; i < size / sizeof *words; i++)
        call->reply[i] = words[i];
    call->reply_words = size / sizeof *words;
    return 0;
}

static int serve_control_info(struct hurd_cap_call *call)
{
    const struct control *c = call_control(call);
    struct hurd_pm_control_info info = {
        .guarantee = c->guarantee, .used = control_used(c), .split = c->split,
        .containers = c->count, .meta_bytes = c->meta.bytes, .task = c->task,
        .books = c->books, .records = c->meta.pages,
    };
    return reply_struct(call, &info, sizeof info);
}

/* ---- containers: ours ------------------------------------------------------------------------ */

static int serve_container_destroy(struct hurd_cap_call *call)
{
    struct container *c = call_container(call);
    if (!(call->cap->rights & RIGHTS_WRITE))
        return EACCES;
    int err = lock_wait(call, c);
    if (!err && is_long(call, c->pages + c->swapped))
        err = hurd_cap_lengthen(call);
    if (err)
        return err;
    container_doom(c);
    return serve_doomed(call);
}

static int serve_revoke(struct hurd_cap_call *call)
{
    const struct work work = { WORK_UNMAP, { .to = call_container(call), .count = PAGES_MAX } };
    struct progress once = { 0 }, *p = &once;
    if (call->arg[1] > L4_ID_VERSION_MASK)
        return ESRCH;
    int err = work_wait(call, &work);
    if (err)
        return err;
    if (is_long(call, work.how.to->pages + work.how.to->swapped)) {
        err = hurd_cap_lengthen(call);
        if (err)
            return err;
        p = progress_of(call);
    }
    if (p->end == 0)
        p->done = hurd_cap_object_revoke_weak(call->cap->object, call->arg[1]);
    while (!stretch(&work, p))
        if (call->more)
            return HURD_CAP_AGAIN;
    return reply_word(call, 0, p->done);
}

static int serve_release(struct hurd_cap_call *call)
{
    return serve_range(call, WORK_RELEASE);
}

static int serve_pin(struct hurd_cap_call *call)
{
    uint32_t page, count, contiguous;
    paddr_t first, limit = call->words > 3 ? call->arg[3] : 0;
    int err = pages_of(call->arg[1], call->arg[2], &page, &count);
    if (!err && !(call->cap->rights & RIGHTS_WRITE))
        err = EACCES;
    if (!err)
        err = container_pin(call_container(call), call->task, page, count, limit, &first,
                            &contiguous);
    if (err)
        return err;
    call->reply[0] = first;
    call->reply[1] = bytes(contiguous);
    call->reply_words = 2;
    return 0;
}

static int serve_unpin(struct hurd_cap_call *call)
{
    uint32_t page, count;
    int err = pages_of(call->arg[1], call->arg[2], &page, &count);
    return err ? err : container_unpin(call_container(call), call->task, page, count);
}

static int serve_container_info(struct hurd_cap_call *call)
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

/* ---- about the machine ----------------------------------------------------------------------- */

static int serve_statistics(struct hurd_cap_call *call)
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

static int serve_task_statistics(struct hurd_cap_call *call)
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

static int serve_debug_revoke(struct hurd_cap_call *call)
{
    if (call_control(call) != control_root)
        return EPERM;
    debug_revoke_period = call->arg[1];
    return 0;
}

static int serve_cap_info(struct hurd_cap_call *call)
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

/* What the task has mapped of its own containers so far was for a task that could not fault. */
static int serve_self_paged(struct hurd_cap_call *call)
{
    struct account *account = account_of(call->task);
    if (!account)
        return ENOMEM;
    account->self_paged = true;
    for (struct control *control = control_all; control; control = control->all_next)
        for (struct container *c = control->containers; c; c = c->next)
            if (c->task == call->task)
                container_unsteady(c);
    return 0;
}

/* ---- which is which
 * ------------------------------------------------------------------------------ */

struct operation {
    int (*serve)(struct hurd_cap_call *call);
    unsigned char kinds;                    /* capabilities it is for */
    unsigned char least, most;              /* words */
};

#define FIRST_LABEL HURD_PM_CONTAINER_MAP_OLD

static const struct operation operations[] = {
    [HURD_PM_CONTAINER_MAP_OLD - FIRST_LABEL]    = { serve_map, CONTAINER, 4, 5 },
    [HURD_PM_CONTAINER_CREATE - FIRST_LABEL]     = { serve_create, ANY, 1, 2 },
    [HURD_PM_CONTAINER_SHARE - FIRST_LABEL]      = { serve_share, STRONG, 1, 3 },
    [HURD_PM_CONTAINER_ALLOCATE - FIRST_LABEL]   = { serve_allocate, STRONG, 4, 4 },
    [HURD_PM_CONTAINER_DEALLOCATE - FIRST_LABEL] = { serve_deallocate, STRONG, 3, 3 },
    [HURD_PM_CONTAINER_MAP - FIRST_LABEL]        = { serve_map, CONTAINER, 4, 5 },
    [HURD_PM_CONTAINER_COPY - FIRST_LABEL]       = { serve_copy, CONTAINER, 6, 6 },
    [HURD_PM_CONTROL_SPLIT - FIRST_LABEL]        = { serve_split, CONTROL, 2, 3 },
    [HURD_PM_CONTROL_DESTROY - FIRST_LABEL]      = { serve_control_destroy, CONTROL, 1, 1 },
    [HURD_PM_CONTROL_INFO - FIRST_LABEL]         = { serve_control_info, CONTROL, 1, 1 },
    [HURD_PM_CONTAINER_DESTROY - FIRST_LABEL]    = { serve_container_destroy, STRONG, 1, 1 },
    [HURD_PM_CONTAINER_REVOKE - FIRST_LABEL]     = { serve_revoke, STRONG, 2, 2 },
    [HURD_PM_CONTAINER_RELEASE - FIRST_LABEL]    = { serve_release, STRONG, 3, 3 },
    [HURD_PM_CONTAINER_PIN - FIRST_LABEL]        = { serve_pin, STRONG, 3, 4 },
    [HURD_PM_CONTAINER_UNPIN - FIRST_LABEL]      = { serve_unpin, STRONG, 3, 3 },
    [HURD_PM_CONTAINER_INFO - FIRST_LABEL]       = { serve_container_info, CONTAINER, 1, 1 },
    [HURD_PM_STATISTICS - FIRST_LABEL]           = { serve_statistics, ANY, 1, 1 },
    [HURD_PM_TASK_STATISTICS - FIRST_LABEL]      = { serve_task_statistics, ANY, 2, 2 },
    [HURD_PM_DEBUG_REVOKE - FIRST_LABEL]         = { serve_debug_revoke, CONTROL, 2, 2 },
    [HURD_PM_CAP_INFO - FIRST_LABEL]             = { serve_cap_info, ANY | POLICY, 1, 1 },
    [HURD_PM_SELF_PAGED - FIRST_LABEL]           = { serve_self_paged, ANY, 1, 1 },
    [HURD_PM_CONTAINER_ALLOCATE_MAP - FIRST_LABEL] = { serve_allocate_map, STRONG, 5, 5 },
    [HURD_PM_CONTROL_NOTIFY - FIRST_LABEL]       = { serve_notify, CONTROL, 3, 3 },
    [HURD_PM_EXTRA_INFO - FIRST_LABEL]           = { serve_extra_info, CONTROL, 1, 1 },
    [HURD_PM_CONTAINER_RETURN - FIRST_LABEL]     = { serve_return, STRONG, 3, 3 },
    [HURD_PM_CONTAINER_HARDEN - FIRST_LABEL]     = { serve_harden, STRONG, 4, 4 },
    [HURD_PM_CONTAINER_LOCK - FIRST_LABEL]       = { serve_lock, WEAK, 2, 2 },
    [HURD_PM_CONTAINER_UNLOCK - FIRST_LABEL]     = { serve_unlock, WEAK, 1, 1 },
    [HURD_PM_DEBUG_SHAKE - FIRST_LABEL]          = { serve_debug_shake, CONTROL, 2, 2 },
    [HURD_PM_POLICY_GRANT - FIRST_LABEL]         = { serve_policy_grant, CONTROL, 2, 2 },
    [HURD_PM_POLICY_BUFFER - FIRST_LABEL]        = { serve_policy_buffer, POLICY, 2, 2 },
    [HURD_PM_POLICY_WAIT - FIRST_LABEL]          = { serve_policy_wait, POLICY, 1, 1 },
    [HURD_PM_SWAP_OUT - FIRST_LABEL]             = { serve_swap_out, STRONG, 3, 4 },
    [HURD_PM_SWAP_IN - FIRST_LABEL]              = { serve_swap_in, STRONG, 3, 4 },
    [HURD_PM_SWAP_INFO - FIRST_LABEL]            = { serve_swap_info, ANY, 1, 1 },
    [HURD_PM_SWAP_QUOTA - FIRST_LABEL]           = { serve_swap_quota, CONTROL, 3, 3 },
    [HURD_PM_SWAP_GRANT - FIRST_LABEL]           = { serve_swap_grant, CONTROL, 3, 3 },
    [HURD_PM_SWAP_ATTACH - FIRST_LABEL]          = { serve_swap_attach, SWAP, 5, 5 },
    [HURD_PM_SWAP_WAIT - FIRST_LABEL]            = { serve_swap_wait, SWAP, 4, 4 },
};

/* True if only jobs may do this to the window.  A copy looks at each page: copy.c. */
static bool window_refuses(struct hurd_cap_call *call, const struct operation *op)
{
    return (cap_kind(call->cap) & CONTAINER) && call_container(call)->window
           && op->kinds == STRONG && op->serve != serve_share && op->serve != serve_revoke;
}

static int serve(struct hurd_cap_call *call)
{
    unsigned at = call->label - FIRST_LABEL;
    if (at >= sizeof operations / sizeof operations[0] || !operations[at].serve)
        return EOPNOTSUPP;
    const struct operation *op = &operations[at];
    if (!(op->kinds & cap_kind(call->cap)))
        return cap_kind(call->cap) == WEAK && op->kinds == STRONG ? EPERM : EBADF;
    if (call->words < op->least || call->words > op->most)
        return EINVAL;
    if (window_refuses(call, op))
        return EBUSY;
    return op->serve(call);
}

/* The rows of a task are paid by its home, which may be this one. */
static int control_admit(struct hurd_cap_object *object, unsigned task)
{
    return account_open(task, (struct control *) object) ? 0 : ENOMEM;
}

static void control_given(struct hurd_cap_object *object, unsigned task)
{
    ((struct control *) object)->task = task;
    ((struct control *) object)->notify = 0;         /* the thread is another task's */
}

struct hurd_cap_class control_class = {
    .name = "control", .kind = HURD_PM_KIND_CONTROL,
    .serve = serve, .unreferenced = control_unreferenced,
    .admit = control_admit, .given = control_given,
};
struct hurd_cap_class swap_class = { .name = "swap", .kind = HURD_PM_KIND_SWAP, .serve = serve, };
struct hurd_cap_class policy_class = {
    .name = "policy", .kind = HURD_PM_KIND_POLICY, .serve = serve,
};
struct hurd_cap_class container_class = {
    .name = "container", .kind = HURD_PM_KIND_CONTAINER,
    .serve = serve, .unreferenced = container_unreferenced,
};
