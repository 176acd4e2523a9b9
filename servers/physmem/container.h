/* SPDX-License-Identifier: MIT */
/* Containers: name spaces of pages.  All operations work on page numbers [start, start + count),
 * checked by the caller (request.c) not to wrap.  Errors are errno values. */
#ifndef PHYSMEM_CONTAINER_H
#define PHYSMEM_CONTAINER_H

#include <hurd/assert.h>
#include <hurd/captable.h>

#include "control.h"
#include "slot.h"

#define PAGES_MAX       (1u << 20)          /* page numbers are below */
#define NODE_LOG2       5u
#define NODE_SLOTS      (1u << NODE_LOG2)
#define NODE_LEVELS     4u
#define WIRED_MAX       32u                 /* pages of one task, wired and pinned; */
#define WIRED_SHARE     16u                 /* or one for so many that the control guarantees */

/* Inner nodes hold pointers to nodes, the lowest ones slots.  No node is without a used slot,
 * except in the middle of an operation. */
struct node {
    slot_t slot[NODE_SLOTS];
};

struct container {
    struct hurd_cap_object object;
    struct control *control;                /* the control that it charges */
    struct container *next, **link;         /* on control->containers */
    struct container *next_doomed;          /* stretch.c */
    struct node *root;                      /* NULL: no page */
    struct node *leaf;                      /* found last: of leaf_number; or NULL */
    uint32_t leaf_number;
    uint32_t pages;                         /* what is charged: used slots that are in core, ... */
    uint32_t swapped;                       /* ... and those that are not */
    uint32_t extra;                         /* so many of the pages are extra ones; ... */
    uint32_t extra_end;                     /* ... none of these from this page on */
    uint32_t residues;                      /* slots that only remember something */
    uint32_t locks;                         /* lock.c: how many there are, over or not; */
    uint32_t locked_until;                  /* while there are: the end of the last one */
    uint32_t barred_until;                  /* barred: no longer than this */
    uint32_t pins;                          /* sum of its frames' pins, wired pages included */
    uint32_t pinned_parts;                  /* container_parts() of all pages that have been
                                               pinned, as wired pages are not, since it had none */
    uint16_t task;                          /* its creator: this account has the wired pages */
    bool wired;
    bool window;                            /* the swap server's: changes by jobs only */
    bool barred;                            /* a request waits for the locks' end: no new ones */
    bool doomed;                            /* no capability, will be destroyed before long */
    bool steady;                            /* frames have FRAME_STEADY until its creator says that
                                               it pages itself: stretch.h */
};

extern struct hurd_cap_class container_class;   /* serve is in request.c */

static inline uint32_t container_slots(const struct container *c)   /* those to be cleared */
{
    return c->pages + c->swapped + c->residues;
}

/* Somebody has pinned pages of it, beyond being wired, or locked it. */
static inline bool container_held(const struct container *c)
{
    return c->pins > (c->wired ? c->pages : 0) || c->locks;
}

/* What its end costs, counted in slots. */
#define CONTAINER_WEIGHT    4u
static inline uint32_t container_weight(const struct container *c)
{
    return container_slots(c) + CONTAINER_WEIGHT;
}

/* ---- container.c ---- */
/* 0; ENOMEM; EBUSY: the control is dying. */
int container_create(struct control *control, unsigned task, bool wired,
                     struct container **container);
void container_destroy(struct container *c);            /* whatever holds it */
void container_forget(struct container *c);             /* pins and capabilities go, pages stay */
void container_unreferenced(struct hurd_cap_object *object);

/* In which parts of a container the range lies: a bit for each of 32. */
static inline uint32_t container_parts(uint32_t start, uint32_t count)
{
    uint32_t first = start / (PAGES_MAX / 32), last = (start + count - 1) / (PAGES_MAX / 32);
    return ~0u >> (31 - last) & ~0u << first;
}

