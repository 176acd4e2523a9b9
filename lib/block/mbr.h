/* SPDX-License-Identifier: MIT */
/* The partition table in the first sector of a disk.  Pure. */
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
    uint32_t first, count;      /* in sectors.  Unless type is 0, they are within the disk, and
                                   count > 0 */
};

/* Fills all four entries from a sector of 512 bytes.  Returns NULL; or what is wrong with the table
 * (no signature, a partition beyond the end of the disk, over the table itself, or over another
 * one), and then all four are empty. */
const char *mbr_read(const uint8_t *sector, uint32_t disk_sectors,
                     struct mbr_partition partition[MBR_PARTITIONS]);

/* Returns a name for the type, or NULL if the type has none here. */
const char *mbr_type_name(uint8_t type);

#endif
