/* SPDX-License-Identifier: MIT */
/* Which request is which, and what all of them share: words to numbers, every check that needs no
 * knowledge of slots, and the reply.  The hop before is lib/hurd-cap/server.c, the hops after are
 * request_container.c, request_map.c, request_control.c, request_extra.c, swap_request.c and
 * policy_request.c.  The wire is <hurd/physmem.h>. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/physmem.h>

#include "container.h"
#include "extra.h"
#include "request.h"
#include "server.h"
#include "stretch.h"
#include "swap.h"

unsigned cap_kind(const struct hurd_cap *cap)
{
    if (cap->object->class == &container_class)         /* first: what most requests are about */
        return cap->flags & HURD_CAP_WEAK ? WEAK : STRONG;
    if (cap->object->class == &control_class)
        return CONTROL;
    if (cap->object->class == &swap_class)
        return SWAP;
    return POLICY;
}

int reply_word(struct hurd_cap_call *call, int err, L4_Word_t word)
{
    call->reply_label = err;
    call->reply[0] = word;
    call->reply_words = 1;
    return 0;
}

int reply_struct(struct hurd_cap_call *call, const void *info, unsigned size)
{
    const L4_Word_t *words = info;
    for (unsigned i = 0; i < size / sizeof *words; i++)
        call->reply[i] = words[i];
    call->reply_words = size / sizeof *words;
    return 0;
}

/* ---- long requests --------------------------------------------------------------------------- */

bool is_long(const struct hurd_cap_call *call, uint32_t pages)
{
    bool others_run = call->task < HURD_TASK_FIRST ? alarm_there : takes_turns;
    return call->more || (others_run && pages > STRETCH_PAGES);
}

int lengthen(struct hurd_cap_call *call, uint32_t pages)
{
    if (!is_long(call, pages))
        return 0;
    int err = hurd_cap_lengthen(call);
    return call->task < HURD_TASK_FIRST ? 0 : err;
}

struct progress *progress_of(struct hurd_cap_call *call)
{
    _Static_assert(sizeof(struct progress) <= sizeof call->more->progress, "it is kept there");
    return (struct progress *) call->more->progress;
}

/* Writes the reply.  If physmem refused extra pages, the policy learns of it. */
static int work_reply(struct hurd_cap_call *call, const struct work *work, int err, uint32_t done)
{
    if (err == ENOMEM && work->how.extra)
        policy_note(work->how.to->control, work->how.count - done);
    return reply_word(call, err, bytes(done));
}

int serve_work(struct hurd_cap_call *call, const struct work *work)
{
    uint32_t done;
    if (!call->more && work_is_vain(work))
        return reply_word(call, EBUSY, 0);
    int err = work_wait(call, work);
    if (err)
        return err;
    err = lengthen(call, work->how.count);
    if (err)
        return err;
    if (!call->more) {
        err = work_at_once(work, &done);
        return work_reply(call, work, err, done);
    }
    struct progress *p = progress_of(call);
    return stretch(work, p) ? work_reply(call, work, p->err, p->done) : HURD_CAP_AGAIN;
}

/* Waits until all is gone that was doomed when the request came: the first word of its state. */
static int serve_wait_for_reaper(struct hurd_cap_call *call)
{
    return (int32_t) (reaped - call->more->progress[0]) < 0 ? HURD_CAP_AGAIN : 0;
}

int serve_doomed(struct hurd_cap_call *call, uint32_t before)
{
    if (doomed == before)
        return 0;
    if (!call->more) {
        while (reap_wanted())
            reap();
        return 0;
    }
    call->more->progress[0] = doomed;
    call->more->go_on = serve_wait_for_reaper;
    return serve_wait_for_reaper(call);
}

static int serve_wait_for_burial(struct hurd_cap_call *call)
{
    return (int32_t) (buried - call->more->progress[0]) < 0 ? HURD_CAP_AGAIN : 0;
}

int serve_condemned(struct hurd_cap_call *call)
{
    if (!call->more) {
        while (buried != condemned)
            reap();
        return 0;
    }
    call->more->progress[0] = condemned;
    call->more->go_on = serve_wait_for_burial;
    return serve_wait_for_burial(call);
}

/* ---- which is which -------------------------------------------------------------------------- */

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
    [HURD_PM_CONTAINER_MAP - FIRST_LABEL]        = { serve_map, CONTAINER, 4, 6 },
    [HURD_PM_CONTAINER_COPY - FIRST_LABEL]       = { serve_copy, CONTAINER, 6, 6 },
    [HURD_PM_CONTROL_SPLIT - FIRST_LABEL]        = { serve_split, CONTROL, 2, 3 },
    [HURD_PM_CONTROL_GIVE_BACK - FIRST_LABEL]    = { serve_give_back, CONTROL, 2, 2 },
    [HURD_PM_CONTROL_PASS - FIRST_LABEL]         = { serve_pass, CONTROL, 3, 3 },
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
    [HURD_PM_CONTAINER_LIST - FIRST_LABEL]       = { serve_list, ANY, 3, 3 },
    [HURD_PM_DEBUG_REVOKE - FIRST_LABEL]         = { serve_debug_revoke, CONTROL, 2, 2 },
    [HURD_PM_CAP_INFO - FIRST_LABEL]             = { serve_cap_info, ANY | POLICY, 1, 1 },
    [HURD_PM_SELF_PAGED - FIRST_LABEL]           = { serve_self_paged, ANY, 1, 1 },
    [HURD_PM_CONTAINER_ALLOCATE_MAP - FIRST_LABEL] = { serve_allocate_map, STRONG, 5, 6 },
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
static bool window_refuses(const struct operation *op)
{
    return op->kinds == STRONG && op->serve != serve_share && op->serve != serve_revoke;
}

static int serve(struct hurd_cap_call *call)
{
    unsigned at = call->label - FIRST_LABEL;
    if (at >= sizeof operations / sizeof operations[0] || !operations[at].serve)
        return EOPNOTSUPP;
    const struct operation *op = &operations[at];
    const unsigned kind = cap_kind(call->cap);
    if (!(op->kinds & kind))
        return kind == WEAK && op->kinds == STRONG ? EPERM : EBADF;
    if (call->words < op->least || call->words > op->most)
        return EINVAL;
    if ((kind & CONTAINER) && call_container(call)->window && window_refuses(op))
        return EBUSY;
    return op->serve(call);
}

/* The home of a task pays for its rows, and this control may become the home. */
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
