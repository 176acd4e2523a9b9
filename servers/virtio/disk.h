/* SPDX-License-Identifier: MIT */
/* One disk of a virtual machine.  Virtual I/O Device 1.0, 4.1.4.8 (ports) and 5.2 (block
 * device). */
#ifndef VIRTIO_DISK_H
#define VIRTIO_DISK_H

#include "lib/block/server.h"
#include "ring.h"

#define DISK_PAGES 4u                   /* of data: one run */
#define DISK_MEMORY (RING_PAGES + 1 + DISK_PAGES)       /* pages: the ring, the request, the data */

/* What the device and the driver share.  main.c fills it before disk_start(). */
extern struct disk_site {
    uint16_t ports;                     /* the first one */
    uint8_t *memory;                    /* DISK_MEMORY pages, */
    L4_Word_t container;                /* their container, and where they are: */
    L4_Word_t physical[DISK_MEMORY];    /* the first RING_PAGES follow each other */
    uint8_t *staging;                   /* DISK_PAGES pages for the data of a write, */
    L4_Word_t staging_container;        /* and their container */
} disk_site;

/* Resets the device and starts it.  Returns false if it is none that the driver knows. */
bool disk_start(void);

extern struct block_disk disk_disk;
extern const struct block_driver disk_driver;

#endif
