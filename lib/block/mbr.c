/* SPDX-License-Identifier: MIT */
/* The partition table in the first sector of a disk: four records of 16 bytes at 446, then 55
 * AA. */
#include "mbr.h"

#include <string.h>

enum {
    TABLE = 446,
    RECORD = 16,
    SIGNATURE = 510,
};

static uint32_t word_at(const uint8_t *bytes)
{
    return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t) bytes[3] << 24;
}

/* flag, CHS start, type, CHS end, first sector, sectors.  No system has used CHS for decades. */
static void record_read(const uint8_t *record, struct mbr_partition *p)
{
    p->type = record[4];
    p->bootable = record[0] == 0x80;
    p->first = word_at(record + 8);
    p->count = word_at(record + 12);
    if (p->count == 0)
        p->type = 0;
    if (p->type == 0)
        memset(p, 0, sizeof *p);
}

static bool overlapping(const struct mbr_partition *a, const struct mbr_partition *b)
{
    return a->type && b->type && a->first < b->first + b->count && b->first < a->first + a->count;
}

static const char *problem(const struct mbr_partition *partition, uint32_t disk_sectors)
{
    for (int i = 0; i < MBR_PARTITIONS; i++) {
        const struct mbr_partition *p = &partition[i];
        if (p->type && p->first == 0)
            return "a partition covers the partition table";
        if (p->type && (p->first >= disk_sectors || p->count > disk_sectors - p->first))
            return "a partition ends behind the disk";
    }
    for (int i = 0; i < MBR_PARTITIONS; i++) {
        for (int j = 0; j < i; j++) {
            if (overlapping(&partition[i], &partition[j]))
                return "two partitions overlap";
        }
    }
    return NULL;
}

const char *mbr_read(const uint8_t *sector, uint32_t disk_sectors,
                     struct mbr_partition partition[MBR_PARTITIONS])
{
    memset(partition, 0, MBR_PARTITIONS * sizeof *partition);
    if (sector[SIGNATURE] != 0x55 || sector[SIGNATURE + 1] != 0xAA)
        return "there is no partition table";
    for (int i = 0; i < MBR_PARTITIONS; i++)
        record_read(sector + TABLE + RECORD * i, &partition[i]);
    const char *wrong = problem(partition, disk_sectors);
    if (wrong)
        memset(partition, 0, MBR_PARTITIONS * sizeof *partition);
    return wrong;
}

const char *mbr_type_name(uint8_t type)
{
    switch (type) {
    case 0x01: case 0x04: case 0x06: case 0x0E:
        return "FAT";
    case 0x0B: case 0x0C:
        return "FAT32";
    case 0x07:
        return "NTFS or exFAT";
    case MBR_TYPE_SWAP:
        return "swap";
    case MBR_TYPE_LINUX:
        return "Linux file system";
    case 0xEE:
        return "GPT";
    default:
        return NULL;
    }
}