/* The slot of a page; NULL: certainly a hole.  Neighbours are found at once. */
slot_t *container_walk(struct container *c, uint32_t page, unsigned *level);
static inline slot_t *container_slot(struct container *c, uint32_t page)
{
    unsigned level;
    if (c->leaf && c->leaf_number == page >> NODE_LOG2)
        return &c->leaf->slot[page & (NODE_SLOTS - 1)];
    return container_walk(c, page, &level);
}

/* The same, and in *n how many slots lie behind each other from there on, `limit` at most. */
static inline slot_t *container_row(struct container *c, uint32_t page, uint32_t limit, uint32_t *n)
{
    uint32_t left = NODE_SLOTS - (page & (NODE_SLOTS - 1));
    *n = left < limit ? left : limit;
    return container_slot(c, page);
}

/* The first used page in [page, end), or end.  any: residues, too.  In most walks it is the first
 * page that is looked at, right behind the last one. */
uint32_t container_search(struct container *c, uint32_t page, uint32_t end);
static inline uint32_t container_next_any(struct container *c, uint32_t page, uint32_t end)
{
    if (page < end && c->leaf && c->leaf_number == page >> NODE_LOG2
        && c->leaf->slot[page & (NODE_SLOTS - 1)])
        return page;
    return container_search(c, page, end);
}
static inline uint32_t container_next(struct container *c, uint32_t page, uint32_t end)
{
    page = container_next_any(c, page, end);
    while (c->residues && page < end && slot_residue(*container_slot(c, page)))
        page = container_next_any(c, page + 1, end);
    return page;
}

/* partial: *done pages from the start were done, also when an error is returned; else all or
 * nothing.  Pages that are replaced stay extra, or not. */
int container_allocate(struct container *c, uint32_t start, uint32_t count, bool squash,
                       bool partial, uint32_t *done);
int container_allocate_extra(struct container *c, uint32_t start, uint32_t count, bool squash,
                             bool partial, uint32_t *done);      /* EINVAL: it is wired */
/* What a partial allocation of all of it would say now.  Adds the pages that it would charge, and
 * makes the nodes for them, which container_prune() takes back. */
int container_check(struct container *c, uint32_t start, uint32_t count, bool squash,
                    uint32_t *holes);
int container_deallocate(struct container *c, uint32_t start, uint32_t count, uint32_t *done);
void container_release(struct container *c, uint32_t start, uint32_t count, uint32_t *done);
/* All but pinned pages of the range, from everybody. */
void container_unmap(struct container *c, uint32_t start, uint32_t count);

/* For an image that exists already: pages start .. become frames, which are adopted and charged. */
int container_adopt(struct container *c, uint32_t start, paddr_t base, uint32_t count);

/* Building blocks for copy.c.  make: nodes for [start, start + count), returns for how many pages
 * there is memory; prune: drops empty nodes again; busy: EBUSY when a page in the range is pinned
 * beyond being wired. */
uint32_t container_make_nodes(struct container *c, uint32_t start, uint32_t count);
void container_prune(struct container *c, uint32_t start, uint32_t count);
bool container_busy(struct container *c, uint32_t start, uint32_t count);
uint32_t container_count(struct container *c, uint32_t start, uint32_t count);  /* charged ones */
uint32_t container_swapped(struct container *c, uint32_t start, uint32_t count);

/* How many pages from start on can be used when `holes` of them may be charged. */
uint32_t container_affordable(struct container *c, uint32_t start, uint32_t count, uint32_t holes);

/* How many holes of it can be charged: to the guarantee, or as extra pages. */
uint32_t container_holes_left(const struct container *c, bool extra);

/* Wired pages: the account of c->task has room for `pages` more, and takes them.  EAGAIN, ENOMEM.
 */
bool container_may_wire(const struct container *c, const struct account *account, uint32_t pages);
int container_wire(struct container *c, uint32_t pages);
void container_unwire(struct container *c, uint32_t pages);
void container_orphan(struct container *c);             /* its creator died: no longer wired */

