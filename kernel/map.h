/* SPDX-License-Identifier: MIT */
/* Map, grant and unmap of memory. */
#ifndef KERNEL_MAP_H
#define KERNEL_MAP_H

#include "arch.h"

void map_init(void);
/* Where sigma0's 1:1 view of physical memory ends: its UTCB area and KIP are there.  An fpage of sigma0 from there on means
 * frames all the same. */
#define SIGMA0_VIEW 0xBF000000u
/* s, an empty space, is where the mappings of those frames have their roots. */
void map_far_frames(struct space *s);
/* The space that holds what s means by *v, and *v there. */
struct space *map_source(struct space *s, vaddr_t *v);

/* Maps (or grants) `send` of `from` into the receive window of `to`.  Spec 5.11.  *done pages of it are done
 * already, and are counted on.  IPC_OK; IPC_PENDING: call again, behind a preemption point; L4_IPC_OVERFLOW
 * when memory or to's quota is out; earlier pages stay mapped.  `blocks`: it may block. */
int map_fpage(struct space *from, word_t send, struct space *to, word_t window, word_t send_base,
              bool grant, word_t *done, bool blocks);

/* sigma0's own fault: maps the page 1:1.  False if nothing may be there. */
bool map_idempotent(struct space *s, vaddr_t v);

/* Sets cache attributes (ENTRY_CACHE_MASK bits) on s's own pages from *v up to `last`, and moves *v on.
 * 1: all done; 0: one of them is not mapped; -1: call again, behind a preemption point. */
int map_set_attributes(struct space *s, vaddr_t *v, vaddr_t last, word_t cache_bits, bool commit);

/* ---- unmap.c */

/* An Unmap under way. */
struct unmapping {
    struct space *space;
    vaddr_t at, last;  /* what is left to do */
    word_t rights;     /* to take away */
    bool flush;        /* from space too, not only from those who got it from there */
    bool tables;       /* page tables that become empty go, too */
    word_t status;     /* what was accessed, as mdb.h has it */
    bool hard;         /* unmap.c's own */
};
/* True when it is done; false when others have run before it was: look at the space, and call again.  Blocks. */
bool unmap_some(struct unmapping *u);

/* Unmaps what others hold of the fpage, or flushes it; the fpage's rights are those to remove.
 * Returns the fpage with its rights replaced by the access status.  Spec 7.3.  Blocks. */
word_t unmap_fpage(struct thread *self, word_t fpage, bool flush);
/* The same if it is one page with a leaf below it at most, and does not block; 0 if not. */
word_t unmap_quickly(word_t control, word_t fpage);

/* Removes all mappings and ports of s, and empty page tables.  True if it was disturbed: s may be gone.  Blocks. */
bool unmap_all(struct space *s);

/* Removes one mapping and what came from it.  False if that would block, nothing is done then. */
bool unmap_node(struct mapping *m);
/* The same, blocking. */
void unmap_tree(struct mapping *m);

/* ---- between the two: the life of a node */
extern struct slab mapping_nodes;
#define NODE_CHARGE (uint32_t)sizeof(struct mapping)

/* Forgets what the TLB holds of an entry, if it is of current's space. */
void entry_flush(const word_t *entry);

/* The entry of a node loses its mapping, and the node its place in the table; returns what it was.
 * `loaded` is current's space. */
static inline word_t mapping_clear(word_t *entry, struct space *loaded)
{
    word_t old = *entry;
    struct kpage *table = kpage_of_path(entry);
    *entry = 0;
    *(struct mapping **)((word_t)entry + table->table.nodes) = NULL;
    table->used--;
    space_uncharge(table->table.space, NODE_CHARGE);
    if (unlikely(table->table.space == loaded)) /* entry_flush(), but soon: there may be many in a row */
        arch_tlb_flush(table->table.vaddr + (((word_t)entry & PAGE_MASK) << (PAGE_BITS - 2)));
    return old;
}

#endif
