/* SPDX-License-Identifier: MIT */
/* Long work, a part at a time.  The hop before is request.c, which keeps the progress of a request,
 * the hops after are container.c and copy.c. */
#include "stretch.h"
#include "soft.h"

#include <hurd/assert.h>
#include <errno.h>

enum phase { CHECK, COMMIT, TAKE_BACK, OVER };

static struct work part_of(const struct work *work, uint32_t at, uint32_t n)
{
    struct work part = *work;
    part.how.from_start += at;
    part.how.to_start += at;
    part.how.count = n;
    part.how.partial = true;
    return part;
}

/* Where there is nothing to do before the commit. */
static bool needs_no_check(const struct work *work)
{
    const struct container *c = work->how.to;
    if (work->kind == WORK_ALLOCATE || work->kind == WORK_COPY)
        return work->how.partial;
    return (work->kind != WORK_DEALLOCATE && work->kind != WORK_RETURN) || c->pins == 0;
}

/* Work that skips holes goes on at the next page that is used. */
static uint32_t next_page(const struct work *work, uint32_t at)
{
    const struct copy *how = &work->how;
    if (work->kind == WORK_ALLOCATE || work->kind == WORK_COPY || work->kind == WORK_HARDEN)
        return at;
    return container_next_any(how->to, how->to_start + at, how->to_start + how->count)
           - how->to_start;
}

static int part_check(const struct work *part, uint32_t *need)
{
    const struct copy *how = &part->how;
    int err;
    if (part->kind == WORK_DEALLOCATE || part->kind == WORK_RETURN)
        return container_busy(how->to, how->to_start, how->count) ? EBUSY : 0;
    if (part->kind == WORK_COPY)
        err = copy_check(how, need);
    else
        err = container_check(how->to, how->to_start, how->count, how->squash, need);
    if (!err && *need > container_holes_left(how->to, how->extra))
        err = ENOMEM;
    const struct account *account = account_of(how->to->task);
    if (!err && how->to->wired && !(account && container_may_wire(how->to, account, *need)))
        err = account ? EAGAIN : ENOMEM;
    return err;
}

bool work_is_vain(const struct work *work)
{
    return chores && (work->kind == WORK_ALLOCATE || work->kind == WORK_COPY)
           && control_dying(work->how.to->control);
}

int work_at_once(const struct work *work, uint32_t *done)
{
    const struct copy *how = &work->how;
    *done = 0;
    switch (work->kind) {
    case WORK_ALLOCATE:
        return (how->extra ? container_allocate_extra : container_allocate)
               (how->to, how->to_start, how->count, how->squash, how->partial, done);
    case WORK_DEALLOCATE:
        return container_deallocate(how->to, how->to_start, how->count, done);
    case WORK_RELEASE:
        container_release(how->to, how->to_start, how->count, done);
        return 0;
    case WORK_UNMAP:
        container_unmap(how->to, how->to_start, how->count);
        return 0;
    case WORK_COPY:
        return container_copy(how, done);
    case WORK_RETURN:
        return container_return(how->to, how->to_start, how->count, done);
    case WORK_HARDEN:
        return container_harden(how->to, how->to_start, how->count, how->extra, done);
    }
    return EINVAL;
}

static void part_take_back(const struct work *part)
{
    if (part->kind == WORK_COPY)
        copy_take_back(&part->how);
    else
        container_prune(part->how.to, part->how.to_start, part->how.count);
}

static void phase_begin(struct progress *p, enum phase phase, uint32_t at, uint32_t end)
{
    p->phase = phase;
    p->at = at;
    p->end = end;
}

/* The check made nodes, and groups of one, up to `end`; what is committed stays. */
static void fail(const struct work *work, struct progress *p, int err, uint32_t at, uint32_t end)
{
    bool made = work->kind == WORK_ALLOCATE || work->kind == WORK_COPY;
    p->err = err;
    phase_begin(p, made ? TAKE_BACK : OVER, at, end);
}

static void part_do(const struct work *work, struct progress *p, uint32_t n)
{
    const struct work part = part_of(work, p->at, n);
    uint32_t done = 0, at = p->at;
    int err = 0;
    p->at += n;
    if (p->phase == CHECK)
        err = part_check(&part, &p->need);
    else if (p->phase == COMMIT)
        err = work_at_once(&part, &done);
    else
        part_take_back(&part);
    p->done += done;
    assert_is(p->done, <=, work->how.count);
    if (err && p->phase == CHECK)
        fail(work, p, err, 0, at + n);
    else if (err)
        fail(work, p, err, at, work->how.count);
}

