/* SPDX-License-Identifier: MIT */
/* Drivers that init keeps running. */
#ifndef INIT_SERVICES_H
#define INIT_SERVICES_H

#include <stdbool.h>

/* The IDE driver, with one argument or none; the RAM disk, with arguments that have colons between
 * them, megabytes first.  They come back when the driver serves, or has said why it does not. */
void services_start_ide(const char *argument);
void services_start_ramdisk(const char *arguments);

/* The swap server, for this disk or partition, named as in the shell; "": the first swap partition that
 * there is.  Says what there is, or what is wrong. */
void services_start_swap(const char *disk);

/* The RAM disk, as disks are named. */
#define RAM_DISK "4"
/* It has been started. */
bool services_have_ramdisk(void);

#endif
