/* SPDX-License-Identifier: MIT */
/* The rule of the house is here: revoke first, then free. */
#include "sweep.h"

void sweep_begin(struct sweep *s, unsigned rights, bool free)
{
    s->rights = rights;
    s->free = free;
    s->n = 0;
}

/* Blocks i and i + 1 are the lower and upper half of a larger one. */
static bool halves(const struct sweep *s, unsigned i)
{
    const struct extent *low = &s->at[i].block, *high = &s->at[i + 1].block;
    uint32_t size = PAGE_SIZE << low->order;
    return low->order == high->order && low->order < ORDER_MAX && !(low->base & size)
           && high->base == low->base + size;
}

void sweep_add(struct sweep *s, paddr_t pa)
{
    frame_t *word = frame_find(pa);
    frame_t what = s->rights == RIGHTS_WRITE ? FRAME_WRITABLE : FRAME_MAPPED;
    bool mapped = *word & what;
    if (!mapped && !s->free)
        return;
    *word &= ~(s->rights == RIGHTS_WRITE ? FRAME_WRITABLE
                                         : FRAME_MAPPED | FRAME_WRITABLE | FRAME_STEADY);
    if (s->n == SWEEP_BLOCKS)
        sweep_end(s);
    s->at[s->n].block = (struct extent) { pa, 0 };
    s->at[s->n].mapped = mapped;
    s->n++;
    while (s->n > 1 && halves(s, s->n - 2)) {
        s->n--;
        s->at[s->n - 1].block.order++;
        s->at[s->n - 1].mapped |= s->at[s->n].mapped;
    }
}

void sweep_end(struct sweep *s)
{
    struct extent revoke[SWEEP_BLOCKS];
    unsigned n = 0;
    for (unsigned i = 0; i < s->n; i++)
        if (s->at[i].mapped)
            revoke[n++] = s->at[i].block;
    if (n)
        machine_revoke(revoke, n, s->rights);
    for (unsigned i = 0; i < s->n && s->free; i++) {
        struct extent block = s->at[i].block;
        for (uint32_t page = 0; page < 1u << block.order; page++)
            *frame_find(block.base + (page << PAGE_LOG2)) = 0;
        ledger.bound -= 1u << block.order;
        buddy_free(block.base, block.order);
    }
    s->n = 0;
}
