/* SPDX-License-Identifier: MIT */
/* Kernel memory: one pool of pages, fixed at boot, and slabs of small objects on top of it.
 * Every allocation on behalf of a user is charged to a space first (space_charge). */
#ifndef KERNEL_KMEM_H
#define KERNEL_KMEM_H

#include "list.h"

#define PAGE_BITS 12
#define PAGE_SIZE (1u << PAGE_BITS)
#define PAGE_MASK (PAGE_SIZE - 1)

struct space;

/* What the kernel knows of each page of its pool. */
struct kpage {
    union {
        struct {                 /* a page table or page directory: */
            struct space *space; /* the space that it belongs to */
            vaddr_t vaddr;       /* of its first entry */
            word_t nodes;        /* the distance to its page of struct mapping *; 0: none yet */
        } table;
        struct {                   /* a slab page: */
            struct list_node node; /* on slab->partial  <=>  free */
            void *free;            /* an object that was freed, a chain */
        } slab;
        struct kpage *next_free; /* valid while the page is free */
    };
    uint32_t used; /* objects in use (slab), UTCBs in use, threads in use, entries in use */
};

static_assert(sizeof(struct kpage) == 16, "kpage_of() without a multiplication");

struct slab {
    uint32_t size;             /* of one object; divides into a page */
    struct list_node partial;  /* pages with free objects */
    char *fresh;               /* the page whose first objects were never handed out, or NULL */
    uint32_t fresh_left;       /* so many */
};

/* Post: the pool is [base, base + size).  Pre: these are kernel addresses, on page boundaries. */
void kmem_init(void *base, size_t size);

/* Returns a zeroed page, or NULL if memory is out. */
void *kmem_page_alloc(void);
/* Returns a page with any contents, or NULL if memory is out. */
void *kmem_page_alloc_raw(void);
/* Post: the page is free. */
void kmem_page_free(void *page);
/* The same for a page that is zeroed; it need not be zeroed again. */
void kmem_page_free_zeroed(void *page);
/* Returns the number of free pages. */
uint32_t kmem_free(void);
/* The descriptors are at a fixed place; the first is that of the window's first page
 * (arch/x86/layout.h). */
#define KPAGES 0xE0400000u
#define KPAGES_OF 0xF0000000u
static inline struct kpage *kpage_of(const void *address)
{
    word_t info = KPAGES - KPAGES_OF / PAGE_SIZE * sizeof(struct kpage) +
                  ((word_t)address >> (PAGE_BITS - 4) & ~(word_t)15);
    __asm__("" : "+r"(info)); /* computed once: the compiler would add the constant at each use */
    return (struct kpage *)info;
}

/* Post: s has objects of `size` bytes, and no page yet. */
void slab_init(struct slab *s, uint32_t size);

/* slab_alloc(), if no object that was freed is left. */
void *slab_alloc_slowly(struct slab *s);
/* Returns an object with any contents, or NULL if memory is out. */
static inline void *slab_alloc(struct slab *s)
{
    struct kpage *info = list_entry(s->partial.next, struct kpage, slab.node);
    if (unlikely(list_empty(&s->partial)))
        return slab_alloc_slowly(s);
    void **object = info->slab.free;
    info->slab.free = *object;
    info->used++;
    if (!*object)
        list_remove(&info->slab.node);
    return object;
}

/* The rest of slab_free(), if the page is empty now, or has room again. */
void slab_settle(struct slab *s, struct kpage *info);
/* Post: the object is free; a page without objects goes back to the pool. */
static inline void slab_free(struct slab *s, void *object)
{
    struct kpage *info = kpage_of(object);
    void *next = info->slab.free;
    *(void **)object = next;
    info->slab.free = object;
    info->used--;
    if (unlikely(!next) || unlikely(!info->used))
        slab_settle(s, info);
}

#endif
