/* SPDX-License-Identifier: MIT */
/* What drivers of disks have in common: volumes, buffers, requests and replies.  One thread does
 * all of it.  <hurd/block.h> is the wire. */
#ifndef BLOCK_SERVER_H
#define BLOCK_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include <hurd/block.h>
#include <hurd/cap.h>

#include "lib/block/queue.h"

struct block_disk {
    uint32_t sectors;           /* 0: there is no such disk */
    L4_Word_t flags;            /* HURD_BLOCK_DMA, HURD_BLOCK_VOLATILE */
    char model[40];
};

/* A driver's part. */
struct block_driver {
    const struct block_disk *disks;
    unsigned first, count;      /* their numbers; disks[0] is number `first` */
    uint32_t most;              /* sectors of one run, whole pages */

    /* Begins the run, whose pages (of writes) are to be fetched with block_server_fetch(), and
     * calls block_server_finished() at its end: now or later, once. */
    void (*begin)(const struct queue_run *run);
    /* An interrupt, of that line.  May be NULL. */
    void (*interrupt)(unsigned line);
    /* Time is up.  us until then; UINT32_MAX: nothing to wait for.  Both may be NULL. */
    void (*late)(void);
    uint32_t (*patience)(void);
};

/* The device master capability: the handle behind the console's, which init gives a little after
 * the start.  0, or ENOENT: not within a second. */
int block_server_master(L4_ThreadId_t *deva, L4_Word_t *master);

/* Registers with deva and serves for ever.  Comes back with an errno if deva refuses. */
int block_server_run(const struct block_driver *driver, L4_ThreadId_t deva, L4_Word_t master);

/* From the clients' containers to one of ours, in whole pages, the run's first sector to `at`.  0,
 * or an errno for block_server_refused(), with the part at which it happened in *bad. */
int block_server_fetch(const struct queue_run *run, L4_Word_t container, L4_Word_t at,
                       unsigned *bad);

/* The run is over.  `good` sectors went through, then it failed or not; what was read lies in
 * `container` at `at`, zeroes behind it up to the end of the page, and is taken to the clients
 * before this comes back. */
void block_server_finished(uint32_t good, bool failed, L4_Word_t container, L4_Word_t at);

/* This part of the run cannot be done, whatever the drive says: the request ends with that errno,
 * the others wait again. */
void block_server_refused(unsigned part, int error);

extern struct hurd_block_counters block_counters;

#endif
