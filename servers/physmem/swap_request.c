/* SPDX-License-Identifier: MIT */
/* The requests about swap, of clients and of the swap server: what their words mean, which task may
 * make them, and which have to wait.  The hop before is request.c, the hops after are swap.c and
 * jobs.c. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/physmem.h>

#include "request.h"
#include "server.h"
#include "swap.h"

_Static_assert(SWAP_JOB_PAGES == HURD_PM_SWAP_JOB_PAGES, "as the header says");
_Static_assert(SWAP_WINDOW_LEAST << PAGE_LOG2 == HURD_PM_SWAP_WINDOW_LEAST, "as the header says");
_Static_assert(SWAP_WINDOW_MOST << PAGE_LOG2 == HURD_PM_SWAP_WINDOW_MOST, "as the header says");

#define LOOKS   2048u           /* blocks that a piece has looked at when it ends */

/* ---- pages in and out ------------------------------------------------------------------------ */

/* Words: container, start, size, flags. */
static int range_request(struct hurd_cap_call *call, uint32_t *page, uint32_t *count, bool *wait)
{
    L4_Word_t flags = call->words > 3 ? call->arg[3] : 0;
    int err = pages_of(call->arg[1], call->arg[2], page, count);
    if (!err && (flags & ~(L4_Word_t) HURD_PM_SWAP_NOWAIT))
        err = EINVAL;
    if (!err && !(call->cap->rights & RIGHTS_WRITE))
        err = EACCES;
    if (!err && !may_spend(call, call_container(call)))
        err = EPERM;
    *wait = !(flags & HURD_PM_SWAP_NOWAIT);
    return err;
}

typedef int (*pages_move)(struct container *, uint32_t, uint32_t, uint32_t *, uint32_t *);

/* Moves pages from *at on, as far as one stretch goes.  *at and *key are as *done and *key of
 * swap_out().  HURD_CAP_AGAIN: there is more to do, now. */
static int stretch_move(struct hurd_cap_call *call, pages_move move, uint32_t page, uint32_t count,
                        uint32_t *at, uint32_t *key)
{
    uint32_t begin = *at, looked = swap.map.looked, done;
    while (*at < count) {
        bool enough = *at - begin >= STRETCH_PAGES || swap.map.looked - looked >= LOOKS;
        if (enough && is_long(call, STRETCH_PAGES + 1))
            return HURD_CAP_AGAIN;
        uint32_t part = count - *at < SWAP_JOB_PAGES ? count - *at : SWAP_JOB_PAGES;
        int err = move(call_container(call), page + *at, part, &done, key);
        *at += done;
        if (err == SWAP_AGAIN && is_long(call, STRETCH_PAGES + 1))
            return HURD_CAP_AGAIN;
        if (err && err != SWAP_AGAIN)
            return err;
    }
    return 0;
}

static int serve_move(struct hurd_cap_call *call, pages_move move, uint32_t page, uint32_t count,
                      bool wait)
{
    uint32_t at = call->more ? progress_of(call)->at : 0, key;
    int err = stretch_move(call, move, page, count, &at, &key);
    if (err == SWAP_WAITS && !wait)
        err = EAGAIN;
    if (err != SWAP_WAITS && err != HURD_CAP_AGAIN)
        return reply_word(call, err, bytes(at));
    int parked = err == SWAP_WAITS ? hurd_cap_park(call, key) : hurd_cap_lengthen(call);
    if (parked > 0)                     /* an errno */
        return reply_word(call, parked, bytes(at));
    progress_of(call)->at = at;
    return err == SWAP_WAITS ? HURD_CAP_PARKED : HURD_CAP_AGAIN;
}

int serve_swap_out(struct hurd_cap_call *call)
{
    uint32_t page, count;
    bool wait;
    int err = range_request(call, &page, &count, &wait);
    if (!err && !(call->more && progress_of(call)->at))
        err = (wait ? lock_wait : lock_refuses)(call, call_container(call));
    if (err == HURD_CAP_PARKED)
        return err;
    return err ? reply_word(call, err, 0) : serve_move(call, swap_out, page, count, wait);
}

int serve_swap_in(struct hurd_cap_call *call)
{
    struct container *c = call_container(call);
    uint32_t page, count;
    bool wait;
    int err = range_request(call, &page, &count, &wait);
    if (!err && !call->more && c->swapped > control_unused(c->control)
        && container_swapped(c, page, count) > control_unused(c->control))
        err = ENOMEM;
    return err ? reply_word(call, err, 0) : serve_move(call, swap_in, page, count, wait);
}

/* ---- quotas and numbers ---------------------------------------------------------------------- */

int serve_swap_info(struct hurd_cap_call *call)
{
    const unsigned kind = cap_kind(call->cap);
    const struct control *control = kind == CONTROL ? call_control(call)
                                    : kind == SWAP ? swap.payer : call_container(call)->control;
    struct hurd_pm_swap_info info = {
        .quota = control ? control->swap.quota : 0,
        .used = control ? control->swap.used : 0,
        .blocks = swap.map.count,
        .free = swap.map.free,
        .bad = swap.map.bad,
        .kept = swap_kept(),
        .swapped = swap.pages,
        .window = swap.cells,
        .inactive = swap_inactive(),
        .written = swap.written,
        .read = swap.read,
        .recovered = swap.recovered,
        .clean = swap.clean,
        .attached = swap.task,
        .attaches = swap.attaches,
        .reserved = swap.disk.reserved,
    };
    return reply_struct(call, &info, sizeof info);
}

