/* SPDX-License-Identifier: MIT */
/* Pinned pages: bound, alone on their frames, never moved nor unmapped by physmem itself: for DMA.
 * Spec hurd 2.5. */
#include "container.h"
#include "map.h"

#include <hurd/assert.h>
#include <errno.h>
#include <string.h>

/* Every page is there, not truly shared, not beyond the limit, and can take one pin more. */
static int range_pinnable(struct container *c, uint32_t start, uint32_t count, paddr_t limit)
{
    for (uint32_t page = start; page < start + count; page++) {
        slot_t *slot = container_slot(c, page);
        if (!slot || !slot_used(*slot))
            return slot ? container_missing(c, page) : ENOENT;
        if (slot_swapped(*slot))
            return ENXIO;
        if (*slot & SLOT_EXTRA)
            return EPERM;
        if ((*slot & SLOT_TAG) == SLOT_GROUP && slot_group(*slot)->members > 1)
            return EBUSY;
        if (slot_pins(*slot) == FRAME_PINS / FRAME_PIN)
            return EAGAIN;
        if (limit && slot_bound(*slot) && slot_frame(*slot) >= (limit & ~PAGE_MASK))
            return EBUSY;
    }
    return 0;
}

/* Pre: the page is only promised. */
static bool bind_below(slot_t *slot, paddr_t limit)
{
    paddr_t pa = frame_alloc_below(limit);
    if (!pa)
        return false;
    memset(phys_pointer(pa), 0, PAGE_SIZE);
    *slot = slot_of_frame(pa);
    return true;
}

/* Binds in one block where the pages are only promised, and ends copy-on-write. */
static int range_own(struct container *c, uint32_t start, uint32_t count, paddr_t limit)
{
    for (uint32_t i = 0; i < count; ) {
        slot_t *slot = container_slot(c, start + i);
        if (!slot_bound(*slot) && limit) {
            if (!bind_below(slot, limit))
                return ENOMEM;
            i++;
        } else if (!slot_bound(*slot)) {
            uint32_t n = map_bind(c, start + i, count - i, 0, 0);
            if (!n)
                return ENOMEM;
            i += n;
        } else {
            if (!slot_own(slot) || (limit && slot_frame(*slot) >= (limit & ~PAGE_MASK)))
                return ENOMEM;
            i++;
        }
    }
    return 0;
}

/* Holders of weak references lose what they have mapped of the range: a pinned page cannot be taken
 * from them later. */
static void range_hide(struct container *c, uint32_t start, uint32_t count)
{
    struct sweep s;
    const struct hurd_cap *cap = c->object.caps;
    while (cap && !(cap->flags & HURD_CAP_WEAK))
        cap = cap->next;
    if (!cap)
        return;
    sweep_begin(&s, RIGHTS_ALL, false);
    for (uint32_t page = start; page < start + count; page++) {
        slot_t slot = *container_slot(c, page);
        if (slot_bound(slot) && !slot_pins(slot))
            sweep_add(&s, slot_frame(slot));
    }
    sweep_end(&s);
}

/* ---- which task has which pins --------------------------------------------------------------- */

/* Pins of one task in one lowest node of a container; a page that is pinned twice is in two of
 * these.  A new one is in front of the others. */
struct pin {
    struct pin *next;                       /* of the same account */
    struct container *container;
    uint32_t node;                          /* the number of its first page / NODE_SLOTS */
    uint32_t pages;                         /* a bit for each page; 0 only while pins are made */
    const void *by;                         /* the request that is not done yet; NULL: it is */
};

/* The bits in the node of `page` for [page, end), and the first page of the next node. */
static uint32_t node_bits(uint32_t page, uint32_t end, uint32_t *next)
{
    const uint32_t first = page % NODE_SLOTS, behind = (page | (NODE_SLOTS - 1)) + 1;
    *next = behind < end ? behind : end;
    return ~0u >> (NODE_SLOTS - (*next - page)) << first;
}

/* A record of this node that can take all of these pages, or NULL. */
static struct pin *pin_for(struct account *account, const struct container *c, uint32_t node,
                           uint32_t bits, const void *by)
{
    struct pin *pin = account->pins;
    while (pin && (pin->node != node || pin->container != c || pin->by != by || pin->pages & bits))
        pin = pin->next;
    return pin;
}

uint32_t pins_of(const struct account *account)
{
    uint32_t n = 0;
    for (const struct pin *pin = account->pins; pin; pin = pin->next)
        n += __builtin_popcount(pin->pages);
    return n;
}

/* These pages lose the pin.  The record goes with the last of them: *link is another one then. */
static void pin_drop(struct account *account, struct pin **link, uint32_t bits)
{
    struct pin *pin = *link;
    struct container *c = pin->container;
    assert_is(bits & ~pin->pages, ==, 0);
    pin->pages &= ~bits;
    for (uint32_t n; bits; bits &= bits - 1) {
        const slot_t slot = *container_slot(c, pin->node * NODE_SLOTS + __builtin_ctz(bits));
        n = slot_pins(slot);
        assert_is(n, >, 0);
        assert_is(c->pins, >, 0);
        assert_is(account->wired, >, 0);
        *frame_find(slot_frame(slot)) -= FRAME_PIN;
        account->wired--;
        c->pins--;
    }
    if (c->pins == 0)
        c->pinned_parts = 0;
    if (pin->pages)
        return;
    *link = pin->next;
    slab_free(pin, sizeof *pin);
}

