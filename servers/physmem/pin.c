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

struct pin {
    struct pin *next;                       /* of the same account: at most WIRED_MAX */
    struct container *container;
    uint32_t page;
};

static struct pin **pin_find(struct account *account, const struct container *c, uint32_t page)
{
    struct pin **link = &account->pins;
    while (*link && ((*link)->container != c || (*link)->page != page))
        link = &(*link)->next;
    return *link ? link : NULL;
}

uint32_t pins_of(const struct account *account)
{
    uint32_t n = 0;
    for (const struct pin *pin = account->pins; pin; pin = pin->next)
        n++;
    return n;
}

/* The page loses the pin as well. */
static void pin_drop(struct account *account, struct pin **link)
{
    struct pin *pin = *link;
    assert_is(slot_pins(*container_slot(pin->container, pin->page)), >, 0);
    assert_is(pin->container->pins, >, 0);
    assert_is(account->wired, >, 0);
    *link = pin->next;
    *frame_find(slot_frame(*container_slot(pin->container, pin->page))) -= FRAME_PIN;
    if (--pin->container->pins == 0)
        pin->container->pinned_parts = 0;
    account->wired--;
    slab_free(pin, sizeof *pin);
}

void pin_drop_all(struct account *account, struct container *c)
{
    for (struct pin **link = &account->pins; *link; )
        if (!c || (*link)->container == c)
            pin_drop(account, link);
        else
            link = &(*link)->next;
}

/* Records in front of the account's, pages still without their pins.  Returns how many. */
static uint32_t pins_make(struct account *account, struct container *c, uint32_t start,
                          uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct pin *pin = account->home ? control_alloc(account->home, sizeof *pin) : NULL;
        if (!pin)
            return i;
        *pin = (struct pin) { account->pins, c, start + i };
        account->pins = pin;
    }
    return count;
}

static void pins_unmake(struct account *account, uint32_t count)
{
    while (count--) {
        struct pin *pin = account->pins;
        account->pins = pin->next;
        slab_free(pin, sizeof *pin);
    }
}

/* ---- pin and unpin --------------------------------------------------------------------------- */

static int pin_prepare(struct container *c, struct account *account, uint32_t start,
                       uint32_t count, paddr_t limit)
{
    if (!account)
        return ENOMEM;
    if (!container_may_wire(c, account, count))
        return EAGAIN;
    int err = range_pinnable(c, start, count, limit);
    if (err)
        return err;
    uint32_t made = pins_make(account, c, start, count);
    if (made == count) {
        range_hide(c, start, count);
        err = range_own(c, start, count, limit);
    } else {
        err = ENOMEM;
    }
    if (err)
        pins_unmake(account, made);
    return err;
}

int container_pin(struct container *c, unsigned task, uint32_t start, uint32_t count, paddr_t limit,
                  paddr_t *first, uint32_t *contiguous)
{
    struct account *account = account_of(task);
    int err = pin_prepare(c, account, start, count, limit);
    if (err)
        return err;
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

int container_unpin(struct container *c, unsigned task, uint32_t start, uint32_t count)
{
    struct account *account = account_of(task);
    if (!account || count > account->wired)
        return EINVAL;
    for (uint32_t page = start; page < start + count; page++)
        if (!pin_find(account, c, page))
            return EINVAL;
    for (uint32_t page = start; page < start + count; page++)
        pin_drop(account, pin_find(account, c, page));
    return 0;
}