bool stretch(const struct work *work, struct progress *p)
{
    if (p->end == 0)
        phase_begin(p, needs_no_check(work) ? COMMIT : CHECK, 0, work->how.count);
    if (p->phase != TAKE_BACK)
        p->at = next_page(work, p->at);
    if (p->at < p->end) {
        uint32_t left = p->end - p->at;
        part_do(work, p, left < STRETCH_PAGES ? left : STRETCH_PAGES);
    }
    if (p->phase != OVER && p->at >= p->end)
        phase_begin(p, p->phase == CHECK ? COMMIT : OVER, 0, work->how.count);
    return p->phase == OVER;
}

/* ---- containers that no handle names any more ------------------------------------------------ */

bool doom_small_ones;
uint32_t doomed, reaped;

static struct container *first, **last = &first;

void container_doom(struct container *c)
{
    if (doom_small_ones || container_slots(c) > STRETCH_PAGES)
        container_condemn(c);
    else
        container_destroy(c);
}

void container_condemn(struct container *c)
{
    container_forget(c);
    c->doomed = true;
    c->next_doomed = NULL;
    *last = c;
    last = &c->next_doomed;
    doomed++;
}

/* A part of the first one, or what is left of it.  Returns how many pages that was.  Few pages go
 * together, however far apart they are. */
static uint32_t reap_first(void)
{
    struct container *c = first;
    uint32_t done = container_slots(c);
    assert(c->doomed && !c->object.caps);
    if (done > STRETCH_PAGES) {
        uint32_t page = container_next_any(c, 0, PAGES_MAX), left = PAGES_MAX - page;
        container_deallocate(c, page, left < STRETCH_PAGES ? left : STRETCH_PAGES, &done);
        if (container_slots(c))
            return STRETCH_PAGES;
    }
    first = c->next_doomed;
    if (!first)
        last = &first;
    reaped++;
    container_destroy(c);
    return done;
}

/* Small ones that follow go in the same part. */
void reap(void)
{
    if (chores) {
        bury();
        unsteady();
    }
    uint32_t done = first ? reap_first() : STRETCH_PAGES;
    while (first && done + container_weight(first) <= STRETCH_PAGES) {
        done += container_weight(first);
        reap_first();
    }
}

/* ---- marks of tasks that page themselves by now ---------------------------------------------- */

#define LOOKS       1024u               /* controls, containers and pages of one part */
#define PAGE_LOOKS  4u                  /* a page counts for so many: 30,000 instructions in all */

/* Where the walk is: a chore while control is not NULL.  The root, which is the last control of
 * all, never goes. */
static struct {
    struct control *control;
    struct container *container;        /* NULL: behind the last one of that control */
    uint32_t page;
    bool again;                         /* somebody has asked since it began */
} walk;

static bool made_by_self_paged(const struct container *c)
{
    const struct account *account = account_of(c->task);
    return account && account->self_paged;
}

void unsteady_later(struct container *c)
{
    c->steady |= !made_by_self_paged(c);
}

static void walk_to(struct control *control)
{
    walk.control = control;
    walk.container = control ? control->containers : NULL;
    walk.page = 0;
}

static void walk_on(void)
{
    walk.container = walk.container->next;
    walk.page = 0;
}

void unsteady_forget(const struct container *c)
{
    if (walk.container == c)
        walk_on();
}

void unsteady_forget_control(const struct control *c)
{
    if (walk.control == c)
        walk_to(c->all_next);
}

void unsteady_begin(void)
{
    walk.again = walk.control != NULL;
    if (walk.again)
        return;
    walk_to(control_all);
    chores++;
}

/* Returns how many pages it has looked at; `most`: some are left. */
static uint32_t container_unsteady(struct container *c, uint32_t most)
{
    uint32_t looked = 0;
    for (uint32_t page = walk.page; looked < most; looked++, page++) {
        walk.page = page = container_next_any(c, page, PAGES_MAX);
        if (page == PAGES_MAX) {
            c->steady = false;
            break;
        }
        slot_t slot = *container_slot(c, page);
        if (slot_bound(slot))
            *frame_find(slot_frame(slot)) &= ~FRAME_STEADY;
        walk.page++;
    }
    return looked;
}

/* One step.  Returns how many looks it was. */
static uint32_t unsteady_step(uint32_t left)
{
    struct container *c = walk.container;
    uint32_t looked = 0, most = left / PAGE_LOOKS + 1;
    if (!c) {
        walk_to(walk.control->all_next);
        return 1;
    }
    if (c->steady && made_by_self_paged(c))
        looked = container_unsteady(c, most);
    if (looked < most)
        walk_on();
    return 1 + PAGE_LOOKS * looked;
}

void unsteady(void)
{
    if (!walk.control)
        return;
    for (uint32_t done = 0; walk.control && done < LOOKS; )
        done += unsteady_step(LOOKS - done);
    if (!walk.control && walk.again) {
        walk.again = false;
        walk_to(control_all);
    } else if (!walk.control) {
        chores--;
    }
}
