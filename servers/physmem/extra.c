/* SPDX-License-Identifier: MIT */
/* Extra pages: beyond the guarantees, out of the frames that nothing claims.  Spec hurd 2.6.  The
 * hop before is container.c, which knows which pages are extra.  request_extra.c decides which
 * holders are asked to give some back, and when.
 *
 * A claim is a promised page, an extra page or a page of records, whether it has a frame yet or
 * not.  There are never more claims than frames.  So a claim always finds a frame when its page is
 * touched.  Only a function that adds claims has to look at the extra pages. */
#include <hurd/assert.h>
#include <errno.h>

#include "container.h"
#include "soft.h"

#define MARGIN  64u         /* frames that no extra page may claim: for records, new tasks */

struct control *extra_holders;
uint32_t extra_wanted;

static uint32_t claims(void)
{
    return ledger.promised + ledger.extra + ledger.meta - slab_spare();
}

uint32_t extra_room(void)
{
    uint32_t taken = claims() + MARGIN + extra_wanted;
    return taken < ledger.total ? ledger.total - taken : 0;
}

uint32_t extra_lack(uint32_t frames)
{
    uint32_t want = claims() + frames;
    if (want <= ledger.total)
        return 0;
    return want - ledger.total < ledger.extra ? want - ledger.total : ledger.extra;
}

void extra_make_room(uint32_t frames)
{
    uint32_t lack;
    while (ledger.extra && (lack = extra_lack(frames)))
        extra_seize(extra_holders, lack);
}

/* ---- accounts -------------------------------------------------------------------------------- */

static void holder_unlink(struct control *c)
{
    *c->extra_link = c->extra_next;
    if (c->extra_next)
        c->extra_next->extra_link = c->extra_link;
}

static void holder_link_first(struct control *c)
{
    c->extra_next = extra_holders;
    c->extra_link = &extra_holders;
    if (c->extra_next)
        c->extra_next->extra_link = &c->extra_next;
    extra_holders = c;
}

bool control_charge_extra(struct control *c, uint32_t pages)
{
    if (pages > extra_room() || pages > control_extra_left(c))
        return false;
    if (!pages)
        return true;
    if (c->extra)
        holder_unlink(c);
    holder_link_first(c);
    c->extra += pages;
    ledger.extra += pages;
    policy_note(c, 0);
    return true;
}

void control_uncharge_extra(struct control *c, uint32_t pages)
{
    assert_is(pages, <=, c->extra);
    c->extra -= pages;
    ledger.extra -= pages;
    c->asked -= pages < c->asked ? pages : c->asked;
    if (pages && !c->extra)
        holder_unlink(c);
    if (pages)
        policy_note(c, 0);
}

/* ---- seizure --------------------------------------------------------------------------------- */

/* Returns the last extra page of c.  Pre: it has one.  Post: c->extra_end is right behind it.  A
 * node's slots are looked at one by one, without a new walk for each. */
static uint32_t last_extra(struct container *c)
{
    uint32_t end = c->extra_end;                /* no extra page from there on */
    assert(c->extra > 0);
    for (;;) {
        unsigned level = NODE_LEVELS - 1;
        assert_is(end, >, 0);
        const slot_t *slot = container_walk(c, end - 1, &level);
        const unsigned low = slot ? NODE_LOG2 : (NODE_LEVELS - 1 - level) * NODE_LOG2;
        const uint32_t least = (end - 1) >> low << low;         /* of that node, or of that hole */
        for (; slot && end > least && !slot_extra(*slot); slot--)
            end--;
        if (slot && end > least)
            break;
        end = least;
    }
    c->extra_end = end;
    return end - 1;
}

/* Seizes one page of c.  The sweeps take its mappings away, and free its frame if no other page
 * uses it. */
static void page_seize(struct container *c, struct slot_sweeps *sweeps)
{
    slot_t *slot = container_slot(c, last_extra(c));
    slot_release(*slot, &c->control->swap, sweeps);
    *slot = SLOT_SEIZED;
    c->residues++;
    c->pages--;
    c->extra--;
}

uint32_t extra_seize(struct control *control, uint32_t pages)
{
    uint32_t seized = 0;
    struct slot_sweeps sweeps;
    slot_sweeps_begin(&sweeps);
    for (struct container *c = control->containers; c && seized < pages; c = c->next)
        for (; c->extra && seized < pages; seized++)
            page_seize(c, &sweeps);
    slot_sweeps_end(&sweeps);
    control->seized += seized;
    control_uncharge_extra(control, seized);
    return seized;
}

/* ---- residues -------------------------------------------------------------------------------- */

void residue_clear(struct container *c, slot_t *slot)
{
    if (slot_soft(*slot))
        soft_drop(soft_of(*slot));
    *slot = SLOT_HOLE;
    c->residues--;
}

int container_missing(struct container *c, uint32_t page)
{
    slot_t *slot = container_slot(c, page);
    if (!slot || *slot != SLOT_SEIZED)
        return ENOENT;
    residue_clear(c, slot);
    container_prune(c, page, 1);
    return ESTALE;
}
