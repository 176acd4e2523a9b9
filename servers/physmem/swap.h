/* SPDX-License-Identifier: MIT */
/* Pages on disk.  The hop before is request.c (which pages) and slot.c (what becomes of copies);
 * the hop after is the swap server, which asks for jobs.  Spec hurd 2.8, <hurd/physmem.h>.
 *
 * The window is a container of this server's own: a frame on its way to the disk or from it is in
 * one slot of the window, and charged there.  So there are never more such frames than the window
 * has pages, and no guarantee pays for them.  A cell says what is known of one slot of the window:
 *
 *                  page_out             next_job              written
 *        FREE ----------------> DIRTY ----------> WRITING ----------------> CLEAN ---> FREE
 *          \       page_in              next_job               read         ^ when it is
 *           `-----------------> WANTED ---------> READING -----------------'   needed, or unwanted
 *                                 ^                  | failed: WANTED once more, alone; then FAILED
 *
 * As long as a block and a frame have the same contents, `where` and `stored` say so in both
 * directions.  So a frame that no program can have changed since goes out without a write, and a
 * block whose contents are still in some frame comes in without a read. */
#ifndef PHYSMEM_SWAP_H
#define PHYSMEM_SWAP_H

#include "container.h"
#include "lib/swap/slots.h"

#define SWAP_BLOCKS_MOST    (1u << 20)
#define SWAP_RESERVED_MOST  1024u
#define SWAP_WINDOW_LEAST   16u         /* pages */
#define SWAP_WINDOW_MOST    2048u
#define SWAP_JOB_PAGES      16u
#define SWAP_NONE           UINT32_MAX  /* no block */

/* If swap_out() or swap_in() returns SWAP_WAITS, the request waits for a block, or for one of
 * these. */
#define SWAP_WAITS          (-1)
#define SWAP_AGAIN          (-3)
#define SWAP_KEY_CELL       0xfffffffeu
#define SWAP_KEY_JOB        0xfffffffdu

enum cell_state {
    CELL_FREE,
    CELL_DIRTY, CELL_WRITING, CELL_CLEAN,   /* these have a frame, which is stored as `block` */
    CELL_STUCK,                             /* it has a frame that could not be written anywhere */
    CELL_WANTED, CELL_READING, CELL_FAILED,
};

struct cell {
    uint32_t block;             /* READING: SWAP_NONE when no slot names the block any more */
    uint8_t state;
    bool alone;                 /* its job with other cells failed: it gets a job of its own */
    uint16_t round;             /* in which its read ended: no reuse in the same round */
};

struct swap_job {
    uint32_t tag;               /* 0: none is under way */
    bool write;
    uint32_t block, cell, pages;
};

/* What a swap server says of its partition. */
struct swap_disk {
    uint32_t blocks, reserved, identity;
    uint32_t cells;             /* pages of the window that it wants */
};

struct swap {
    struct container *window;   /* NULL: no swap server has come yet */
    struct control *payer;      /* of window and tables */
    struct container *tables;   /* its frames hold map, where, stored and cell */
    struct slots map;           /* which blocks are free */
    uint32_t *where;            /* for each block: frame | its cell + 1; or an alias */
    uint32_t *stored;           /* for each frame with FRAME_STORED: the block */
    struct cell *cell;          /* one for each page of the window */
    uint32_t cells, frames;     /* how many cells, and entries of `stored` */
    struct swap_disk disk;
    struct slots_account kept;  /* pays for `stored` and for aliases */
    unsigned task;              /* the swap server that is attached; 0: none */
    bool gone;                  /* no swap server will come any more */
    bool leaving;               /* another partition comes: no page goes out until it is there */
    uint32_t attaches;
    uint16_t round;
    bool rounds_cells;          /* the reads of some cells ended in this round */
    uint32_t next_cell;
    uint32_t dirty, wanted;     /* the numbers of such cells */
    uint32_t failures;          /* writes that failed in a row */
    uint32_t tags;
    struct swap_job job;
    uint32_t pages;             /* slots that are on disk */
    uint32_t written, read, recovered, clean;
};
extern struct swap swap;

