/* SPDX-License-Identifier: MIT */
/* PIN and UNPIN, and the pinning of MAP and ALLOCATE_MAP with PINNED.  The hop before is request.c,
 * the hop after is pin.c.
 *
 * A long PIN is done in turns, each of which clears, or copies, and pins some pages.  These pins
 * know the request.  If a turn fails, or the handle or the thread is gone, they are taken back, in
 * turns as well: so all pages are pinned, or none by this request. */
#include <errno.h>

#include "request.h"

#define PIN_PAGES       32u             /* of a turn: 45,000 instructions if they are copied */
#define DROP_PAGES      512u            /* of one that takes pins away */

struct range {
    struct container *c;
    uint32_t page, count;
    paddr_t limit;
};

/* Both forms: container, start, size [, limit]; and that of MAP. */
static int range_of(const struct hurd_cap_call *call, struct range *r)
{
    const L4_Word_t *word = &call->arg[call->label == HURD_PM_CONTAINER_PIN ? 1 : 3];
    *r = (struct range) { .c = (struct container *) call->cap->object };
    if (cap_kind(call->cap) != STRONG)
        return EBADF;
    if (call->label == HURD_PM_CONTAINER_PIN && call->words > 3)
        r->limit = call->arg[3];
    int err = pages_of(word[0], word[1], &r->page, &r->count);
    return err || call->cap->rights & RIGHTS_WRITE ? err : EACCES;
}

/* ---- in turns -------------------------------------------------------------------------------- */

enum phase { PIN, TAKE_BACK, GIVE_BACK };

/* The progress of such a request: `at` pages are pinned, and the first `need` of them lie behind
 * each other.  GIVE_BACK: of what ALLOCATE_MAP had allocated, `at` pages are gone. */

static int pin_part(struct hurd_cap_call *call, const struct range *r, struct progress *p)
{
    uint32_t left = r->count - p->at, contiguous;
    uint32_t n = left < PIN_PAGES ? left : PIN_PAGES;
    paddr_t first;
    struct account *account = account_of(call->task);
    int err = call->more->unanswered ? ECANCELED : !account ? ENOMEM : 0;
    if (!err)
        err = container_pin_part(r->c, account, call->more, r->page + p->at, n, r->limit, &first,
                                 &contiguous);
    if (err)
        return err;
    if (p->need == p->at
        && first == slot_frame(*container_slot(r->c, r->page)) + (p->at << PAGE_LOG2))
        p->need += contiguous;
    p->at += n;
    return 0;
}

/* What ALLOCATE_MAP allocated; true: there is more.  Without the handle nothing can be done. */
static bool give_back_part(struct hurd_cap_call *call, struct progress *p)
{
    struct range r;
    uint32_t done;
    if (call->label != HURD_PM_CONTAINER_ALLOCATE_MAP || !call->cap || range_of(call, &r))
        return false;
    uint32_t left = r.count - p->at, n = left < DROP_PAGES ? left : DROP_PAGES;
    container_deallocate(r.c, r.page + p->at, n, &done);
    p->at += n;
    return p->at < r.count;
}

/* An error.  Returns HURD_CAP_AGAIN until nothing is left of the request. */
static int take_back(struct hurd_cap_call *call, struct progress *p)
{
    struct account *account = account_of(call->task);
    if (p->phase == TAKE_BACK) {
        if (account && pins_take_back(account, call->more, DROP_PAGES))
            return HURD_CAP_AGAIN;
        p->phase = GIVE_BACK;
        p->at = 0;
    }
    return give_back_part(call, p) ? HURD_CAP_AGAIN : (int) p->err;
}

static int pin_turn(struct hurd_cap_call *call, struct range *r)
{
    struct progress *p = progress_of(call);
    if (!call->cap && hurd_cap_lookup(&call->server->table, call->task, call->arg[0], &call->cap))
        call->cap = NULL;
    if (p->phase != PIN)
        return take_back(call, p);
    int err = call->cap ? range_of(call, r) : EBADF;
    if (!err)
        err = pin_part(call, r, p);
    if (err) {
        p->err = err;
        p->phase = TAKE_BACK;
        return HURD_CAP_AGAIN;
    }
    if (p->at < r->count)
        return HURD_CAP_AGAIN;
    pins_settle(account_of(call->task), call->more);
    return 0;
}

static int reply_pinned(struct hurd_cap_call *call, const struct range *r, uint32_t contiguous)
{
    call->reply[0] = slot_frame(*container_slot(r->c, r->page));
    call->reply[1] = bytes(contiguous);
    call->reply_words = 2;
    return 0;
}

static int pin_goes_on(struct hurd_cap_call *call)
{
    struct range r;
    int err = pin_turn(call, &r);
    if (err)
        return err;
    return call->label == HURD_PM_CONTAINER_PIN ? reply_pinned(call, &r, progress_of(call)->need)
                                                : serve_map_pinned(call);
}

/* ---- requests -------------------------------------------------------------------------------- */

int pin_range(struct hurd_cap_call *call, uint32_t *contiguous)
{
    struct range r;
    paddr_t first;
    const struct account *account = account_of(call->task);
    int err = range_of(call, &r);
    if (!err && !call->more && account && !container_may_wire(r.c, account, r.count))
        err = EAGAIN;                   /* said before the first turn */
    if (!err)
        err = lengthen(call, r.count);
    if (err)
        return err;
    if (!call->more)
        return container_pin(r.c, call->task, r.page, r.count, r.limit, &first, contiguous);
    *progress_of(call) = (struct progress) { .phase = PIN };
    call->more->go_on = pin_goes_on;
    err = pin_turn(call, &r);
    *contiguous = progress_of(call)->need;
    return err;
}

int serve_pin(struct hurd_cap_call *call)
{
    uint32_t contiguous;
    struct range r;
    int err = pin_range(call, &contiguous);
    if (!err)
        err = range_of(call, &r);
    return err ? err : reply_pinned(call, &r, contiguous);
}

/* Words: container, start, size.  In turns, all of it is looked at before the first pin goes. */
int serve_unpin(struct hurd_cap_call *call)
{
    enum { LOOK, UNPIN };
    struct container *c = call_container(call);
    uint32_t page, count;
    int err = pages_of(call->arg[1], call->arg[2], &page, &count);
    if (!err)
        err = lengthen(call, count);
    if (err || !call->more)
        return err ? err : container_unpin(c, call->task, page, count);
    struct progress *p = progress_of(call);
    const struct account *account = account_of(call->task);
    uint32_t left = count - p->at, n = left < DROP_PAGES ? left : DROP_PAGES;
    if (p->phase == LOOK)
        err = account && container_pinned_by(c, account, page + p->at, n) ? 0 : EINVAL;
    else
        err = container_unpin(c, call->task, page + p->at, n);
    if (err)
        return err;
    p->at += n;
    if (p->at < count)
        return HURD_CAP_AGAIN;
    p->at = 0;
    return p->phase++ == LOOK ? HURD_CAP_AGAIN : 0;
}
