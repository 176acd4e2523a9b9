/* SPDX-License-Identifier: MIT */
/* MAP, and ALLOCATE with MAP: the two requests that a pager makes for a page fault.  The hop before
 * is request.c, the hops after are container.c and map.c. */
#include <errno.h>

#include "request.h"

#define MAP_WORDS   5u                      /* of a request without flags */

/* Reads the request's words in either form.  The form of January 2005 (4 words) rounds what is not
 * aligned; in the later form (5 words, or 6), that is EINVAL. */
static int map_arguments(struct hurd_cap_call *call, L4_Word_t *rights, L4_Word_t *vaddr,
                         uint32_t *page, uint32_t *count)
{
    L4_Word_t index, size;
    if (call->words >= MAP_WORDS) {
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

/* Puts a map item behind the others of the reply.  Pre: item->vaddr is aligned to its block. */
static inline void put_item(struct hurd_cap_call *call, const struct map_item *item,
                            unsigned rights, bool more)
{
    L4_Word_t *word = &call->reply[call->reply_typed];
    word[0] = item->vaddr | L4_ITEM_MAP | more;     /* C: another item follows */
    word[1] = item->block.base | (PAGE_LOG2 + item->block.order) << L4_FPAGE_SIZE_SHIFT | rights;
    call->reply_typed += 2;
}

static int map_reply_many(struct hurd_cap_call *call, const struct map_request *how)
{
    struct map_item items[MAP_ITEMS_MAX];
    unsigned n;
    int err = container_map(how, items, &n);
    if (err)
        return err;
    for (unsigned i = 0; i < n; i++)
        put_item(call, &items[i], how->rights, i + 1 < n);
    return 0;
}

static int map_reply(struct hurd_cap_call *call, const struct map_request *how)
{
    struct map_item item;
    if (how->count != 1)
        return map_reply_many(call, how);
    int err = container_map_one(how, &item);
    if (!err)
        put_item(call, &item, how->rights, false);
    return err;
}

/* With flags the pages are pinned before they are mapped, so that no mapping goes between. */
static bool map_pins(const struct hurd_cap_call *call)
{
    return call->words > MAP_WORDS && call->arg[MAP_WORDS] == HURD_PM_PINNED;
}

/* The reply to a request that may have flags.  Once the pages are pinned, they are bound and their
 * own, not shared as copies, so mapping them cannot fail. */
static int map_reply_with_flags(struct hurd_cap_call *call, const struct map_request *how)
{
    uint32_t contiguous;
    int err = map_pins(call) ? pin_range(call, &contiguous) : 0;
    return err ? err : map_reply(call, how);
}

/* Returns 0 if the flags are known, and if this handle may pin, by the rules of PIN; else an
 * errno. */
static int flags_refused(const struct hurd_cap_call *call, const struct map_request *how)
{
    if (call->arg[MAP_WORDS] & ~(L4_Word_t) HURD_PM_PINNED)
        return EINVAL;
    if (!map_pins(call))
        return 0;
    if (how->weak)
        return EPERM;
    if (how->from->window)
        return EBUSY;
    return call->cap->rights & RIGHTS_WRITE ? 0 : EACCES;
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
    if (how->from->window && (rights & RIGHTS_WRITE))
        return EACCES;
    return call->words > MAP_WORDS ? flags_refused(call, how) : 0;
}

int serve_map(struct hurd_cap_call *call)
{
    struct map_request how;
    int err = map_request(call, &how);
    return err ? err : map_reply_with_flags(call, &how);
}

int serve_map_pinned(struct hurd_cap_call *call)
{
    struct map_request how;
    int err = map_request(call, &how);
    return err ? err : map_reply(call, &how);
}

static int allocate_in_turns(struct hurd_cap_call *call, const struct map_request *how)
{
    const struct work work = { WORK_ALLOCATE,
                               { .to = how->from, .to_start = how->start, .count = how->count } };
    uint32_t done;
    int err = work_wait(call, &work);
    if (err)
        return err;
    err = lengthen(call, how->count);
    if (err)
        return err;
    if (!call->more)
        return work_at_once(&work, &done);
    return stretch(&work, progress_of(call)) ? (int) progress_of(call)->err : HURD_CAP_AGAIN;
}

/* Allocates all pages, so that MAP can follow.  Returns 0, an errno, or HURD_CAP_AGAIN.  A request
 * for one page waits only while extra pages come back: see work_wait(). */
static inline int allocate_for_map(struct hurd_cap_call *call, const struct map_request *how)
{
    if (how->count == 1 && !ledger.extra && container_allocate_one(how->from, how->start))
        return 0;
    return allocate_in_turns(call, how);
}

/* Asked first, because what could not be pinned would have to be given back. */
static int pin_refused(const struct hurd_cap_call *call, const struct map_request *how)
{
    const struct account *account = account_of(call->task);
    if (!account)
        return ENOMEM;
    return container_may_wire(how->from, account, how->count) ? 0 : EAGAIN;
}

int serve_allocate_map(struct hurd_cap_call *call)
{
    struct map_request how;
    uint32_t done;
    int err = map_request(call, &how);
    if (!err && !(call->cap->rights & RIGHTS_WRITE))
        err = EACCES;
    if (!err && !may_spend(call, how.from))
        err = EPERM;
    if (!err && map_pins(call))
        err = pin_refused(call, &how);
    if (!err)
        err = allocate_for_map(call, &how);
    if (err)
        return err;
    err = map_reply_with_flags(call, &how);
    if (err && err != HURD_CAP_AGAIN)
        container_deallocate(how.from, how.start, how.count, &done);
    return err;
}
