/* SPDX-License-Identifier: MIT */
/* Pages on disk.  The hop before is request.c (which pages) and slot.c (what becomes of copies); the
 * hop after is the swap server, which comes and asks for jobs.  Spec hurd 2.8, <hurd/physmem.h>.
 *
 * The window is a container of this server's own: a frame on its way to the disk or from it is in
 * one of its slots, and charged there.  So there are never more such frames than the window has
 * pages, and no guarantee pays for them.  What is known of a slot of the window is its cell:
 *
 *                  page_out             next_job              written
 *        FREE ----------------> DIRTY ----------> WRITING ----------------> CLEAN ---> FREE
 *          \       page_in              next_job               read         ^  when it is needed,
 *           `-----------------> WANTED ---------> READING -----------------'   or nobody wants it
 *                                 ^                  | failed: once more, alone, and then FAILED
 *
 * Which block has the contents of which frame is known in both directions, as long as both are the
 * same: `where` and `stored`.  A frame that nobody can have written since goes out without a
 * write, and a block whose contents still are in some frame comes in without a read. */
#ifndef PHYSMEM_SWAP_H
#define PHYSMEM_SWAP_H

#include "container.h"
#include "lib/swap/slots.h"

#define SWAP_BLOCKS_MOST    (1u << 20)
#define SWAP_WINDOW_LEAST   16u         /* pages */
#define SWAP_WINDOW_MOST    2048u
#define SWAP_JOB_PAGES      16u
#define SWAP_NONE           UINT32_MAX  /* no block */

/* What a request waits for, when swap_out() or swap_in() answers SWAP_WAITS: a block, or these. */
#define SWAP_WAITS          (-1)
#define SWAP_KEY_CELL       0xfffffffeu
#define SWAP_KEY_JOB        0xfffffffdu

enum cell_state {
    CELL_FREE,
    CELL_DIRTY, CELL_WRITING, CELL_CLEAN,   /* these have a frame, which is stored as `block` */
    CELL_STUCK,                             /* the same: it could not be written anywhere */
    CELL_WANTED, CELL_READING, CELL_FAILED,
};

struct cell {
    uint32_t block;             /* READING: SWAP_NONE when nobody wants it any more */
    uint8_t state;
    bool alone;                 /* in company it failed */
    uint16_t round;             /* in which it was read, or failed to: not reused in the same one */
};

struct swap_job {
    uint32_t tag;               /* 0: none is under way */
    bool write;
    uint32_t block, cell, pages;
};

struct swap {
    struct container *window;   /* NULL: there never was a swap server */
    struct control *payer;      /* of window and tables */
    struct container *tables;   /* the frames that the following lie in */
    struct slots map;           /* which blocks are free */
    uint32_t *where;            /* of each block: frame | its cell + 1; or an alias */
    uint32_t *stored;           /* of each frame with FRAME_STORED: the block */
    struct cell *cell;          /* one for each page of the window */
    uint32_t cells, frames;     /* how many of them */
    uint32_t reserved, identity;
    struct slots_account kept;  /* pays for `stored` and for aliases */
    unsigned task;              /* attached; 0: none */
    bool gone;                  /* none will come */
    uint32_t attaches;
    uint16_t round;
    uint32_t next_cell;
    uint32_t dirty, wanted;     /* cells */
    uint32_t failures;          /* writes in a row */
    uint32_t tags;
    struct swap_job job;
    uint32_t pages;             /* slots that are on disk */
    uint32_t written, read, recovered, clean;
};
extern struct swap swap;

/* The seam to the server: requests that wait for this key are served again.  In the server it is in
 * main.c. */
void machine_wake(uint32_t key);

/* ---- swap.c: for clients' pages ---- */

/* Pages of [start, start + count) go out, or come in, from the start; *done = how many from there
 * are done, also on errors.  0; SWAP_WAITS with *key: the next one has to wait for that; an errno.
 * swap_in() looks at 16 pages, and charges what it binds. */
int swap_out(struct container *c, uint32_t start, uint32_t count, uint32_t *done, uint32_t *key);
int swap_in(struct container *c, uint32_t start, uint32_t count, uint32_t *done, uint32_t *key);

/* A reference to a slot's block, for another slot: *block is the one to name.  0, ENOMEM (quota),
 * EAGAIN (too many), EIO. */
int swap_hold(struct slots_account *account, uint32_t *block);
void swap_drop(struct slots_account *account, uint32_t block);
uint32_t swap_quota_left(const struct slots_account *account);

/* The frame has FRAME_STORED, and will not be what is on disk any more. */
void swap_unstore(paddr_t pa);

/* Numbers for SWAP_INFO: blocks with a frame in core; frames that are not written yet. */
uint32_t swap_kept(void);
uint32_t swap_inactive(void);

/* May a copy put a frame into this page of the window? */
bool swap_reads(uint32_t page);

/* ---- jobs.c: for the swap server ---- */
int swap_attach(struct control *payer, unsigned task, uint32_t blocks, uint32_t reserved,
                uint32_t identity, uint32_t window);
void swap_forget(void);                 /* everything, while no slot names a block */
void swap_detach(void);                 /* its task died: jobs begin anew with the next one */
void swap_abandon(void);                /* there will be no next one */
bool swap_next_job(struct swap_job *job);
bool swap_job_end(uint32_t tag, bool failed, uint32_t pages);   /* false: not the one under way */
void swap_round_over(void);             /* all that were woken had their turn */

/* For check.c: what is wrong with blocks and cells, or NULL; may a slot name that block? */
const char *swap_problem(void);
bool swap_knows(uint32_t block);

/* ---- between the two ---- */
paddr_t swap_frame(uint32_t block);             /* that has its contents; 0: none */
void cell_release(uint32_t i);                  /* it loses its frame and is free */
void cell_discard(uint32_t i);                  /* ... of which the block holds nothing */
void cell_clear(uint32_t i, uint32_t block);    /* the page of the window is empty again */
void cell_fail(uint32_t i);                     /* WANTED or READING: whoever waits hears it */
void swap_store(paddr_t pa, uint32_t block);
bool swap_rename(uint32_t i);                   /* a dirty cell gets another block, if there is one */
void cell_set(uint32_t i, enum cell_state state);

#endif
