/* SPDX-License-Identifier: MIT */
/* Memory control capabilities: which task may use how many frames.
 *
 * A control holds a guarantee, and beside it its books: some frames for records.  Each page
 * promised in its containers is charged one frame, bound or not; every record that it needs lies
 * in pages of its own, and those beyond the books are charged as well.  The sum of all guarantees
 * and books never exceeds the frames there are, less a reserve that no program can touch, and what
 * one control holds never exceeds its own: so a page that was promised finds a frame, whatever
 * others do. */
#ifndef PHYSMEM_CONTROL_H
#define PHYSMEM_CONTROL_H

#include <hurd/captable.h>

#include "frame.h"
#include "policy.h"
#include "slab.h"
#include "lib/swap/slots.h"

struct container;
struct pin;

struct control {
    struct hurd_cap_object object;      /* strong: rows, containers, children, homes; root: + 1 */
    struct control *parent;             /* NULL: the root.  It pays for this record */
    struct control *children;
    struct control *next, **link;       /* on parent->children */
    struct control *all_next, **all_link;
    struct control *next_dying;         /* in control_destroy(); condemned: burial.c */
    struct control *next_unheld, **unheld_link; /* burial.c; unheld_link NULL: not on that list */
    struct container *containers;
    struct slabs meta;                  /* records */
    uint32_t guarantee;                 /* frames, without the children's */
    uint32_t books;                     /* frames for records beside the guarantee */
    uint32_t split;                     /* what children have and split, without their books */
    uint32_t pages;                     /* promised in its containers by the guarantee */
    uint32_t extra;                     /* beside these: beyond it, while there are frames */
    uint32_t policy;                    /* its entry in the buffer of policy.c; 0: none */
    uint32_t asked;                     /* of the extra ones: asked back */
    uint32_t seized;                    /* so far, modulo 2^32 */
    struct control *extra_next, **extra_link;   /* on extra_holders  <=>  extra > 0 */
    uint32_t deadline;                  /* asked > 0: when it must be back (lock.h: times) */
    bool untold;                        /* its thread did not hear it */
    uint32_t notify, notify_word;       /* the thread to ask, and what to remind it of; 0: none */
    struct slots_account swap;          /* pages on disk; the quota is without the children's */
    uint32_t count;                     /* of containers */
    uint16_t task;                      /* the task to which it was last given: its owner */
    uint16_t homes;                     /* the number of accounts with this home */
    bool condemned;                     /* will go with all below it (burial.c) */
};

extern struct hurd_cap_class control_class;     /* serve, admit and given are in request.c */
extern struct control *control_root;
extern struct control *control_all;             /* by all_next */

/* The root control takes what is free, less the reserve.  false: no memory. */
bool control_init(void);

/* A child with `frames` of the parent's (0 here means none), and its books, from the parent as
 * well.  It has no capability yet: on error of the caller control_fold() undoes it.  0; ENOMEM;
 * EBUSY: control_dying(). */
int control_split(struct control *parent, uint32_t frames, unsigned task, struct control **child);
uint32_t control_most(uint32_t frames);         /* the largest split that costs no more */
bool control_grow(struct control *c, uint32_t frames);     /* more from the parent, while booting */
/* `frames` of what `from` has unused, and books for them, are the other's, below it, from now on;
 * with them as large a part of its pages on disk.  0; ENOMEM; EBUSY: control_dying().
 * Pre: control_contains(), and they are not one. */
int control_pass(struct control *from, struct control *to, uint32_t frames);
/* `frames` of the guarantee are the parent's again.  Pre: c is not the root, and has so many
 * unused. */
void control_give_back(struct control *c, uint32_t frames);
void control_fold(struct control *c);           /* no users left: returns to the parent */
/* With all below it, in one piece; not for the root.  Large containers are doomed (stretch.h): what
 * is charged to them, and their controls with it, returns to the parent when they are gone. */
void control_destroy(struct control *c);
/* Slots, containers and controls that go with it.  More than `enough`: at least so many, or some of
 * them are on their way already. */
uint32_t control_weight(struct control *c, uint32_t enough);
bool control_contains(const struct control *top, const struct control *wanted); /* or is it */
/* The child may have so many pages on disk.  false: the parent has not so many unused. */
bool control_quota(struct control *parent, struct control *child, uint32_t pages);
void control_unreferenced(struct hurd_cap_object *object);

