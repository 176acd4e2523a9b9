/* SPDX-License-Identifier: MIT */
/* Finds what all names that begin like a word have in common.  Called by complete.c; pure. */
#include "complete.h"

#include <string.h>

void completion_init(struct completion *c, const char *begin, size_t length)
{
    *c = (struct completion) { .begin = begin, .length = length };
}

void completion_offer(struct completion *c, const char *name)
{
    if (strlen(name) < c->length || memcmp(name, c->begin, c->length) != 0 ||
        strlen(name) >= COMPLETE_NAME)
        return;
    if (c->count++ == 0) {
        strcpy(c->common, name);
        return;
    }
    size_t same = 0;
    while (c->common[same] && c->common[same] == name[same])
        same++;
    c->common[same] = '\0';
}
