/* SPDX-License-Identifier: MIT */
/* Logical copies between containers: copy-on-write, truly shared, or moved.  First everything that
 * can fail, for as many pages as it goes; then the slots change.  The hop before is request.c, the
 * hop after slot.c. */
#include "container.h"

#include <errno.h>

#include "stretch.h"
#include "swap.h"

enum { COPY_RUN = 16 };                 /* pages of a block of frames: as readers ask for */

bool copy_overlaps(const struct copy *how)
{
    uint32_t distance = how->from_start > how->to_start ? how->from_start - how->to_start
                                                        : how->to_start - how->from_start;
    return how->from == how->to && distance < how->count;
}

static bool moves_within(const struct copy *how)
{
    return how->move && how->from->control == how->to->control;
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
    if (how->no_growth && !(to && slot_charged(*to)))
        return EPERM;
    if (how->move && slot_extra(*from) && !moves_within(how))
        return EPERM;
    if (slot_swapped(*from) && (how->to->wired || how->shared || how->weak))
        return ENXIO;
    if (how->to->window && !swap_reads(how->to_start + i))
        return EBUSY;
    if (to && slot_pins(*to) > (uint32_t) how->to->wired)
        return EBUSY;
    if ((how->shared || how->move) && (how->from->window || how->to->window))
        return EBUSY;
    if ((how->shared || how->move) && (slot_pins(*from) || how->to->wired))
        return EBUSY;
    if (how->shared && !slot_share(from, how->to->control))
        return ENOMEM;
    return 0;
}

/* What the page costs in the destination: it fills a hole there, in core or on disk. */
static void page_price(const struct copy *how, uint32_t i, uint32_t *frames, uint32_t *blocks)
{
    const slot_t *to = container_slot(how->to, how->to_start + i);
    bool swapped = slot_swapped(*container_slot(how->from, how->from_start + i));
    *blocks += swapped;
    *frames += !swapped && !(to && slot_charged(*to));
}

/* How many of the first `count` pages can be paid, and what they cost.  A move within one control
 * frees as many as it needs.  If all could be holes, the pages need not be looked at one by one. */
