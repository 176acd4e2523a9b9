/* SPDX-License-Identifier: MIT */
/* Kernel memory.  The pool carries its own page descriptors at its end.
 * An empty page table is zeroed.  Such pages are on a list of their own, and a new table takes one
 * as it is. */
#include "kmem.h"

#include "arch.h"

static struct {
    char *base;
    uint32_t pages;        /* that can be handed out */
    uint32_t fresh;        /* pages [fresh, pages) were never handed out */
    uint32_t free;         /* free lists and fresh ones together */
    struct kpage *raw, *zeroed; /* free lists */
    struct kpage *info;    /* one a page */
} pool;

void kmem_init(void *base, size_t size)
{
    uint32_t all = size / PAGE_SIZE;
    pool.info = kpage_of(base);
    uint32_t info = (((word_t)pool.info & PAGE_MASK) + all * sizeof(struct kpage)) / PAGE_SIZE + 1;
    pool.base = base;
    pool.pages = all - info - 1; /* one page more is the table that shows the descriptors */
    pool.free = pool.pages;
    char *end = pool.base + pool.pages * PAGE_SIZE;
    arch_kpages_map((word_t)pool.info, end + PAGE_SIZE, info, (word_t *)end);
}

/* Returns a page from `list`, a fresh one, or one from the other list; NULL if memory is out. */
static struct kpage *page_take(struct kpage **list, struct kpage **other)
{
    if (!*list && pool.fresh == pool.pages)
        list = other;
    struct kpage *info = *list;
    if (info)
        *list = info->next_free;
    else if (pool.fresh < pool.pages)
        info = &pool.info[pool.fresh++];
    else
        return NULL;
    pool.free--;
    memset(info, 0, sizeof *info);
    return info;
}

static void *page_of(struct kpage *info)
{
    return pool.base + (info - pool.info) * PAGE_SIZE;
}

void *kmem_page_alloc(void)
{
    bool zeroed = pool.zeroed;
    struct kpage *info = page_take(&pool.zeroed, &pool.raw);
    if (!info)
        return NULL;
    return zeroed ? page_of(info) : memset(page_of(info), 0, PAGE_SIZE);
}

void *kmem_page_alloc_raw(void)
{
    struct kpage *info = page_take(&pool.raw, &pool.zeroed);
    return info ? page_of(info) : NULL;
}

static void page_give(struct kpage **list, void *page)
{
    struct kpage *info = kpage_of(page);
    info->next_free = *list;
    *list = info;
    pool.free++;
}

void kmem_page_free(void *page)
{
    page_give(&pool.raw, page);
}

void kmem_page_free_zeroed(void *page)
{
    assert((word_t)(kpage_of(page) - pool.info) < pool.fresh);
    page_give(&pool.zeroed, page);
}

uint32_t kmem_free(void)
{
    return pool.free;
}

/* ---- slabs */

void slab_init(struct slab *s, uint32_t size)
{
    s->size = size;
    list_init(&s->partial);
}

void *slab_alloc_slowly(struct slab *s)
{
    if (!s->fresh_left) {
        s->fresh = kmem_page_alloc_raw();
        if (!s->fresh)
            return NULL;
        assert(!kpage_of(s->fresh)->used);
        list_init(&kpage_of(s->fresh)->slab.node);
        s->fresh_left = PAGE_SIZE / s->size;
    }
    kpage_of(s->fresh)->used++;
    return s->fresh + --s->fresh_left * s->size;
}

void slab_settle(struct slab *s, struct kpage *info)
{
    if (info->used == 0) {
        list_remove(&info->slab.node);
        if (page_of(info) == s->fresh)
            s->fresh_left = 0;
        kmem_page_free(page_of(info));
    } else {
        list_add_head(&s->partial, &info->slab.node);
    }
}
