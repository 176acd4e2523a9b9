/* SPDX-License-Identifier: MIT */
/* Policies and what they decide. Before: paged.c, which needs a frame, or memory.c, when physmem
 * has no more. After: policy.c or the program's own, which choose; clean pages are dropped here,
 * changed ones go to a worker first (paged.c), and the thread that needs the frame waits. */
#include "evict.h"
#include <errno.h>
#include "mm.h"
#include "paged.h"
#include "pageout.h"

static struct hurd_policy policies[HURD_POLICIES];

void policies_start(void)
{
    for (struct hurd_policy *p = policies; p < policies + HURD_POLICIES; p++)
        *p = (struct hurd_policy){.ops = NULL};
    policies[HURD_POLICY_TASK].ops = &hurd_policy_clock;
}

struct hurd_policy *policy_of(L4_Word_t number)
{
    return number < HURD_POLICIES && policies[number].ops ? &policies[number] : NULL;
}

unsigned policy_number(const struct hurd_policy *policy)
{
    return (unsigned)(policy - policies);
}

void page_choosable(struct hurd_page *page, bool yes)
{
    const struct hurd_policy_ops *ops = page->policy->ops;
    bool was = page->flags & PAGE_CHOOSABLE;
    if (page->flags & PAGE_AHEAD)
        ahead_end(page, false);
    if (yes && !was) {
        page->mark = 0;
        page->flags |= PAGE_CHOOSABLE;
        ops->fault(page->policy, page);
    } else if (!yes && was) {
        page->flags &= (uint16_t)~PAGE_CHOOSABLE;
        ops->forget(page->policy, page);
    }
}

/* ---- one out ---- */

/* Any page of the policy: the one that it chose is not a page of its own that may leave. */
static struct hurd_page *any_page(struct hurd_policy *policy, const struct store *but)
{
    for (uint32_t i = 0; i < mm.pool.slots; i++) {
        struct hurd_page *page = (struct hurd_page *)mm.pool.table + i;
        if (page->policy == policy && page->flags & PAGE_CHOOSABLE && page->store != but)
            return page;
    }
    return NULL;
}

struct hurd_page *evict_choose(struct hurd_policy *policy)
{
    struct hurd_page *page = ahead_victim(policy);
    if (page)
        return page;
    page = page_checked(policy->ops->victim(policy));
    if (page && page->policy == policy && page->flags & PAGE_CHOOSABLE)
        return page;
    page = any_page(policy, NULL);
    return page ? page : ahead_oldest(policy);
}

/* Some page of the policy is on its way out. */
static bool is_leaving(const struct hurd_policy *policy)
{
    for (uint32_t i = 0; i < mm.pool.slots; i++) {
        const struct hurd_page *page = (struct hurd_page *)mm.pool.table + i;
        if (page->policy == policy && page->flags & PAGE_LEAVING)
            return true;
    }
    return false;
}

int evict_one(struct hurd_policy *policy)
{
    struct hurd_page *page = policy->pages ? evict_choose(policy) : NULL;
    if (page && page->store == &mm.anonymous) {
        if (pageout_batch(policy, page) == EVICT_WAITS)
            return EVICT_WAITS;
        page = any_page(policy, &mm.anonymous);
        if (!page)
            page = ahead_oldest(policy);
    }
    if (!page)
        return policy->pages && is_leaving(policy) ? EVICT_WAITS : ENOMEM;
    page_choosable(page, false);
    page_hide(page, HURD_VM_RIGHTS);
    if (page->flags & PAGE_CLEANING) {
        page->flags |= PAGE_LEAVING;
        return EVICT_WAITS;
    }
    if (!(page->flags & PAGE_DIRTY)) {
        mm.counters.evicted++;
        page_leave(page);
        return 0;
    }
    page->flags |= PAGE_LEAVING;
    int error = paged_clean(page);
    if (error) {
        page->flags &= (uint16_t)~PAGE_LEAVING;
        page_choosable(page, true);
        return ENOMEM;
    }
    return EVICT_WAITS;
}

/* From those that may give: whose pages are not counted. */
static int evict_any(void)
{
    int result = ENOMEM;
    for (struct hurd_policy *p = policies; p < policies + HURD_POLICIES; p++) {
        if (!p->ops || p->frames)
            continue;
        int error = evict_one(p);
        if (error == 0)
            return 0;
        if (error == EVICT_WAITS)
            result = EVICT_WAITS;
    }
    return result;
}

/* ---- a frame for a page ---- */

/* A page that is on its way in can be chosen when it has come. */
static int or_wait(int error)
{
    return error == ENOMEM && (mm.room.coming || mm.room.leaving) ? EVICT_WAITS : error;
}

/* The frame of a page that leaves may only fill up the reserve, if a worker has taken one from it.
 * So these two go on until there is a frame, or nothing to evict. */
int evict_slot(struct hurd_policy *policy, struct hurd_page **page)
{
    int error = 0;
    while (!error && policy->frames && policy->pages >= policy->frames)
        error = evict_one(policy);
    while (!error && !(*page = page_take())) {
        error = policy->pages ? evict_one(policy) : ENOMEM;
        if (error == ENOMEM)
            error = evict_any();
    }
    return or_wait(error);
}

