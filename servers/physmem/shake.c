/* SPDX-License-Identifier: MIT */
/* Page movement, spec hurd 2.5: a client names pages of containers, never frames, so physmem may
 * take another frame for a page at any time.  Here it does so at random, all the time, to prove
 * that all programs can live with it.  The hop before is main.c.
 *
 * These pages never move: pages that are pinned, copy-on-write or on their way to the disk; pages
 * that a task has mapped which does not page itself; and pages of boot tasks, which have memory
 * that did not come through physmem. */
#include "shake.h"

#include <hurd/assert.h>
#include <string.h>

#include "container.h"
#include "swap.h"

#define FIRST_PROGRAM   513u
#define TRIES           12u             /* for each page */
#define POISON          0xdb            /* a program sees this if a mapping was forgotten */

uint32_t shake_moved;

static uint32_t state;
static bool timed;

void shake_start(uint32_t seed)
{
    state = seed;
    timed = seed & 1;
}

bool shake_all_the_time(void)
{
    return timed;
}

bool shake_on(void)
{
    return state != 0;
}

static uint32_t random_below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % n;
}

/* ---- one page out of all --------------------------------------------------------------------- */

static struct container *container_pick(void)
{
    uint32_t controls = 0;
    const struct control *c = control_all;
    for (; c; c = c->all_next)
        controls++;
    uint32_t skip = random_below(controls);
    for (c = control_all; skip; c = c->all_next)
        skip--;
    struct container *k = c->containers;
    for (skip = c->count ? random_below(c->count) : 0; skip; k = k->next)
        skip--;
    return k;
}

/* Goes from the root down.  At each level it takes the first used slot from a random one on. */
static slot_t *slot_pick(struct container *c)
{
    slot_t *slot = NULL;
    struct node *node = c->root;
    for (unsigned level = 0; node && level < NODE_LEVELS; level++) {
        uint32_t at = random_below(NODE_SLOTS), n = 0;
        while (n < NODE_SLOTS && !node->slot[at % NODE_SLOTS])
            at++, n++;
        slot = &node->slot[at % NODE_SLOTS];
        if (level < NODE_LEVELS - 1)
            node = (struct node *) *slot;
    }
    return slot;
}

/* ---- and how it moves ------------------------------------------------------------------------ */

static bool frame_may_move(paddr_t pa)
{
    frame_t word = *frame_find(pa);
    return (word & FRAME_USERS) == 1 && !(word & (FRAME_PINS | FRAME_STEADY | FRAME_STORED));
}

/* The mappings go first: no program may write to the page while it is copied. */
static void page_move(slot_t *slot, paddr_t to)
{
    paddr_t from = slot_frame(*slot);
    struct sweep s;
    sweep_begin(&s, RIGHTS_ALL, false);
    sweep_add(&s, from);
    sweep_end(&s);
    memcpy(phys_pointer(to), phys_pointer(from), PAGE_SIZE);
    if ((*slot & SLOT_TAG) == SLOT_GROUP)
        slot_group(*slot)->frame = to;
    else
        *slot = slot_of_frame(to) | (*slot & (SLOT_SEEN | SLOT_EXTRA));
    memset(phys_pointer(from), POISON, PAGE_SIZE);
    assert_is(*frame_find(from), ==, 1);      /* one user, no pins, no mappings */
    *frame_find(from) = 0;
    ledger.bound--;
    buddy_free(from, 0);
    shake_moved++;
}

void shake_step(unsigned pages)
{
    uint32_t enough = shake_moved + pages;
    for (unsigned tries = TRIES * pages; tries && shake_moved != enough; tries--) {
        struct container *c = container_pick();
        if (!c || c->task < FIRST_PROGRAM || c->wired || c == swap.window || c == swap.tables)
            continue;
        slot_t *slot = slot_pick(c);
        if (!slot || !slot_bound(*slot) || !frame_may_move(slot_frame(*slot)))
            continue;
        paddr_t to = frame_alloc(0);
        if (to)
            page_move(slot, to);
    }
}
