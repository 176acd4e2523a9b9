/* SPDX-License-Identifier: MIT */
/* The formats of disks, and where a sector is.  Pure. */
#ifndef FLOPPY_FORMAT_H
#define FLOPPY_FORMAT_H

#include <stdint.h>

#define FORMAT_HEADS 2u

struct format {
    uint8_t sectors;            /* on a track, of 512 bytes */
    uint8_t cylinders;
    uint8_t rate;               /* for the port: 0 to 3 are 500, 300, 250, 1000 kbit/s */
    uint8_t gap;                /* between two sectors, in bytes, for READ and WRITE */
};

/* From the one with most sectors to the one with fewest: a disk has that format whose last sector
 * can be read.  Rates: some emulators accept each. */
#define FORMATS 4u
extern const struct format formats[FORMATS];

/* Returns the number of sectors of the whole disk. */
static inline uint32_t format_sectors(const struct format *f)
{
    return (uint32_t) f->sectors * f->cylinders * FORMAT_HEADS;
}

struct place {
    uint8_t cylinder, head;
    uint8_t sector;             /* counted from 1, as on the disk */
};
struct place format_place(const struct format *f, uint32_t sector);

/* Returns how many of `count` sectors from that place on are on its track, `most` at most. */
uint32_t format_run(const struct format *f, struct place at, uint32_t count, uint32_t most);

#endif
