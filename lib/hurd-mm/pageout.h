/* SPDX-License-Identifier: MIT */
/* Anonymous pages that go to physmem's swap and come back, in the pager. */
#ifndef MM_PAGEOUT_H
#define MM_PAGEOUT_H

#include "evict.h"
#include "fault.h"
#include "mm.h"

/* ---- room.c: how many frames are left ---- */

enum { ROOM_HARD = 4 };                 /* frames that no page of the program gets */

/* From the guarantee: when to be alarmed, when to write ahead. */
void room_levels(void);
/* Asks physmem, unless pages are on their way: the number is not exact then. */
void room_refresh(void);
/* Fewer frames are left than mm.room.alarm. */
void room_alarm(void);
/* More frames, at least so many, from the tasks above that forked this one.  false: there are
 * none. */
bool room_grow(uint32_t frames);
/* n frames can be taken for pages of this policy: 0, EVICT_WAITS or ENOMEM. */
int room_make(struct hurd_policy *policy, uint32_t n);
/* So many frames could be had at most, if everybody else's pages went out. */
uint32_t room_most(void);
/* The program's anonymous regions grow by so many bytes. */
void room_commit(intptr_t bytes);
/* Swap is wanted by a policy of the program: true if it is ready, false: not yet, or there is none.
 */
bool room_want_swap(void);

/* ---- anonymous.c: of the task's own pages, also for private copies of a file's (shown.c) ---- */

/* A fault at a page that exists.  f->offset is its address. */
int anonymous_show(const struct fault *f, const struct frame *run);
/* Functions of struct store_class. */
void anonymous_drop(struct map *map, uintptr_t first, uintptr_t last);
int anonymous_move(struct map *map, uintptr_t to, uintptr_t size);
uintptr_t anonymous_count(struct map *map, uintptr_t first, uintptr_t last);
uintptr_t anonymous_count_out(struct map *map, uintptr_t first, uintptr_t last);
void anonymous_lock(struct map *map, uintptr_t first, uintptr_t last, bool lock);
void anonymous_hint(struct map *map, uintptr_t first, uintptr_t last, unsigned advice);

/* ---- pageout.c: which pages are watched, and the way out ---- */

/* The region shows anonymous pages: all of its pages, or private copies. */
bool map_has_own_pages(const struct map *map);

/* A policy looks after the pages of [first, last] in core from now on, if it can: those that may go
 * out at all.  The range lies in the region. */
void pageout_watch(struct map *map, uintptr_t first, uintptr_t last);
/* Nobody looks after the pages any more.  None of them may be on its way. */
void pageout_forget(uintptr_t first, uintptr_t last);
/* All pages of the task's own policy. */
void pageout_watch_all(void);
/* True if a page is on its way out or in: a request that changes the range must wait. */
bool pageout_is_busy(uintptr_t first, uintptr_t last);

/* The page, and others that the policy chooses, leave: EVICT_WAITS, or ENOMEM: they cannot. */
int pageout_batch(struct hurd_policy *policy, struct hurd_page *page);
/* A fault at a page in core. */
int pageout_show(const struct fault *f, const struct frame *run);
/* Pages that were in core are on disk.  Two records must have been reserved. */
void pageout_note(uintptr_t first, uintptr_t last);
/* A job has ended: so many bytes went, then there was this error. */
void pageout_done(const struct pagein *job, int error, uintptr_t bytes);

/* ---- swapin.c: the way in ---- */

/* A fault at a page that is out. */
int swapin_fault(const struct fault *f, const struct frame *run);
/* physmem says that a page is on disk that was in core for us: the program itself sent it there. */
int swapin_lost(const struct fault *f);
/* What is out in the range comes in, as far as there is room: how many pages still are out. */
uint32_t swapin_range(struct map *map, uintptr_t first, uintptr_t last);
/* A page that came with others has been of use, or leaves without. */
void swapin_learn(struct hurd_page *page, bool used);
void swapin_done(const struct pagein *job, int error, uintptr_t bytes);

/* ---- what both need ---- */

/* Two records that a job of these keeps, so that its end cannot fail. */
bool spares_take(struct pagein *job);
void spares_give(const struct pagein *job);

#endif
