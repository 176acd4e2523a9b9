/* SPDX-License-Identifier: MIT */
/* Cleans the BIOS memory map: its entries come in any order, overlap, reach over 4 GB, wrap around,
 * are empty, or are not aligned to pages.  The result is the RAM in whole pages that no other entry
 * claims.  Pure. */
#include "loader.h"

static const uint64_t LIMIT = (uint64_t)1 << 32;

static uint64_t page_up(uint64_t a) { return (a + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1); }
static uint64_t page_down(uint64_t a) { return a & ~(uint64_t)(PAGE_SIZE - 1); }

/* Returns [low, high) of an entry.  An entry that would wrap around ends at the highest address. */
static struct range entry_range(const struct bios_entry *e)
{
    struct range r = {e->base, e->base + e->length};
    if (r.high < r.low)
        r.high = ~(uint64_t)0;
    return r;
}

/* Keeps map->ram sorted and disjoint.  Pieces that touch become one. */
static void ram_add(struct memmap *map, uint64_t low, uint64_t high)
{
    size_t i = 0, j;
    if (low >= high)
        return;
    while (i < map->rams && map->ram[i].high < low)
        i++;
    for (j = i; j < map->rams && map->ram[j].low <= high; j++) {
        low = low < map->ram[j].low ? low : map->ram[j].low;
        high = high > map->ram[j].high ? high : map->ram[j].high;
    }
    if (i == j) { /* it touches no other piece: make room */
        if (map->rams == MAX_REGIONS)
            return;
        for (size_t k = map->rams++; k > i; k--)
            map->ram[k] = map->ram[k - 1];
    } else { /* pieces i to j-1 become one */
        for (size_t k = j; k < map->rams; k++)
            map->ram[i + 1 + k - j] = map->ram[k];
        map->rams -= j - i - 1;
    }
    map->ram[i] = (struct range){low, high};
}

static void ram_remove(struct memmap *map, uint64_t low, uint64_t high)
{
    for (size_t i = 0; i < map->rams; i++) {
        struct range r = map->ram[i];
        if (high <= r.low || low >= r.high)
            continue;
        map->ram[i].high = low > r.low ? low : r.low; /* the part before it, perhaps empty */
        if (high >= r.high || map->rams == MAX_REGIONS)
            continue;
        for (size_t k = map->rams++; k > i + 1; k--)
            map->ram[k] = map->ram[k - 1];
        map->ram[++i] = (struct range){high, r.high};
    }
}

static void ram_to_pages(struct memmap *map)
{
    size_t n = 0;
    for (size_t i = 0; i < map->rams; i++) {
        struct range r = {page_up(map->ram[i].low), page_down(map->ram[i].high)};
        if (r.low < r.high)
            map->ram[n++] = r;
    }
    map->rams = n;
}

void memmap_make(struct memmap *map, const struct bios_entry *entries, size_t n)
{
    map->rams = 0;
    map->ram_above_4g = 0;
    for (size_t i = 0; i < n; i++) {
        struct range r = entry_range(&entries[i]);
        if (entries[i].type != BIOS_RAM)
            continue;
        if (r.high > LIMIT)
            map->ram_above_4g += r.high - (r.low > LIMIT ? r.low : LIMIT);
        ram_add(map, r.low, r.high < LIMIT ? r.high : LIMIT);
    }
    ram_to_pages(map);
    for (size_t i = 0; i < n; i++) {
        struct range r = entry_range(&entries[i]);
        if (entries[i].type != BIOS_RAM && r.low < r.high)
            ram_remove(map, page_down(r.low), r.high < LIMIT ? page_up(r.high) : LIMIT);
    }
    ram_remove(map, 0xA0000, 0x100000); /* VGA and ROMs are there, whatever the BIOS says */
    ram_to_pages(map);                  /* drops pieces that are empty now */
}

uint64_t memmap_total(const struct memmap *map)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < map->rams; i++)
        sum += map->ram[i].high - map->ram[i].low;
    return sum;
}

bool memmap_has(const struct memmap *map, uint64_t low, uint64_t high)
{
    for (size_t i = 0; i < map->rams; i++)
        if (low >= map->ram[i].low && high <= map->ram[i].high)
            return true;
    return false;
}
