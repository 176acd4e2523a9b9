/* SPDX-License-Identifier: MIT */
/* From pages of a container to map items: bind what is only promised, end copy-on-write where it
 * will be written, and say it with as few, as large fpages as alignment allows.  The hop before is
 * request.c. */
#include "container.h"
#include "map.h"

#include <errno.h>
#include <string.h>

#define BIND_MAX        1024u               /* frames zeroed for one request: bounds its time */
#define BIND_ORDER_MAX  10u

/* How many pages from `page` on are promised and not bound, up to `limit`. */
static uint32_t lazy_run(struct container *c, uint32_t page, uint32_t limit)
{
    uint32_t n = 0;
    while (n < limit) {
        slot_t *slot = container_slot(c, page + n);
        if (!slot || *slot != SLOT_LAZY)
            break;
        n++;
    }
    return n;
}

uint32_t map_bind(struct container *c, uint32_t page, uint32_t limit, uint32_t alignment)
{
    uint32_t run = lazy_run(c, page, limit);
    unsigned order = BIND_ORDER_MAX + 1;
    paddr_t base = 0;
    while (!base && order-- > 0)
        if (1u << order <= run && !(alignment & ((1u << order) - 1)))
            base = frame_alloc(order);
    if (!base)
        return 0;
    memset(phys_pointer(base), 0, (size_t) PAGE_SIZE << order);
    for (uint32_t i = 0; i < 1u << order; i++)
        *container_slot(c, page + i) = slot_of_frame(base + (i << PAGE_LOG2));
    return 1u << order;
}

/* Items i and i + 1 can be one, in memory and in the client. */
static bool items_merge(const struct map_item *low)
{
    const struct map_item *high = low + 1;
    uint32_t size = PAGE_SIZE << low->block.order;
    return low->block.order == high->block.order && low->block.order < ORDER_MAX
           && high->block.base == low->block.base + size && high->vaddr == low->vaddr + size
           && !((low->block.base | low->vaddr) & size);
}

static bool items_add(struct map_item *items, unsigned *n, uint32_t vaddr, paddr_t pa)
{
    if (*n == MAP_ITEMS_MAX)
        return false;
    items[(*n)++] = (struct map_item) { vaddr, { pa, 0 } };
    while (*n > 1 && items_merge(&items[*n - 2]))
        items[--*n - 1].block.order++;
    return true;
}

/* The page is bound and, for writing, its own.  *bound counts frames bound for this request. */
static bool slot_ready(struct container *c, slot_t *slot, uint32_t page, uint32_t limit,
                       uint32_t vaddr, bool write, uint32_t *bound)
{
    if (slot_bound(*slot))
        return !write || slot_own(slot);
    uint32_t n = map_bind(c, page, limit < BIND_MAX ? limit : BIND_MAX, vaddr >> PAGE_LOG2);
    *bound += n;
    return n > 0;
}

int container_map(const struct map_request *how, struct map_item items[MAP_ITEMS_MAX], unsigned *n)
{
    bool write = how->rights & RIGHTS_WRITE;
    frame_t marks = FRAME_MAPPED | (write ? FRAME_WRITABLE : 0) | (how->steady ? FRAME_STEADY : 0);
    uint32_t bound = 0;
    *n = 0;
    for (uint32_t i = 0; i < how->count && bound < BIND_MAX; i++) {
        uint32_t at = how->vaddr + (i << PAGE_LOG2);
        slot_t *slot = container_slot(how->from, how->start + i);
        if (!slot || !*slot)
            return i ? 0 : ENOENT;
        if (how->weak && slot_pins(*slot))
            return i ? 0 : EBUSY;
        if (!slot_ready(how->from, slot, how->start + i, how->count - i, at, write, &bound))
            return i ? 0 : ENOMEM;
        if (!items_add(items, n, at, slot_frame(*slot)))
            return 0;
        frame_t *word = frame_find(slot_frame(*slot));
        *word = (*word & ~FRAME_STEADY) | marks;
        slot_set_seen(slot);
    }
    return 0;
}
