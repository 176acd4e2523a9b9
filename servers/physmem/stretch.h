/* SPDX-License-Identifier: MIT */
/* Long work in stretches: what covers many pages is done a part at a time, and others are served
 * between two parts.  Between them everything is whole: each part is an operation of its own. */
#ifndef PHYSMEM_STRETCH_H
#define PHYSMEM_STRETCH_H

#include "container.h"

#define STRETCH_PAGES   64u             /* of one part: 50,000 instructions if it copies */

enum work_kind { WORK_ALLOCATE, WORK_DEALLOCATE, WORK_RELEASE, WORK_UNMAP, WORK_COPY, WORK_RETURN,
                 WORK_HARDEN };

/* Only WORK_COPY has a source.  The range is [to_start, to_start + count) of `to`. */
struct work {
    enum work_kind kind;
    struct copy how;
};

/* It would put pages where a control is being destroyed: they could go before anybody uses them. */
bool work_is_vain(const struct work *work);
/* In one piece, however long it takes. */
int work_at_once(const struct work *work, uint32_t *done);

/* All zero at first.  The work checks the whole range, unless it may be done partially; then it
 * commits; after an error it takes back what the check had made. */
struct progress {
    uint32_t phase;
    uint32_t at, end;                   /* the next part, and the end: pages of the range */
    uint32_t need;                      /* pages to charge, as far as checked */
    uint32_t done;                      /* pages */
    uint32_t err;
};

/* One part.  true: it was the last one, and done and err are what the operation has to say.
 * Somebody may have changed the range since the check: then err says what was in the way, and done
 * how far it went. */
bool stretch(const struct work *work, struct progress *p);

/* ---- containers that no handle names any more ---- */

/* Like container_destroy(), but a large one goes in parts.  The pages and what they cost are given
 * back by reap(). */
void container_doom(struct container *c);
void container_condemn(struct container *c);    /* the same, however small it is */

extern bool doom_small_ones;            /* those go in parts as well: there may be many */
extern uint32_t doomed, reaped;         /* containers so far, modulo 2^32: first come, first gone */

void reap(void);                        /* one part, if there is anything left */
static inline bool reap_wanted(void) { return (doomed ^ reaped) | chores; }

/* ---- marks of tasks that page themselves by now ---- */

/* Frames of c have FRAME_STEADY, and will lose it if its creator has yet to say that it pages
 * itself.  What others map steadily after that stays as it is. */
void unsteady_later(struct container *c);
/* For a task that says so now: a walk over all containers.
 * unsteady() is a part of it, for reap(). */
void unsteady_begin(void);
void unsteady(void);
void unsteady_forget(const struct container *c);        /* they leave the lists that it walks */
void unsteady_forget_control(const struct control *c);

/* ---- burial.c ---- */
void bury(void);                        /* a part of what is condemned: for reap() */
void bury_forget(const struct container *c);    /* it leaves the list of its control */

#endif
