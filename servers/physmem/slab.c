/* SPDX-License-Identifier: MIT */
/* Records by size class, 8 bytes to 1 KB, in pages from the buddy lists; larger ones are blocks of
 * pages.
 *
 * A page belongs to one class; its header stands at its start.  Invariants: a page is on
 * partial[class]  <=>  some but not all of its records are used; on empty  <=>  none is (then it
 * has no class).  Pages are taken only while every page promised to clients would still find a free
 * frame. */
#include "slab.h"

#include <string.h>

#include "frame.h"

#define CLASS_MIN_LOG2  3u
#define CLASSES         8u              /* 8 .. 1024 */

struct page {
    struct page *next, *prev;
    void *free;                         /* a chain through the free records */
    uint16_t used, class;
};

static struct page *partial[CLASSES];
static struct page *empty;              /* singly linked */

static size_t class_size(unsigned class)
{
    return (size_t) 1 << (CLASS_MIN_LOG2 + class);
}

static unsigned class_of(size_t bytes)
{
    unsigned class = 0;
    while (class_size(class) < bytes)
        class++;
    return class;
}

/* May bookkeeping take `pages` more without touching what was guaranteed and is not bound yet? */
static bool pages_spare(uint32_t pages)
{
    uint64_t owed = (uint64_t) ledger.guaranteed - ledger.charged_meta;
    uint64_t unbound = owed > ledger.bound ? owed - ledger.bound : 0;
    return ledger.free >= pages + unbound;
}

static void *pages_alloc(unsigned order)
{
    if (!pages_spare(1u << order))
        return NULL;
    paddr_t base = buddy_alloc(order);
    if (!base)
        return NULL;
    ledger.meta += 1u << order;
    return phys_pointer(base);
}

static void pages_free(void *block, unsigned order)
{
    ledger.meta -= 1u << order;
    buddy_free((paddr_t) ((uintptr_t) block - phys_base), order);
}

static unsigned order_of(size_t bytes)
{
    unsigned order = 0;
    while (((size_t) PAGE_SIZE << order) < bytes)
        order++;
    return order;
}

static void partial_link(struct page *page)
{
    page->prev = NULL;
    page->next = partial[page->class];
    if (page->next)
        page->next->prev = page;
    partial[page->class] = page;
}

static void partial_unlink(struct page *page)
{
    if (page->next)
        page->next->prev = page->prev;
    if (page->prev)
        page->prev->next = page->next;
    else
        partial[page->class] = page->next;
}

/* An empty page, cut into records of this class. */
static struct page *page_make(unsigned class)
{
    struct page *page = empty;
    if (page)
        empty = page->next;
    else if (!(page = pages_alloc(0)))
        return NULL;
    size_t size = class_size(class);
    page->free = NULL;
    page->used = 0;
    page->class = class;
    size_t first = size > sizeof *page ? size : (sizeof *page + size - 1) & ~(size - 1);
    for (size_t at = first; at + size <= PAGE_SIZE; at += size) {
        void **record = (void **) ((char *) page + at);
        *record = page->free;
        page->free = record;
    }
    partial_link(page);
    return page;
}

void *slab_alloc(size_t bytes)
{
    if (bytes > class_size(CLASSES - 1))
        return pages_alloc(order_of(bytes));
    unsigned class = class_of(bytes);
    struct page *page = partial[class];
    if (!page && !(page = page_make(class)))
        return NULL;
    void **record = page->free;
    page->free = *record;
    page->used++;
    if (!page->free)
        partial_unlink(page);
    return record;
}

void slab_free(void *block, size_t bytes)
{
    if (bytes > class_size(CLASSES - 1)) {
        pages_free(block, order_of(bytes));
        return;
    }
    struct page *page = (struct page *) ((uintptr_t) block & ~(uintptr_t) PAGE_MASK);
    if (!page->free)
        partial_link(page);
    *(void **) block = page->free;
    page->free = block;
    if (--page->used == 0) {
        partial_unlink(page);
        page->next = empty;
        empty = page;
    }
}

void slab_reclaim(void)
{
    while (empty) {
        struct page *page = empty;
        empty = page->next;
        pages_free(page, 0);
    }
}
