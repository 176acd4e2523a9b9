/* SPDX-License-Identifier: MIT */
/* Extra pages in messages: which holders are asked to give some back, and how long requests wait
 * for them; also the requests about soft references and locks.  The hop before is request.c, the
 * hops after are extra.c, soft.c and lock.c.
 *
 * A request that claims frames which extra pages have starts a recall.  physmem asks each holder
 * for its part, by a message to the thread that the holder has named, and the request waits.  It
 * goes on when there is room, or when the time of all holders is over and physmem has seized what
 * is missing. */
#include <errno.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>

#include "extra.h"
#include "lock.h"
#include "request.h"
#include "shake.h"
#include "server.h"
#include "soft.h"

/* The keys for which requests are parked. */
#define KEY_FRAMES  0xfffffffcu
#define KEY_LOCK    0xfffffffbu

bool extra_waits, alarm_wanted;
static bool enforced;                       /* holders were asked because of the policy */

#define ASK_MAX     32u                     /* controls that are asked because of one request */

uint32_t now(void)
{
    return L4_SystemClock().raw;
}

/* ---- recall ---------------------------------------------------------------------------------- */

/* Sends the message to c's thread.  False: there is no thread, or it does not wait for a
 * message. */
static bool holder_tell(const struct control *c, uint32_t frames, uint64_t until)
{
    if (!c->notify)
        return false;
    L4_LoadMR(0, L4_MakeTag(HURD_PM_RETURN_FRAMES, 4, 0).raw);
    L4_LoadMR(1, frames);
    L4_LoadMR(2, until);
    L4_LoadMR(3, until >> 32);
    L4_LoadMR(4, c->notify_word);
    return L4_IpcSucceeded(L4_Send_Timeout(L4_ThreadIdOfRaw(c->notify), L4_ZeroTime));
}

/* Asks c for so many frames.  A holder that has named no thread gets no time.  If its thread does
 * not wait for a message, it may still be at work on the last one: c is told once more after a
 * pause. */
static void holder_ask(struct control *c, uint32_t frames)
{
    uint64_t clock = L4_SystemClock().raw, until = clock + HURD_PM_RETURN_TIME;
    bool told = holder_tell(c, frames, until);
    if (!c->asked || !told)
        c->deadline = told ? until : c->notify ? clock + HURD_PM_RETURN_PAUSE : clock;
    c->untold = !told && c->notify;
    c->asked += frames;
}

/* Tells c once more.  True: c heard it, and its time begins now. */
static bool holder_ask_again(struct control *c)
{
    uint64_t until = L4_SystemClock().raw + HURD_PM_RETURN_TIME;
    c->untold = false;
    if (!holder_tell(c, c->asked, until))
        return false;
    c->deadline = until;
    return true;
}

/* Asks the holders for so many frames, each in proportion to its extra pages. */
static void recall(uint32_t frames)
{
    uint32_t all = ledger.extra, n = 0;
    for (struct control *c = extra_holders; c && n < ASK_MAX; c = c->extra_next, n++) {
        uint32_t part = ((uint64_t) frames * c->extra + all - 1) / all;
        if (part > c->extra - c->asked)
            part = c->extra - c->asked;
        if (part)
            holder_ask(c, part);
    }
}

void extra_enforce(void)
{
    uint32_t n = 0;
    for (struct control *c = extra_holders; c && n < ASK_MAX; c = c->extra_next) {
        uint32_t most = policy_most(c), over = c->extra > most ? c->extra - most : 0;
        if (over <= c->asked)
            continue;
        holder_ask(c, over - c->asked);
        n++;
    }
    if (n)
        enforced = extra_waits = alarm_wanted = true;
}

/* ---- the alarm ------------------------------------------------------------------------------- */

static uint32_t lock_end;                   /* when the first awaited lock is over */
static bool locks_awaited;

/* Seizes a part of what holders have not given back in time.  True: there is more to do in *wait
 * microseconds.  False: no holder owes pages. */
static bool holders_check(uint32_t *wait)
{
    uint32_t clock = now(), left = STRETCH_PAGES;
    bool any = false;
    struct control *next;
    for (struct control *c = extra_holders; c; c = next) {
        next = c->extra_next;
        if (!c->asked)
            continue;
        if (!time_before(clock, c->deadline) && left && !(c->untold && holder_ask_again(c)))
            left -= extra_seize(c, c->asked < left ? c->asked : left);
        if (!c->asked)
            continue;
        uint32_t rest = time_before(clock, c->deadline) ? c->deadline - clock : 0;
        *wait = any && *wait < rest ? *wait : rest;
        any = true;
    }
    return any;
}

bool extra_alarm(uint32_t *wait)
{
    uint32_t clock = now();
    bool any = extra_waits && holders_check(wait);
    if (!any)
        extra_waits = enforced = false;
    if (locks_awaited && !time_before(clock, lock_end)) {
        locks_awaited = false;
        hurd_cap_resume(&server, KEY_LOCK);
    }
    if (locks_awaited && (!any || lock_end - clock < *wait))
        *wait = lock_end - clock;
    return any || locks_awaited;
}

void extra_settle(void)
{
    uint32_t wait, lack = extra_lack(extra_wanted);
    bool owed = extra_waits && (lack || enforced) && holders_check(&wait);
    if (owed && lack)
        return;
    if (!owed)
        extra_waits = enforced = false;
    extra_wanted = 0;
    hurd_cap_resume(&server, KEY_FRAMES);
}

/* ---- waiting --------------------------------------------------------------------------------- */

