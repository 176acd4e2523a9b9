/* SPDX-License-Identifier: MIT */
/* Kernel memory.  The pool carries its own page descriptors at its end. */
#include "kmem.h"

static struct {
    char *base;
    uint32_t pages;        /* that can be handed out */
    uint32_t fresh;        /* pages [fresh, pages) were never handed out */
    uint32_t free;         /* free list and fresh ones together */
    uint32_t reserved;     /* of the free ones, kept back */
    struct kpage *free_list;
    struct kpage *info;    /* one a page */
} pool;

struct kpage *kmem_kpages;

void kmem_init(void *base, size_t size)
{
    uint32_t all = size / PAGE_SIZE;
    uint32_t info = (all * sizeof(struct kpage) + PAGE_MASK) / PAGE_SIZE;
    pool.base = base;
    pool.pages = all - info;
    pool.free = pool.pages;
    pool.fresh = 0;
    pool.info = (struct kpage *)(pool.base + pool.pages * PAGE_SIZE);
    kmem_kpages = pool.info - ((word_t)base >> PAGE_BITS);
    memset(pool.info, 0, pool.pages * sizeof(struct kpage));
}

static void *page_take(void)
{
    struct kpage *info = pool.free_list;
    if (info)
        pool.free_list = info->next_free;
    else
        info = &pool.info[pool.fresh++];
    pool.free--;
    memset(info, 0, sizeof *info);
    void *page = pool.base + (info - pool.info) * PAGE_SIZE;
    memset(page, 0, PAGE_SIZE);
    return page;
}

void *kmem_page_alloc(void)
{
    return pool.free > pool.reserved ? page_take() : NULL;
}

void *kmem_page_alloc_reserved(void)
{
    assert(pool.reserved && pool.free);
    pool.reserved--;
    return page_take();
}

void kmem_page_free(void *page)
{
    struct kpage *info = kpage_of(page);
    info->next_free = pool.free_list;
    pool.free_list = info;
    pool.free++;
}

bool kmem_reserve(uint32_t pages)
{
    if (pool.free - pool.reserved < pages)
        return false;
    pool.reserved += pages;
    return true;
}

void kmem_unreserve(uint32_t pages)
{
    assert(pool.reserved >= pages);
    pool.reserved -= pages;
}

uint32_t kmem_free(void)
{
    return pool.free;
}

uint32_t kmem_reserved(void)
{
    return pool.reserved;
}

void slab_init(struct slab *s, uint32_t size)
{
    s->size = size;
    list_init(&s->partial);
}

/* A new page becomes a chain of free objects. */
static void slab_fill(struct slab *s, char *page)
{
    struct kpage *info = kpage_of(page);
    info->slab.free = NULL;
    info->used = 0;
    for (uint32_t at = PAGE_SIZE / s->size; at-- > 0;) {
        void **object = (void **)(page + at * s->size);
        *object = info->slab.free;
        info->slab.free = object;
    }
    list_add_head(&s->partial, &info->slab.node);
}

static void *slab_take(struct slab *s)
{
    struct kpage *info = list_entry(s->partial.next, struct kpage, slab.node);
    void **object = info->slab.free;
    info->slab.free = *object;
    info->used++;
    if (!info->slab.free)
        list_remove(&info->slab.node);
    memset(object, 0, s->size);
    return object;
}

void *slab_alloc(struct slab *s)
{
    if (list_empty(&s->partial)) {
        void *page = kmem_page_alloc();
        if (!page)
            return NULL;
        slab_fill(s, page);
    }
    return slab_take(s);
}

void *slab_alloc_reserved(struct slab *s)
{
    if (list_empty(&s->partial))
        slab_fill(s, kmem_page_alloc_reserved());
    return slab_take(s);
}

void slab_free(struct slab *s, void *object)
{
    struct kpage *info = kpage_of(object);
    if (!info->slab.free)
        list_add_head(&s->partial, &info->slab.node);
    *(void **)object = info->slab.free;
    info->slab.free = object;
    if (--info->used == 0) {
        list_remove(&info->slab.node);
        kmem_page_free((void *)((uintptr_t)object & ~(uintptr_t)PAGE_MASK));
    }
}
