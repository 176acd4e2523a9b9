/* SPDX-License-Identifier: MIT */
/* The partition table in a disk's first sector.  Pure. */
#ifndef BLOCK_MBR_H
#define BLOCK_MBR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MBR_PARTITIONS 4
#define MBR_TYPE_SWAP  0x82
#define MBR_TYPE_LINUX 0x83

struct mbr_partition {
    uint8_t type;               /* 0: none */
    bool bootable;
    uint32_t first, count;      /* sectors; within the disk, and count > 0, unless type is 0 */
};

/* Fills all four from a sector of 512 bytes.  NULL, or what is wrong with the table, and then all
 * are empty: no signature, a partition beyond the disk's end, over the table itself, or over
 * another. */
const char *mbr_read(const uint8_t *sector, uint32_t disk_sectors,
                     struct mbr_partition partition[MBR_PARTITIONS]);

/* Words for a type; NULL when it has none here. */
const char *mbr_type_name(uint8_t type);

#endif
