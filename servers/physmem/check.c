/* SPDX-License-Identifier: MIT */
/* The walkers: everything that must always hold of frames, slots and the map of the disk, looked at
 * one by one.  Called by main.c in builds with CHECK=1, and by the host tests. */
#include "check.h"

#include "swap.h"

/* ---- frames ---- */

/* Of all frames, with the pages of frame tables, one user each. */
static uint64_t all_users;

static uint32_t tables(void)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < sizeof frame_tables / sizeof frame_tables[0]; i++)
        n += frame_tables[i] != 0;
    return n;
}

static const char *frame_problem(paddr_t pa, frame_t word, struct ledger *seen)
{
    if (word & FRAME_FREE) {
        seen->free += 1u << (word & FRAME_USERS);
        return word & (FRAME_PINS | FRAME_MAPPED | FRAME_WRITABLE | FRAME_STORED)
               ? "a free frame is pinned, mapped or stored" : 0;
    }
    all_users += word & FRAME_USERS;
    seen->bound += (word & FRAME_USERS) > 0;
    if ((word & FRAME_WRITABLE) && (word & FRAME_STORED))
        return "a frame that may be written is stored";
    if ((word & FRAME_WRITABLE) && (word & FRAME_USERS) > 1)
        return "a frame with several users may be written";
    if (word & FRAME_STORED) {
        uint32_t block = swap.stored[pa >> PAGE_LOG2];
        if (block >= swap.map.count || swap_frame(block) != pa)
            return "a frame is stored in a block that does not know of it";
    }
    return 0;
}

static const char *frames_problem(void)
{
    struct ledger seen = { 0 };
    all_users = 0;
    for (paddr_t pa = PAGE_SIZE; pa <= frame_highest() && pa; pa += PAGE_SIZE) {
        const frame_t *word = frame_find(pa);
        const char *problem = word ? frame_problem(pa, *word, &seen) : 0;
        if (problem)
            return problem;
    }
    if (seen.bound != ledger.bound + tables())
        return "the number of frames in use is wrong";
    return seen.free == ledger.free ? 0 : "the number of free frames is wrong";
}

/* ---- slots ---- */

static uint64_t alone, together;   /* slots that are a user of a frame, and those of groups */

static const char *slot_problem(slot_t slot)
{
    alone += (slot & SLOT_TAG) == SLOT_FRAME;
    together += (slot & SLOT_TAG) == SLOT_GROUP;
    if (slot_swapped(slot))
        return swap_knows(slot_block(slot)) ? 0 : "a slot names a block that holds nothing";
    if (slot_bound(slot) && !frame_find(slot_frame(slot)))
        return "a slot names a frame that is not ours";
    if (slot_bound(slot) && !frame_users(slot_frame(slot)))
        return "a slot names a frame that has no user";
    return 0;
}

static const char *container_problem(struct container *c)
{
    uint32_t pages = 0, swapped = 0, extra = 0;
    for (uint32_t page = 0; (page = container_next(c, page, PAGES_MAX)) < PAGES_MAX; page++) {
        slot_t slot = *container_slot(c, page);
        const char *problem = slot_problem(slot);
        if (problem)
            return problem;
        pages += slot_charged(slot);
        swapped += slot_swapped(slot);
        extra += slot_extra(slot);
    }
    if (extra != c->extra)
        return "the number of a container's extra pages is wrong";
    if (pages != c->pages)
        return "the number of a container's pages is wrong";
    return swapped == c->swapped ? 0 : "the number of a container's pages on disk is wrong";
}

static const char *controls_problem(void)
{
    uint32_t promised = 0, all_extra = 0, swapped = 0, quota = 0;
    for (const struct control *control = control_all; control; control = control->all_next) {
        uint32_t pages = 0, extra = 0, out = 0;
        for (struct container *c = control->containers; c; c = c->next) {
            const char *problem = container_problem(c);
            if (problem)
                return problem;
            pages += c->pages - c->extra;
            extra += c->extra;
            out += c->swapped;
        }
        if (pages != control->pages || extra != control->extra || out != control->swap.used)
            return "a control is not charged for the pages of its containers";
        promised += pages;
        all_extra += extra;
        swapped += out;
        quota += control->swap.quota;
    }
    if (promised != ledger.promised || all_extra != ledger.extra)
        return "the number of promised or extra pages is wrong";
    if (promised + all_extra + ledger.meta - slab_spare() > ledger.total)
        return "there are more claims than frames";
    if (quota > swap.map.count)
        return "more may be on disk than there is room for";
    return swapped == swap.pages ? 0 : "the number of pages on disk is wrong";
}

/* ---- accounts ---- */

static uint32_t wired_of(unsigned task)
{
    uint32_t pages = 0;
    for (const struct control *control = control_all; control; control = control->all_next)
        for (const struct container *c = control->containers; c; c = c->next)
            if (c->task == task && c->wired)
                pages += c->pages;
    return pages;
}

static const char *accounts_problem(void)
{
    for (unsigned i = 0; i < ACCOUNT_BUCKETS; i++)
        for (const struct account *account = account_buckets[i]; account; account = account->next)
            if (account->wired != wired_of(account->task) + pins_of(account))
                return "an account has other wired pages than its containers and pins";
    return 0;
}

const char *check_problem(void)
{
    alone = together = 0;
    const char *problem = frames_problem();
    if (!problem)
        problem = controls_problem();
    if (!problem)
        problem = accounts_problem();
    uint64_t users = all_users - tables();
    if (!problem && (users < alone || users > alone + together))
        problem = "the frames have other users than there are pages";
    return problem || !swap.window ? problem : swap_problem();
}
