/* SPDX-License-Identifier: MIT */
/* Page frames: four bytes for each page of RAM that physmem owns, in tables of 1024 found by
 * physical address. buddy.c keeps the free ones, slot.c and pin.c the used ones, sweep.c takes
 * mappings away. */
#ifndef PHYSMEM_FRAME_H
#define PHYSMEM_FRAME_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t paddr_t;               /* a physical address; 0 = none: page 0 is never ours */

#define PAGE_LOG2       12u
#define PAGE_SIZE       (1u << PAGE_LOG2)
#define PAGE_MASK       (PAGE_SIZE - 1)
#define ORDER_MAX       19u             /* the largest block: 2^31 bytes */

/* What is known of one page.
 *   31 29 28   27   26   25   24  23    20 19                 0
 *  |  0  | D  | S  | W  | M  | F  |  pins  | users, or the order  |
 *
 * users  how many slots and groups name the page: bounded by the number of pages in the machine
 * order  of the free block that begins here (F set; log2 of its pages)
 * M, W   may be mapped by clients at all, for writing: set when handed out, cleared when revoked
 * S      steady: mapped by a server that does not page itself, spared by the random revocation
 * D      the same contents are on disk (swap.h): it must part from them before anybody may write
 * A word of FRAME_ABSENT: not our page. */
typedef uint32_t frame_t;

#define FRAME_USERS     0x000fffffu
#define FRAME_PIN       0x00100000u
#define FRAME_PINS      0x00f00000u
#define FRAME_FREE      0x01000000u
#define FRAME_MAPPED    0x02000000u
#define FRAME_WRITABLE  0x04000000u
#define FRAME_STEADY    0x08000000u
#define FRAME_STORED    0x10000000u
#define FRAME_ABSENT    0xffffffffu

/* Frame counts of the whole machine.  free + soft + bound + meta = total. */
struct ledger {
    uint32_t total;         /* pages that are ours */
    uint32_t free;          /* in the buddy lists */
    uint32_t soft;          /* free as well, but a soft reference can get them back */
    uint32_t bound;         /* with users */
    uint32_t meta;          /* bookkeeping: frame tables, records, spare pages of slabs */
    uint32_t own;           /* of that, what no control pays for: tables, own arrays */
    uint32_t guaranteed;    /* sum of all controls' guarantees and their books */
    uint32_t promised;      /* pages in all containers that are charged to guarantees */
    uint32_t extra;         /* the other ones */
};
extern struct ledger ledger;

/* RAM is mapped 1:1 in the server; the host tests put it elsewhere. */
extern uintptr_t phys_base;
static inline void *phys_pointer(paddr_t pa)
{
    return (void *) (phys_base + pa);
}

/* The seam to the kernel: removes `rights` (2 = write, 7 = everything) from all tasks that have a
 * page of these blocks mapped through physmem.  In the server it is in main.c; the host tests have
 * a version of their own (tests/host/physmem_world.h). */
struct extent {
    paddr_t base;
    unsigned order;
};
void machine_revoke(const struct extent *blocks, unsigned n, unsigned rights);

/* A table covers 4 MB of addresses and is one page. */
#define TABLE_LOG2      22u
#define TABLE_FRAMES    (1u << (TABLE_LOG2 - PAGE_LOG2))
extern frame_t *frame_tables[1u << (32 - TABLE_LOG2)];

/* The order of the largest block that can begin a run of `pages` pages at `base`, where other
 * addresses that must be aligned alike are or'ed in. */
static inline unsigned block_order(uint32_t base, uint32_t pages)
{
    unsigned aligned = base ? (unsigned) __builtin_ctz(base) - PAGE_LOG2 : ORDER_MAX;
    unsigned fits = 31 - __builtin_clz(pages);
    unsigned order = aligned < fits ? aligned : fits;
    return order < ORDER_MAX ? order : ORDER_MAX;
}

/* The word of a page; NULL: not ours. */
static inline frame_t *frame_find(paddr_t pa)
{
    frame_t *table = frame_tables[pa >> TABLE_LOG2];
    frame_t *word = table ? &table[pa >> PAGE_LOG2 & (TABLE_FRAMES - 1)] : 0;
    return word && *word != FRAME_ABSENT ? word : 0;
}

/* The words of neighbours are neighbours, but for the first page of a table. */
static inline bool frame_starts_table(paddr_t pa)
{
    return (pa & ((1u << TABLE_LOG2) - 1)) == 0;
}

/* [base, base + size) becomes ours and free.  What it needs for its tables comes out of it.
 * Returns the number of pages that are new to the free lists; pages given twice and page 0 are left
 * out. */
uint32_t frame_add(paddr_t base, uint32_t size);

/* The page becomes ours, in use by one user.  false: no memory for a table, or it is ours already.
 */
bool frame_adopt(paddr_t pa);

/* Some address in one of our tables, for the random revocation. */
paddr_t frame_random(uint32_t random);
paddr_t frame_highest(void);            /* of all that are ours: the last page */

/* Must the page part from other users of its frame, or from what is on disk, before a write? */
static inline bool frame_must_part(frame_t word)
{
    return (word & (FRAME_STORED | FRAME_USERS)) > 1;
}
static inline uint32_t frame_users(paddr_t pa) { return *frame_find(pa) & FRAME_USERS; }
static inline uint32_t frame_pins(paddr_t pa)
{
    return (*frame_find(pa) & FRAME_PINS) / FRAME_PIN;
}

/* ---- buddy.c ---- */
paddr_t buddy_alloc(unsigned order);            /* 0: none so large.  Contents undefined */
paddr_t buddy_alloc_below(paddr_t limit);       /* one page that ends at limit or below.  0: it
                                                   found none, though there may be one */
void buddy_free(paddr_t base, unsigned order);
unsigned buddy_largest(void);                   /* order of the largest block + 1; 0: none */

/* One page by all means: spare pages of slabs and soft references give theirs.  0: none. */
paddr_t page_alloc(void);

/* One or 2^order pages for clients: users = 1 each, counted as bound, contents undefined. */
paddr_t frame_alloc(unsigned order);
paddr_t frame_alloc_run(uint32_t pages);        /* any number that lie one behind the other */
/* The same as frame_alloc(), out of a block twice as large if there is one: the next
 * frame_alloc(order) gets the other half, if nobody takes it before. */
paddr_t frame_alloc_half(unsigned order);
paddr_t frame_alloc_below(paddr_t limit);       /* one, as buddy_alloc_below(), or a kept one */

/* Keeps FRAMES_KEPT frames that the PC's DMA reaches for frame_alloc_below(): programs that have
 * all memory that is promised have all others.  Called first when there are no controls yet. */
#define FRAMES_KEPT     4u
#define FRAMES_KEPT_END 0x1000000u
void frames_keep(void);

#endif
