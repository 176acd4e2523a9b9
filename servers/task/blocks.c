/* SPDX-License-Identifier: MIT */
/* Memory for the handles of tasks: blocks of 1 KB.  Each block has one owner and is charged to the
 * owner's budget.  Only the owner can use a hole in its block, so no task can fill the tables with
 * holes that others cannot use.
 *
 * Invariant: a block is on owner->blocks  <=>  it has a bit set besides the header's.  Free blocks
 * are on a list of their own. */
#include "server.h"

#include <hurd/assert.h>

#define BLOCK       1024u
#define UNIT        16u
#define UNITS       (BLOCK / UNIT)
#define BLOCKS      (TASKS_MAX + 64u)   /* one for each task, and 64 for tasks that hold many
                                           handles */

struct block {
    struct block *next;
    struct task *owner;
    uint64_t used;                      /* bit i: unit i is taken; bit 0 is this header */
};
_Static_assert(sizeof(struct block) <= UNIT && UNITS == 64, "a header is one unit");

static _Alignas(BLOCK) char pool[BLOCKS][BLOCK];
static struct block *free_blocks;
static L4_Word_t fresh;                 /* the blocks of the pool from this index on were never
                                           used */
L4_Word_t blocks_free = BLOCKS;

static unsigned units_of(size_t size)
{
    return size ? (size + UNIT - 1) / UNIT : 1;
}

static uint64_t run(unsigned at, unsigned n)
{
    return (((uint64_t)1 << n) - 1) << at;
}

/* Returns the index of n free units in a row, or 0. */
static unsigned find(const struct block *b, unsigned n)
{
    for (unsigned at = 1; at + n <= UNITS; at++)
        if (!(b->used & run(at, n)))
            return at;
    return 0;
}

static struct block *block_new(struct task *owner)
{
    if (blocks_free == 0 || !budget_take(owner, HURD_BUDGET_HANDLES))
        return NULL;
    struct block *b = free_blocks;
    if (b)
        free_blocks = b->next;
    else
        b = (struct block *)pool[fresh++];
    blocks_free--;
    *b = (struct block) {owner->blocks, owner, 1};
    owner->blocks = b;
    return b;
}

void *block_alloc(struct task *owner, size_t size)
{
    unsigned n = units_of(size), at = 0;
    if (size > (UNITS - 1) * UNIT)
        return NULL;
    struct block *b = owner->blocks;
    while (b && !(at = find(b, n)))
        b = b->next;
    if (!b) {
        b = block_new(owner);
        at = 1;
    }
    if (!b)
        return NULL;
    b->used |= run(at, n);
    return (char *)b + at * UNIT;
}

void block_free(void *record, size_t size)
{
    if (!record)
        return;
    struct block *b = (struct block *)((uintptr_t)record & ~(uintptr_t)(BLOCK - 1));
    unsigned at = (unsigned)((char *)record - (char *)b) / UNIT;
    assert((b->used & run(at, units_of(size))) == run(at, units_of(size)));
    b->used &= ~run((unsigned)((char *)record - (char *)b) / UNIT, units_of(size));
    if (b->used != 1)
        return;
    struct block **link = &b->owner->blocks;
    while (*link != b)
        link = &(*link)->next;
    *link = b->next;
    budget_give(b->owner, HURD_BUDGET_HANDLES);
    b->next = free_blocks;
    free_blocks = b;
    blocks_free++;
    assert_is(blocks_free, <=, BLOCKS);
}
