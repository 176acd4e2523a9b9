/* SPDX-License-Identifier: MIT */
/* The block protocol: it moves runs of sectors between a disk and a container of the client.  Spec:
 * hurd-l4-design.md 5.2, 5.3 (device capability, weak container reference, block number, count).
 *
 * deva decides which task may use which sectors: a block capability (hurd/deva.h, BLOCK_GRANT)
 * names a run of sectors of one disk.  It lives longer than every driver.  A driver is a program,
 * so it may end at any time.  Then another driver takes its place, and clients begin again with
 * BLOCK_OPEN.  Reads and writes can be repeated, and the functions below repeat them by themselves.
 *
 * Units: a sector is HURD_BLOCK_SECTOR bytes.  Sectors are counted from the start of what the
 * capability names.  Offsets in containers are in bytes, and multiples of 4 KB; from there the
 * sectors follow each other.  If the last sector of a read is not the end of a page, the rest of
 * that page is zero afterwards.
 *
 * Requests: label = operation, word 0 = a handle in the *driver's* table (except in BLOCK_OPEN);
 * untyped words only.  Replies: label 0, or label 0x8000 with word 0 = errno.  If a READ or WRITE
 * fails after its beginning, a second word is the number of sectors that went through before.
 * HURD_CAP_DROP gives up volumes and buffers.  HURD_CAP_CANCEL ends a request with ECANCELED; the
 * drive may still go on with it.  HURD_CAP_GIVE is refused (EPERM): give deva's capability instead.
 * For all: EBADF: there is no such handle; EINVAL: wrong number of words, typed items, or a value
 * out of range; EOPNOTSUPP: there is no such operation.
 *
 *   label  operation     request words                         reply
 *   896    block_open    0 handle of a block capability in     0 volume, 1 sectors, 2 rights,
 *                        the caller's table of deva            3 the most sectors of one request
 *   897    block_info    0 volume                              struct hurd_block_info, in words
 *   898    block_slot    0 volume                              none
 *   899    block_buffer  0 volume, 1 handle in the driver's    0 buffer
 *                        table of physmem
 *   900    block_read    0 volume, 1 buffer, 2 offset,         0 sectors; blocks until they are in
 *                        3 sector, 4 sectors [, 5 tag]         the container
 *   901    block_write   the same                              0 sectors; blocks until the drive
 *                                                              has taken them
 *   902    block_flush   0 volume                              none; blocks until all that was
 *                                                              written before is on the medium
 *   903    block_count   0 volume                              struct hurd_block_counters
 *   904    block_done    from the driver: 0 tag, 1 errno or    never
 *                        0, 2 sectors that went through
 *
 * block_open: the same capability gives the same volume again.  If a disk can be changed, the
 *   volume stands for the disk that is in the drive at the latest block_open.  The rights are those
 *   of the capability; a protected disk lacks HURD_BLOCK_WRITES.  EACCES: it is no block capability
 *   of the caller's.  ENXIO: it reaches beyond the disk's end.  ENODEV: there is no such disk.
 *   EMFILE: the task has HURD_BLOCK_HANDLES volumes and buffers already.  ENOMEM.
 * block_slot: the driver opens its table of physmem for the caller.  The caller then puts a weak
 *   reference to a container there (CONTAINER_SHARE) and names it in block_buffer.  If many
 *   references are never named, the driver drops all of these.  When the driver has opened its
 *   table for four other tasks since, it closes the table for this one.  EIO: physmem refuses.
 * block_buffer: EPERM: it is no weak reference, or it is not from the caller.  The same reference
 *   gives the same buffer again.  EMFILE, ENOMEM: as above.
 * block_read, block_write: EINVAL: no sectors; more than HURD_BLOCK_MOST; an offset that is not a
 *   page's, or that wraps around.  ENXIO: beyond the end of the volume.  EACCES: the rights of the
 *   volume or of the weak reference do not allow it.  EFAULT: a page of the container is a hole, or
 *   the reference is revoked.  EBUSY: a page to read into is pinned, or a request of the same
 *   thread waits already.  EAGAIN: HURD_BLOCK_REQUESTS requests of the caller's task wait, or the
 *   driver has no room: try later.  EIO: the drive failed, after retries.  ENOMEM: of physmem.
 *   EROFS: a write to a protected disk.  ESTALE: another disk was put into the drive after
 *   block_open; the same for block_flush.
 *   A read that fails has changed the pages of the sectors that went through.  A write that fails
 *   has written those sectors, and perhaps some of the others.
 *   With a tag, the reply comes at once, without words: the request has begun.  At its end the
 *   driver sends block_done to the thread that sent the request, with a zero timeout.  It tries
 *   until the thread takes the message, 1,000 times at most, which is some seconds.  A thread may
 *   have several requests with tags at the same time.  Beside them it may have no request without a
 *   tag (EBUSY), because it could not tell its reply from theirs.
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
#define HURD_BLOCK_MOST     2048u       /* the most sectors of one request */
#define HURD_BLOCK_HANDLES  16u         /* the most volumes and buffers of one task */
#define HURD_BLOCK_REQUESTS 16u         /* the most requests of one task that wait at the same
                                           time */

