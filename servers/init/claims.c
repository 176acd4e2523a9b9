/* SPDX-License-Identifier: MIT */
/* Sectors that are in use.  Called by services.c and root.c, which use them, and by launch.c and
 * main.c, which give sectors to programs.  Pure; tested in tests/host/claims.c. */
#include "claims.h"

#include <stddef.h>

static struct claim {
    unsigned disk, first, sectors;
    const char *what;           /* NULL: this place is free */
} claims[CLAIMS];

/* No sum of these numbers is needed, so none can be too large for a word. */
static int overlap(unsigned first, unsigned sectors, unsigned other, unsigned others)
{
    return first < other ? other - first < sectors : first - other < others;
}

const char *claims_find(unsigned disk, unsigned first, unsigned sectors)
{
    for (size_t i = 0; i < CLAIMS; i++) {
        const struct claim *c = &claims[i];
        if (c->what && c->disk == disk && overlap(first, sectors, c->first, c->sectors))
            return c->what;
    }
    return NULL;
}

const char *claims_make(unsigned disk, unsigned first, unsigned sectors, const char *what)
{
    const char *problem = claims_find(disk, first, sectors);
    for (size_t i = 0; i < CLAIMS && !problem; i++) {
        if (claims[i].what)
            continue;
        claims[i] = (struct claim) { disk, first, sectors, what };
        return NULL;
    }
    return problem ? problem : "cannot be used: too many parts of disks are in use";
}

void claims_end(unsigned disk, unsigned first)
{
    for (size_t i = 0; i < CLAIMS; i++) {
        if (claims[i].what && claims[i].disk == disk && claims[i].first == first)
            claims[i].what = NULL;
    }
}
