/* SPDX-License-Identifier: MIT */
/* Up to four drives, and the run that one of them works on. */
#ifndef IDE_DRIVE_H
#define IDE_DRIVE_H

#include <hurd/deva.h>

#include "identify.h"
#include "lib/block/server.h"

#define DRIVES 4                /* 0, 1: master and slave of the first channel; 2, 3 of the second */

/* Looks for drives on the channels, whose ports we have; `dma`: use bus masters where there are
 * any. How many there are. */
unsigned drives_find(bool dma);

/* Pages of ours into which clients' data comes before it is written: 0 or an errno. */
int drives_memory(void);

extern struct block_disk drive_disks[DRIVES];
extern const struct block_driver drive_driver;

#endif
