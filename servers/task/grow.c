/* SPDX-License-Identifier: MIT */
/* A child of fork() that runs short of memory gets more from those above it: HURD_TASK_GROW.
 *
 * Frames go from one memory control to another below it, so none is promised twice.  The giver
 * keeps at least half of what the child has then, so a child cannot starve its parent. */
#include "server.h"
#include <hurd/physmem.h>
#include <errno.h>

#define BOOKS_OF        512u            /* frames for which a control has a page for records */
#define KERNEL_OF       8u              /* frames for which it has a page of the kernel's memory */

struct memory {
    L4_Word_t guarantee, unused;
};

static bool memory_of(const struct task *t, struct memory *memory)
{
    struct hurd_pm_control_info info;
    if (!t->has_control || hurd_pm_control_info(physmem, t->control, &info) != 0)
        return false;
    L4_Word_t unused = info.guarantee > info.used ? info.guarantee - info.used : 0;
    *memory = (struct memory){info.guarantee, unused};
    return true;
}

/* So many frames may go from one with so much left to one that has a guarantee already: then twice
 * what is left is what the other has.  Books for them go as well. */
static L4_Word_t part_of(L4_Word_t unused, L4_Word_t guarantee)
{
    L4_Word_t part = unused > guarantee / 2 ? (2 * unused - guarantee) / 3 : 0;
    L4_Word_t books = part / BOOKS_OF + 2;
    return part > books ? part - books : 0;
}

/* Takes what it can from one of those above t. */
static L4_Word_t take(const struct task *t, const struct task *giver, L4_Word_t guarantee,
                      L4_Word_t most)
{
    struct memory theirs;
    L4_Word_t part = memory_of(giver, &theirs) ? part_of(theirs.unused, guarantee) : 0;
    if (part > most)
        part = most;
    return part && !hurd_pm_control_pass(physmem, giver->control, t->control, part) ? part : 0;
}

int task_grow(struct task *t, L4_Word_t least, L4_Word_t most, L4_Word_t *got)
{
    struct memory own;
    *got = 0;
    if (!memory_of(t, &own))
        return ENOMEM;
    for (struct task *giver = budget_giver(t); giver && (*got < least || !*got);
         giver = budget_giver(giver))
        *got += take(t, giver, own.guarantee + *got, most - *got);
    if (*got)
        budget_draw(t, HURD_BUDGET_KERNEL, *got / KERNEL_OF);
    return *got < least ? ENOMEM : 0;
}
