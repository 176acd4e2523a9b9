/* SPDX-License-Identifier: MIT */
/* The tables of frame words.  A table covers 4 MB of addresses and is one page, so holes in RAM
 * cost nothing beyond their neighbours, and a lookup is two loads. */
#include "frame.h"

#include <stddef.h>
#include <string.h>

#include "slab.h"
#include "soft.h"

struct ledger ledger;
uintptr_t phys_base;

frame_t *frame_tables[1u << (32 - TABLE_LOG2)];

static paddr_t highest;                 /* the last page that came in */

static frame_t *word_at(paddr_t pa)
{
    frame_t *table = frame_tables[pa >> TABLE_LOG2];
    return table ? &table[pa >> PAGE_LOG2 & (TABLE_FRAMES - 1)] : NULL;
}

/* The page at `page` becomes the table for the addresses around pa. */
static void table_make(paddr_t pa, paddr_t page)
{
    frame_t *table = phys_pointer(page);
    memset(table, 0xff, PAGE_SIZE);
    frame_tables[pa >> TABLE_LOG2] = table;
    ledger.meta++;
    ledger.own++;
}

/* The pages of tables are in use for good, and must not be taken if they are offered again. */
static void tables_claim(uint64_t from, uint64_t to)
{
    for (uint64_t pa = from; pa < to; pa += PAGE_SIZE)
        *word_at(pa) = 1;
}

/* Tables for all of [base, end), taken from its start.  Returns where the rest begins. */
static uint64_t tables_carve(uint64_t base, uint64_t end)
{
    uint64_t rest = base;
    for (uint64_t at = base; at < end && rest < end; at = ((at >> TABLE_LOG2) + 1) << TABLE_LOG2) {
        if (frame_tables[at >> TABLE_LOG2])
            continue;
        table_make(at, rest);
        rest += PAGE_SIZE;
        ledger.total++;
    }
    return rest;
}

/* Gives [from, to) to the free lists in the largest blocks that fit, not page by page. */
static void run_free(uint64_t from, uint64_t to)
{
    while (from < to) {
        unsigned order = block_order(from, (to - from) >> PAGE_LOG2);
        buddy_free(from, order);
        from += (uint64_t) PAGE_SIZE << order;
    }
}

uint32_t frame_add(paddr_t base, uint32_t size)
{
    uint64_t start = ((uint64_t) base + PAGE_MASK) & ~(uint64_t) PAGE_MASK;
    uint64_t end = ((uint64_t) base + size) & ~(uint64_t) PAGE_MASK;
    uint32_t added = 0;
    if (start == 0)
        start = PAGE_SIZE;
    while (start < end && frame_find(start))            /* never build a table on a page in use */
        start += PAGE_SIZE;
    uint64_t rest = tables_carve(start, end), run = rest;
    tables_claim(start, rest);
    for (uint64_t pa = rest; pa < end; pa += PAGE_SIZE) {
        frame_t *word = word_at(pa);
        if (*word != FRAME_ABSENT) {            /* ours already */
            run_free(run, pa);
            run = pa + PAGE_SIZE;
            continue;
        }
        *word = 0;
        highest = pa > highest ? pa : highest;
        added++;
    }
    run_free(run, end);
    ledger.total += added;
    return added;
}

bool frame_adopt(paddr_t pa)
{
    if (pa == 0)
        return false;
    if (!frame_tables[pa >> TABLE_LOG2]) {
        paddr_t page = page_alloc();
        if (!page)
            return false;
        table_make(pa, page);
        tables_claim(page, page + PAGE_SIZE);
    }
    frame_t *word = word_at(pa);
    if (*word != FRAME_ABSENT)
        return false;
    *word = 1;
    highest = pa > highest ? pa : highest;
    ledger.total++;
    ledger.bound++;
    return true;
}

paddr_t frame_highest(void)
{
    return highest;
}

paddr_t frame_random(uint32_t random)
{
    return random % ((highest >> PAGE_LOG2) + 1) << PAGE_LOG2;
}

paddr_t page_alloc(void)
{
    paddr_t page = buddy_alloc(0);
    if (!page) {
        slab_reclaim();
        page = buddy_alloc(0);
    }
    if (!page && soft_reclaim())
        page = buddy_alloc(0);
    return page;
}

/* The first pages of a block that was just taken have a user each.  Returns the block. */
static paddr_t frames_bind(paddr_t base, uint32_t pages)
{
    if (!base)
        return 0;
    frame_t *word = word_at(base);
    for (paddr_t pa = base, left = pages; left; left--, pa += PAGE_SIZE) {
        if (frame_starts_table(pa))
            word = word_at(pa);
        *word++ = 1;
    }
    ledger.bound += pages;
    return base;
}

paddr_t frame_alloc(unsigned order)
{
    if (order)
        return frames_bind(buddy_alloc(order), 1u << order);
    paddr_t pa = page_alloc();
    if (pa) {
        *word_at(pa) = 1;
        ledger.bound++;
    }
    return pa;
}

paddr_t frame_alloc_half(unsigned order)
{
    paddr_t base = buddy_alloc(order + 1);
    if (!base)
        return frame_alloc(order);
    buddy_free(base + (PAGE_SIZE << order), order);
    return frames_bind(base, 1u << order);
}

paddr_t frame_alloc_run(uint32_t pages)
{
    unsigned order = pages > 1 ? 32 - __builtin_clz(pages - 1) : 0;
    paddr_t base = buddy_alloc(order);
    if (base)
        run_free((uint64_t) base + ((uint64_t) pages << PAGE_LOG2),
                 (uint64_t) base + ((uint64_t) PAGE_SIZE << order));
    return frames_bind(base, pages);
}

/* ---- frames for DMA ---- */

static paddr_t kept[FRAMES_KEPT];               /* 0: given out */

/* Kept frames count as the server's own, so no guarantee has them.  A task that gets one was
 * promised a frame before: so there is one claim less from then on, until another one is kept. */
void frames_keep(void)
{
    for (unsigned i = 0; i < FRAMES_KEPT && ledger.guaranteed + ledger.own < ledger.total; i++) {
        if (kept[i] || !(kept[i] = buddy_alloc_below(FRAMES_KEPT_END)))
            continue;
        ledger.meta++;
        ledger.own++;
    }
}

static paddr_t kept_take(paddr_t limit)
{
    for (unsigned i = 0; i < FRAMES_KEPT; i++) {
        paddr_t pa = kept[i];
        if (!pa || pa >= (limit & ~PAGE_MASK))
            continue;
        kept[i] = 0;
        ledger.meta--;
        ledger.own--;
        return pa;
    }
    return 0;
}

paddr_t frame_alloc_below(paddr_t limit)
{
    paddr_t pa = buddy_alloc_below(limit);
    if (pa)
        frames_keep();
    else
        pa = kept_take(limit);
    return frames_bind(pa, 1);
}
