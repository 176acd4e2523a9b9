/* SPDX-License-Identifier: MIT */
/* A sorted array.  A lookup halves the array until it finds the extent.  A change splits at most
 * two extents, moves the tail of the array, and joins neighbours that became equal. */
#include "extents.h"
#include <string.h>

void extents_init(struct extents *t, struct extent *room, uint32_t capacity, uint32_t limit)
{
    *t = (struct extents){.at = room, .n = 1, .capacity = capacity, .limit = limit};
    room[0] = (struct extent){.first = 0, .owner = NOBODY, .kind = KIND_DEVICE};
}

/* Index of the extent that holds a page. */
static uint32_t index_of(const struct extents *t, uint32_t page)
{
    uint32_t low = 0, high = t->n; /* at[low].first <= page < at[high].first */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        *(t->at[middle].first <= page ? &low : &high) = middle;
    }
    return low;
}

static uint32_t end_of(const struct extents *t, uint32_t i)
{
    return i + 1 < t->n ? t->at[i + 1].first : t->limit;
}

/* Makes an extent begin at `page`.  Returns its index, or n if `page` is the limit. */
static uint32_t split(struct extents *t, uint32_t page)
{
    uint32_t i;
    if (page >= t->limit)
        return t->n;
    i = index_of(t, page);
    if (t->at[i].first == page)
        return i;
    memmove(&t->at[i + 2], &t->at[i + 1], (t->n - i - 1) * sizeof *t->at);
    t->at[i + 1] = t->at[i];
    t->at[i + 1].first = page;
    t->n++;
    return i + 1;
}

/* Joins neighbours that are equal, among the extents i - 1 to j. */
static void merge(struct extents *t, uint32_t i, uint32_t j)
{
    uint32_t to = i > 0 ? i - 1 : 0, from, last = j < t->n ? j : t->n - 1;
    for (from = to + 1; from <= last; from++)
        if (t->at[from].kind != t->at[to].kind || t->at[from].owner != t->at[to].owner)
            t->at[++to] = t->at[from];
    memmove(&t->at[to + 1], &t->at[last + 1], (t->n - last - 1) * sizeof *t->at);
    t->n -= last - to;
}

static bool change(struct extents *t, uint32_t low, uint32_t high, const enum kind *kind,
                   const uint32_t *owner)
{
    if (high > t->limit)
        high = t->limit;
    if (low >= high)
        return true;
    if (t->capacity - t->n < 2)
        return false;
    uint32_t i = split(t, low), j = split(t, high);
    for (uint32_t k = i; k < j; k++) {
        if (kind)
            t->at[k].kind = *kind;
        if (owner && t->at[k].kind != KIND_SHARED && t->at[k].kind != KIND_DEVICE)
            t->at[k].owner = *owner;
    }
    merge(t, i, j);
    return true;
}

bool extents_set_kind(struct extents *t, uint32_t low, uint32_t high, enum kind kind)
{
    return change(t, low, high, &kind, NULL);
}

bool extents_set_owner(struct extents *t, uint32_t low, uint32_t high, uint32_t owner)
{
    return change(t, low, high, NULL, &owner);
}

const struct extent *extents_find(const struct extents *t, uint32_t page)
{
    return &t->at[index_of(t, page)];
}

bool extents_allow(const struct extents *t, uint32_t low, uint32_t high, uint32_t owner)
{
    if (low >= high || high > t->limit)
        return false;
    for (uint32_t i = index_of(t, low); i < t->n && t->at[i].first < high; i++) {
        const struct extent *e = &t->at[i];
        if (e->kind == KIND_RESERVED || (e->owner != NOBODY && e->owner != owner))
            return false;
    }
    return true;
}

uint32_t extents_find_free(const struct extents *t, unsigned log2)
{
    if (log2 >= 31)
        return 0;
    uint32_t size = (uint32_t)1 << log2;
    for (uint32_t i = t->n; i-- > 0;) {
        const struct extent *e = &t->at[i];
        uint32_t low = e->first ? e->first : 1, end = end_of(t, i);
        if (e->kind != KIND_CONVENTIONAL || e->owner != NOBODY || end < size)
            continue;
        uint32_t at = (end - size) & ~(size - 1);
        if (at >= low)
            return at;
    }
    return 0;
}

void extents_count(const struct extents *t, uint32_t *conventional, uint32_t *unowned)
{
    *conventional = *unowned = 0;
    for (uint32_t i = 0; i < t->n; i++)
        if (t->at[i].kind == KIND_CONVENTIONAL) {
            *conventional += end_of(t, i) - t->at[i].first;
            if (t->at[i].owner == NOBODY)
                *unowned += end_of(t, i) - t->at[i].first;
        }
}
