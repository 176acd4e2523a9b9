/* SPDX-License-Identifier: MIT */
/* Disks and their partitions, as the shell names them: 0 is a disk, 0.2 its second partition. */
#ifndef INIT_DISKS_H
#define INIT_DISKS_H

#include <stddef.h>

#include <hurd/deva.h>

/* Returns how many drivers of that disk there have been; 0: none, or init has given it up. */
L4_Word_t disks_drivers(L4_Word_t disk);

/* Opens what the shell's word names, with all rights.  Returns NULL, or why it cannot. */
const char *disks_parse(const char *word, struct hurd_deva_extent *extent);

/* The same for a program that may spoil it: what is mounted or used for swapping is refused. */
const char *disks_parse_free(const char *word, struct hurd_deva_extent *extent);

/* Finds the name of the first partition of the swap type.  Returns NULL, or why there is none. */
#define DISK_NAME 4
const char *disks_find_swap(char name[DISK_NAME]);

/* Writes to the start of a disk.  Returns NULL, or why it cannot. */
const char *disks_write(L4_Word_t disk, const void *data, size_t size);

void disks_report(void);

#endif
