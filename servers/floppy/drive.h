/* SPDX-License-Identifier: MIT */
/* Two floppy drives, and the disks in them. */
#ifndef FLOPPY_DRIVE_H
#define FLOPPY_DRIVE_H

#include "lib/block/server.h"

#define DRIVES 2u
#define DRIVE_PAGES 4u          /* of the window: one run */

/* Memory.  main.c makes it before the first run. */
extern struct drive_memory {
    uint8_t *dma;               /* one page, which the controller reads and writes */
    uint32_t dma_physical;
    uint8_t *window;            /* DRIVE_PAGES pages: the data of a run, */
    L4_Word_t container;        /* and the container of these pages */
} drive_memory;

extern struct block_disk drive_disks[DRIVES];
extern const struct block_driver drive_driver;

#endif
