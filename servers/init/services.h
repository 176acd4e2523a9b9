/* SPDX-License-Identifier: MIT */
/* Drivers that init keeps running. */
#ifndef INIT_SERVICES_H
#define INIT_SERVICES_H

#include <hurd/deva.h>

/* The IDE driver, with one argument or none; the RAM disk, with arguments that have colons between
 * them, megabytes first.  They come back when the driver serves, or has said why it does not. */
void services_start_ide(const char *argument);
void services_start_ramdisk(const char *arguments);

/* The swap server, for this disk or partition, named as in the shell; "": the first swap partition
 * that there is.  Says what there is, or what is wrong. */
void services_start_swap(const char *disk);
void services_start_swap_at(const char *name, const struct hurd_deva_extent *sectors);

/* The RAM disk, as disks are named. */
#define RAM_DISK "4"

/* A part of the RAM disk, which is started if nobody has done so: files need room for swap beside
 * them, swap alone does not need room for files.  NULL, or why there is none. */
enum ram_part { RAM_FILES, RAM_SWAP, RAM_PARTS };
enum { RAM_FILES_MB = 4, RAM_SWAP_MB = 2 };
const char *services_ramdisk_part(enum ram_part part, struct hurd_deva_extent *extent);

#endif
