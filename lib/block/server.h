/* SPDX-License-Identifier: MIT */
/* What all drivers of disks have in common: volumes, buffers, requests and replies.  One thread
 * does all of it.  <hurd/block.h> is the protocol. */
#ifndef BLOCK_SERVER_H
#define BLOCK_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include <hurd/block.h>
#include <hurd/cap.h>

#include "lib/block/queue.h"

struct block_disk {
    uint32_t sectors;           /* 0: there is no such disk */
    L4_Word_t flags;            /* HURD_BLOCK_DMA and the like */
    char model[40];
    uint32_t change;            /* another number after another disk was put into the drive */
};

/* What a driver brings. */
struct block_driver {
    const struct block_disk *disks;
    unsigned first, count;      /* the disks' numbers are first to first + count - 1 */
    uint32_t most;              /* the most sectors of one run; whole pages */

    /* Begins the run.  It gets the data of a write by block_server_fetch().  When the run ends, now
     * or later, it calls block_server_finished() or block_server_refused(), once. */
    void (*begin)(const struct queue_run *run);
    /* Serves an interrupt of that line.  Returns whether a device of the driver wanted something.
     * It may be NULL. */
    bool (*interrupt)(unsigned line);
    /* late() is called when the time is up.  patience() returns the us until then; UINT32_MAX:
     * there is no limit.  Both may be NULL. */
    void (*late)(void);
    uint32_t (*patience)(void);
    /* Looks whether the disk is still the same, and updates disks[].  It is called before a volume
     * is opened, while no run is under way, with the place in disks[].  It may be NULL.  It may
     * block. */
    void (*look)(unsigned disk);
};

/* Finds the device capability, or the device master capability: it is the handle after the
 * console's, and comes a short time after the start.  Returns 0; or ENOENT if it does
 * not come within a second.  Blocks. */
int block_server_master(L4_ThreadId_t *deva, L4_Word_t *master);

/* Registers the driver with deva, and serves for ever.  Returns only if deva refuses: an errno. */
int block_server_run(const struct block_driver *driver, L4_ThreadId_t deva, L4_Word_t master);

/* Copies the data of a write from the clients' containers to `container`, in whole pages; the run's
 * first sector goes to `at`.  Returns 0; or an errno for block_server_refused(), with the number of
 * the part in *bad.  Blocks until physmem replies. */
int block_server_fetch(const struct queue_run *run, L4_Word_t container, L4_Word_t at,
                       unsigned *bad);

/* The run is over: `good` sectors went through, and then it failed or not.  The data of a read is
 * in `container` at `at`, with zeroes behind it up to the end of the page.  Post: the clients have
 * the data.  Blocks until physmem replies. */
void block_server_finished(uint32_t good, bool failed, L4_Word_t container, L4_Word_t at);

/* This part of the run cannot be done.  Post: its request has ended with that errno; the others
 * wait again. */
void block_server_refused(unsigned part, int error);

/* The run cannot be done, because another disk is in the drive.  Post: all requests for that disk
 * have ended with ESTALE. */
void block_server_changed(void);

extern struct hurd_block_counters block_counters;

#endif
