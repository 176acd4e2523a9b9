/* SPDX-License-Identifier: MIT */
/* The table of <search.h>: open addressing, with twice the places that were asked for. */
#include <errno.h>
#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static ENTRY *table;
static size_t places, room;             /* room: entries that may still come */

int hcreate(size_t count)
{
    if (table || count > SIZE_MAX / 4) {
        errno = ENOMEM;
        return 0;
    }
    room = count ? count : 1;
    places = 2 * room;
    table = calloc(places, sizeof *table);
    return table != NULL;
}

void hdestroy(void)
{
    free(table);
    table = NULL;
}

ENTRY *hsearch(ENTRY item, ACTION action)
{
    size_t at = 5381;
    errno = action == FIND ? ESRCH : ENOMEM;
    if (!table)
        return NULL;
    for (const char *c = item.key; *c; c++)
        at = at * 33 + (unsigned char)*c;
    for (at %= places; table[at].key; at = (at + 1) % places)
        if (strcmp(table[at].key, item.key) == 0)
            return &table[at];
    if (action == FIND || room == 0)
        return NULL;
    room--;
    table[at] = item;
    return &table[at];
}
