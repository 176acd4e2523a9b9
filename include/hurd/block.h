/* SPDX-License-Identifier: MIT */
/* The block protocol: runs of sectors between a disk and a container of the client's.  Spec:
 * hurd-l4-design.md 5.2, 5.3 (device capability, weak container reference, block number, count).
 *
 * Who may use which sectors is deva's business: a block capability (hurd/deva.h, BLOCK_GRANT) names
 * a run of sectors of one disk, and outlives every driver.  A driver is a program, and it may end
 * at any time; another one takes its place, and clients begin anew with BLOCK_OPEN.  Reads and
 * writes can be repeated, so the functions below do that by themselves.
 *
 * Units: a sector is HURD_BLOCK_SECTOR bytes, counted from the start of what the capability names.
 * Offsets in containers are bytes, and multiples of 4 KB: sectors lie there one behind the other.
 * When a read does not end with a page, the rest of its last page is zero afterwards.
 *
 * Requests: label = operation, word 0 = handle in the *driver's* table (but in BLOCK_OPEN), untyped
 * words only.  Replies: label 0, or label 0x8000 with word 0 = errno; a READ or WRITE that fails on
 * its way has a second word, the sectors that went through before.  HURD_CAP_DROP gives volumes and
 * buffers up; HURD_CAP_CANCEL ends a request with ECANCELED, though the drive may go on with it;
 * HURD_CAP_GIVE is refused (EPERM), as it is deva's capability that can be given on.
 * For all: EBADF no such handle, EINVAL wrong number of words, typed items, or a value out of
 * range, EOPNOTSUPP no such operation.
 *
 *   label  operation     request words                         reply
 *   896    block_open    0 handle of a block capability in     0 volume, 1 sectors, 2 rights,
 *                        the caller's table of deva            3 most sectors of one request
 *   897    block_info    0 volume                              struct hurd_block_info, in words
 *   898    block_slot    0 volume                              none
 *   899    block_buffer  0 volume, 1 handle in the driver's    0 buffer
 *                        table of physmem
 *   900    block_read    0 volume, 1 buffer, 2 offset,         0 sectors; blocks until they are in
 *                        3 sector, 4 sectors [, 5 tag]         the container
 *   901    block_write   the same                              0 sectors; blocks until the drive
 *                                                              has taken them
 *   902    block_flush   0 volume                              none; blocks until what was written
 *                                                              before is on the medium
 *   903    block_count   0 volume                              struct hurd_block_counters
 *   904    block_done    from the driver: 0 tag, 1 errno or    never answered
 *                        0, 2 sectors that went through
 *
 * block_open: the same capability again is the same volume.  EACCES: not a block capability of the
 *   caller's.  ENXIO: it reaches beyond the disk's end.  ENODEV: there is no such disk.  EMFILE:
 *   more than HURD_BLOCK_HANDLES volumes and buffers.  ENOMEM.
 * block_slot: the driver opens its table of physmem for the caller, who puts a weak reference to a
 *   container there (CONTAINER_SHARE) and names it in block_buffer.  Of many that are not named all
 *   are dropped, and the table is closed when it has been opened for four others since.  EIO:
 *   physmem refuses.
 * block_buffer: EPERM: not a weak reference, or not from the caller.  The same one again is the
 *   same buffer.  EMFILE, ENOMEM as above.
 * block_read, block_write: EINVAL: no sectors, more than HURD_BLOCK_MOST, an offset that is not a
 *   page's or wraps.  ENXIO: beyond the volume's end.  EACCES: the volume's, or the weak
 *   reference's rights.  EFAULT: a page of the container is not there, or the reference is revoked.
 *   EBUSY: a page to be read into is pinned, or the same thread has a request waiting already.
 *   EAGAIN: HURD_BLOCK_REQUESTS of the caller's task wait, or the driver has no room: later.  EIO:
 *   the drive could not, after retries.  ENOMEM: physmem.
 *   A read that fails has changed the pages of the sectors that went through; a write that fails
 *   has written those, and perhaps some of the others.
 *   With a tag, the answer comes at once and without words: the request is under way.  At its end
 *   the driver sends block_done to the thread that asked, as soon as that takes it without being
 *   waited for, and gives up after 1,000 tries, some seconds.  A thread may have several of these
 *   under way, but no request without a tag beside them (EBUSY), whose answer it could not tell
 *   from them.
 * block_flush: EIO, EAGAIN, EBUSY. */
#ifndef HURD_BLOCK_H
#define HURD_BLOCK_H

#include <l4/types.h>

