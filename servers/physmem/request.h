/* SPDX-License-Identifier: MIT */
/* What request.c and request_extra.c share. */
#ifndef PHYSMEM_REQUEST_H
#define PHYSMEM_REQUEST_H

#include <errno.h>
#include <hurd/cap.h>
#include <hurd/physmem.h>

#include "container.h"
#include "server.h"
#include "stretch.h"

#define FIRST_LABEL HURD_PM_CONTAINER_MAP_OLD

struct operation {
    int (*serve)(struct hurd_cap_call *call);
    unsigned char kinds;                    /* capabilities it is for */
    unsigned char least, most;              /* words */
};

/* What a capability is, for the `kinds` of an operation. */
enum { CONTROL = 1, STRONG = 2, WEAK = 4, CONTAINER = STRONG | WEAK, ANY = CONTROL | CONTAINER };

static inline unsigned cap_kind(const struct hurd_cap *cap)
{
    if (cap->object->class == &control_class)
        return CONTROL;
    return cap->flags & HURD_CAP_WEAK ? WEAK : STRONG;
}

static inline struct container *call_container(struct hurd_cap_call *call)
{
    return (struct container *) call->cap->object;
}

static inline struct control *call_control(struct hurd_cap_call *call)
{
    return (struct control *) call->cap->object;
}

static inline int reply_word(struct hurd_cap_call *call, int err, L4_Word_t word)
{
    call->reply_label = err;
    call->reply[0] = word;
    call->reply_words = 1;
    return 0;
}

/* Bytes to pages: both multiples of the page size, not empty, not beyond 2^32. */
static inline int pages_of(L4_Word_t start, L4_Word_t size, uint32_t *page, uint32_t *count)
{
    if (size == 0 || ((start | size) & PAGE_MASK) || size - 1 > ~start)
        return EINVAL;
    *page = start >> PAGE_LOG2;
    *count = size >> PAGE_LOG2;
    return 0;
}

/* Partial or not; EINVAL for contradictions and for flags outside `allowed`. */
static inline int check_flags(L4_Word_t flags, L4_Word_t allowed)
{
    const L4_Word_t both = HURD_PM_PARTIAL | HURD_PM_ALL_OR_NONE;
    return (flags & ~(allowed | both)) || (flags & both) == both ? EINVAL : 0;
}

static inline L4_Word_t bytes(uint32_t pages)
{
    return (L4_Word_t) pages << PAGE_LOG2;
}

/* A container's guarantee is spent by its owner only, which is the task that its control was last
 * given to, and by boot tasks, which equip others. */
static inline bool may_spend(const struct hurd_cap_call *call, const struct container *c)
{
    return call->task < HURD_TASK_FIRST || call->task == c->control->task;
}

/* ---- long requests ------------------------------------------------------------------------------
 * */

/* Shall it be served in turns?  Boot tasks are not made to wait for programs. */
static inline bool is_long(const struct hurd_cap_call *call, uint32_t pages)
{
    return call->more || (takes_turns && pages > STRETCH_PAGES && call->task >= HURD_TASK_FIRST);
}

static inline struct progress *progress_of(struct hurd_cap_call *call)
{
    _Static_assert(sizeof(struct progress) <= sizeof call->more->state, "it is kept there");
    return (struct progress *) call->more->state;
}

/* The work of a request, at once or in turns. */
int serve_work(struct hurd_cap_call *call, const struct work *work);

/* The reply is a structure of words. */
int reply_struct(struct hurd_cap_call *call, const void *info, unsigned size);

/* ---- request_extra.c ---- */
const struct operation *extra_operation(unsigned label);        /* NULL: no such one */

/* Before the work: 0, or HURD_CAP_WAIT: for frames that others give back, or for a lock; or an errno. */
int work_wait(struct hurd_cap_call *call, const struct work *work);
int lock_wait(struct hurd_cap_call *call, struct container *c);

#endif
