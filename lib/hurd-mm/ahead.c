/* SPDX-License-Identifier: MIT */
/* Reading ahead, and what it may cost.  Before: paged.c and swapin.c, which bring pages; evict.c,
 * which asks for one that goes.
 *
 * A page that was read ahead may take the place of another one, so a wrong guess costs a page that
 * was used.  Two things keep that small.  Such a page is on probation until a thread touches it:
 * its policy does not know it, and too many of them push out each other.  And the number of pages
 * that come together is learned: if the last one of a batch is touched, it doubles; if that page
 * goes before, it halves. */
#include "ahead.h"
#include "evict.h"
#include "mm.h"

enum {
    LONELY = 31,                /* pages that come alone before it tries more again; odd, so that a
                                   sequence meets each place of an aligned group */
    TRIES = 4,                  /* ... so many */
    SHARE = 16,                 /* a policy's frames for each page on probation */
};

unsigned ahead_pages(struct ahead *ahead, unsigned first)
{
    if (ahead->pages == 0)
        ahead->pages = (unsigned char)first;
    if (ahead->pages == 1 && ++ahead->lonely >= LONELY) {
        ahead->lonely = 0;
        return TRIES;
    }
    return ahead->pages;
}

void ahead_learn(struct ahead *ahead, bool used)
{
    if (used && ahead->pages && ahead->pages < HURD_STORE_BATCH)
        ahead->pages *= 2;
    if (!used && ahead->pages > 1)
        ahead->pages /= 2;
}

/* ---- probation ---- */

static struct hurd_page_list *list_of(const struct hurd_policy *policy)
{
    static struct hurd_page_list probation[HURD_POLICIES];
    return &probation[policy_number(policy)];
}

void ahead_begin(struct hurd_page *page)
{
    page->flags |= PAGE_AHEAD;
    hurd_page_append(list_of(page->policy), page);
}

void ahead_end(struct hurd_page *page, bool used)
{
    hurd_page_remove(list_of(page->policy), page);
    if (page->flags & PAGE_PROBE)
        ahead_learn(&((struct store *)page->store)->ahead, used);
    page->flags &= (uint16_t)~(PAGE_AHEAD | PAGE_PROBE);
}

struct hurd_page *ahead_oldest(const struct hurd_policy *policy)
{
    return list_of(policy)->first;
}

struct hurd_page *ahead_victim(const struct hurd_policy *policy)
{
    const struct hurd_page_list *list = list_of(policy);
    uint32_t most = (policy->frames ? policy->frames : policy->pages) / SHARE;
    if (most < HURD_STORE_BATCH - 1)
        most = HURD_STORE_BATCH - 1;
    return list->count >= most ? list->first : NULL;
}
