/* SPDX-License-Identifier: MIT */
/* Slots, see page.h.  Before: evict.c and paged.c.  After: memory.c. */
#include "page.h"
#include <hurd/assert.h>
#include <errno.h>
#include <l4/space.h>
#include <string.h>
#include "fork.h"
#include "mm.h"

enum {
    HEADS = HURD_MM_PAGE / sizeof(uint32_t),
    RECORDS = HURD_MM_PAGE / sizeof(struct hurd_page),
};

static struct hurd_page *slot(uint32_t index)
{
    return (struct hurd_page *)mm.pool.table + index;
}

static uint32_t index_of(const struct hurd_page *page)
{
    return (uint32_t)(page - (struct hurd_page *)mm.pool.table);
}

uintptr_t page_address(const struct hurd_page *page)
{
    if (page->store == &mm.anonymous)
        return (uintptr_t)page->number * HURD_MM_PAGE;
    return mm.pool.frames + index_of(page) * HURD_MM_PAGE;
}

/* ---- the pool ---- */

static int wired_page(uintptr_t address)
{
    return memory_allocate_wire(address, HURD_MM_PAGE, HURD_VM_READ | HURD_VM_WRITE);
}

static int slot_frame(uint32_t index)
{
    return memory_allocate_map(mm.pool.frames + index * HURD_MM_PAGE, HURD_MM_PAGE,
                               HURD_VM_RIGHTS);
}

/* The record of a slot has memory. */
static int slot_record(uint32_t index)
{
    if (index < mm.pool.records)
        return 0;
    int error = index < POOL_PAGES ? wired_page(mm.pool.table + index * sizeof(struct hurd_page))
                                   : ENOMEM;
    if (!error)
        mm.pool.records += RECORDS;
    return error;
}

static void slot_bare(uint32_t index)
{
    slot(index)->hash_next = mm.pool.bare;
    mm.pool.bare = index + 1;
}

static void slot_free(uint32_t index)
{
    slot(index)->hash_next = mm.pool.free;
    mm.pool.free = index + 1;
    mm.pool.free_count++;
}

/* The index of a new slot with a frame, or -1. */
static int slot_new(void)
{
    uint32_t index = mm.pool.slots;
    if (mm.pool.bare) {
        index = mm.pool.bare - 1;
        uint32_t next = slot(index)->hash_next;
        if (slot_frame(index))
            return -1;
        mm.pool.bare = next;
        return (int)index;
    }
    if (slot_record(index) || slot_frame(index))
        return -1;
    mm.pool.slots++;
    return (int)index;
}

static uintptr_t reserve_area(uintptr_t size, struct store *store)
{
    uintptr_t at = map_gap(&mm.space, 0x50000000, size);
    if (at && !map_insert(&mm.space, at, at + (size - 1), store, at, HURD_VM_RIGHTS, true))
        return 0;
    return at;
}

static int pool_fill(void)
{
    while (mm.pool.free_count < POOL_RESERVE) {
        int index = slot_new();
        if (index < 0)
            return ENOMEM;
        slot_free((uint32_t)index);
    }
    return 0;
}

int pool_table(void)
{
    const uintptr_t table = POOL_PAGES * sizeof(struct hurd_page);
    if (mm.pool.heads)
        return 0;
    if (!slab_reserve(&mm.slab, 2))
        return ENOMEM;
    if (!mm.pool.frames)
        mm.pool.frames = reserve_area(POOL_PAGES * HURD_MM_PAGE, &mm.pool_store);
    if (mm.pool.frames && !mm.pool.table)
        mm.pool.table = reserve_area(table + HURD_MM_PAGE, &mm.reserved);
    if (!mm.pool.table)
        return ENOSPC;
    int error = wired_page(mm.pool.table + table);
    if (!error)
        mm.pool.heads = (uint32_t *)(mm.pool.table + table);
    return error;
}

int pool_table_for(uint32_t records)
{
    int error = pool_table();
    while (!error && mm.pool.records < records && mm.pool.records < POOL_PAGES)
        error = slot_record(mm.pool.records);
    return error;
}

int pool_open(void)
{
    int error = pool_table();
    return error ? error : pool_fill();
}

