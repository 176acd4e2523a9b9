/* SPDX-License-Identifier: MIT */
/* What lives where: the regions of the address space.  Pure book-keeping, no system call; only the
 * pager changes it, so there is no lock. */
#ifndef MM_MAP_H
#define MM_MAP_H

#include <hurd/mm.h>
#include "ahead.h"
#include "range.h"
#include "slab.h"

struct fault;
struct map;
struct store;

/* What a kind of store does.  [first, last] are addresses in the region, whole pages.  If a
 * function pointer is NULL, there is nothing to do, except for `fault`. */
struct store_class {
    enum hurd_mm_kind kind;
    /* A fault that the region allows: 0, an errno, or a result of fault.h.  NULL: the fault is
     * refused. */
    int (*fault)(const struct fault *fault);
    /* The region goes, or this part of it is forgotten (FRAME_CUTS records are reserved). */
    void (*drop)(struct map *map, uintptr_t first, uintptr_t last);
    /* Brings in what is not in core, and maps it.  ENOMEM. */
    int (*fill)(struct map *map, uintptr_t first, uintptr_t last);
    /* Contents and frames go to another address.  Nothing has changed on an error. */
    int (*move)(struct map *map, uintptr_t to, uintptr_t size);
    /* The number of pages of the range that surely have memory. */
    uintptr_t (*count)(struct map *map, uintptr_t first, uintptr_t last);
    /* The number of pages of the range that are on disk, and can be brought in. */
    uintptr_t (*count_out)(struct map *map, uintptr_t first, uintptr_t last);
    /* Locks the pages: they may not be evicted; or unlocks them. */
    void (*lock)(struct map *map, uintptr_t first, uintptr_t last, bool lock);
    /* HURD_VM_COLD, HURD_VM_WILL_NEED. */
    void (*hint)(struct map *map, uintptr_t first, uintptr_t last, unsigned advice);
    /* Its last region is gone. */
    void (*unused)(struct store *store);
};

/* Where a region's pages come from. */
struct store {
    const struct store_class *class;
    unsigned users;             /* regions that show it */
    unsigned char rights;       /* the most that a region of it may have */
    struct ahead ahead;         /* PAGED: pages that `fetch` brings together */
    L4_Word_t container;        /* CONTAINER, FILE: all of it; ANONYMOUS: the memory container */
    struct range *frames;       /* ANONYMOUS (with private copies of FILE), HOOK: pages that exist,
                                   by store offset (frame.h) */
    union {
        hurd_store_fault_t *fault;              /* HOOK, FILE */
        const struct hurd_store_ops *ops;       /* PAGED */
    };
    void *hook;
    int error;                  /* PAGED: a page could not be cleaned; sync returns it, clears it */
    struct store *next_gone;    /* FILE: on mm.gone, when its last region is gone */
};

/* range.first and .last are addresses.  Two neighbours that could be one region are always joined.
 */
struct map {
    struct range range;
    struct store *store;
    uintptr_t offset;           /* in the store, of range.first */
    struct map_state {
        unsigned char rights;
        unsigned char advice;   /* enum hurd_vm_advice: NORMAL, RANDOM or SEQUENTIAL */
        bool permanent;         /* programs cannot unmap, replace or protect it */
        bool locked;            /* its pages are in core and stay */
        bool kept;              /* pages that are touched stay, whatever the program says */
        bool shared;            /* ANONYMOUS: fork() shares the pages, it does not copy them */
        bool copied;            /* ANONYMOUS: pages may be copy-on-write, since a fork() */
        unsigned char policy;   /* it chooses which page is evicted: <hurd/policy.h> */
        struct ahead around;    /* ANONYMOUS: pages that come from disk together */
    } is;
};

struct address_space {
    struct range *maps;
    uintptr_t low, high;        /* first and last byte that a program may use */
    uintptr_t search;           /* where the search for a gap starts */
    struct slab *slab;
};

/* A map begins with its range. */
static inline struct map *map_find(struct address_space *as, uintptr_t address)
{
    return (struct map *)range_find(as->maps, address);
}

/* The same inline: for each fault. */
static inline struct map *map_search(struct address_space *as, uintptr_t address)
{
    return (struct map *)range_search(as->maps, address);
}

/* In address order: the first that ends at `address` or above, then the next one. */
struct map *map_from(struct address_space *as, uintptr_t address);
struct map *map_next(struct address_space *as, struct map *map);

/* First fit at `hint` or above, then from the bottom.  0: there is no such gap. */
uintptr_t map_gap(struct address_space *as, uintptr_t hint, uintptr_t size);

/* NULL: no record, or something is there. */
struct map *map_insert(struct address_space *as, uintptr_t first, uintptr_t last,
                       struct store *store, uintptr_t offset, unsigned rights, bool permanent);
void map_remove(struct address_space *as, struct map *map);

/* Cuts the regions at the edges, so that each region lies in [first, last] or outside.  Takes as
 * many records as map_cuts() says (0 to 2), which must have been reserved. */
unsigned map_cuts(struct address_space *as, uintptr_t first, uintptr_t last);
void map_cut(struct address_space *as, uintptr_t first, uintptr_t last);

/* Joins neighbours in [first - 1, last + 1] that continue each other. */
void map_join(struct address_space *as, uintptr_t first, uintptr_t last);

#endif