/* Rights of a volume; the values are those of other rights. */
#define HURD_BLOCK_WRITES   2u
#define HURD_BLOCK_READS    4u

/* Numbers of disks.  A driver has consecutive ones. */
#define HURD_BLOCK_IDE      0u          /* 0-3: master and slave of the first and second channel */
#define HURD_BLOCK_RAM      4u          /* the RAM disk */
#define HURD_BLOCK_FLOPPY   5u          /* 5, 6: the floppy drives */
#define HURD_BLOCK_VIRTIO   7u
#define HURD_BLOCK_DISKS    8u

#define HURD_BLOCK_DMA      1u          /* hurd_block_info.flags: the drive moves the data by
                                           itself */
#define HURD_BLOCK_VOLATILE 2u          /* the contents are lost when the driver ends */
#define HURD_BLOCK_PROTECTED 4u         /* the disk cannot be written to */

struct hurd_block_info {
    L4_Word_t disk;                     /* its number */
    L4_Word_t first, sectors;           /* of the volume, on that disk; in sectors */
    L4_Word_t rights;
    L4_Word_t flags;
    L4_Word_t disk_sectors;
    char model[40];                     /* as the drive says; without a zero at the end if all
                                           are used */
};

/* What the driver has done for all disks since it started, modulo 2^32. */
struct hurd_block_counters {
    L4_Word_t requests;                 /* reads and writes that were accepted */
    L4_Word_t commands;                 /* commands that the drives got for them */
    L4_Word_t merged;                   /* requests that shared a command with a neighbour */
    L4_Word_t sectors_read, sectors_written;
    L4_Word_t errors;                   /* commands that failed */
    L4_Word_t resets;
    L4_Word_t timeouts;
    L4_Word_t interrupts;
    L4_Word_t waiting;                  /* requests that wait now */
};

/* ---- functions for clients: lib/block/client.c ----
 * Each thread that uses a volume needs a struct hurd_block of its own.  All functions return 0 or
 * an errno, and they block.  If a driver has gone, they look for a new one for some seconds, and
 * repeat the request. */
struct hurd_block {
    L4_ThreadId_t deva;
    L4_Word_t capability;               /* a handle in the caller's table of deva */
    L4_ThreadId_t driver;               /* nil: no driver is open */
    L4_Word_t volume;                   /* a handle in the caller's table of the driver, as the
                                           next one */
    L4_Word_t buffer;
    L4_Word_t sectors;
    L4_Word_t rights;
    L4_ThreadId_t physmem;              /* nil: there is no container yet */
    L4_Word_t container;                /* a handle in the caller's table of physmem */
    L4_Word_t container_rights;
    unsigned reopened;                  /* how often a driver had gone */
};

/* Returns the errors of block_open; also ENODEV: no driver has that disk; ETIMEDOUT: the last
 * driver has gone, and no other came. */
int hurd_block_open(struct hurd_block *block, L4_ThreadId_t deva, L4_Word_t capability);

/* From now on, reads and writes use this container, with at most these rights: physmem's
 * HURD_PM_READ for writes to the disk, and HURD_PM_WRITE for reads. */
int hurd_block_use(struct hurd_block *block, L4_ThreadId_t physmem, L4_Word_t container,
                   L4_Word_t rights);

/* *done is the number of sectors that went through, also after an error.  `done` may be NULL. */
int hurd_block_read(struct hurd_block *block, L4_Word_t offset, L4_Word_t sector, L4_Word_t sectors,
                    L4_Word_t *done);
int hurd_block_write(struct hurd_block *block, L4_Word_t offset, L4_Word_t sector,
                     L4_Word_t sectors, L4_Word_t *done);
int hurd_block_flush(struct hurd_block *block);
int hurd_block_info(struct hurd_block *block, struct hurd_block_info *info);
int hurd_block_counters(struct hurd_block *block, struct hurd_block_counters *counters);
void hurd_block_close(struct hurd_block *block);

/* Finds the first block capability that init gave to this program; it is behind the console's.
 * Returns 0 or ENOENT. */
int hurd_block_capability(L4_ThreadId_t deva, L4_Word_t console, L4_Word_t *capability);

#endif
