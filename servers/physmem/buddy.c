/* SPDX-License-Identifier: MIT */
/* Free pages: one list for each power of two, linked through the free blocks themselves.
 *
 * Invariants: a block of order k starts at a multiple of its size and is on lists[k]  <=>  the word
 * of its first page is FRAME_FREE | k; the other pages' words are 0.  No two free buddies of one
 * order exist.  nonempty has bit k set  <=>  lists[k] is not empty. */
#include "frame.h"

#include <hurd/assert.h>

enum { BELOW_LOOKS = 4096 };                /* blocks that one search looks at */

struct free_block {
    paddr_t next, prev;                     /* 0 = end of the list */
};

static paddr_t lists[ORDER_MAX + 1];
static uint32_t nonempty;

static struct free_block *block_at(paddr_t base)
{
    return phys_pointer(base);
}

static inline void block_link(paddr_t base, unsigned order)
{
    struct free_block *block = block_at(base);
    block->next = lists[order];
    block->prev = 0;
    if (block->next)
        block_at(block->next)->prev = base;
    lists[order] = base;
    nonempty |= 1u << order;
    frame_t *word = frame_find(base);
    assert_is(*word, ==, 0);                /* it has no users, and is not free already */
    *word = FRAME_FREE | order;
}

static void block_unlink(paddr_t base, unsigned order)
{
    struct free_block *block = block_at(base);
    if (block->next)
        block_at(block->next)->prev = block->prev;
    if (block->prev)
        block_at(block->prev)->next = block->next;
    else
        lists[order] = block->next;
    if (!lists[order])
        nonempty &= ~(1u << order);
    frame_t *word = frame_find(base);
    assert_is(*word, ==, (FRAME_FREE | order));
    *word = 0;
}

/* The first block of its list leaves it. */
static inline void block_pop(paddr_t base, unsigned order)
{
    paddr_t next = block_at(base)->next;
    lists[order] = next;
    if (next)
        block_at(next)->prev = 0;
    else
        nonempty &= ~(1u << order);
    frame_t *word = frame_find(base);
    assert_is(*word, ==, (FRAME_FREE | order));
    *word = 0;
}

/* Gives back the upper halves of what is more than 2^order pages of a block that was taken. */
static inline paddr_t block_split(paddr_t base, unsigned from, unsigned order)
{
    while (from > order) {
        from--;
        block_link(base + (PAGE_SIZE << from), from);
    }
    ledger.free -= 1u << order;
    return base;
}

paddr_t buddy_alloc(unsigned order)
{
    if (order > ORDER_MAX)
        return 0;
    uint32_t fitting = nonempty >> order << order;
    if (!fitting)
        return 0;
    unsigned from = __builtin_ctz(fitting);
    paddr_t base = lists[from];
    block_pop(base, from);
    return block_split(base, from, order);
}

/* The buddy is free, whole and of the same order. */
static bool buddy_mergeable(paddr_t buddy, unsigned order)
{
    frame_t *word = frame_find(buddy);
    return word && *word == (FRAME_FREE | order);
}

void buddy_free(paddr_t base, unsigned order)
{
    ledger.free += 1u << order;
    while (order < ORDER_MAX) {
        paddr_t buddy = base ^ (PAGE_SIZE << order);
        if (!buddy_mergeable(buddy, order))
            break;
        block_unlink(buddy, order);
        base &= ~(PAGE_SIZE << order);
        order++;
    }
    block_link(base, order);
}

/* The lists of large blocks are short, so they are searched first, and not for ever. */
static paddr_t block_below(paddr_t limit, unsigned *order)
{
    unsigned left = BELOW_LOOKS;
    for (unsigned k = ORDER_MAX + 1; k-- > 0; ) {
        for (paddr_t base = lists[k]; base && left; base = block_at(base)->next, left--) {
            if (base < limit) {
                *order = k;
                return base;
            }
        }
    }
    return 0;
}

paddr_t buddy_alloc_below(paddr_t limit)
{
    unsigned order;
    paddr_t base = block_below(limit & ~PAGE_MASK, &order);
    if (!base)
        return 0;
    block_unlink(base, order);
    return block_split(base, order, 0);
}

unsigned buddy_largest(void)
{
    return nonempty ? 32 - __builtin_clz(nonempty) : 0;
}
