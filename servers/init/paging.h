/* SPDX-License-Identifier: MIT */
/* The program that shows paging. */
#ifndef INIT_PAGING_H
#define INIT_PAGING_H

#include <stddef.h>

/* argz: "paging" and its arguments.  Returns its status.  If the machine is too small, prints so
 * and returns 0. */
unsigned paging_show(const char *argz, size_t length);

#endif