#define HURD_BLOCK_OPEN     896
#define HURD_BLOCK_INFO     897
#define HURD_BLOCK_SLOT     898
#define HURD_BLOCK_BUFFER   899
#define HURD_BLOCK_READ     900
#define HURD_BLOCK_WRITE    901
#define HURD_BLOCK_FLUSH    902
#define HURD_BLOCK_COUNT    903
#define HURD_BLOCK_DONE     904

#define HURD_BLOCK_ERROR    0x8000      /* label of a refusal */
#define HURD_BLOCK_SECTOR   512u        /* bytes */
#define HURD_BLOCK_PER_PAGE 8u          /* sectors in 4 KB */
#define HURD_BLOCK_MOST     2048u       /* sectors of one request */
#define HURD_BLOCK_HANDLES  16u         /* volumes and buffers of one task */
#define HURD_BLOCK_REQUESTS 16u         /* of one task that wait at a time */

/* Rights of a volume, as elsewhere. */
#define HURD_BLOCK_WRITES   2u
#define HURD_BLOCK_READS    4u

/* Disk numbers.  A driver serves a run of them. */
#define HURD_BLOCK_IDE      0u          /* 0-3: master and slave of the first and second channel */
#define HURD_BLOCK_RAM      4u          /* the RAM disk */
#define HURD_BLOCK_DISKS    8u

#define HURD_BLOCK_DMA      1u          /* hurd_block_info.flags: the drive transfers by itself */
#define HURD_BLOCK_VOLATILE 2u          /* contents end with the driver */

struct hurd_block_info {
    L4_Word_t disk;                     /* its number */
    L4_Word_t first, sectors;           /* of the volume, on that disk */
    L4_Word_t rights;
    L4_Word_t flags;
    L4_Word_t disk_sectors;
    char model[40];                     /* as the drive says it; not terminated when all are used */
};

/* What the driver has done since it started, for all disks, modulo 2^32. */
struct hurd_block_counters {
    L4_Word_t requests;                 /* reads and writes accepted */
    L4_Word_t commands;                 /* that the drives got for them */
    L4_Word_t merged;                   /* requests that shared a command with a neighbour */
    L4_Word_t sectors_read, sectors_written;
    L4_Word_t errors;                   /* commands that failed */
    L4_Word_t resets;
    L4_Word_t timeouts;
    L4_Word_t interrupts;
    L4_Word_t waiting;                  /* requests that wait now */
};

/* ---- clients: lib/block/client.c ----
 * One of these for each thread that uses a volume.  All functions return 0 or an errno and block.
 * They look for a new driver when one has gone, for some seconds, and repeat what was asked. */
struct hurd_block {
    L4_ThreadId_t deva;
    L4_Word_t capability;               /* in our table of deva */
    L4_ThreadId_t driver;               /* nil: not open */
    L4_Word_t volume;                   /* these are in our table of the driver */
    L4_Word_t buffer;
    L4_Word_t sectors;
    L4_Word_t rights;
    L4_ThreadId_t physmem;              /* nil: no container yet */
    L4_Word_t container;                /* in our table of physmem */
    L4_Word_t container_rights;
    unsigned reopened;                  /* how often a driver had gone */
};

/* Errors of block_open, and ENODEV: no driver has that disk; ETIMEDOUT: the last one has gone, and
 * no other came. */
int hurd_block_open(struct hurd_block *block, L4_ThreadId_t deva, L4_Word_t capability);

/* From now on reads and writes use this container, with these rights at most: physmem's
 * HURD_PM_READ for writes to disk, and HURD_PM_WRITE for reads. */
int hurd_block_use(struct hurd_block *block, L4_ThreadId_t physmem, L4_Word_t container,
                   L4_Word_t rights);

/* *done: sectors that went through, also on errors; may be NULL. */
int hurd_block_read(struct hurd_block *block, L4_Word_t offset, L4_Word_t sector, L4_Word_t sectors,
                    L4_Word_t *done);
int hurd_block_write(struct hurd_block *block, L4_Word_t offset, L4_Word_t sector,
                     L4_Word_t sectors, L4_Word_t *done);
int hurd_block_flush(struct hurd_block *block);
int hurd_block_info(struct hurd_block *block, struct hurd_block_info *info);
int hurd_block_counters(struct hurd_block *block, struct hurd_block_counters *counters);
void hurd_block_close(struct hurd_block *block);

/* The first block capability that init gave to this program, behind its console's: 0 or ENOENT. */
int hurd_block_capability(L4_ThreadId_t deva, L4_Word_t console, L4_Word_t *capability);

#endif
