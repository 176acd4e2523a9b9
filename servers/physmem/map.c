/* SPDX-License-Identifier: MIT */
/* From pages of a container to map items.  A page that is only promised gets its frame; a page
 * that is mapped for writing gets a frame of its own.  The items are as few and as large as the
 * alignment allows.  The hop before is request.c. */
#include "container.h"
#include "map.h"
#include "stretch.h"

#include <hurd/assert.h>
#include <errno.h>
#include <string.h>

#define FRESH_ORDER     5u
#define FRESH_MAX       (1u << FRESH_ORDER) /* frames filled for one request: bounds its time */
#define BIND_ORDER_MAX  6u

/* How many pages from `page` on are promised and not bound, up to `limit`. */
static uint32_t lazy_run(struct container *c, uint32_t page, uint32_t limit)
{
    uint32_t n = 0, row;
    while (n < limit) {
        const slot_t *slot = container_row(c, page + n, limit - n, &row);
        if (!slot)
            break;
        for (; row && slot_lazy(*slot); row--, slot++)
            n++;
        if (row)
            break;
    }
    return n;
}

/* The pages, which were promised, get the frames of a block that nobody has mapped before. */
static void range_bind(struct container *c, uint32_t page, paddr_t base, uint32_t count,
                       frame_t marks)
{
    const slot_t seen = marks ? SLOT_SEEN : 0;
    frame_t *word = frame_find(base);
    for (uint32_t row, at = 0; at < count; at += row) {
        slot_t *slot = container_row(c, page + at, count - at, &row);
        for (uint32_t i = at; i < at + row; i++, slot++) {
            *slot = slot_of_frame(base + (i << PAGE_LOG2)) | seen | (*slot & SLOT_EXTRA);
            word[i] |= marks;                   /* a block's words follow each other */
        }
    }
}

/* The same for a whole block, which was just taken. */
static uint32_t block_bind(struct container *c, uint32_t page, paddr_t base, unsigned order,
                           frame_t marks)
{
    memset(phys_pointer(base), 0, (size_t) PAGE_SIZE << order);
    range_bind(c, page, base, 1u << order, marks);
    return 1u << order;
}

uint32_t map_bind(struct container *c, uint32_t page, uint32_t limit, uint32_t alignment,
                  frame_t marks)
{
    uint32_t aligned = alignment & -alignment;      /* no block can be larger; 0: any can */
    uint32_t run = lazy_run(c, page, aligned && aligned < limit ? aligned : limit);
    unsigned order = BIND_ORDER_MAX + 1;
    paddr_t base = 0;
    while (!base && order-- > 0)
        if (1u << order <= run)
            base = frame_alloc(order);
    return base ? block_bind(c, page, base, order, marks) : 0;
}

/* Pages that follow each other in the client and in memory. */
struct run {
    uint32_t vaddr;
    paddr_t base;
    uint32_t pages;
};

/* Turns the run into items, as large as both alignments allow.  Returns false if there is no room
 * for all of them. */
static bool run_emit(struct run *run, struct map_item *items, unsigned *n)
{
    while (run->pages) {
        if (*n == MAP_ITEMS_MAX)
            return false;
        unsigned order = block_order(run->base | run->vaddr, run->pages);
        items[(*n)++] = (struct map_item) { run->vaddr, { run->base, order } };
        run->vaddr += PAGE_SIZE << order;
        run->base += PAGE_SIZE << order;
        run->pages -= 1u << order;
    }
    return true;
}

/* Binds the page and, if the client may write, gives it a frame of its own.  *fresh counts the
 * frames that physmem has filled for this request. */
static bool slot_ready(struct container *c, slot_t *slot, uint32_t page, uint32_t limit,
                       uint32_t vaddr, bool write, uint32_t *fresh)
{
    uint32_t n, left = FRESH_MAX - *fresh;
    if (slot_bound(*slot) && !(write && slot_must_part(*slot)))
        return true;
    if (left == 0)
        return false;
    if (slot_bound(*slot))
        n = slot_own(slot);
    else
        n = map_bind(c, page, limit < left ? limit : left, vaddr >> PAGE_LOG2, 0);
    *fresh += n;
    return n > 0;
}