/* Requests of boot tasks never wait; without an alarm no request waits. */
static bool may_wait(const struct hurd_cap_call *call)
{
    return alarm_there && call->task >= HURD_TASK_FIRST;
}

/* Parks the call if an operation on so many pages of c needs frames that extra pages have.  A call
 * waits here only once. */
static int frames_wait(struct hurd_cap_call *call, const struct control *c, uint32_t pages)
{
    uint32_t claims = control_claims(c, pages), lack = extra_lack(claims);
    if (!lack || !may_wait(call) || (call->more && call->more->waited))
        return 0;
    int parked = hurd_cap_park(call, KEY_FRAMES);
    if (parked != HURD_CAP_PARKED)
        return parked;
    call->more->waited = 1;
    extra_wanted += claims;
    if (!extra_waits || extra_lack(extra_wanted) > lack)
        recall(lack);
    extra_waits = alarm_wanted = true;
    return HURD_CAP_PARKED;
}

int lock_wait(struct hurd_cap_call *call, struct container *c)
{
    uint32_t until;
    if (!c->locks)
        return 0;
    if (!may_wait(call) || !lock_held(c, now(), &until)) {
        c->barred = false;
        return 0;
    }
    int parked = hurd_cap_park(call, KEY_LOCK);
    if (parked != HURD_CAP_PARKED)
        return parked;
    c->barred = true;
    c->barred_until = until + HURD_PM_LOCK_TIME;    /* the call's task may die meanwhile */
    if (!locks_awaited || time_before(until, lock_end))
        lock_end = until;
    locks_awaited = alarm_wanted = true;
    return HURD_CAP_PARKED;
}

int lock_refuses(struct hurd_cap_call *call, struct container *c)
{
    uint32_t until;
    return c->locks && may_wait(call) && lock_held(c, now(), &until) ? EAGAIN : 0;
}

/* Lets a request wait for locks and frames before its work begins, and never later. */
int work_wait(struct hurd_cap_call *call, const struct work *work)
{
    const struct copy *how = &work->how;
    int err = 0;
    if (call->more && progress_of(call)->end)
        return 0;
    if (work->kind == WORK_COPY && how->move)
        err = lock_wait(call, how->from);
    if (!err && work->kind != WORK_HARDEN && (work->kind != WORK_ALLOCATE || how->squash)
        && (work->kind != WORK_COPY || how->squash))
        err = lock_wait(call, how->to);
    if (!err && ledger.extra && !how->extra
        && (work->kind == WORK_ALLOCATE || work->kind == WORK_COPY || work->kind == WORK_HARDEN))
        err = frames_wait(call, how->to->control, how->count);
    return err;
}

/* ---- requests -------------------------------------------------------------------------------- */

int serve_notify(struct hurd_cap_call *call)
{
    struct control *c = call_control(call);
    L4_ThreadId_t thread = L4_ThreadIdOfRaw(call->arg[1]);
    if (call->task != c->task)
        return EPERM;
    if (call->arg[1] && (L4_IsLocalId(thread) || L4_Version(thread) != call->task))
        return ESRCH;
    c->notify = call->arg[1];
    c->notify_word = call->arg[2];
    return 0;
}

int serve_extra_info(struct hurd_cap_call *call)
{
    const struct control *c = call_control(call);
    const struct hurd_pm_extra_info info = {
        .guaranteed = c->pages, .extra = c->extra, .most = policy_most(c), .asked = c->asked,
        .seized = c->seized, .room = extra_room(), .all = ledger.extra, .soft = ledger.soft,
        .moved = shake_moved, .shaken = shake_on(),
    };
    return reply_struct(call, &info, sizeof info);
}

/* Words: container, start, size; HARDEN has flags before the start.  `at`: the word of the
 * start. */
static int serve_pages(struct hurd_cap_call *call, enum work_kind kind, unsigned at)
{
    struct work work = { kind, { .to = call_container(call) } };
    int err = pages_of(call->arg[at], call->arg[at + 1], &work.how.to_start, &work.how.count);
    if (!err && !(call->cap->rights & RIGHTS_WRITE))
        err = EACCES;
    if (!err && kind == WORK_HARDEN && (call->arg[1] & ~(L4_Word_t) HURD_PM_EXTRA))
        err = EINVAL;
    if (!err && kind == WORK_HARDEN && !may_spend(call, work.how.to))
        err = EPERM;
    work.how.extra = kind == WORK_HARDEN && call->arg[1];
    return err ? reply_word(call, err, 0) : serve_work(call, &work);
}

int serve_return(struct hurd_cap_call *call)
{
    return serve_pages(call, WORK_RETURN, 1);
}

int serve_harden(struct hurd_cap_call *call)
{
    return serve_pages(call, WORK_HARDEN, 2);
}

int serve_lock(struct hurd_cap_call *call)
{
    uint32_t time = call->arg[1], clock = now();
    if (time == 0 || time > HURD_PM_LOCK_TIME)
        return EINVAL;
    return lock_take(call_container(call), call->task, clock, clock + time);
}

int serve_unlock(struct hurd_cap_call *call)
{
    int err = lock_leave(call_container(call), call->task, now());
    if (locks_awaited)
        hurd_cap_resume(&server, KEY_LOCK);
    return err;
}

int serve_debug_shake(struct hurd_cap_call *call)
{
    if (call_control(call) != control_root)
        return EPERM;
    shake_start(call->arg[1]);
    debug_revoke_period = call->arg[1] != 0;
    alarm_wanted = true;
    return reply_word(call, 0, shake_moved);
}
