/* SPDX-License-Identifier: MIT */
/* What one page of a container is.
 *
 *   0                  a hole
 *   8? | 1             promised, not bound: reads as zero
 *   block << 4 | 5     on disk, in that block (swap.h).  Not charged to the guarantee
 *   frame | 8? | 4? | 2  bound to a frame.  More than one user of the frame: copy-on-write
 *   group | 8? | 3     bound, and truly shared with the other members of the group, which
 *                      is one user of its frame
 *
 * and residues, which are holes that remember something, and are charged to nobody:
 *
 *   16 | 1             an extra page that physmem seized: the next MAP or COPY says so (extra.c)
 *   32 | 1             a soft reference whose frame is another's by now
 *   soft | 1           a soft reference (soft.c)
 *
 * The 8: an extra page, which is charged as such.
 *
 * Two slots see each other's writes  <=>  they name the same group. The 4, and `seen` of a group:
 * the page may have been mapped through this slot (this group).  Without it none of the mappings of
 * its frame are its own, and it can leave the frame without disturbing the other users. */
#ifndef PHYSMEM_SLOT_H
#define PHYSMEM_SLOT_H

#include "frame.h"
#include "slab.h"
#include "sweep.h"

typedef uintptr_t slot_t;

struct control;
struct slots_account;

#define SLOT_HOLE       ((slot_t) 0)
#define SLOT_LAZY       ((slot_t) 1)
#define SLOT_FRAME      ((slot_t) 2)    /* tags, in the low two bits */
#define SLOT_GROUP      ((slot_t) 3)
#define SLOT_TAG        ((slot_t) 3)
#define SLOT_SEEN       ((slot_t) 4)    /* with SLOT_FRAME only */
#define SLOT_EXTRA      ((slot_t) 8)
#define SLOT_BITS       ((slot_t) 15)   /* records begin at multiples of 16 */
#define SLOT_SEIZED     ((slot_t) 0x11)
#define SLOT_GONE       ((slot_t) 0x21)
#define SLOT_DISK       ((slot_t) 5)    /* the low three bits of what is on disk */
#define SLOT_DISK_MASK  ((slot_t) 7)
#define SLOT_DISK_LOG2  4u

struct group {
    paddr_t frame;
    uint32_t members : 31;              /* slots */
    uint32_t seen : 1;
};

static inline slot_t slot_of_frame(paddr_t pa) { return (slot_t) pa | SLOT_FRAME; }
static inline struct group *slot_group(slot_t s) { return (struct group *) (s & ~SLOT_BITS); }
static inline bool slot_bound(slot_t s) { return (s & SLOT_FRAME) != 0; }
static inline bool slot_lazy(slot_t s) { return (s & ~SLOT_EXTRA) == SLOT_LAZY; }
static inline bool slot_swapped(slot_t s) { return (s & SLOT_DISK_MASK) == SLOT_DISK; }
static inline bool slot_residue(slot_t s) { return (s & SLOT_BITS) == SLOT_LAZY && s > SLOT_BITS; }
static inline bool slot_soft(slot_t s) { return slot_residue(s) && s > SLOT_GONE; }
static inline bool slot_used(slot_t s) { return s && !slot_residue(s); }
static inline bool slot_charged(slot_t s) { return slot_used(s) && !slot_swapped(s); }
static inline bool slot_extra(slot_t s) { return (s & SLOT_EXTRA) && !slot_swapped(s); }
static inline slot_t slot_of_block(uint32_t block)
{
    return (slot_t) block << SLOT_DISK_LOG2 | SLOT_DISK;
}
static inline uint32_t slot_block(slot_t s) { return s >> SLOT_DISK_LOG2; }

/* The frame of a bound slot. */
static inline paddr_t slot_frame(slot_t s)
{
    return (s & SLOT_TAG) == SLOT_GROUP ? slot_group(s)->frame : (paddr_t) s & ~PAGE_MASK;
}

/* Before it is written: from the frame's other users, or from what is on disk.  See slot_own(). */
static inline bool slot_must_part(slot_t s)
{
    return frame_must_part(*frame_find(slot_frame(s)));
}

static inline bool slot_seen(slot_t s)
{
    return (s & SLOT_TAG) == SLOT_GROUP ? slot_group(s)->seen : (s & SLOT_SEEN) != 0;
}

static inline void slot_set_seen(slot_t *s)
{
    if ((*s & SLOT_TAG) == SLOT_GROUP)
        slot_group(*s)->seen = 1;
    else
        *s |= SLOT_SEEN;
}

static inline uint32_t slot_pins(slot_t s) { return slot_bound(s) ? frame_pins(slot_frame(s)) : 0; }

/* The slot gives its page up (the caller overwrites the slot).  Two sweeps: frames that stay with
 * other users lose their mappings, too, for the mapping may be this slot's. */
struct slot_sweeps {
    struct sweep freed, kept;
};
void slot_sweeps_begin(struct slot_sweeps *s);
void slot_sweeps_end(struct slot_sweeps *s);
/* The same for the commonest slot: of a guaranteed page whose frame nobody else uses or knows of.
 * False: it is another one, and nothing has changed. */
static inline bool slot_release_alone(slot_t slot, struct slot_sweeps *s)
{
    if ((slot & (SLOT_TAG | SLOT_EXTRA)) != SLOT_FRAME || s->freed.n == SWEEP_RUNS)
        return false;
    paddr_t pa = slot & ~PAGE_MASK;
    frame_t *word = frame_find(pa);
    if ((*word & ~(FRAME_MAPPED | FRAME_WRITABLE | FRAME_STEADY)) != 1)
        return false;
    sweep_add_alone(&s->freed, pa, word);
    return true;
}
/* account: that of the control that paid for the slot, should the page be on disk. */
void slot_release(slot_t slot, struct slots_account *account, struct slot_sweeps *s);

/* Each returns false when there is no frame, which the guarantees exclude for slots that are
 * charged. */
/* Neither is for a page on disk. */
bool slot_bind(slot_t *slot);           /* promised -> bound to a zeroed frame of its own */
bool slot_own(slot_t *slot);            /* bound, alone on its frame: may be written */

/* A group: copies are members after ++members.  Its record is the payer's.  And back, while the
 * slot is the only member. */
bool slot_share(slot_t *slot, struct control *payer);
void slot_unshare(slot_t *slot);

/* A new user of the frame of a bound slot, or for a pinned one a frame of its own with the same
 * contents: what a copy is, of a page that is not on disk. The writable mappings of a frame that
 * has two users from now on go into `readonly`.  SLOT_HOLE: no frame. */
slot_t slot_copy(slot_t source, struct sweep *readonly);
slot_t slot_duplicate(slot_t source);   /* a frame of its own in any case; SLOT_HOLE: no frame */

bool slot_shared(slot_t s);             /* the frame or group has other users than this slot */

#endif
