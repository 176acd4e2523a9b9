/* SPDX-License-Identifier: MIT */
/* Between supervisor.c and helpers.c. */
#ifndef GUEST_H
#define GUEST_H

#include "test.h"

enum { LABEL_DONE = 0x700, LABEL_START = 0x701 }; /* to the supervisor */

void helpers_init(void);
void helpers_delete(void);

#endif