/* Half of the pages at most go for one batch. */
struct hurd_page *evict_spare(struct hurd_policy *policy, unsigned taken)
{
    bool full = policy->frames && policy->pages >= policy->frames;
    struct hurd_page *page = full ? NULL : page_take();
    if (page || taken >= policy->pages / 2 || evict_one(policy))
        return page;
    return page_take();
}

int evict_frame(void)
{
    if (!mm.pool.heads)
        return ENOMEM;
    while (!pool_shrink(true)) {
        int error = evict_any();
        if (error)
            return or_wait(error);
    }
    return 0;
}

/* ---- policies ---- */

/* Wired, or text of the image that is the pager's (mm_init.c). */
static bool is_pagers(const struct map *map)
{
    return map->store == &mm.wired ||
           (map->is.permanent && map->store->class->kind == HURD_MM_CONTAINER &&
            !(map->is.rights & HURD_VM_WRITE));
}

/* The pager executes and reads it, so it must be on pages that the pager may touch. */
static bool is_wired(const void *first, size_t size)
{
    struct map *map = map_find(&mm.space, (uintptr_t)first);
    return map && is_pagers(map) && map->range.last - (uintptr_t)first >= size - 1;
}

static bool function_is_wired(const void *function)
{
    return !function || is_wired(function, 1);
}

static bool ops_are_sound(const struct hurd_policy_ops *ops)
{
    return is_wired(ops, sizeof *ops) && ops->fault && ops->victim && ops->forget &&
           function_is_wired(ops->fault) && function_is_wired(ops->victim) &&
           function_is_wired(ops->forget) && function_is_wired(ops->touched) &&
           function_is_wired(ops->dirty) && function_is_wired(ops->hint) &&
           ops->memory <= HURD_MM_PAGE;
}

/* Memory that a policy got stays its number's. */
static int policy_fill(struct hurd_policy *p, const struct hurd_policy_ops *ops, uint32_t parameter)
{
    void *memory = p->memory;
    if (!ops_are_sound(ops))
        return EINVAL;
    if (ops->memory && !memory && !(memory = wired_page_new()))
        return ENOMEM;
    if (memory)
        for (uint32_t i = 0; i < HURD_MM_PAGE / sizeof(uint32_t); i++)
            ((uint32_t *)memory)[i] = 0;
    *p = (struct hurd_policy){.ops = ops, .frames = p->frames, .pages = p->pages,
                              .memory = memory, .word = {parameter, 0}, .leaving = p->leaving};
    return 0;
}

int policy_create(const struct hurd_policy_ops *ops, uint32_t frames, uint32_t parameter,
                  unsigned *number)
{
    for (*number = 1; *number < HURD_POLICIES; ++*number) {
        struct hurd_policy *p = &policies[*number];
        if (p->ops)
            continue;
        int error = policy_fill(p, ops, parameter);
        if (!error)
            p->frames = frames;
        return error;
    }
    return EAGAIN;
}

/* The new one gets the pages in the order of their slots: the old one's order is its own business.
 */
int policy_replace(unsigned number, const struct hurd_policy_ops *ops, uint32_t parameter)
{
    struct hurd_policy *p = policy_of(number);
    if (!p)
        return ENOENT;
    int error = policy_fill(p, ops, parameter);
    for (uint32_t i = 0; !error && i < mm.pool.slots; i++) {
        struct hurd_page *page = (struct hurd_page *)mm.pool.table + i;
        if (page->policy == p && page->flags & PAGE_CHOOSABLE) {
            page->mark = 0;
            p->ops->fault(p, page);
        }
    }
    return error;
}

int policy_limit(unsigned number, uint32_t frames)
{
    struct hurd_policy *p = policy_of(number);
    if (!p)
        return ENOENT;
    p->frames = frames;
    return 0;
}

int policy_destroy(unsigned number)
{
    struct hurd_policy *p = policy_of(number);
    if (!p || number == HURD_POLICY_TASK)
        return ENOENT;
    if (p->pages)
        return EBUSY;
    for (struct map *m = map_from(&mm.space, 0); m; m = map_next(&mm.space, m))
        if (m->is.policy == number)
            return EBUSY;
    *p = (struct hurd_policy){.memory = p->memory};
    return 0;
}

static bool has_anonymous(uintptr_t first, uintptr_t last)
{
    struct map *m = map_from(&mm.space, first);
    while (m && m->range.first <= last && !map_has_own_pages(m))
        m = map_next(&mm.space, m);
    return m && m->range.first <= last;
}

int policy_bind(uintptr_t address, uintptr_t size, unsigned number, bool anyway)
{
    uintptr_t last = address + (size - 1);
    int error = policy_of(number) ? region_check(address, size) : ENOENT;
    if (!error && number && has_anonymous(address, last) && !room_want_swap() && !anyway &&
        mm.room.swap == SWAP_WANTED)
        return EAGAIN;
    if (!error && !slab_reserve(&mm.slab, map_cuts(&mm.space, address, last)))
        error = ENOMEM;
    if (error)
        return error;
    map_cut(&mm.space, address, last);
    struct map *m = map_from(&mm.space, address);
    for (; m && m->range.first <= last; m = map_next(&mm.space, m))
        m->is.policy = (unsigned char)number;
    for (m = map_from(&mm.space, address); m && m->range.first <= last; m = map_next(&mm.space, m))
        pageout_watch(m, m->range.first, m->range.last);
    map_join(&mm.space, address, last);
    return 0;
}
