/* SPDX-License-Identifier: MIT */
/* mmap() of files. */
#ifndef POSIX_MAPPING_H
#define POSIX_MAPPING_H

#include <hurd/mm.h>
#include <hurd/startup.h>

#include "lib/posix/descriptors.h"

void mapping_begin(void);               /* from now on mmap() takes descriptors of files */

/* A region of the description's file; hurd_vm_deallocate() ends it.  Pre: map->rights are those
 * that the description allows; map->file means nothing.  Errors of mmap(). */
int mapping_make(const struct description *d, const struct hurd_mm_file_map *map, uintptr_t *addr);

/* What each mapping holds at servers, from *i = 0 on; false: there is no more. */
bool mapping_next(unsigned *i, struct hurd_startup_cap caps[2]);

#endif
