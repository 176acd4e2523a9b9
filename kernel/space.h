/* SPDX-License-Identifier: MIT */
/* Address spaces: page directory, KIP and UTCB areas, what is charged to them. */
#ifndef KERNEL_SPACE_H
#define KERNEL_SPACE_H

#include "list.h"

#define USER_LIMIT 0xC0000000u /* user memory is [0, USER_LIMIT) */

struct thread;
struct io_node;

struct area {
    vaddr_t base;
    uint32_t size; /* 0 = not configured */
};

struct space {
    word_t *directory;         /* kernel address of the page directory */
    paddr_t directory_phys;
    struct area kip, utcb;
    struct list_node threads;  /* through thread.in_space */
    uint32_t thread_count;
    word_t redirector;         /* global id of the thread that gets messages to other spaces; nil:
                                  none.  Spec 5.8 */
    bool privileged;           /* sigma0, sigma1, root: may make privileged calls */
    bool is_sigma0;            /* root of all mappings: idempotent, on demand */
    bool has_frames;           /* it is sigma0's, or that of the far frames (map.c) */
    uint32_t kmem_used;        /* bytes charged */
    uint32_t kmem_quota;       /* bytes, 0 = no limit */
    uint32_t faults_self;      /* page-fault messages to a pager in this space */
    uint32_t faults_other;     /* ... to any other pager */
    uint32_t ticks;            /* of the clock, that found one of its threads running */
    struct io_node *io;        /* ports this space may use, sorted by nothing */
    word_t *io_table;          /* own page table of the TSS region, NULL while it has no port */
    uint32_t tables[USER_LIMIT >> 22 >> 5]; /* bit of a 4 MB slot: it may hold something */
    void *spare_table;         /* for the KIP area: SpaceControl has no out-of-memory error */
};

extern struct space kernel_space; /* the page directory that is loaded when no other is */

void space_init(void);
/* Returns a new space without areas and threads, or NULL if memory is out. */
struct space *space_create(void);
/* Frees the space.  Pre: no thread is left in it, and no mapping: unmap_all() comes before. */
void space_delete(struct space *s);

static inline bool space_configured(const struct space *s)
{
    return s->utcb.size != 0;
}

/* Places the KIP area and the UTCB area.
 * Pre: s is not configured.
 * Returns L4_ERR_OK; or L4_ERR_UTCB or L4_ERR_KIP, and nothing has changed. */
word_t space_configure(struct space *s, word_t kip_fpage, word_t utcb_fpage);

/* The 4 MB slot of v holds something from now on. */
static inline void space_note_table(struct space *s, vaddr_t v)
{
    s->tables[v >> 27] |= 1u << (v >> 22 & 31);
}
/* The 4 MB slot of v holds nothing any more. */
static inline void space_forget_table(struct space *s, vaddr_t v)
{
    s->tables[v >> 27] &= ~(1u << (v >> 22 & 31));
}
/* Post: *v is as before if its slot holds something, else the start of the first such slot behind
 * it.  Returns false if there is none. */
bool space_next_table(struct space *s, vaddr_t *v);

/* Charges s.  Returns false if its quota does not allow it; then nothing is charged. */
static inline bool space_charge(struct space *s, uint32_t bytes)
{
    if (s->kmem_quota && (s->kmem_used > s->kmem_quota || bytes > s->kmem_quota - s->kmem_used))
        return false;
    s->kmem_used += bytes;
    return true;
}
static inline void space_uncharge(struct space *s, uint32_t bytes)
{
    s->kmem_used -= bytes;
}

/* Returns true if the page at v, on its boundary, is user memory outside the KIP and UTCB areas. */
static inline bool space_mappable(const struct space *s, vaddr_t v)
{
    return v < USER_LIMIT && v - s->kip.base >= s->kip.size && v - s->utcb.base >= s->utcb.size;
}

/* Makes the page of the UTCB area that holds `address` exist, and counts one more user of it.
 * Returns the page's kernel address; NULL if memory or the quota of s is out. */
void *space_utcb_page(struct space *s, vaddr_t address);
/* The page of `address` has a user less.  Post: with its last user, the page is free. */
void space_utcb_release(struct space *s, vaddr_t address);

#endif
