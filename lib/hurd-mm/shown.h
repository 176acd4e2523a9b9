/* SPDX-License-Identifier: MIT */
/* Regions of files, for the pager's other files. */
#ifndef MM_SHOWN_H
#define MM_SHOWN_H

#include "mm.h"

/* The file server keeps so many bytes together in memory, at multiples of that in the file. */
enum { SHOWN_GROUP = 16 * HURD_MM_PAGE };

bool store_is_shown(const struct store *store);
/* Its regions show a file, and the task's own copies of pages that the program has written to. */
bool store_is_private(const struct store *store);
int shown_create(struct hurd_shown *shown, hurd_store_fault_t *bring, L4_Word_t container,
                 unsigned rights, bool private, struct store **result);     /* ENOMEM */
int shown_destroy(struct store *store);             /* EBUSY: a region shows it */
/* Its pages are in this container from now on.  ENOENT: no region shows it. */
int shown_again(const struct hurd_shown *shown, L4_Word_t container);
/* In a child of fork(): our name for the container is the parent's. */
void shown_forked(struct store *store);
/* One whose last region is gone: its record is free then.  ENOENT: there is none. */
int shown_gone(struct hurd_shown **shown);
/* The first shared region of a file in the range, and its last address.  ENOENT. */
int shown_find(uintptr_t first, uintptr_t last, struct hurd_shown **shown, uintptr_t *end);

#endif
