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
            struct space *space; /* whose */
            vaddr_t vaddr;       /* of its first entry */
            void *shadow;        /* page of struct mapping *, one an entry; NULL until needed */
        } table;
        struct {                  /* a slab page: */
            struct list_node node; /* on slab->partial  <=>  free != NULL */
            void *free;            /* first free object */
        } slab;
        struct kpage *next_free; /* valid while the page is free */
    };
    uint16_t used; /* objects in use (slab), UTCBs in use, threads in use */
};

struct slab {
    uint32_t size;             /* of one object; divides into a page */
    struct list_node partial;  /* pages with free objects */
};

/* The pool is [base, base + size), kernel addresses, page aligned. */
void kmem_init(void *base, size_t size);

void *kmem_page_alloc(void); /* zeroed, or NULL */
void kmem_page_free(void *page);
extern struct kpage *kmem_kpages; /* as if the first one were that of address 0 */
static inline struct kpage *kpage_of(const void *address)
{
    return kmem_kpages + ((word_t)address >> PAGE_BITS);
}

/* Keeps pages back so that a later kmem_page_alloc_reserved() cannot fail. */
bool kmem_reserve(uint32_t pages);
void kmem_unreserve(uint32_t pages);
uint32_t kmem_reserved(void);
uint32_t kmem_free(void); /* pages, the reserved ones included */
void *kmem_page_alloc_reserved(void); /* takes one of the reserved pages */

void slab_init(struct slab *s, uint32_t size);
void *slab_alloc(struct slab *s); /* zeroed, or NULL */
void *slab_alloc_reserved(struct slab *s);
void slab_free(struct slab *s, void *object);

#endif