/* Finds the control that another handle of the caller names. */
static int named_control(struct hurd_cap_call *call, L4_Word_t handle, struct control **control)
{
    struct hurd_cap *cap;
    int err = hurd_cap_lookup(&call->server->table, call->task, handle, &cap);
    if (err || cap_kind(cap) != CONTROL)
        return EBADF;
    *control = (struct control *) cap->object;
    return 0;
}

int serve_swap_quota(struct hurd_cap_call *call)
{
    struct control *child;
    int err = named_control(call, call->arg[1], &child);
    if (err)
        return err;
    if (child->parent != call_control(call))
        return EPERM;
    if (call->arg[2] < child->swap.used)
        return EBUSY;
    return control_quota(child->parent, child, call->arg[2]) ? 0 : ENOMEM;
}

/* ---- the swap server ------------------------------------------------------------------------- */

static struct {
    struct hurd_cap_object object;          /* the only one of its class; first field: see
                                               serve() */
    struct control *payer;                  /* it pays for what the next attach needs */
} service;

/* The object stays when no task has a capability of it. */
static void service_init(void)
{
    if (service.object.class)
        return;
    hurd_cap_object_init(&service.object, &swap_class);
    hurd_cap_object_keep(&service.object);
}

bool swap_is_paid_by(struct control *control)
{
    return (swap.window && control_contains(control, swap.payer))
           || (service.payer && control_contains(control, service.payer))
           || swap_attach_charges(control);
}

int serve_swap_grant(struct hurd_cap_call *call)
{
    struct control *payer;
    uint32_t handle;
    if (call_control(call) != control_root)
        return EPERM;
    if (call->arg[1] == 0) {
        swap_abandon();
        return reply_word(call, 0, 0);
    }
    int err = named_control(call, call->arg[2], &payer);
    if (!err && control_dying(payer))
        err = EBUSY;
    if (!err)
        err = hurd_cap_target_allowed(call, call->arg[1]);
    service_init();
    if (!err)
        err = hurd_cap_insert(&call->server->table, call->arg[1], &service.object, RIGHTS_ALL, 0,
                              call->task, &handle);
    if (err)
        return err;
    hurd_cap_object_keep(&payer->object);
    if (service.payer)
        hurd_cap_object_drop(&service.payer->object);
    service.payer = payer;
    return reply_word(call, 0, handle);
}

static int attach_reply(struct hurd_cap_call *call, int err)
{
    uint32_t handle;
    if (err)
        return err;
    err = hurd_cap_insert(&call->server->table, call->task, &swap.window->object, RIGHTS_ALL, 0,
                          call->task, &handle);
    if (err)
        swap_detach();                  /* without the window it can do nothing */
    return err ? err : reply_word(call, 0, handle);
}

/* A part of a long one.  The first word of its state is the number of the attach. */
static int attach_goes_on(struct hurd_cap_call *call)
{
    if (!swap_attach_goes_on(call->more->progress[0]))
        return ECANCELED;
    if (call->more->unanswered) {       /* nobody would learn the handle */
        swap_attach_stop();
        return ECANCELED;
    }
    int err = swap_attach_part();
    return err == SWAP_AGAIN || err == SWAP_WAITS ? HURD_CAP_AGAIN : attach_reply(call, err);
}

int serve_swap_attach(struct hurd_cap_call *call)
{
    struct swap_disk disk = { .blocks = call->arg[1], .reserved = call->arg[2],
                              .identity = call->arg[3] };
    uint32_t page, serial;
    int err = pages_of(0, call->arg[4], &page, &disk.cells);
    if (!err)
        err = swap_attach_refuse(call->task, &disk);
    if (!err)
        err = lengthen(call, swap_attach_pages(&disk));
    if (err)
        return err;
    serial = swap_attach_begin(service.payer, call->task, &disk);
    if (!call->more)
        return attach_reply(call, swap_attach_whole());
    call->more->progress[0] = serial;
    call->more->go_on = attach_goes_on;
    return attach_goes_on(call);
}

static int reply_job(struct hurd_cap_call *call, const struct swap_job *job)
{
    const struct hurd_pm_swap_job words = {
        .tag = job->tag, .operation = job->write ? HURD_PM_SWAP_WRITE : HURD_PM_SWAP_READ,
        .block = job->block, .offset = bytes(job->cell), .pages = job->pages,
    };
    return reply_struct(call, &words, sizeof words);
}

int serve_swap_wait(struct hurd_cap_call *call)
{
    struct swap_job job;
    if (call->task != swap.task)
        return EPERM;
    if (!call->more) {
        if (!swap_job_end(call->arg[1], call->arg[2], call->arg[3]))
            return EINVAL;
        if (!call->server->ready)
            swap_round_over();
    }
    return swap_next_job(&job) ? reply_job(call, &job) : hurd_cap_park(call, SWAP_KEY_JOB);
}
