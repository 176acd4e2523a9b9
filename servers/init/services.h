/* SPDX-License-Identifier: MIT */
/* Drivers that init keeps running. */
#ifndef INIT_SERVICES_H
#define INIT_SERVICES_H

#include <stdbool.h>

#include <hurd/deva.h>

/* Starts the driver framework, if it does not run yet, and all drivers that need not be asked for.
 * Post: *thread answers hurd/bus.h.  Returns false if there is no framework: it has printed why. */
bool services_fabrica(L4_ThreadId_t *thread);

/* Arguments for the framework, with colons between them, for when it is started. */
void services_fabrica_words(const char *words);

/* Start the IDE driver, by the framework, with one argument or none, or the RAM disk, with
 * arguments that have colons between them, megabytes first.  They return when the driver serves, or
 * has printed why not. */
void services_start_ide(const char *argument);
void services_start_ramdisk(const char *arguments);

/* Starts the swap server, for this disk or partition, named as in the shell; "": for the first swap
 * partition.  Prints what swap there is, or what is wrong. */
void services_start_swap(const char *disk);
void services_start_swap_at(const char *name, const struct hurd_deva_extent *sectors);

/* The policy server of physmem. */
void services_start_policy(void);

/* The name of the RAM disk, as the shell names disks. */
#define RAM_DISK "4"

/* Finds a part of the RAM disk, and starts the RAM disk if it is not there yet.  If files are the
 * first, it gets room for swap, too; if swap is the first, it gets no room for files.  Returns
 * NULL, or why there is no such part. */
enum ram_part { RAM_FILES, RAM_SWAP, RAM_PARTS };
enum { RAM_FILES_MB = 4, RAM_SWAP_MB = 2 };
const char *services_ramdisk_part(enum ram_part part, struct hurd_deva_extent *extent);

#endif
