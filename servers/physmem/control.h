/* SPDX-License-Identifier: MIT */
/* Memory control capabilities: who may use how many frames.
 *
 * A control holds a guarantee.  Each page promised in its containers is charged one frame, bound or
 * not, and bookkeeping beyond an allowance is charged in whole frames.  The sum of all guarantees
 * never exceeds the frames there are, less a reserve, so a page that was promised always finds a
 * frame. */
#ifndef PHYSMEM_CONTROL_H
#define PHYSMEM_CONTROL_H

#include <hurd/captable.h>

#include "frame.h"

struct container;

struct control {
    struct hurd_cap_object object;      /* strong: capabilities, containers, children; root: + 1 */
    struct control *parent;             /* NULL: the root */
    struct control *children;
    struct control *next, **link;       /* on parent->children */
    struct control *all_next, **all_link;
    struct container *containers;
    uint16_t task;                      /* to whom it was last given */
    uint16_t creator;                   /* whose account counts it */
    uint32_t guarantee;                 /* frames, without the children's */
    uint32_t split;                     /* the children's guarantees */
    uint32_t pages;                     /* promised in its containers */
    uint32_t meta_bytes;
    uint32_t meta_frames;               /* charged for meta_bytes */
    uint32_t count;                     /* of containers */
};

extern struct hurd_cap_class control_class;     /* serve and given are in request.c */
extern struct control *control_root;
extern struct control *control_all;             /* by all_next */

/* The root control takes what is free, less the reserve for bookkeeping.  false: no memory. */
bool control_init(void);

/* A child with `frames` of the parent's (0 here means none), counted in creator's account.  It has
 * no capability yet: on error of the caller control_fold() undoes it.  0, ENOMEM, EAGAIN. */
int control_split(struct control *parent, uint32_t frames, unsigned task, unsigned creator,
                  struct control **child);
bool control_grow(struct control *c, uint32_t frames);     /* more from the parent, while booting */
void control_fold(struct control *c);           /* no users left: returns to the parent */
void control_destroy(struct control *c);        /* with all below it; not for the root */
void control_unreferenced(struct hurd_cap_object *object);

uint32_t control_used(const struct control *c);
uint32_t control_unused(const struct control *c);

/* Frames that came from outside (boot images): total and guarantee grow. */
void control_adopt(struct control *c, uint32_t frames);

bool control_charge(struct control *c, uint32_t pages);         /* false: beyond the guarantee */
void control_uncharge(struct control *c, uint32_t pages);

/* Bookkeeping on a control's account.  NULL: no memory, or beyond the guarantee. */
void *control_alloc(struct control *c, size_t bytes);
void control_free(struct control *c, void *block, size_t bytes);

/* ---- account.c: what is counted for each task ---- */
struct account {
    uint8_t wired;                      /* pages wired or pinned */
    uint8_t controls;                   /* that it split off and that live */
    uint8_t self_paged;                 /* said so: can lose mappings */
};
struct account *account_of(unsigned task);      /* NULL: no memory */

#endif