/* ---- copy.c ---- */
struct copy {
    struct container *from, *to;
    uint32_t from_start, to_start, count;
    bool shared, move, squash, partial;
    bool apart;                             /* real copies, not copy-on-write */
    bool no_growth;                         /* must not grow the destination */
    bool extra;                             /* allocate: extra pages */
    bool weak;                              /* the source is a weak reference */
};
int container_copy(const struct copy *how, uint32_t *done);
bool copy_overlaps(const struct copy *how);     /* source and destination: EINVAL */

/* As container_check() for a copy; groups that it makes and nodes are taken back by the other. */
int copy_check(const struct copy *how, uint32_t *holes);
void copy_take_back(const struct copy *how);

/* ---- extra.c: pages beyond the guarantee ---- */

/* The page is no page: ESTALE if it was seized, and from now on ENOENT. */
int container_missing(struct container *c, uint32_t page);
void residue_clear(struct container *c, slot_t *slot);  /* the slot is a hole then */

/* Pages of both kinds are not the container's any more; so many of a range are extra ones, more
 * than before. */
static inline void container_uncharge(struct container *c, uint32_t promised, uint32_t extra)
{
    assert_is(promised + extra, <=, c->pages);
    assert_is(extra, <=, c->extra);
    c->pages -= promised + extra;
    c->extra -= extra;
    control_uncharge(c->control, promised);
    control_uncharge_extra(c->control, extra);
}
static inline void container_note_extra(struct container *c, uint32_t start, uint32_t count,
                                        uint32_t extra)
{
    c->extra += extra;
    if (c->extra && start + count > c->extra_end)       /* they may have other places than before */
        c->extra_end = start + count;
}

/* Takes extra pages from the control until `pages` are taken or none is left: of the container made
 * last its last page first.  Returns how many. */
uint32_t extra_seize(struct control *c, uint32_t pages);

/* ---- map.c ---- */
#define MAP_ITEMS_MAX   31u

struct map_item {
    uint32_t vaddr;
    struct extent block;
};
struct map_request {
    struct container *from;
    uint32_t start, count;
    uint32_t vaddr;                         /* where the client wants the first page */
    unsigned rights;
    bool weak;                              /* by a weak reference: not for pinned pages, EBUSY */
    bool steady;                            /* the client cannot fault: see FRAME_STEADY */
};
/* Returns the page's slot; NULL: nothing has changed, container_allocate() knows why or can do it.
 */
slot_t *container_allocate_one(struct container *c, uint32_t page);
/* The same as the other one, for a request of one page, which has one item. */
int container_map_one(const struct map_request *how, struct map_item *item);
int container_map(const struct map_request *how, struct map_item items[MAP_ITEMS_MAX], unsigned *n);

/* ---- pin.c: pins are the task's that pinned, until it takes them away or dies ---- */
int container_pin(struct container *c, unsigned task, uint32_t start, uint32_t count, paddr_t limit,
                  paddr_t *first, uint32_t *contiguous);           /* limit 0: anywhere */
int container_unpin(struct container *c, unsigned task, uint32_t start, uint32_t count);
/* A part of a long PIN.  Its pins can be taken back until pins_settle(); `by` names the request.
 * Pre: account is not NULL. */
int container_pin_part(struct container *c, struct account *account, const void *by, uint32_t start,
                       uint32_t count, paddr_t limit, paddr_t *first, uint32_t *contiguous);
void pins_settle(struct account *account, const void *by);
/* Takes such pins back (NULL: all pins of the account), of at most so many pages.  true: some are
 * left.  Pre: most >= NODE_SLOTS. */
bool pins_take_back(struct account *account, const void *by, uint32_t most);
bool container_pinned_by(const struct container *c, const struct account *account, uint32_t start,
                         uint32_t count);                          /* all that UNPIN asks */
void pin_drop_all(struct account *account, struct container *c);   /* in c; NULL: everywhere */
uint32_t pins_of(const struct account *account);                   /* for check.c */

#endif
