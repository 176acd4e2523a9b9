/* SPDX-License-Identifier: MIT */
/* The pages of stores with operations that are in core. Each has a slot: a frame of the task that
 * is mapped at a fixed address of the pool, and a record (struct hurd_page) at a fixed address of
 * the table. Regions show pages by mappings made from the pool's, so that one Unmap of the slot
 * hides the page everywhere and says whether it was used.  An anonymous page that is watched
 * (pageout.c) has the record of a slot without a frame: its frame is at its own address. */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include <hurd/policy.h>
#include "map.h"

enum page_flag {
    PAGE_IN_CORE = 1,           /* it is a page of a store; else the slot is free */
    PAGE_FETCHING = 2,          /* a job fills it */
    PAGE_CLEANING = 4,          /* a job writes it out */
    PAGE_LEAVING = 8,           /* it goes when it is clean */
    PAGE_DIRTY = 16,            /* it was mapped writable since it came or was cleaned */
    PAGE_MAPPED = 32,           /* some region shows it, unless physmem took the mapping away */
    PAGE_CHOOSABLE = 64,        /* its policy may choose it */
    PAGE_LOCKED = 128,
    PAGE_PROBE = 256,           /* the last that came with another one, not touched yet (ahead.c) */
    PAGE_AHEAD = 512,           /* it was read ahead, and is not touched yet (ahead.c) */
};

enum { POOL_PAGES = 65536, POOL_RESERVE = 4 };

struct pool {
    uintptr_t frames, table;    /* addresses of slot 0 and its record; 0: not open */
    uint32_t slots;             /* made so far */
    uint32_t records;           /* of the table that have memory, 0 to POOL_PAGES */
    uint32_t *heads;            /* of the hash table: slot + 1 */
    uint32_t free, bare;        /* lists of slots with and without a frame: slot + 1 */
    uint32_t free_count;        /* POOL_RESERVE of them are for the library's threads */
};

/* Makes the pool, once.  0 or an errno. */
int pool_open(void);
/* The table alone, without frames; and with room for so many records. */
int pool_table(void);
int pool_table_for(uint32_t records);

struct hurd_page *page_find(const struct store *store, uintptr_t offset);
uintptr_t page_address(const struct hurd_page *page);

/* A slot with a frame: free, or new.  NULL: there is none beside the reserve. */
struct hurd_page *page_take(void);
/* A record without a frame of the pool, for an anonymous page.  NULL: no memory. */
struct hurd_page *page_bare(void);
void page_enter(struct hurd_page *page, const struct store *store, uintptr_t offset,
                struct hurd_policy *policy);
void page_leave(struct hurd_page *page);

/* A free slot's frame goes back to physmem. False: there is none (beside the reserve, if `keep`).
 */
bool pool_shrink(bool keep);

/* NULL: the pointer is none of ours, or the slot is free. */
struct hurd_page *page_checked(struct hurd_page *page);

/* Takes it out of sight in all regions (rights: HURD_VM_WRITE or all). */
void page_hide(struct hurd_page *page, unsigned rights);

#endif
