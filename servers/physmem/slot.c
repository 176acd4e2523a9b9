/* SPDX-License-Identifier: MIT */
/* Sharing and copy-on-write, one page at a time.  The hop before is container.c and copy.c; frames
 * come from frame.c, mappings go by sweep.c.
 *
 * The rules that everything rests on: a frame with more than one user is mapped to nobody for
 * writing; a frame gets its contents, zero or a copy, before anybody can map it; a frame loses its
 * mappings before it loses its contents. */
#include "slot.h"

#include <hurd/assert.h>
#include <string.h>

#include "control.h"
#include "swap.h"

static void revoke_page(paddr_t pa, unsigned rights)
{
    struct sweep s;
    sweep_begin(&s, rights, false);
    sweep_add(&s, pa);
    sweep_end(&s);
}

void slot_sweeps_begin(struct slot_sweeps *s)
{
    sweep_begin(&s->freed, RIGHTS_ALL, true);
    sweep_begin(&s->kept, RIGHTS_ALL, false);
}

void slot_sweeps_end(struct slot_sweeps *s)
{
    sweep_end(&s->kept);
    sweep_end(&s->freed);
}

static void frame_release(paddr_t pa, bool seen, struct slot_sweeps *s)
{
    frame_t *word = frame_find(pa);
    assert_is((*word & (FRAME_FREE | FRAME_USERS)) - 1, <, FRAME_USERS); /* some users, not free */
    --*word;
    if (*word & FRAME_USERS && !seen)
        return;
    if (!(*word & FRAME_USERS) && (*word & FRAME_STORED))
        swap_unstore(pa);
    if (s->freed.n == SWEEP_RUNS)     /* full: sweep_add() would free it before `kept` is swept */
        slot_sweeps_end(s);
    sweep_add(*word & FRAME_USERS ? &s->kept : &s->freed, pa);
}

void slot_release(slot_t slot, struct slots_account *account, struct slot_sweeps *s)
{
    if (slot_swapped(slot))
        swap_drop(account, slot_block(slot));
    if (!slot_bound(slot))
        return;
    paddr_t pa = slot_frame(slot);
    bool seen = slot_seen(slot);
    if ((slot & SLOT_TAG) == SLOT_GROUP) {
        struct group *group = slot_group(slot);
        assert_is(group->members, >, 0);
        if (--group->members) {
            if (seen)
                sweep_add(&s->kept, pa);
            return;
        }
        slab_free(group, sizeof *group);
    }
    frame_release(pa, seen, s);
}

bool slot_bind(slot_t *slot)
{
    if (slot_bound(*slot))
        return true;
    assert(slot_lazy(*slot));
    paddr_t pa = frame_alloc(0);
    if (!pa)
        return false;
    memset(phys_pointer(pa), 0, PAGE_SIZE);
    *slot = slot_of_frame(pa) | (*slot & SLOT_EXTRA);
    return true;
}

static void frame_copy(paddr_t to, paddr_t from)
{
    memcpy(phys_pointer(to), phys_pointer(from), PAGE_SIZE);
}

bool slot_own(slot_t *slot)
{
    if (!slot_bound(*slot))
        return slot_bind(slot);
    paddr_t old = slot_frame(*slot);
    if (frame_users(old) == 1) {
        if (*frame_find(old) & FRAME_STORED)
            swap_unstore(old);
        return true;
    }
    bool seen = slot_seen(*slot);
    paddr_t new = frame_alloc(0);
    if (!new)
        return false;
    frame_copy(new, old);
    if ((*slot & SLOT_TAG) == SLOT_GROUP)
        slot_group(*slot)->frame = new;
    else
        *slot = slot_of_frame(new) | (*slot & SLOT_EXTRA);
    --*frame_find(old);
    if (seen)
        revoke_page(old, RIGHTS_ALL);   /* this page's mappings still show the old frame */
    return true;
}

bool slot_share(slot_t *slot, struct control *payer)
{
    if (!slot_bind(slot))
        return false;
    if ((*slot & SLOT_TAG) == SLOT_GROUP)
        return true;
    struct group *group = control_alloc(payer, sizeof *group);
    if (!group)
        return false;
    *group = (struct group) { .frame = slot_frame(*slot), .members = 1, .seen = slot_seen(*slot) };
    *slot = (slot_t) group | SLOT_GROUP | (*slot & SLOT_EXTRA);
    return true;
}

void slot_unshare(slot_t *slot)
{
    if ((*slot & SLOT_TAG) != SLOT_GROUP || slot_group(*slot)->members > 1)
        return;
    struct group *group = slot_group(*slot);
    *slot = slot_of_frame(group->frame) | (group->seen ? SLOT_SEEN : 0) | (*slot & SLOT_EXTRA);
    slab_free(group, sizeof *group);
}

slot_t slot_duplicate(slot_t source, paddr_t frame)
{
    frame_copy(frame, slot_frame(source));
    return slot_of_frame(frame);
}

slot_t slot_copy(slot_t source, struct sweep *readonly)
{
    if (!slot_bound(source))
        return SLOT_LAZY;
    paddr_t pa = slot_frame(source);
    assert_is(frame_users(pa), <, FRAME_USERS);
    ++*frame_find(pa);
    sweep_add(readonly, pa);
    return slot_of_frame(pa);
}

bool slot_shared(slot_t s)
{
    if (!slot_bound(s))
        return false;
    return frame_users(slot_frame(s)) > 1
           || ((s & SLOT_TAG) == SLOT_GROUP && slot_group(s)->members > 1);
}
