/* SPDX-License-Identifier: MIT */
/* How much each task may use of what `task` hands out.  A child's limits are taken out of its
 * owner's, like its memory control, and return there when the child ends.  So a program and all
 * tasks below it never use more than the program got.
 *
 * Invariants: used <= limit, except for kernel memory, which the kernel counts.  The sum of the
 * limits of all tasks never changes after budget_boot(). */
#include "server.h"
#include <hurd/assert.h>
#include <errno.h>
#include <l4/thread.h>

#define BOOT_THREADS    16u             /* for each server that wortel starts */
#define BOOT_BLOCKS     8u
#define POOL_RESERVE    16u             /* 1/16 of the kernel's memory goes to no program, */
#define POOL_LEAST      32u             /* and at least 32 pages */
#define PAGE            0x1000u

/* The least that a task needs: its own record; a first thread and a pager; 72 KB of kernel memory,
 * two thirds of which are used before main(); one block of handles. */
static const L4_Word_t least[HURD_BUDGETS] = {1, 2, 18, 1};

/* Blocks and threads of the other boot tasks are not part of the root task's limits.  false: the
 * root task's limit of kernel memory is not set yet. */
static bool root_is_complete;

static L4_Word_t room(const struct task *t, enum hurd_budget b)
{
    const struct budget *budget = &t->budget[b];
    return budget->used < budget->limit ? budget->limit - budget->used : 0;
}

bool budget_take(struct task *t, enum hurd_budget b)
{
    if (!room(t, b))
        return false;
    t->budget[b].used++;
    return true;
}

void budget_give(struct task *t, enum hurd_budget b)
{
    assert_is(t->budget[b].used, >, 0);
    t->budget[b].used--;
}

void budget_boot(struct task *t)
{
    L4_Word_t servers = BOOT_TASKS - 1;
    bool root = t->id == HURD_TASK_ROOT;
    t->budget[HURD_BUDGET_TASKS] = (struct budget) {root ? TASKS_MAX : 0, 0};
    t->budget[HURD_BUDGET_THREADS].limit =
        root ? THREADS_MAX - servers * BOOT_THREADS : BOOT_THREADS;
    t->budget[HURD_BUDGET_HANDLES].limit = root ? blocks_free - servers * BOOT_BLOCKS : BOOT_BLOCKS;
    t->budget[HURD_BUDGET_KERNEL].limit = HURD_TASK_UNKNOWN;
}

/* ---- kernel memory: the kernel counts it, and has a quota for each space of a program */

static L4_Word_t pool_pages(L4_Word_t *all)
{
    L4_Word_t info[2] = {0, 0}, free_bytes = 0;
    hurd_cap_rpc(hurd_wortel_thread(), HURD_WORTEL_LABEL(HURD_WORTEL_SYSTEM_INFO, wortel_cap), 0,
                 NULL, 2, info, NULL);

    *all = info[1] / PAGE;
    int err = hurd_wortel_space_info(wortel_cap, L4_MyGlobalId(), HURD_SPACE_POOL_FREE,
                                     &free_bytes);
    return err ? HURD_TASK_UNKNOWN : free_bytes / PAGE;
}

/* The root task gets what is free after the boot, less a reserve for all tasks that wortel
 * started. */
static void root_complete(struct task *root)
{
    L4_Word_t all, reserve, left = pool_pages(&all);
    root_is_complete = true;
    if (left == HURD_TASK_UNKNOWN)
        return;
    reserve = all / POOL_RESERVE > POOL_LEAST ? all / POOL_RESERVE : POOL_LEAST;
    root->budget[HURD_BUDGET_KERNEL] = (struct budget) {left > reserve ? left - reserve : 0, 0};
}

void budget_look(struct task *t)
{
    if (t->boot || t->dead || !t->threads)
        return;                         /* what a boot task uses is not part of its limit */
    if (hurd_wortel_space_info(wortel_cap, t->threads->id, HURD_SPACE_KMEM,
                               &t->counter[HURD_SPACE_KMEM]) != 0)
        return;
    t->budget[HURD_BUDGET_KERNEL].used = (t->counter[HURD_SPACE_KMEM] + PAGE - 1) / PAGE;
}

static void kernel_apply(const struct task *t)
{
    if (!t->boot && t->threads && t->budget[HURD_BUDGET_KERNEL].limit != HURD_TASK_UNKNOWN)
        hurd_wortel_space_quota(wortel_cap, t->threads->id, t->budget[HURD_BUDGET_KERNEL].limit);
}

