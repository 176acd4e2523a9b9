/* SPDX-License-Identifier: MIT */
/* Logical copies between containers: copy-on-write, truly shared, or moved.  First everything that
 * can fail, for as many pages as it goes; then the slots change.  The hop before is request.c, the
 * hop after slot.c. */
#include "container.h"

#include <errno.h>

bool copy_overlaps(const struct copy *how)
{
    uint32_t distance = how->from_start > how->to_start ? how->from_start - how->to_start
                                                        : how->to_start - how->from_start;
    return how->from == how->to && distance < how->count;
}

static bool within_control(const struct copy *how)
{
    return how->from->control == how->to->control;
}

/* What stops the copy at this page, or 0. */
static int page_refuse(const struct copy *how, uint32_t i)
{
    slot_t *from = container_slot(how->from, how->from_start + i);
    slot_t *to = container_slot(how->to, how->to_start + i);
    if (!from || !slot_used(*from))
        return from && *from == SLOT_SEIZED ? ESTALE : ENOENT;
    if (to && slot_used(*to) && !how->squash)
        return EEXIST;
    if (how->no_growth && !(to && slot_used(*to)))
        return EPERM;
    if (how->move && (*from & SLOT_EXTRA) && !within_control(how))
        return EPERM;
    if (to && slot_pins(*to) > (uint32_t) how->to->wired)
        return EBUSY;
    if ((how->shared || how->move) && (slot_pins(*from) || how->to->wired))
        return EBUSY;
    if (how->shared && !slot_share(from, how->to->control))
        return ENOMEM;
    return 0;
}

/* How many of the first `count` pages can be charged: those that fill holes in the destination.  A
 * move within one control frees as many as it needs. */
static uint32_t copy_affordable(const struct copy *how, uint32_t count)
{
    if (how->move && within_control(how))
        return count;
    return container_affordable(how->to, how->to_start, count, control_unused(how->to->control));
}

static uint32_t copy_holes(const struct copy *how, uint32_t count)
{
    return count - container_count(how->to, how->to_start, count);
}

/* Pages from the start that can be done, nodes made and charged; *err tells why not all. */
static uint32_t copy_prepare(const struct copy *how, uint32_t *charged, int *err)
{
    uint32_t possible = 0;
    *err = 0;
    while (possible < how->count && !(*err = page_refuse(how, possible)))
        possible++;
    uint32_t made = container_make_nodes(how->to, how->to_start, possible);
    if (made < possible) {
        possible = made;
        *err = ENOMEM;
    }
    uint32_t affordable = copy_affordable(how, possible);
    if (affordable < possible) {
        possible = affordable;
        *err = ENOMEM;
    }
    uint32_t holes = copy_holes(how, possible);
    *charged = how->move && within_control(how) ? 0 : holes;
    if (!control_charge(how->to->control, *charged)) {
        possible = *charged = holes = 0;
        *err = ENOMEM;
    }
    if (how->to->wired && container_wire(how->to, holes)) {
        control_uncharge(how->to->control, *charged);
        possible = *charged = 0;
        *err = EAGAIN;
    }
    return possible;
}

struct copy_sweeps {
    struct slot_sweeps squashed;                /* what was in the destination */
    struct sweep readonly;                      /* the source of copy-on-write */
    struct sweep moved;
    uint32_t extra;                             /* extra pages that moved ones have replaced */
};

/* A page moves with its charge, which is extra if it was; what it replaces loses its own. */
static slot_t page_move(const struct copy *how, uint32_t i, slot_t old, struct copy_sweeps *s)
{
    slot_t *from = container_slot(how->from, how->from_start + i), new = *from;
    if (slot_bound(new))
        sweep_add(&s->moved, slot_frame(new));
    *from = SLOT_HOLE;
    if (!within_control(how))
        return new | (old & SLOT_EXTRA);
    if (slot_extra(old)) {
        how->to->extra--;
        s->extra++;
    }
    if (slot_extra(new)) {
        how->from->extra--;
        container_note_extra(how->to, how->to_start + i, 1);
    }
    return new;
}