void pin_drop_all(struct account *account, struct container *c)
{
    for (struct pin **link = &account->pins; *link; )
        if (!c || (*link)->container == c)
            pin_drop(account, link, (*link)->pages);
        else
            link = &(*link)->next;
}

bool pins_take_back(struct account *account, const void *by, uint32_t most)
{
    for (struct pin **link = &account->pins; *link; )
        if (by && (*link)->by != by)
            link = &(*link)->next;
        else if (most < NODE_SLOTS)
            return true;
        else {
            most -= NODE_SLOTS;
            pin_drop(account, link, (*link)->pages);
        }
    return false;
}

void pins_settle(struct account *account, const void *by)
{
    for (struct pin *pin = account->pins; pin; pin = pin->next)
        if (pin->by == by)
            pin->by = NULL;
}

static void pins_unmake(struct account *account)
{
    for (struct pin *pin; (pin = account->pins) && !pin->pages; ) {
        account->pins = pin->next;
        slab_free(pin, sizeof *pin);
    }
}

/* Records for pages that are still without their pins.  false: there is no memory for them. */
static bool pins_make(struct account *account, struct container *c, uint32_t start, uint32_t count,
                      const void *by)
{
    for (uint32_t page = start, end = start + count, next; page < end; page = next) {
        const uint32_t bits = node_bits(page, end, &next), node = page / NODE_SLOTS;
        if (pin_for(account, c, node, bits, by))
            continue;
        struct pin *pin = account->home ? control_alloc(account->home, sizeof *pin) : NULL;
        if (!pin) {
            pins_unmake(account);
            return false;
        }
        *pin = (struct pin) { account->pins, c, node, 0, by };
        account->pins = pin;
    }
    return true;
}

/* ---- pin and unpin --------------------------------------------------------------------------- */

static int pin_prepare(struct container *c, struct account *account, const void *by, uint32_t start,
                       uint32_t count, paddr_t limit)
{
    if (!account)
        return ENOMEM;
    if (!container_may_wire(c, account, count))
        return EAGAIN;
    int err = range_pinnable(c, start, count, limit);
    if (err)
        return err;
    if (!pins_make(account, c, start, count, by))
        return ENOMEM;
    range_hide(c, start, count);
    err = range_own(c, start, count, limit);
    if (err)
        pins_unmake(account);
    return err;
}

int container_pin_part(struct container *c, struct account *account, const void *by, uint32_t start,
                       uint32_t count, paddr_t limit, paddr_t *first, uint32_t *contiguous)
{
    int err = pin_prepare(c, account, by, start, count, limit);
    if (err)
        return err;
    for (uint32_t page = start, end = start + count, next; page < end; page = next) {
        const uint32_t bits = node_bits(page, end, &next);
        pin_for(account, c, page / NODE_SLOTS, bits, by)->pages |= bits;
    }
    account->wired += count;
    c->pins += count;
    c->pinned_parts |= container_parts(start, count);
    *first = slot_frame(*container_slot(c, start));
    *contiguous = 0;
    for (uint32_t i = 0; i < count; i++) {
        paddr_t pa = slot_frame(*container_slot(c, start + i));
        if (*contiguous == i && pa == *first + (i << PAGE_LOG2))
            ++*contiguous;
        *frame_find(pa) += FRAME_PIN;
    }
    return 0;
}

int container_pin(struct container *c, unsigned task, uint32_t start, uint32_t count, paddr_t limit,
                  paddr_t *first, uint32_t *contiguous)
{
    return container_pin_part(c, account_of(task), NULL, start, count, limit, first, contiguous);
}

bool container_pinned_by(const struct container *c, const struct account *account, uint32_t start,
                         uint32_t count)
{
    for (uint32_t page = start, end = start + count, next; page < end; page = next) {
        uint32_t bits = node_bits(page, end, &next);
        for (const struct pin *pin = account->pins; pin && bits; pin = pin->next)
            if (pin->container == c && pin->node == page / NODE_SLOTS && !pin->by)
                bits &= ~pin->pages;
        if (bits)
            return false;
    }
    return true;
}

/* Each of these pages of the node loses one pin. */
static void node_unpin(struct account *account, const struct container *c, uint32_t node,
                       uint32_t bits)
{
    struct pin *pin;
    for (struct pin **link = &account->pins; (pin = *link) && bits; ) {
        const uint32_t these = pin->container == c && pin->node == node && !pin->by
                               ? bits & pin->pages : 0;
        bits &= ~these;
        if (these)
            pin_drop(account, link, these);
        if (*link == pin)
            link = &pin->next;
    }
    assert_is(bits, ==, 0);
}

int container_unpin(struct container *c, unsigned task, uint32_t start, uint32_t count)
{
    struct account *account = account_of(task);
    if (!account || count > account->wired || !container_pinned_by(c, account, start, count))
        return EINVAL;
    for (uint32_t page = start, end = start + count, next; page < end; page = next) {
        const uint32_t bits = node_bits(page, end, &next);
        node_unpin(account, c, page / NODE_SLOTS, bits);
    }
    return 0;
}
