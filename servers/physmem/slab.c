/* SPDX-License-Identifier: MIT */
/* Records of any size in pages of one owner: a page is 256 units, a bitmap at its start says which
 * are used, and each owner's pages are sorted by the longest run of free units that they may have.
 *
 * Invariants: a page is on owner->list[k]  <=>  its `longest` has k bits; `longest` is no less than
 * what the bitmap shows (it is set right by a search that finds less); free = the zeroes of the
 * bitmap; a page without records is on `spare` and belongs to no control. */
#include "slab.h"

#include <hurd/assert.h>
#include <string.h>

#include "frame.h"

#define UNIT_LOG2   4u
#define UNITS       (PAGE_SIZE >> UNIT_LOG2)
#define WORD_BITS   32u
#define LOOK_MAX    8u              /* pages of a list that may be too small: then a larger one */

struct slab_page {
    struct slab_page *next, *prev;      /* on the owner's list; spare: next only */
    struct slabs *owner;
    uint16_t free;                      /* units */
    uint16_t longest;
    uint16_t first;                     /* no unit below is free */
    uint16_t bytes;                     /* of its records, as they were asked for */
    uint32_t used[UNITS / WORD_BITS];   /* bit i % 32 of word i / 32: unit i; the header's, too */
};

#define HEADER      ((unsigned) (sizeof(struct slab_page) + (1u << UNIT_LOG2) - 1) >> UNIT_LOG2)

_Static_assert(SLAB_BLOCK_MAX <= (UNITS - HEADER) << UNIT_LOG2, "the largest record fits a page");

static struct slab_page *spare;
static uint32_t spare_count;

/* ---- runs of units --------------------------------------------------------------------------- */

static unsigned units_of(size_t bytes)
{
    return (bytes + (1u << UNIT_LOG2) - 1) >> UNIT_LOG2;
}

/* The first unit in [at, end) whose bit differs from those of `same` (0 or ~0); else some unit not
 * before end. */
static unsigned next_unit(const struct slab_page *page, unsigned at, unsigned end, uint32_t same)
{
    while (at < end) {
        uint32_t word = (page->used[at / WORD_BITS] ^ same) >> at % WORD_BITS;
        if (word)
            return at + __builtin_ctz(word);
        at = (at | (WORD_BITS - 1)) + 1;
    }
    return at;
}

/* The last used unit below `at`: the header's at the latest. */
static unsigned used_below(const struct slab_page *page, unsigned at)
{
    unsigned word = at / WORD_BITS;
    uint32_t bits = page->used[word] & ((1u << at % WORD_BITS) - 1);
    while (!bits)
        bits = page->used[--word];
    return word * WORD_BITS + (WORD_BITS - 1) - __builtin_clz(bits);
}

static void mark(struct slab_page *page, unsigned at, unsigned n, bool used)
{
    page->free = used ? page->free - n : page->free + n;
    uint32_t *word = &page->used[at / WORD_BITS];
    for (unsigned shift = at % WORD_BITS; n; shift = 0, word++) {
        unsigned part = WORD_BITS - shift < n ? WORD_BITS - shift : n;
        uint32_t mask = ~(uint32_t) 0 >> (WORD_BITS - part) << shift;
        assert_is(*word & mask, ==, (used ? 0 : mask));
        *word ^= mask;
        n -= part;
    }
}

/* Where n free units begin; UNITS: nowhere, and *longest is the truth. */
static unsigned run_find(struct slab_page *page, unsigned n, unsigned *longest)
{
    *longest = 0;
    page->first = next_unit(page, page->first, UNITS, ~0u);
    for (unsigned at = page->first, end; at < UNITS; at = next_unit(page, end, UNITS, ~0u)) {
        end = next_unit(page, at, at + n < UNITS ? at + n : UNITS, 0);
        if (end - at >= n)
            return at;
        if (end - at > *longest)
            *longest = end - at;
    }
    return UNITS;
}

/* ---- pages ----------------------------------------------------------------------------------- */

static unsigned list_of(unsigned longest)
{
    return longest ? 32 - __builtin_clz(longest) : 0;
}

static void page_link(struct slab_page *page)
{
    struct slab_page **head = &page->owner->list[list_of(page->longest)];
    page->prev = NULL;
    page->next = *head;
    if (page->next)
        page->next->prev = page;
    *head = page;
}

static void page_unlink(struct slab_page *page)
{
    if (page->next)
        page->next->prev = page->prev;
    if (page->prev)
        page->prev->next = page->next;
    else
        page->owner->list[list_of(page->longest)] = page->next;
}

static void page_relist(struct slab_page *page, unsigned longest)
{
    if (page->longest == longest)
        return;
    page_unlink(page);
    page->longest = longest;
    page_link(page);
}