/* One page.  false: no frame for a copy that must be a real one; nothing changed. */
static bool page_copy(const struct copy *how, uint32_t i, struct copy_sweeps *s)
{
    slot_t *from = container_slot(how->from, how->from_start + i);
    slot_t *to = container_slot(how->to, how->to_start + i);
    if (slot_residue(*to))
        residue_clear(how->to, to);
    slot_t new, old = *to;
    if (how->shared) {
        slot_group(*from)->members++;
        new = (*from & ~SLOT_EXTRA) | (old & SLOT_EXTRA);
    } else if (how->move) {
        new = page_move(how, i, old, s);
    } else {
        new = slot_copy(*from, &s->readonly);
        if (!new)
            return false;
        new |= old & SLOT_EXTRA;
        if (how->to->wired && !slot_own(&new)) {
            slot_release(new, &s->squashed);
            return false;
        }
        if (how->to->wired)
            *frame_find(slot_frame(new)) += FRAME_PIN;
    }
    if (slot_pins(old))
        *frame_find(slot_frame(old)) &= ~FRAME_PINS;
    slot_release(old, &s->squashed);
    *to = new;
    return true;
}

static uint32_t copy_commit(const struct copy *how, uint32_t count, uint32_t *extra)
{
    struct copy_sweeps s = { .extra = 0 };
    slot_sweeps_begin(&s.squashed);
    sweep_begin(&s.readonly, RIGHTS_WRITE, false);
    sweep_begin(&s.moved, RIGHTS_ALL, false);
    uint32_t i = 0;
    while (i < count) {
        if (!page_copy(how, i, &s)) {
            slot_sweeps_end(&s.squashed);       /* frees what was squashed */
            if (!page_copy(how, i, &s))
                break;
        }
        i++;
    }
    sweep_end(&s.moved);
    sweep_end(&s.readonly);
    slot_sweeps_end(&s.squashed);
    *extra = s.extra;
    return i;
}

/* The charge was for `holes` new pages, or for none in a move within one control.  Settles what
 * really happened; `extra` are the extra pages that went in such a move. */
static void copy_settle(const struct copy *how, uint32_t done, uint32_t grown, uint32_t charged,
                        uint32_t extra)
{
    struct control *control = how->to->control;
    how->to->pages += grown;
    if (how->move) {
        how->from->pages -= done;
        container_prune(how->from, how->from_start, done);
    }
    if (how->move && within_control(how)) {
        control_uncharge(control, done - grown - extra);
        control_uncharge_extra(control, extra);
        return;
    }
    control_uncharge(control, charged - grown);
    if (how->move)
        control_uncharge(how->from->control, done);
}

/* Groups of one that were made for copies that did not come to be. */
static void copy_unshare(const struct copy *how, uint32_t done)
{
    uint32_t page = how->from_start + done, end = how->from_start + how->count;
    for (; (page = container_next(how->from, page, end)) < end; page++)
        slot_unshare(container_slot(how->from, page));
}

int copy_check(const struct copy *how, uint32_t *holes)
{
    int err = 0;
    for (uint32_t i = 0; i < how->count && !err; i++)
        err = page_refuse(how, i);
    if (!err && container_make_nodes(how->to, how->to_start, how->count) < how->count)
        err = ENOMEM;
    if (!err && !(how->move && within_control(how)))
        *holes += copy_holes(how, how->count);
    return err;
}

void copy_take_back(const struct copy *how)
{
    if (how->shared)
        copy_unshare(how, 0);
    container_prune(how->to, how->to_start, how->count);
}

int container_copy(const struct copy *how, uint32_t *done)
{
    uint32_t charged, extra = 0;
    int err;
    *done = 0;
    if (copy_overlaps(how))
        return EINVAL;
    if (ledger.extra)
        extra_make_room(extra_claims(how->count));
    uint32_t possible = copy_prepare(how, &charged, &err);
    uint32_t before = container_count(how->to, how->to_start, possible);
    bool commit = !err || how->partial;
    if (commit)
        *done = copy_commit(how, possible, &extra);
    uint32_t grown = container_count(how->to, how->to_start, possible) - before;
    if (how->to->wired)
        container_unwire(how->to, possible - before - grown);
    if (commit)
        copy_settle(how, *done, grown, charged, extra);
    else
        control_uncharge(how->to->control, charged);
    if (how->shared && *done < how->count)
        copy_unshare(how, *done);
    container_prune(how->to, how->to_start, how->count);
    return !err && *done < how->count ? ENOMEM : err;
}