bool pool_shrink(bool keep)
{
    if (!mm.pool.free || (keep && mm.pool.free_count <= POOL_RESERVE))
        return false;
    uint32_t index = mm.pool.free - 1;
    assert_is(mm.pool.free_count, >, 0);
    mm.pool.free = slot(index)->hash_next;
    mm.pool.free_count--;
    slot_bare(index);
    memory_deallocate(mm.memory, mm.pool.frames + index * HURD_MM_PAGE, HURD_MM_PAGE);
    return true;
}

bool pool_has_pages(void)
{
    for (uint32_t i = 0; i < mm.pool.slots; i++)
        if (slot(i)->store && slot(i)->store != &mm.anonymous)
            return true;
    return false;
}

void pool_forked(void)
{
    while (mm.pool.free) {
        uint32_t index = mm.pool.free - 1;
        mm.pool.free = slot(index)->hash_next;
        slot_bare(index);
    }
    mm.pool.free_count = 0;
}

struct hurd_page *page_take(void)
{
    int index = -1;
    if (mm.pool.free_count > POOL_RESERVE) {
        index = (int)mm.pool.free - 1;
        mm.pool.free = slot((uint32_t)index)->hash_next;
        mm.pool.free_count--;
    } else if (mm.room.left > POOL_RESERVE || mm.room.swap != SWAP_READY) {
        index = slot_new();
    }
    return index < 0 ? NULL : slot((uint32_t)index);
}

struct hurd_page *page_bare(void)
{
    uint32_t index = mm.pool.slots;
    if (mm.pool.bare) {
        index = mm.pool.bare - 1;
        mm.pool.bare = slot(index)->hash_next;
    } else if (slot_record(index)) {
        return NULL;
    } else {
        mm.pool.slots++;
    }
    return slot(index);
}

/* ---- which page is where ---- */

static uint32_t *head_of(const void *store, uint32_t number)
{
    return &mm.pool.heads[(number ^ (uintptr_t)store >> 3) % HEADS];
}

struct hurd_page *page_find(const struct store *store, uintptr_t offset)
{
    uint32_t number = offset / HURD_MM_PAGE;
    for (uint32_t i = *head_of(store, number); i; i = slot(i - 1)->hash_next) {
        struct hurd_page *page = slot(i - 1);
        if (page->number == number && page->store == store)
            return page;
    }
    return NULL;
}

void page_enter(struct hurd_page *page, const struct store *store, uintptr_t offset,
                struct hurd_policy *policy)
{
    uint32_t number = offset / HURD_MM_PAGE, *head = head_of(store, number);
    *page = (struct hurd_page){.number = number, .store = store, .policy = policy,
                               .hash_next = *head, .flags = PAGE_IN_CORE};
    *head = index_of(page) + 1;
    policy->pages++;
}

void page_leave(struct hurd_page *page)
{
    uint32_t *link = head_of(page->store, page->number);
    while (*link && *link != index_of(page) + 1)
        link = &slot(*link - 1)->hash_next;
    assert_is(*link, ==, index_of(page) + 1);
    *link = page->hash_next;
    assert_is(page->policy->pages, >, 0);
    page->policy->pages--;
    bool bare = page->store == &mm.anonymous;
    page->flags = 0;
    page->store = NULL;
    page->policy = NULL;
    if (bare)
        slot_bare(index_of(page));
    else
        slot_free(index_of(page));
}

struct hurd_page *page_checked(struct hurd_page *page)
{
    uintptr_t at = (uintptr_t)page - mm.pool.table;
    if (at >= mm.pool.slots * sizeof *page || at % sizeof *page)
        return NULL;
    return page->flags & PAGE_IN_CORE ? page : NULL;
}

/* ---- what the processor knows ---- */

void page_hide(struct hurd_page *page, unsigned rights)
{
    if (page->flags & PAGE_MAPPED)
        L4_UnmapFpage(L4_FpageAddRights(L4_FpageLog2(page_address(page), 12), rights));
    if (rights == HURD_VM_RIGHTS)
        page->flags &= (uint16_t)~PAGE_MAPPED;
}

bool hurd_page_look(struct hurd_page *page)
{
    L4_Fpage_t status = L4_GetStatus(L4_FpageLog2(page_address(page), 12));
    return status.raw & (HURD_VM_READ | HURD_VM_WRITE | HURD_VM_EXECUTE);
}

struct hurd_page *hurd_page_at(struct hurd_policy *policy, uint32_t at)
{
    struct hurd_page *page = mm.pool.slots ? slot(at % mm.pool.slots) : NULL;
    return page && page->policy == policy ? page : NULL;
}
