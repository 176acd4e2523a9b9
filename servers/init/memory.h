/* SPDX-License-Identifier: MIT */
/* The commands `containers` and `frames`: what physmem knows of memory. */
#ifndef INIT_MEMORY_H
#define INIT_MEMORY_H

#include <l4/types.h>

/* The containers for which this task pays; 0: of all tasks. */
void memory_containers(L4_Word_t task);
void memory_frames(void);

#endif
