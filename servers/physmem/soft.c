/* SPDX-License-Identifier: MIT */
/* Soft references.  The hop before is request_extra.c; frame.c takes the frames when it has no
 * others.
 *
 * Invariants: a record is on the queue  <=>  one slot of its container names it; ledger.soft counts
 * the records; the frame of a record has no users and no mappings, and is in no list of buddy.c.
 * Only the same page of the same container can get its contents again. */
#include "soft.h"

#include <hurd/assert.h>
#include <errno.h>

#include "swap.h"

static struct soft *oldest, **newest = &oldest;

static void queue_leave(struct soft *soft)
{
    assert(*soft->link == soft && ledger.soft > 0);
    *soft->link = soft->next;
    if (soft->next)
        soft->next->link = soft->link;
    else
        newest = soft->link;
    ledger.soft--;
}

static void record_free(struct soft *soft)
{
    queue_leave(soft);
    slab_free(soft, sizeof *soft);
}

void soft_drop(struct soft *soft)
{
    paddr_t frame = soft->frame;
    record_free(soft);
    buddy_free(frame, 0);
}

bool soft_reclaim(void)
{
    if (!oldest)
        return false;
    assert_is(soft_of(*container_slot(oldest->container, oldest->page)), ==, oldest);
    *container_slot(oldest->container, oldest->page) = SLOT_GONE;
    soft_drop(oldest);
    return true;
}

/* ---- give back ------------------------------------------------------------------------------- */

/* Records whose frames may still be mapped: soft_reclaim() must not see them. */
struct batch {
    struct soft *first, **last;
    struct sweep mappings;
};

static void batch_end(struct batch *b)
{
    sweep_end(&b->mappings);
    if (!b->first)
        return;
    *newest = b->first;
    b->first->link = newest;
    newest = b->last;
}

/* Makes a soft reference of the page.  False: another page uses its frame, too, or there is no
 * memory for the record. */
static bool page_soften(struct container *c, uint32_t page, struct batch *b)
{
    slot_t *slot = container_slot(c, page);
    if ((*slot & SLOT_TAG) != SLOT_FRAME || frame_users(slot_frame(*slot)) > 1)
        return false;
    struct soft *soft = control_alloc(c->control, sizeof *soft);
    if (!soft)
        return false;
    *soft = (struct soft) { .link = b->last, .container = c, .page = page,
                            .frame = slot_frame(*slot) };
    *b->last = soft;
    b->last = &soft->next;
    sweep_add(&b->mappings, soft->frame);
    if (*frame_find(soft->frame) & FRAME_STORED)
        swap_unstore(soft->frame);
    *frame_find(soft->frame) = 0;
    ledger.soft++;
    ledger.bound--;
    container_uncharge(c, slot_extra(*slot) ? 0 : 1, slot_extra(*slot) ? 1 : 0);
    *slot = (slot_t) soft | SLOT_LAZY;
    c->residues++;
    return true;
}

int container_return(struct container *c, uint32_t start, uint32_t count, uint32_t *done)
{
    uint32_t end = start + count, rest, page;
    struct batch batch = { .last = &batch.first };
    *done = 0;
    if (container_busy(c, start, count))
        return EBUSY;
    /* For the first records, so that no page is seized meanwhile.  Each page that becomes soft is a
     * claim less, and a page of records lasts for many: the others have room as well. */
    extra_make_room(extra_claims(0));
    sweep_begin(&batch.mappings, RIGHTS_ALL, false);
    for (page = start; !c->wired && (page = container_next(c, page, end)) < end; page++)
        *done += page_soften(c, page, &batch);
    batch_end(&batch);
    for (page = start; (page = container_next(c, page, end)) < end; page++) {
        container_deallocate(c, page, 1, &rest);
        *done += rest;
    }
    return 0;
}

/* ---- take again ------------------------------------------------------------------------------ */

static bool page_charge(struct container *c, bool extra)
{
    return extra ? control_charge_extra(c->control, 1) : control_charge(c->control, 1);
}

static int page_restore(struct container *c, slot_t *slot, uint32_t page, bool extra)
{
    struct soft *soft = soft_of(*slot);
    assert(soft->container == c && soft->page == page);
    if (!page_charge(c, extra))
        return ENOMEM;
    *slot = slot_of_frame(soft->frame) | (extra ? SLOT_EXTRA : 0);
    *frame_find(soft->frame) = 1;
    ledger.bound++;
    c->residues--;
    c->pages++;
    if (extra)
        container_note_extra(c, page, 1, 1);
    record_free(soft);
    return 0;
}

static int page_harden(struct container *c, uint32_t page, bool extra)
{
    slot_t *slot = container_slot(c, page);
    if (!slot || !*slot)
        return ENOENT;
    if (slot_soft(*slot))
        return page_restore(c, slot, page, extra);
    if (slot_residue(*slot)) {
        int err = *slot == SLOT_SEIZED ? ESTALE : ENOENT;
        residue_clear(c, slot);
        container_prune(c, page, 1);
        return err;
    }
    if (extra || !slot_extra(*slot))
        return 0;
    if (!control_unused(c->control))
        return ENOMEM;
    control_uncharge_extra(c->control, 1);      /* first: so the charge adds no claim */
    control_charge(c->control, 1);
    *slot &= ~SLOT_EXTRA;
    c->extra--;
    return 0;
}

int container_harden(struct container *c, uint32_t start, uint32_t count, bool extra,
                     uint32_t *done)
{
    *done = 0;
    for (int err; *done < count; ++*done)
        if ((err = page_harden(c, start + *done, extra)))
            return err;
    return 0;
}
