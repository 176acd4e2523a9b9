/* SPDX-License-Identifier: MIT */
/* Map, grant and unmap of memory.  A function blocks only if its comment says "Blocks". */
#ifndef KERNEL_MAP_H
#define KERNEL_MAP_H

#include "arch.h"

void map_init(void);
/* The end of sigma0's 1:1 view of physical memory: sigma0's UTCB area and KIP begin there.  From
 * there on, an fpage of sigma0 still means frames: the far frames. */
#define SIGMA0_VIEW 0xBF000000u
/* Pre: s is empty, and no thread runs in it.  Post: the roots of the far frames will be in s. */
void map_far_frames(struct space *s);
/* Finds the pages that a thread of s means by *v.
 * Post: *v is their address in the space that holds them.  Returns that space. */
struct space *map_source(struct space *s, vaddr_t *v);

/* Maps (or grants) the fpage `send` of `from` into the receive window of `to`.  Spec 5.11.
 * Pre: the first *done pages are done already, from an earlier call; 0 at first.
 * Post: *done counts all pages that are done; they stay mapped after an error, too.
 * Returns IPC_OK; IPC_PENDING if the caller must call again, after a preemption point; or
 * L4_IPC_OVERFLOW if memory or the quota of `to` is out.  Blocks if `blocks`. */
int map_fpage(struct space *from, word_t send, struct space *to, word_t window, word_t send_base,
              bool grant, word_t *done, bool blocks);

/* The commonest case of map_fpage(): the map item `item` of src moves a few pages, whose tables all
 * exist, to where nothing is mapped, and the receiver takes pages in all of its space.
 * Returns true if all is mapped; false if it is another case, and some pages may be mapped then. */
bool map_row(struct thread *src, const word_t *item, struct space *dst);

/* Maps sigma0's page at v to the frame of the same address, unless it is mapped already.
 * Pre: s is sigma0's space, or that of the far frames.
 * Returns false if no page may be mapped there, or if memory is out. */
bool map_idempotent(struct space *s, vaddr_t v) __attribute__((cold));

/* Checks that s's own pages from *v up to `last` are mapped and, with `commit`, sets their cache
 * attributes (ENTRY_CACHE_MASK bits).
 * Post: unless all are done, *v is the first page that is not done.
 * Returns 1 if all are done, 0 if the page at *v is not mapped, -1 if the caller must call again,
 * after a preemption point. */
int map_set_attributes(struct space *s, vaddr_t *v, vaddr_t last, word_t cache_bits, bool commit);

/* ---- unmap.c */

/* An Unmap under way. */
struct unmapping {
    struct space *space;
    vaddr_t at, last;  /* what is left to do */
    word_t rights;     /* the rights to remove */
    bool flush;        /* `space` loses them too, not only the spaces that got the pages from it */
    bool tables;       /* page tables that become empty are removed, too */
    word_t status;     /* the access status found, as mdb.h has it */
    bool hard;         /* only unmap.c uses it */
};
/* Goes on with u.
 * Returns true if all is done; false if other threads have run before it was done: the caller looks
 * whether the space still exists, and calls again.  Blocks. */
bool unmap_some(struct unmapping *u);

/* Removes the rights in `fpage` from the pages that other spaces hold through self's space; with
 * `flush` from self's space, too.  Spec 7.3.
 * Returns fpage with its rights replaced by the access status.  Blocks. */
word_t unmap_fpage(struct thread *self, word_t fpage, bool flush);
/* The same without blocking, for one page below which there is one leaf at most, without flush.
 * Returns 0 if it is another case; then unmap_fpage() does the rest. */
word_t unmap_quickly(word_t control, word_t fpage);

/* Removes all mappings and ports of s, and empty page tables.
 * Returns true if other threads have run before all was done: s may be gone.  Blocks. */
bool unmap_all(struct space *s);

/* Removes m and the mappings below it, if they are one leaf at most.
 * Returns false if there are more: m stays then, but one leaf below it may be gone. */
bool unmap_node(struct mapping *m);
/* Removes m and all mappings below it.  Blocks: m may be gone before. */
void unmap_tree(struct mapping *m);

/* ---- for map.c and unmap.c: the life of a node */
extern struct slab mapping_nodes;
#define NODE_CHARGE (uint32_t)sizeof(struct mapping)

/* Post: the TLB does not hold `entry`, if it is of current's space. */
void entry_flush(const word_t *entry);

/* Clears the entry of a node, and the node's place in the table.
 * Pre: `loaded` is current's space.
 * Post: the node is no longer charged to its space; the node itself still exists.
 * Returns the old value of the entry. */
static inline word_t mapping_clear(word_t *entry, struct space *loaded)
{
    word_t old = *entry;
    struct kpage *table = kpage_of(entry);
    *entry = 0;
    *(struct mapping **)((word_t)entry + table->table.nodes) = NULL;
    table->used--;
    space_uncharge(table->table.space, NODE_CHARGE);
    if (unlikely(table->table.space == loaded)) /* entry_flush(), but faster: many may follow */
        arch_tlb_flush(table->table.vaddr + (((word_t)entry & PAGE_MASK) << (PAGE_BITS - 2)));
    return old;
}

#endif
