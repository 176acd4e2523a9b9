/* SPDX-License-Identifier: MIT */
/* Disks and their partitions, as the shell names them: 0 is a disk, 0.2 its second partition. */
#ifndef INIT_DISKS_H
#define INIT_DISKS_H

#include <stddef.h>

#include <hurd/deva.h>

/* How many drivers of that disk there have been; 0: none, or it was given up. */
L4_Word_t disks_drivers(L4_Word_t disk);

/* What the shell's word names; rights are all.  NULL, or why not. */
const char *disks_parse(const char *word, struct hurd_deva_extent *extent);

/* The first partition of the swap type, by name.  NULL, or why there is none. */
#define DISK_NAME 4
const char *disks_find_swap(char name[DISK_NAME]);

/* Writes to the start of a disk: NULL, or why not. */
const char *disks_write(L4_Word_t disk, const void *data, size_t size);

void disks_report(void);

#endif
