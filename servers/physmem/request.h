/* SPDX-License-Identifier: MIT */
/* What the request files share: from words to numbers, and back. */
#ifndef PHYSMEM_REQUEST_H
#define PHYSMEM_REQUEST_H

#include <errno.h>
#include <hurd/cap.h>
#include <hurd/physmem.h>

#include "container.h"
#include "stretch.h"

/* What a capability is, for the `kinds` of an operation. */
enum { CONTROL = 1, STRONG = 2, WEAK = 4, SWAP = 8, POLICY = 16, CONTAINER = STRONG | WEAK,
       ANY = CONTROL | CONTAINER | SWAP };
unsigned cap_kind(const struct hurd_cap *cap);

static inline struct container *call_container(struct hurd_cap_call *call)
{
    return (struct container *) call->cap->object;
}

static inline struct control *call_control(struct hurd_cap_call *call)
{
    return (struct control *) call->cap->object;
}

static inline L4_Word_t bytes(uint32_t pages)
{
    return (L4_Word_t) pages << PAGE_LOG2;
}

/* The reply is a word, with an error or not; or a structure of words. */
int reply_word(struct hurd_cap_call *call, int err, L4_Word_t word);
int reply_struct(struct hurd_cap_call *call, const void *info, unsigned size);

/* Bytes to pages: both multiples of the page size, not empty, not beyond 2^32; or EINVAL. */
static inline int pages_of(L4_Word_t start, L4_Word_t size, uint32_t *page,
                           uint32_t *count)
{
    if (size == 0 || ((start | size) & PAGE_MASK) || size - 1 > ~start)
        return EINVAL;
    *page = start >> PAGE_LOG2;
    *count = size >> PAGE_LOG2;
    return 0;
}

/* A container's guarantee is spent by its owner only, which is the task that its control was last
 * given to, and by boot tasks, which equip others. */
static inline bool may_spend(const struct hurd_cap_call *call, const struct container *c)
{
    return call->task < HURD_TASK_FIRST || call->task == c->control->task;
}

/* A request about more than STRETCH_PAGES pages is served in parts from now on: call->more.  Those
 * of programs take turns with the pacer, those of boot tasks go on by the alarm, too (main.c).
 * Returns 0, or an errno if the task cannot pay; a boot task is then served in one piece. */
int lengthen(struct hurd_cap_call *call, uint32_t pages);
bool is_long(const struct hurd_cap_call *call, uint32_t pages);     /* it would be */
struct progress *progress_of(struct hurd_cap_call *call);

/* list.c */
int serve_list(struct hurd_cap_call *call);

/* The work of a request, at once or in turns. */
int serve_work(struct hurd_cap_call *call, const struct work *work);
/* The end of a request that has doomed something since `doomed` was `before`; or that waits for all
 * that is condemned.  Pre: lengthen(). */
int serve_doomed(struct hurd_cap_call *call, uint32_t before);
int serve_condemned(struct hurd_cap_call *call);

/* ---- request_container.c ---- */
int serve_create(struct hurd_cap_call *call);
int serve_share(struct hurd_cap_call *call);
int serve_allocate(struct hurd_cap_call *call);
int serve_deallocate(struct hurd_cap_call *call);
int serve_copy(struct hurd_cap_call *call);
int serve_container_destroy(struct hurd_cap_call *call);
int serve_revoke(struct hurd_cap_call *call);
int serve_release(struct hurd_cap_call *call);
int serve_container_info(struct hurd_cap_call *call);

/* ---- request_pin.c ---- */
int serve_pin(struct hurd_cap_call *call);
int serve_unpin(struct hurd_cap_call *call);
/* Pins the range of a PIN, a MAP or an ALLOCATE_MAP, a long one in turns; *contiguous pages from
 * its start lie behind each other.  Returns 0, an errno, or HURD_CAP_AGAIN: then the request goes
 * on by itself, and ends with its whole reply. */
int pin_range(struct hurd_cap_call *call, uint32_t *contiguous);

/* ---- request_map.c ---- */
int serve_map(struct hurd_cap_call *call);
int serve_map_pinned(struct hurd_cap_call *call);   /* the rest of one whose pages are pinned now */
int serve_allocate_map(struct hurd_cap_call *call);

/* ---- request_control.c ---- */
int serve_split(struct hurd_cap_call *call);
int serve_give_back(struct hurd_cap_call *call);
int serve_pass(struct hurd_cap_call *call);
int serve_control_destroy(struct hurd_cap_call *call);
int serve_control_info(struct hurd_cap_call *call);
int serve_statistics(struct hurd_cap_call *call);
int serve_task_statistics(struct hurd_cap_call *call);
int serve_debug_revoke(struct hurd_cap_call *call);
int serve_cap_info(struct hurd_cap_call *call);
int serve_self_paged(struct hurd_cap_call *call);

/* ---- request_extra.c ---- */
int serve_notify(struct hurd_cap_call *call);
int serve_extra_info(struct hurd_cap_call *call);
int serve_return(struct hurd_cap_call *call);
int serve_harden(struct hurd_cap_call *call);
int serve_lock(struct hurd_cap_call *call);
int serve_unlock(struct hurd_cap_call *call);
int serve_debug_shake(struct hurd_cap_call *call);

/* Holders that have more extra pages than the policy allows are asked for them. */
void extra_enforce(void);

/* Called before the work.  Returns 0; HURD_CAP_PARKED: the request waits for frames that other
 * tasks give back, or for a lock; or an errno. */
int work_wait(struct hurd_cap_call *call, const struct work *work);
int lock_wait(struct hurd_cap_call *call, struct container *c);
int lock_refuses(struct hurd_cap_call *call, struct container *c);    /* EAGAIN: it would wait */

/* ---- swap_request.c ---- */
extern struct hurd_cap_class swap_class;        /* of one object; serve is in request.c */
int serve_swap_out(struct hurd_cap_call *call);
int serve_swap_in(struct hurd_cap_call *call);
int serve_swap_info(struct hurd_cap_call *call);
int serve_swap_quota(struct hurd_cap_call *call);
bool swap_is_paid_by(struct control *control);      /* or will be, by it or one below it */
int serve_swap_grant(struct hurd_cap_call *call);
int serve_swap_attach(struct hurd_cap_call *call);
int serve_swap_wait(struct hurd_cap_call *call);


/* ---- policy_request.c ---- */
extern struct hurd_cap_class policy_class;      /* of one object; serve is in request.c */
int serve_policy_grant(struct hurd_cap_call *call);
int serve_policy_buffer(struct hurd_cap_call *call);
int serve_policy_wait(struct hurd_cap_call *call);

#endif
