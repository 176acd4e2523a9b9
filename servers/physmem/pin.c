/* SPDX-License-Identifier: MIT */
/* Pinned pages: bound, alone on their frames, never moved nor unmapped by physmem itself: for DMA.
 * Spec hurd 2.5. */
#include "container.h"
#include "map.h"

#include <errno.h>

/* Every page is there, not truly shared, and can take one pin more. */
static int range_pinnable(struct container *c, uint32_t start, uint32_t count)
{
    for (uint32_t page = start; page < start + count; page++) {
        slot_t *slot = container_slot(c, page);
        if (!slot || !*slot)
            return ENOENT;
        if ((*slot & SLOT_TAG) == SLOT_GROUP && slot_group(*slot)->members > 1)
            return EBUSY;
        if (slot_pins(*slot) == FRAME_PINS / FRAME_PIN)
            return EAGAIN;
    }
    return 0;
}

/* Binds in one block where the pages are only promised, and ends copy-on-write. */
static int range_own(struct container *c, uint32_t start, uint32_t count)
{
    for (uint32_t i = 0; i < count; ) {
        slot_t *slot = container_slot(c, start + i);
        if (!slot_bound(*slot)) {
            uint32_t n = map_bind(c, start + i, count - i, 0);
            if (!n)
                return ENOMEM;
            i += n;
        } else {
            if (!slot_own(slot))
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

int container_pin(struct container *c, uint32_t start, uint32_t count, paddr_t *first,
                  uint32_t *contiguous)
{
    int err = container_wire(c, count);         /* bounds count, too */
    if (err)
        return err;
    err = range_pinnable(c, start, count);
    if (!err) {
        range_hide(c, start, count);
        err = range_own(c, start, count);
    }
    if (err) {
        container_unwire(c, count);
        return err;
    }
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

int container_unpin(struct container *c, uint32_t start, uint32_t count)
{
    if (count > c->pins)
        return EINVAL;
    for (uint32_t page = start; page < start + count; page++) {
        slot_t *slot = container_slot(c, page);
        if (!slot || !*slot || slot_pins(*slot) <= (uint32_t) c->wired)
            return EINVAL;
    }
    for (uint32_t page = start; page < start + count; page++)
        *frame_find(slot_frame(*container_slot(c, page))) -= FRAME_PIN;
    container_unwire(c, count);
    return 0;
}

void container_unpin_all(struct container *c)
{
    for (uint32_t page = 0; (page = container_next(c, page, PAGES_MAX)) < PAGES_MAX; page++) {
        slot_t slot = *container_slot(c, page);
        if (slot_bound(slot))
            *frame_find(slot_frame(slot)) &= ~FRAME_PINS;
    }
    container_unwire(c, c->pins);
    c->wired = false;
}
