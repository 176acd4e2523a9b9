/* SPDX-License-Identifier: MIT */
#ifndef DEATHS_MORTAL_H
#define DEATHS_MORTAL_H

#include <l4/types.h>

#define MORTAL_STATUS 44                /* of a task that ended so */

void mortal_arm(L4_Word_t n);           /* the task ends at its n-th IPC from now on */

#endif
