/* SPDX-License-Identifier: MIT */
/* What every page below the limit is and whose: sorted runs of pages that agree.  Pure. */
#ifndef EXTENTS_H
#define EXTENTS_H

#include <stdbool.h>
#include <stdint.h>

enum kind {
    KIND_DEVICE,       /* no descriptor but that of everything: device memory, for everybody who asks by address */
    KIND_CONVENTIONAL, /* RAM; the only kind for "any" requests */
    KIND_LOADER,   /* RAM with something of the boot loader in it: by address, and by page fault */
    KIND_RESERVED, /* the kernel's: for nobody */
    KIND_SPECIAL,  /* dedicated, architecture: one owner, if asked for by address */
    KIND_SHARED,   /* for everybody who asks, by page fault too */
};

enum { NOBODY = 0 }; /* owners are thread ids; the nil one owns nothing */

/* Pages [first, first of the next extent); the last extent ends at the table's limit. */
struct extent {
    uint32_t first, owner;
    enum kind kind;
};

struct extents {
    struct extent *at;
    uint32_t n, capacity; /* extents in use / that fit.  Invariants: first[0] = 0, first[] rises, */
    uint32_t limit;       /* pages; neighbours differ in kind or owner */
};

void extents_init(struct extents *t, struct extent *room, uint32_t capacity, uint32_t limit);

/* Changes pages [low, high), cut at the limit.  Both need room for two more extents; false: no room. */
bool extents_set_kind(struct extents *t, uint32_t low, uint32_t high, enum kind kind);
bool extents_set_owner(struct extents *t, uint32_t low, uint32_t high, uint32_t owner);

/* The extent that holds a page below the limit. */
const struct extent *extents_find(const struct extents *t, uint32_t page);

/* May `owner` have all of [low, high)?  Free or his already, or shared; never reserved. */
bool extents_allow(const struct extents *t, uint32_t low, uint32_t high, uint32_t owner);

/* The highest free conventional, naturally aligned run of 2^log2 pages that is not page 0; 0 = none. */
uint32_t extents_find_free(const struct extents *t, unsigned log2);

/* Pages that are conventional: all of them / the free ones. */
void extents_count(const struct extents *t, uint32_t *conventional, uint32_t *unowned);

#endif