bool slab_grow(struct slabs *s)
{
    struct slab_page *page = spare;
    if (page) {
        spare = page->next;
        spare_count--;
    } else {
        paddr_t base = page_alloc();
        if (!base)
            return false;
        ledger.meta++;
        page = phys_pointer(base);
    }
    memset(page, 0, sizeof *page);
    page->owner = s;
    page->free = UNITS;
    mark(page, 0, HEADER, true);
    page->longest = page->free;
    page_link(page);
    s->pages++;
    return true;
}

/* The last record is gone. */
static void page_leave(struct slab_page *page)
{
    page_unlink(page);
    assert_is(page->owner->pages, >, 0);
    page->owner->pages--;
    page->next = spare;
    spare = page;
    spare_count++;
}

void slab_reclaim(void)
{
    while (spare) {
        struct slab_page *page = spare;
        spare = page->next;
        spare_count--;
        ledger.meta--;
        buddy_free((paddr_t) ((uintptr_t) page - phys_base), 0);
    }
}

uint32_t slab_spare(void)
{
    return spare_count;
}

/* ---- records --------------------------------------------------------------------------------- */

void *slab_take(struct slabs *s, size_t bytes)
{
    unsigned n = units_of(bytes), longest;
    for (unsigned k = list_of(n); k < SLAB_LISTS; k++) {
        unsigned look = LOOK_MAX;
        for (struct slab_page *page = s->list[k], *next; page && look; page = next, look--) {
            next = page->next;
            if (page->longest < n)
                continue;
            unsigned at = run_find(page, n, &longest);
            if (at == UNITS) {
                page_relist(page, longest);
                continue;
            }
            mark(page, at, n, true);
            if (at == page->first)
                page->first += n;
            if (!page->free)
                page_relist(page, 0);
            page->bytes += bytes;
            s->bytes += bytes;
            return (char *) page + (at << UNIT_LOG2);
        }
    }
    return NULL;
}

void slab_free(void *block, size_t bytes)
{
    struct slab_page *page = (struct slab_page *) ((uintptr_t) block & ~(uintptr_t) PAGE_MASK);
    unsigned at = ((uintptr_t) block & PAGE_MASK) >> UNIT_LOG2, n = units_of(bytes);
    assert_is(at, >=, HEADER);
    assert_is(page->bytes, >=, bytes);
    mark(page, at, n, false);
    if (at < page->first)
        page->first = at;
    page->bytes -= bytes;
    page->owner->bytes -= bytes;
    if (page->free == UNITS - HEADER) {
        page_leave(page);
        return;
    }
    if (page->free <= page->longest)            /* no run can be longer */
        return;
    unsigned run = next_unit(page, at + n, UNITS, 0) - used_below(page, at) - 1;
    if (run > page->longest)
        page_relist(page, run);
}

static void page_move(struct slab_page *page, struct slabs *to)
{
    struct slabs *from = page->owner;
    page_unlink(page);
    from->pages--;
    from->bytes -= page->bytes;
    page->owner = to;
    to->pages++;
    to->bytes += page->bytes;
    page_link(page);
}

uint32_t slab_move(struct slabs *from, struct slabs *to, uint32_t most)
{
    uint32_t moved = 0;
    for (unsigned k = 0; k < SLAB_LISTS; k++)
        for (; from->list[k] && moved < most; moved++)
            page_move(from->list[k], to);
    return moved;
}

/* ---- the server's own ------------------------------------------------------------------------ */

static struct slabs own;

/* Frames that are in no guarantee, and not in use for frame tables or by us. */
static bool own_may_take(uint32_t pages)
{
    return ledger.guaranteed + ledger.own + pages <= ledger.total;
}

static unsigned order_of(size_t bytes)
{
    unsigned order = 0;
    while (((size_t) PAGE_SIZE << order) < bytes)
        order++;
    return order;
}

/* A block too large for a slab page. */
static void *pages_alloc(unsigned order)
{
    if (!own_may_take(1u << order))
        return NULL;
    paddr_t base = order ? buddy_alloc(order) : page_alloc();
    if (!base && order) {
        slab_reclaim();
        base = buddy_alloc(order);
    }
    if (!base)
        return NULL;
    ledger.meta += 1u << order;
    ledger.own += 1u << order;
    return phys_pointer(base);
}

void *slab_own_alloc(size_t bytes)
{
    if (bytes > SLAB_BLOCK_MAX)
        return pages_alloc(order_of(bytes));
    void *block = slab_take(&own, bytes);
    if (!block && own_may_take(1) && slab_grow(&own)) {
        ledger.own++;
        block = slab_take(&own, bytes);
    }
    return block;
}

void slab_own_free(void *block, size_t bytes)
{
    if (bytes > SLAB_BLOCK_MAX) {
        unsigned order = order_of(bytes);
        ledger.meta -= 1u << order;
        ledger.own -= 1u << order;
        buddy_free((paddr_t) ((uintptr_t) block - phys_base), order);
        return;
    }
    uint32_t pages = own.pages;
    slab_free(block, bytes);
    ledger.own -= pages - own.pages;
}
