/* SPDX-License-Identifier: MIT */
/* Sectors are numbered along a track, then on the track of the other head, then inwards. */
#include "format.h"

const struct format formats[FORMATS] = {
    { 36, 80, 3, 0x1B },        /* 2,880 KB */
    { 18, 80, 0, 0x1B },        /* 1,440 KB */
    { 15, 80, 0, 0x1B },        /* 1,200 KB */
    { 9, 80, 2, 0x1B },         /* 720 KB */
};

struct place format_place(const struct format *f, uint32_t sector)
{
    uint32_t track = sector / f->sectors;
    return (struct place) { (uint8_t) (track / FORMAT_HEADS), (uint8_t) (track % FORMAT_HEADS),
                            (uint8_t) (sector % f->sectors + 1) };
}

uint32_t format_run(const struct format *f, struct place at, uint32_t count, uint32_t most)
{
    uint32_t left = f->sectors + 1u - at.sector;
    if (count > most)
        count = most;
    return count < left ? count : left;
}
