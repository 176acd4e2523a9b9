/* SPDX-License-Identifier: MIT */
/* What tasks have used between two looks: processor time and page faults. */
#ifndef INIT_USAGE_H
#define INIT_USAGE_H

#include <l4/types.h>

enum { USAGE_TASKS = 64 };      /* that are watched; more are left out */

struct usage {
    L4_Word_t task, ms, faults; /* ms HURD_TASK_UNKNOWN: the kernel does not count it */
    L4_Word_t used, faulted;    /* since the look before; 0: there was none */
};

/* The looks before and now.  It begins as zeroes. */
struct usage_looks {
    struct usage before[USAGE_TASKS], now[USAGE_TASKS];
    unsigned before_count, now_count;
};

/* Looks at all tasks.  Blocks while `task` answers. */
void usage_look(struct usage_looks *looks);

#endif
