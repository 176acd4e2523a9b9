/* SPDX-License-Identifier: MIT */
/* The rule of the house is here: revoke first, then free. */
#include "sweep.h"

#include <hurd/assert.h>
#include <stddef.h>

void sweep_begin(struct sweep *s, unsigned rights, bool free)
{
    s->rights = rights;
    s->free = free;
    s->n = 0;
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
    struct sweep_run *last = s->n ? &s->run[s->n - 1] : NULL;
    if (last && pa == last->base + (last->pages << PAGE_LOG2)) {
        last->pages++;
        last->mapped |= mapped;
        return;
    }
    if (s->n == SWEEP_RUNS)
        sweep_end(s);
    s->run[s->n++] = (struct sweep_run) { pa, 1, mapped };
}

static void runs_revoke(const struct sweep *s)
{
    struct extent revoke[SWEEP_BLOCKS];
    unsigned n = 0;
    for (unsigned i = 0; i < s->n; i++) {
        struct sweep_run run = s->run[i];
        while (run.mapped && run.pages) {
            if (n == SWEEP_BLOCKS) {
                machine_revoke(revoke, n, s->rights);
                n = 0;
            }
            unsigned order = block_order(run.base, run.pages);
            revoke[n++] = (struct extent) { run.base, order };
            run.base += PAGE_SIZE << order;
            run.pages -= 1u << order;
        }
    }
    if (n)
        machine_revoke(revoke, n, s->rights);
}

static void run_release(struct sweep_run run)
{
    assert_is(run.pages, <=, ledger.bound);
    ledger.bound -= run.pages;
    const frame_t *word = frame_find(run.base);
    for (paddr_t pa = run.base, left = run.pages; left; left--) {
        assert_is(*word, ==, 0);            /* no users, pins, mappings; not on disk */
        pa += PAGE_SIZE;
        word = frame_starts_table(pa) ? frame_find(pa) : word + 1;
    }
    while (run.pages) {
        unsigned order = block_order(run.base, run.pages);
        buddy_free(run.base, order);
        run.base += PAGE_SIZE << order;
        run.pages -= 1u << order;
    }
}

void sweep_end(struct sweep *s)
{
    runs_revoke(s);
    for (unsigned i = 0; i < s->n && s->free; i++)
        run_release(s->run[i]);
    s->n = 0;
}
