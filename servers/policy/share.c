/* SPDX-License-Identifier: MIT */
/* Extra pages in proportion to guarantees.  The hop before is main.c. */
#include "share.h"

#include <stdbool.h>
#include <stdint.h>

enum { RECORDS = 64 };          /* one page for so many is left for physmem's records of them */

/* What the rule knows of one control. */
struct claim {
    unsigned entry;
    uint32_t wanted, weight, gets;
    bool content;               /* it gets all that it wanted */
};

static uint32_t part(uint32_t pool, uint32_t weight, uint64_t weights)
{
    return weights ? (uint32_t)((uint64_t)pool * weight / weights) : 0;
}

static unsigned claims_read(const volatile struct hurd_pm_policy_entry *entry, struct claim *claim)
{
    unsigned n = 0;
    for (unsigned i = 1; i < HURD_PM_POLICY_ENTRIES; i++)
        if (entry[i].task)
            claim[n++] = (struct claim){.entry = i, .wanted = (uint32_t)entry[i].wanted,
                                        .weight = (uint32_t)entry[i].guarantee | 1};
    return n;
}

static uint64_t weights_left(const struct claim *claim, unsigned n)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum += claim[i].content ? 0 : claim[i].weight;
    return sum;
}

/* Those that want less than their part are content, and leave the rest to the others.  Returns the
 * pages that are left for these. */
static uint32_t satisfy(struct claim *claim, unsigned n, uint32_t pool)
{
    for (bool again = true; again;) {
        uint64_t weights = weights_left(claim, n);
        const uint32_t left = pool;
        again = false;
        for (unsigned i = 0; i < n; i++) {
            if (claim[i].content || claim[i].wanted > part(left, claim[i].weight, weights))
                continue;
            claim[i].content = again = true;
            claim[i].gets = claim[i].wanted;
            pool -= claim[i].wanted;
        }
    }
    return pool;
}

void share_out(volatile struct hurd_pm_policy_entry entry[HURD_PM_POLICY_ENTRIES])
{
    static struct claim claim[HURD_PM_POLICY_ENTRIES];
    unsigned n = claims_read(entry, claim);
    uint32_t pool = (uint32_t)entry[0].guarantee;
    uint32_t left = satisfy(claim, n, pool - (pool + RECORDS - 1) / RECORDS);
    uint64_t hungry = weights_left(claim, n), all = 0;
    for (unsigned i = 0; i < n; i++)
        all += claim[i].weight;
    for (unsigned i = 0; i < n; i++) {
        if (!claim[i].content)
            claim[i].gets = part(left, claim[i].weight, hungry);
        else if (!hungry)               /* nobody wants the rest: everybody may have some of it */
            claim[i].gets += part(left, claim[i].weight, all);
        volatile struct hurd_pm_policy_entry *e = &entry[claim[i].entry];
        e->most = claim[i].gets;
        e->answer = e->serial;
    }
}