static uint32_t copy_affordable(const struct copy *how, uint32_t count, uint32_t *frames)
{
    uint32_t unused = control_unused(how->to->control), blocks = 0, i;
    uint32_t quota = swap_quota_left(&how->to->control->swap);
    *frames = 0;
    if (moves_within(how))
        return count;
    if (!how->from->swapped && !how->to->swapped) {
        i = count <= unused ? count
                            : container_affordable(how->to, how->to_start, count, unused);
        *frames = i - container_count(how->to, how->to_start, i);
        return i;
    }
    for (i = 0; i < count; i++) {
        uint32_t price = *frames;
        page_price(how, i, &price, &blocks);
        if (price > unused || blocks > quota)
            break;
        *frames = price;
    }
    return i;
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
    uint32_t affordable = copy_affordable(how, possible, charged);
    if (affordable < possible) {
        possible = affordable;
        *err = ENOMEM;
    }
    if (!control_charge(how->to->control, *charged)) {
        possible = *charged = 0;
        *err = ENOMEM;
    }
    if (how->to->wired && container_wire(how->to, *charged)) {
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
    paddr_t next;                               /* frames for real copies, which have one user */
    uint32_t left;                              /* already: so many, for the next pages */
    uint32_t end;                               /* behind the last page that is copied */
};

/* By how much the numbers of pages, in core and on disk, change on both sides. */
struct tally {
    uint32_t from, from_swapped, from_extra;        /* extra: so many of the pages in core */
    uint32_t to, to_swapped, to_extra;
};

/* The copy of the page has a frame of its own from the beginning. */
static bool copies_really(const struct copy *how, slot_t from)
{
    return slot_bound(from)
           && (how->from->window || how->to->window || how->apart || slot_pins(from));
}

/* A frame for a real copy of page i: one of a block, whose other frames the next pages get.  The
 * block is aligned as the pages are, so that one map item shows them. */
static paddr_t frame_next(const struct copy *how, uint32_t i, struct copy_sweeps *s)
{
    if (!s->left) {
        uint32_t run = 1;
        for (; run < COPY_RUN && i + run < s->end; run++) {
            const slot_t *from = container_slot(how->from, how->from_start + i + run);
            if (!copies_really(how, *from))
                break;
        }
        unsigned order = block_order((how->to_start + i) << PAGE_LOG2, run);
        while (!(s->next = frame_alloc(order)) && order > 0)
            order--;
        if (!s->next)
            return 0;
        s->left = 1u << order;
    }
    s->left--;
    s->next += PAGE_SIZE;
    return s->next - PAGE_SIZE;
}

/* What a slot of the destination becomes; SLOT_HOLE: no frame, or no reference to the block. */
static slot_t page_new(const struct copy *how, uint32_t i, slot_t from, struct copy_sweeps *s)
{
    if (slot_swapped(from)) {
        uint32_t block = slot_block(from);
        if (moves_within(how))
            return from;
        if (swap_hold(&how->to->control->swap, &block))
            return SLOT_HOLE;
        if (how->move)
            swap_drop(&how->from->control->swap, slot_block(from));
        return slot_of_block(block);
    }
    if (how->shared)
        slot_group(from)->members++;
    else if (how->move && slot_bound(from))
        sweep_add(&s->moved, slot_frame(from));
    if (how->shared || how->move)
        return from;
    if (copies_really(how, from)) {
        paddr_t frame = frame_next(how, i, s);
        return frame ? slot_duplicate(from, frame) : SLOT_HOLE;
    }
    return slot_copy(from, &s->readonly);
}

/* Its own frame, pinned. */
static bool page_wire(slot_t *slot, struct copy_sweeps *s)
{
    if (!slot_own(slot)) {
        slot_release(*slot, NULL, &s->squashed);
        return false;
    }
    *frame_find(slot_frame(*slot)) += FRAME_PIN;
    return true;
}

/* The kind of a page in core: it stays with the place, but goes along in a move within a
 * control. */
static slot_t page_kind(const struct copy *how, slot_t source, slot_t old, slot_t new)
{
    bool extra = slot_extra(moves_within(how) ? source : old);
    return slot_swapped(new) ? new : (new & ~SLOT_EXTRA) | (extra ? SLOT_EXTRA : 0);
}

/* One page.  false: no frame for a copy that must be a real one; nothing changed. */
static bool page_copy(const struct copy *how, uint32_t i, struct copy_sweeps *s, struct tally *t)
{
    slot_t *from = container_slot(how->from, how->from_start + i);
    slot_t *to = container_slot(how->to, how->to_start + i);
    if (slot_residue(*to))
        residue_clear(how->to, to);
    slot_t source = *from, old = *to, new = page_new(how, i, source, s);
    if (!new || (how->to->wired && !page_wire(&new, s)))
        return false;
    if (how->move) {
        *from = SLOT_HOLE;
        t->from -= slot_charged(source);
        t->from_swapped -= slot_swapped(source);
        t->from_extra -= slot_extra(source);
    }
    if (slot_pins(old))
        *frame_find(slot_frame(old)) &= ~FRAME_PINS;
    slot_release(old, &how->to->control->swap, &s->squashed);
    *to = new = page_kind(how, source, old, new);
    t->to_extra += slot_extra(new) - slot_extra(old);
    t->to += slot_charged(new) - slot_charged(old);
    t->to_swapped += slot_swapped(new) - slot_swapped(old);
    return true;
}

static uint32_t copy_commit(const struct copy *how, uint32_t count, struct tally *t)
{
    struct copy_sweeps s;
    slot_sweeps_begin(&s.squashed);
    sweep_begin(&s.readonly, RIGHTS_WRITE, false);
    sweep_begin(&s.moved, RIGHTS_ALL, false);
    s.left = 0;
    s.end = count;
    uint32_t i = 0;
    while (i < count) {
        if (!page_copy(how, i, &s, t)) {
            slot_sweeps_end(&s.squashed);       /* frees what was squashed */
            if (!page_copy(how, i, &s, t))
                break;
        }
        i++;
    }
    assert_is(s.left, ==, 0);               /* a block is for pages that do get its frames */
    sweep_end(&s.moved);
    sweep_end(&s.readonly);
    slot_sweeps_end(&s.squashed);
    return i;
}

/* So many pages were charged beforehand; settles what really happened. */
static void copy_settle(const struct copy *how, uint32_t done, const struct tally *t,
                        uint32_t charged)
{
    how->to->pages += t->to;
    how->to->swapped += t->to_swapped;
    how->from->pages += t->from;
    how->from->swapped += t->from_swapped;
    how->from->extra += t->from_extra;
    container_note_extra(how->to, how->to_start, done, t->to_extra);
    if (how->move)
        container_prune(how->from, how->from_start, done);
    control_uncharge(how->to->control, charged - (t->to - t->to_extra));
    control_uncharge(how->from->control, -(t->from - t->from_extra));
    control_uncharge_extra(how->to->control, -(t->to_extra + t->from_extra));
}

/* Groups of one that were made for copies that did not come to be. */
static void copy_unshare(const struct copy *how, uint32_t done)
{
    uint32_t page = how->from_start + done, end = how->from_start + how->count;
    for (; (page = container_next(how->from, page, end)) < end; page++)
        slot_unshare(container_slot(how->from, page));
}

/* The answer is the error at page i.  That a page was seized is said once. */
static int copy_refused(const struct copy *how, uint32_t i, int err)
{
    return err == ESTALE ? container_missing(how->from, how->from_start + i) : err;
}

int copy_check(const struct copy *how, uint32_t *holes)
{
    int err = 0;
    if (ledger.extra)                           /* first: the pages must not be seized meanwhile */
        extra_make_room(control_claims(how->to->control, how->count));
    for (uint32_t i = 0; i < how->count && !err; i++)
        err = copy_refused(how, i, page_refuse(how, i));
    if (!err && container_make_nodes(how->to, how->to_start, how->count) < how->count)
        err = ENOMEM;
    uint32_t blocks = 0;
    for (uint32_t i = 0; i < how->count && !err && !moves_within(how); i++)
        page_price(how, i, holes, &blocks);
    return !err && blocks > swap_quota_left(&how->to->control->swap) ? ENOMEM : err;
}

void copy_take_back(const struct copy *how)
{
    if (how->shared)
        copy_unshare(how, 0);
    container_prune(how->to, how->to_start, how->count);
}

int container_copy(const struct copy *how, uint32_t *done)
{
    struct tally tally = { 0 };
    uint32_t charged;
    int err;
    *done = 0;
    if (copy_overlaps(how))
        return EINVAL;
    if (ledger.extra)
        extra_make_room(control_claims(how->to->control, how->count));
    uint32_t possible = copy_prepare(how, &charged, &err);
    if (!err || how->partial)
        *done = copy_commit(how, possible, &tally);
    if (how->from->steady)
        unsteady_later(how->to);
    if (how->to->wired)
        container_unwire(how->to, charged - tally.to);
    copy_settle(how, *done, &tally, charged);
    if (how->shared && *done < how->count)
        copy_unshare(how, *done);
    if (*done < how->count)                     /* a page that was copied keeps its nodes */
        container_prune(how->to, how->to_start, how->count);
    return !err && *done < how->count ? ENOMEM : copy_refused(how, possible, err);
}
