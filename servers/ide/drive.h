/* SPDX-License-Identifier: MIT */
/* Up to four drives, and the run that one of them does. */
#ifndef IDE_DRIVE_H
#define IDE_DRIVE_H

#include <hurd/deva.h>

#include "identify.h"
#include "lib/block/server.h"

#define DRIVES 4                /* 0, 1: master and slave of the first channel; 2, 3: those of
                                   the second */

/* Looks for drives on the channels.  Pre: the driver has the channels' ports.  dma: use bus masters
 * where there are any.  Returns the number of drives.  Blocks, for some seconds at most. */
unsigned drives_find(bool dma);

/* Makes the pages into which the data of clients comes before it is written.  Returns 0 or an
 * errno.  Blocks until physmem replies. */
int drives_memory(void);

extern struct block_disk drive_disks[DRIVES];
extern struct block_driver drive_driver;

#endif
