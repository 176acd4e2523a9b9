/* SPDX-License-Identifier: MIT */
#ifndef PHYSMEM_CHECK_H
#define PHYSMEM_CHECK_H

/* Walks over all frames, all slots and the map of the disk.  NULL, or what is wrong.  Valid between
 * two requests. */
const char *check_problem(void);

#endif
