/* SPDX-License-Identifier: MIT */
/* The kind and the owner of every page below the limit, as sorted runs of pages that are equal in
 * both.  It makes no system call, so host tests compile it. */
#ifndef EXTENTS_H
#define EXTENTS_H

#include <stdbool.h>
#include <stdint.h>

enum kind {
    KIND_DEVICE,       /* only the descriptor of everything names it: device memory.  Every
                          thread that asks by address gets it */
    KIND_CONVENTIONAL, /* RAM; requests for "any" page get only this kind */
    KIND_LOADER,   /* RAM in which the boot loader left something; one owner, by address or page
                      fault */
    KIND_RESERVED, /* the kernel's: no thread gets it */
    KIND_SPECIAL,  /* dedicated or architecture-specific: one owner, if it asks by address */
    KIND_SHARED,   /* every thread gets it, by page fault too */
};

enum { NOBODY = 0 }; /* owners are thread ids; the nil id stands for no owner */

/* Pages [first, first of the next extent); the last extent ends at the table's limit. */
struct extent {
    uint32_t first, owner;
    enum kind kind;
};

struct extents {
    struct extent *at;
    uint32_t n, capacity; /* the extents in use, and how many fit.  Invariants: at[0].first = 0;
                             `first` rises; */
    uint32_t limit;       /* in pages.  Neighbours differ in kind or owner */
};

void extents_init(struct extents *t, struct extent *room, uint32_t capacity, uint32_t limit);

/* Both functions change pages [low, high), cut at the limit.  Returns false, with nothing changed,
 * if there is no room for two more extents. */
bool extents_set_kind(struct extents *t, uint32_t low, uint32_t high, enum kind kind);
bool extents_set_owner(struct extents *t, uint32_t low, uint32_t high, uint32_t owner);

/* Returns the extent of `page`.  Pre: page < limit. */
const struct extent *extents_find(const struct extents *t, uint32_t page);

/* True if `owner` may have all of [low, high): each page is shared, or free, or `owner` has it
 * already; none is reserved. */
bool extents_allow(const struct extents *t, uint32_t low, uint32_t high, uint32_t owner);

/* Returns the highest free run of 2^log2 conventional pages that is aligned to its size and is not
 * page 0; 0: there is none. */
uint32_t extents_find_free(const struct extents *t, unsigned log2);

/* Counts the conventional pages: all, and those without an owner. */
void extents_count(const struct extents *t, uint32_t *conventional, uint32_t *unowned);

#endif
