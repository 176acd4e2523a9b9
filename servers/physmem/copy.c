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

/* What stops the copy at this page, or 0. */
static int page_refuse(const struct copy *how, uint32_t i)
{
    slot_t *from = container_slot(how->from, how->from_start + i);
    slot_t *to = container_slot(how->to, how->to_start + i);
    if (!from || !*from)
        return ENOENT;
    if (to && *to && !how->squash)
        return EEXIST;
    if (how->no_growth && !(to && *to))
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
    if (how->move && how->from->control == how->to->control)
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
    *charged = how->move && how->from->control == how->to->control ? 0 : holes;
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
};

/* One page.  false: no frame for a copy that must be a real one; nothing changed. */
static bool page_copy(const struct copy *how, uint32_t i, struct copy_sweeps *s)
{
    slot_t *from = container_slot(how->from, how->from_start + i);
    slot_t *to = container_slot(how->to, how->to_start + i);
    slot_t new = *from, old = *to;
    if (how->shared) {
        slot_group(new)->members++;
    } else if (how->move) {
        if (slot_bound(new))
            sweep_add(&s->moved, slot_frame(new));
        *from = SLOT_HOLE;
    } else {
        new = slot_copy(*from, &s->readonly);
        if (!new)
            return false;
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

static uint32_t copy_commit(const struct copy *how, uint32_t count)
{
    struct copy_sweeps s;
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
    return i;
}

/* The charge was for `holes` new pages, or for none in a move within one control.  Settles what
 * really happened. */
static void copy_settle(const struct copy *how, uint32_t done, uint32_t grown, uint32_t charged)
{
    struct control *control = how->to->control;
    how->to->pages += grown;
    if (how->move) {
        how->from->pages -= done;
        container_prune(how->from, how->from_start, done);
    }
    if (how->move && how->from->control == control) {
        control_uncharge(control, done - grown);
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
    if (!err && !(how->move && how->from->control == how->to->control))
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
    uint32_t charged;
    int err;
    *done = 0;
    if (copy_overlaps(how))
        return EINVAL;
    uint32_t possible = copy_prepare(how, &charged, &err);
    uint32_t before = container_count(how->to, how->to_start, possible);
    bool commit = !err || how->partial;
    if (commit)
        *done = copy_commit(how, possible);
    uint32_t grown = container_count(how->to, how->to_start, possible) - before;
    if (how->to->wired)
        container_unwire(how->to, possible - before - grown);
    if (commit)
        copy_settle(how, *done, grown, charged);
    else
        control_uncharge(how->to->control, charged);
    if (how->shared && *done < how->count)
        copy_unshare(how, *done);
    container_prune(how->to, how->to_start, how->count);
    return !err && *done < how->count ? ENOMEM : err;
}