/* Makes the page after the run ready for page_mark(), or says what is in the way. */
static int page_make_ready(const struct map_request *how, uint32_t i, slot_t *slot, uint32_t *fresh)
{
    uint32_t vaddr = how->vaddr + (i << PAGE_LOG2);
    if (!slot || !slot_used(*slot))
        return i == 0 && slot ? container_missing(how->from, how->start) : ENOENT;
    if (slot_swapped(*slot))
        return ENXIO;
    if (how->weak && slot_pins(*slot))
        return EBUSY;
    if (!slot_ready(how->from, slot, how->start + i, how->count - i, vaddr,
                    how->rights & RIGHTS_WRITE, fresh))
        return ENOMEM;
    return 0;
}

/* The marks that the request sets in the word of each frame that it maps. */
static inline frame_t marks_of(const struct map_request *how)
{
    if (!how->steady)
        return FRAME_MAPPED;
    unsteady_later(how->from);
    return FRAME_MAPPED | FRAME_STEADY;
}

int container_map_one(const struct map_request *how, struct map_item *item)
{
    const frame_t marks = marks_of(how);
    slot_t *slot = container_slot(how->from, how->start);
    paddr_t pa = page_mark(slot, how->rights, how->weak, marks);
    if (!pa) {
        uint32_t fresh = 0;
        int err = page_make_ready(how, 0, slot, &fresh);
        if (err)
            return err;
        pa = page_mark(slot, how->rights, how->weak, marks);
        assert(pa);
    }
    *item = (struct map_item) { how->vaddr, { pa, 0 } };
    return 0;
}

/* Binds and marks page i of the request, which is only promised, and the promised pages behind it,
 * as far as one block of new frames goes, `limit` at most.  Returns how many pages are ready; 0 if
 * there is no frame.
 * If the client will ask for as many again, they get the neighbours of these frames: what lies in
 * one block is unmapped at once, and a second block costs 900 instructions. */
static uint32_t map_fresh(const struct map_request *how, uint32_t i, frame_t marks, uint32_t limit)
{
    const uint32_t left = how->count - i, start = how->start + i;
    const uint32_t at = (how->vaddr >> PAGE_LOG2) + i;
    if (how->rights & RIGHTS_WRITE)
        marks |= FRAME_WRITABLE;
    if (limit == FRESH_MAX && left >= 2 * FRESH_MAX && at % (2 * FRESH_MAX) == 0
        && lazy_run(how->from, start, FRESH_MAX) == FRESH_MAX) {
        paddr_t base = frame_alloc_half(FRESH_ORDER);
        if (base)
            return block_bind(how->from, start, base, FRESH_ORDER, marks);
    }
    return map_bind(how->from, start, left < limit ? left : limit, at, marks);
}

int container_map(const struct map_request *how, struct map_item items[MAP_ITEMS_MAX], unsigned *n)
{
    const frame_t marks = marks_of(how);
    struct run run = { .vaddr = how->vaddr };
    uint32_t fresh = 0, i, pages;
    int err = 0;
    *n = 0;
    for (i = 0; i < how->count; i += pages) {
        slot_t *slot = container_slot(how->from, how->start + i);
        paddr_t pa = page_mark(slot, how->rights, how->weak, marks);
        pages = 1;
        if (!pa && slot && slot_lazy(*slot) && fresh < FRESH_MAX
            && (pages = map_fresh(how, i, marks, FRESH_MAX - fresh))) {
            fresh += pages;
            pa = slot_frame(*slot);
        } else if (!pa) {
            pages = 1;
            err = page_make_ready(how, i, slot, &fresh);
            if (err)
                break;
            pa = page_mark(slot, how->rights, how->weak, marks);
            assert(pa);
        }
        if (pa != run.base + (run.pages << PAGE_LOG2)) {
            if (run.pages && !run_emit(&run, items, n))
                return 0;
            run.base = pa;
        }
        run.pages += pages;
    }
    run_emit(&run, items, n);
    assert(i == 0 || (*n > 0 && *n <= MAP_ITEMS_MAX));
    return i ? 0 : err;
}
