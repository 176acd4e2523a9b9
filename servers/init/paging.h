/* SPDX-License-Identifier: MIT */
/* The program that shows paging. */
#ifndef INIT_PAGING_H
#define INIT_PAGING_H

#include <stddef.h>

/* argz: "paging" and its arguments.  Its status; 0, having said why, if the machine is too small.
 * */
unsigned paging_show(const char *argz, size_t length);

#endif