/* The seam to the server: requests that wait for this key are served again.  The server's version
 * is in main.c; host tests have their own. */
void machine_wake(uint32_t key);

/* ---- swap.c: for clients' pages ---- */

/* Takes the pages of [start, start + count) out, or in, from the start on.  *done = how many from
 * there are done, also on errors.  Returns 0; SWAP_WAITS: the next page has to wait for *key;
 * SWAP_AGAIN: it took long enough, call it again for the rest; or an errno.  swap_in() looks at 16
 * pages at most, and charges those that it binds. */
int swap_out(struct container *c, uint32_t start, uint32_t count, uint32_t *done, uint32_t *key);
int swap_in(struct container *c, uint32_t start, uint32_t count, uint32_t *done, uint32_t *key);

/* Takes a reference to a slot's block for another slot, which then names *block.  Returns 0, ENOMEM
 * (quota), EAGAIN (too many) or EIO. */
int swap_hold(struct slots_account *account, uint32_t *block);
void swap_drop(struct slots_account *account, uint32_t block);
uint32_t swap_quota_left(const struct slots_account *account);

/* The frame will not have the contents of its block any more.  Pre: it has FRAME_STORED. */
void swap_unstore(paddr_t pa);

/* Numbers for SWAP_INFO: blocks with a frame in core; frames that are not written yet. */
uint32_t swap_kept(void);
uint32_t swap_inactive(void);

/* May a copy put a frame into this page of the window? */
bool swap_reads(uint32_t page);

/* ---- attach.c ---- */

/* May this task attach now?  0, EINVAL or EBUSY.  How many pages it makes or forgets: a measure of
 * how long that takes. */
int swap_attach_refuse(unsigned task, const struct swap_disk *disk);
uint32_t swap_attach_pages(const struct swap_disk *disk);

/* Begins an attach that is not refused, and detaches the server that is there.  Returns its number.
 * After that the parts, or all in one piece: 0, an errno, SWAP_AGAIN, or SWAP_WAITS: for the
 * reaper. */
uint32_t swap_attach_begin(struct control *payer, unsigned task, const struct swap_disk *disk);
int swap_attach_part(void);
int swap_attach_whole(void);
bool swap_attach_goes_on(uint32_t serial);          /* it was not stopped, and is not over */
void swap_attach_stop(void);                        /* what it has made goes */
bool swap_attach_charges(struct control *control);  /* or one below it */

/* A part of what is known of the partition.  false: that was all.  Pre: no slot names a block, and
 * nobody is attached.  *at is 0 at first. */
bool swap_forget_part(uint32_t *at);
void swap_detach(void);                 /* its task died: the next server does the job again */
void swap_task_died(unsigned task);     /* detaches it, if it is that one */
void swap_abandon(void);                /* there will be no next server */

/* ---- jobs.c: for the swap server ---- */
bool swap_next_job(struct swap_job *job);
bool swap_job_end(uint32_t tag, bool failed, uint32_t pages);   /* false: that is not the job */
void swap_round_over(void);             /* all requests that were woken had their turn */

/* For check.c: what is wrong with blocks and cells, or NULL; may a slot name that block? */
const char *swap_problem(void);
bool swap_knows(uint32_t block);

/* ---- between the two ---- */
paddr_t swap_frame(uint32_t block);             /* the frame with its contents; 0: none */
void cell_release(uint32_t i);                  /* the cell loses its frame and is free */
void cell_discard(uint32_t i);                  /* ... and the frame was never written */
void cell_clear(uint32_t i, uint32_t block);    /* empties the page of the window */
void cell_fail(uint32_t i);                     /* WANTED or READING: requests get an error */
void swap_store(paddr_t pa, uint32_t block);
bool swap_rename(uint32_t i);                   /* the cell gets another block; false: none */
void cell_set(uint32_t i, enum cell_state state);

#endif
