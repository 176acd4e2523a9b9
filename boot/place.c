/* SPDX-License-Identifier: MIT */
/* Free places in RAM.  Pure. */
#include "loader.h"

/* If there is no room, the last range grows over all memory, so nothing is lost quietly.  This
 * cannot happen, because each count that leads here has a limit: see MAX_USED. */
void used_add(struct used *used, uint64_t low, uint64_t high)
{
    if (low >= high)
        return;
    if (used->n == MAX_USED)
        used->range[MAX_USED - 1] = (struct range){0, (uint64_t)1 << 32};
    else
        used->range[used->n++] = (struct range){low, high};
}

static const struct range *used_at(const struct used *used, uint64_t low, uint64_t high)
{
    for (size_t i = 0; i < used->n; i++)
        if (low < used->range[i].high && high > used->range[i].low)
            return &used->range[i];
    return NULL;
}

bool used_overlaps(const struct used *used, uint64_t low, uint64_t high)
{
    return used_at(used, low, high) != NULL;
}

static uint64_t length(const struct range *r) { return r->high - r->low; }

uint64_t memmap_limit(struct memmap *map, const struct used *used, size_t most)
{
    uint64_t dropped = 0;
    while (map->rams > most) {
        struct range *smallest = NULL;
        for (size_t i = 0; i < map->rams; i++) {
            struct range *r = &map->ram[i];
            if (used_overlaps(used, r->low, r->high))
                continue;
            if (!smallest || length(r) < length(smallest))
                smallest = r;
        }
        if (!smallest)
            break;
        dropped += length(smallest);
        map->rams--;
        for (struct range *r = smallest; r < map->ram + map->rams; r++)
            r[0] = r[1];
    }
    return dropped;
}

uint32_t place_find(const struct memmap *map, const struct used *used, uint64_t size,
                    uint64_t limit)
{
    const uint64_t align = ~(uint64_t)(PAGE_SIZE - 1);
    for (size_t i = map->rams; i-- > 0;) {
        uint64_t top = map->ram[i].high < limit ? map->ram[i].high : limit;
        /* address 0 means "no place" */
        uint64_t bottom = map->ram[i].low ? map->ram[i].low : PAGE_SIZE;
        while (top >= size && ((top - size) & align) >= bottom) {
            uint64_t at = (top - size) & align;
            const struct range *in_the_way = used_at(used, at, at + size);
            if (!in_the_way)
                return (uint32_t)at;
            top = in_the_way->low;
        }
    }
    return 0;
}