/* ---- between owner and child */

static L4_Word_t share_of(const struct task *owner, enum hurd_budget b, L4_Word_t part,
                          L4_Word_t whole)
{
    L4_Word_t all = room(owner, b), most = all - all / 8;
    L4_Word_t share = whole ? (L4_Word_t)((uint64_t)all * part / whole) : 0;
    if (share > most)
        share = most;                   /* the owner keeps 1/8 of everything */
    return share < least[b] ? least[b] : share;
}

struct task *budget_giver(const struct task *t)
{
    struct task *owner = t->forked ? t->owner : NULL;
    return owner && owner->id == t->parent && !owner->boot && !owner->dead ? owner : NULL;
}

/* Each that gives keeps an eighth of its limit. */
void budget_draw(struct task *t, enum hurd_budget b, L4_Word_t wanted)
{
    for (struct task *giver = budget_giver(t); giver && wanted; giver = budget_giver(giver)) {
        if (giver->budget[b].limit == HURD_TASK_UNKNOWN)
            return;
        if (b == HURD_BUDGET_KERNEL)
            budget_look(giver);
        L4_Word_t all = room(giver, b), kept = giver->budget[b].limit / 8;
        L4_Word_t part = all <= kept ? 0 : all - kept < wanted ? all - kept : wanted;
        giver->budget[b].limit -= part;
        t->budget[b].limit += part;
        wanted -= part;
        if (part && b == HURD_BUDGET_KERNEL)
            kernel_apply(giver);
    }
    if (b == HURD_BUDGET_KERNEL)
        kernel_apply(t);
}

/* The owner has so much that the child can have its share, and keeps a little, if there is so
 * much above it. */
static void draw_for(struct task *owner, enum hurd_budget b, L4_Word_t share)
{
    L4_Word_t wanted = share + least[b] / 8, left = room(owner, b);
    if (left < wanted)
        budget_draw(owner, b, wanted - left);
}

int budget_split(struct task *child, L4_Word_t part, L4_Word_t whole)
{
    struct task *owner = child->owner;
    L4_Word_t share[HURD_BUDGETS];
    if (owner->id == HURD_TASK_ROOT && !root_is_complete)
        root_complete(owner);
    budget_look(owner);
    for (enum hurd_budget b = 0; b < HURD_BUDGETS; b++) {
        share[b] = share_of(owner, b, part, whole);
        if (owner->budget[b].limit == HURD_TASK_UNKNOWN) {
            share[b] = HURD_TASK_UNKNOWN;
            continue;
        }
        draw_for(owner, b, share[b]);
        if (share[b] > room(owner, b))
            return b == HURD_BUDGET_KERNEL ? ENOMEM : EAGAIN;
    }
    /* ---- commit */
    for (enum hurd_budget b = 0; b < HURD_BUDGETS; b++) {
        child->budget[b] = (struct budget) {share[b], 0};
        if (share[b] != HURD_TASK_UNKNOWN)
            owner->budget[b].limit -= share[b];
    }
    child->budget[HURD_BUDGET_TASKS].used = 1;
    kernel_apply(owner);
    return 0;
}

void budget_fold(struct task *child)
{
    struct task *owner = child->owner;
    for (enum hurd_budget b = 0; owner && b < HURD_BUDGETS; b++) {
        L4_Word_t kept = b == HURD_BUDGET_TASKS ? child->budget[b].used : 0;
        if (child->budget[b].limit != HURD_TASK_UNKNOWN)
            owner->budget[b].limit += child->budget[b].limit - kept;
        child->budget[b].limit = kept;
    }
    if (owner)
        kernel_apply(owner);
}

void budget_give_back(struct task *t, L4_Word_t children)
{
    for (const struct task *child = all_tasks; child; child = child->next)
        children -= child->owner == t && !child->dead && children > 0;
    budget_look(t);
    for (enum hurd_budget b = 0; b < HURD_BUDGETS; b++) {
        L4_Word_t left = room(t, b), keep = children * least[b];
        if (t->budget[b].limit == HURD_TASK_UNKNOWN || left <= keep)
            continue;
        t->budget[b].limit -= left - keep;
        t->owner->budget[b].limit += left - keep;
    }
    kernel_apply(t);
    kernel_apply(t->owner);
}