/* ---- burial.c ---- controls that go in parts */

/* The same as control_destroy(), in parts of reap() (stretch.h).  Pre: not control_dying(). */
void control_condemn(struct control *top);
extern uint32_t condemned, buried;              /* so far, modulo 2^32: first come, first gone */
/* It or one above it is condemned: it gets no container and no child any more. */
bool control_dying(const struct control *c);
void control_fold_later(struct control *c);     /* Pre: nothing keeps it */
void control_fold_now(struct control *c);       /* if that was for later */
extern unsigned chores;                         /* condemned, or to be folded later; and the walk of
                                                   stretch.c */

/* Frames charged; and how many more can be charged now.  Nobody else subtracts the two. */
uint32_t control_used(const struct control *c);
uint32_t control_unused(const struct control *c);

/* Frames that came from outside (boot images): total and guarantee grow. */
void control_adopt(struct control *c, uint32_t frames);

bool control_charge(struct control *c, uint32_t pages);         /* false: beyond the guarantee */
void control_uncharge(struct control *c, uint32_t pages);

/* ---- extra.c ---- Extra pages are promised out of frames that nothing else claims.  Guarantees go
 * before: a function that is about to claim frames for them calls extra_make_room(), which seizes
 * without notice what request_extra.c has not got back by asking.
 * Invariant: pages + extra + records <= frames. */
extern struct control *extra_holders;           /* the one that took extra pages last comes first */
extern uint32_t extra_wanted;                   /* frames for which requests wait */

bool control_charge_extra(struct control *c, uint32_t pages);   /* false: there are not so many */
void control_uncharge_extra(struct control *c, uint32_t pages);
static inline uint32_t control_extra_left(const struct control *c)
{
    uint32_t most = policy_most(c);
    return c->extra < most ? most - c->extra : 0;
}
uint32_t extra_room(void);                      /* how many extra pages more there may be now */
uint32_t extra_lack(uint32_t frames);           /* must come back for so many new claims */
void extra_make_room(uint32_t frames);

/* Frames that an operation on so many pages may claim at most, records included. */
static inline uint32_t extra_claims(uint32_t pages) { return pages + 4 + pages / 128; }

/* The same for an operation that c pays: it cannot claim more than c has left. */
static inline uint32_t control_claims(const struct control *c, uint32_t pages)
{
    const uint32_t most = control_unused(c);
    return extra_claims(pages < most ? pages : most);
}

/* A record on a control's account, to be freed by slab_free().  NULL: beyond books and guarantee.
 */
void *control_alloc(struct control *c, size_t bytes);

/* ---- account.c: what is known of each task that has, or had, a control ---- */
struct account {
    struct account *next;               /* in its bucket */
    struct control *home;               /* pays for what the task has; NULL: destroyed */
    struct pin *pins;                   /* pin.c */
    struct lock *locks;                 /* lock.c */
    uint32_t wired;                     /* pages wired or pinned */
    uint16_t task;
    bool self_paged;                    /* said so: can lose mappings */
};

#define ACCOUNT_BUCKETS 256u            /* task ids are given out one after the other */
extern struct account *account_buckets[ACCOUNT_BUCKETS];

static inline struct account *account_of(unsigned task)     /* NULL: none */
{
    struct account *account = account_buckets[task % ACCOUNT_BUCKETS];
    while (account && account->task != task)
        account = account->next;
    return account;
}

/* The task has this control: it is its home unless there is one.  false: no memory for an account.
 */
bool account_open(unsigned task, struct control *control);
bool account_let_go(unsigned task);                     /* it gives back its pins and locks;
                                                           false: call it again for more */
void account_close(unsigned task);                      /* it died, and its tables are gone */
void account_evict(struct control *home);               /* the control is destroyed */
void account_unpin(struct container *c);                /* takes everybody's pins and locks */

/* For <hurd/captable.h>: tables of a task at its home's cost, task 0 for the server's own. */
void *account_alloc(unsigned task, size_t bytes);
void account_free(unsigned task, void *block, size_t bytes);

#endif
