/* SPDX-License-Identifier: MIT */
/* What request.c, request_extra.c and swap_request.c share: from words to numbers, and back. */
#ifndef PHYSMEM_REQUEST_H
#define PHYSMEM_REQUEST_H

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
int pages_of(L4_Word_t start, L4_Word_t size, uint32_t *page, uint32_t *count);

/* A container's guarantee is spent by its owner only, which is the task that its control was last
 * given to, and by boot tasks, which equip others. */
bool may_spend(const struct hurd_cap_call *call, const struct container *c);

/* Shall it be served in turns?  Boot tasks are not made to wait for programs. */
bool is_long(const struct hurd_cap_call *call, uint32_t pages);
struct progress *progress_of(struct hurd_cap_call *call);

/* list.c */
int serve_list(struct hurd_cap_call *call);

/* The work of a request, at once or in turns. */
int serve_work(struct hurd_cap_call *call, const struct work *work);

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
