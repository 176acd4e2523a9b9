/* SPDX-License-Identifier: MIT */
/* Drivers that have a higher priority than programs, as long as they do not compute for long. */
#ifndef DEVA_FAVOUR_H
#define DEVA_FAVOUR_H

#include <stdbool.h>
#include <stdint.h>

#include <l4/types.h>

/* The thread and its pager, two threads of one task, have that priority from now on.  If their task
 * takes most of the processor for a second or two, they lose it for a while.  Does nothing if the
 * kernel does not count a task's time, or if there is no room.  Blocks until wortel replies. */
void favour_begin(L4_ThreadId_t thread, L4_ThreadId_t pager, L4_Word_t priority);

/* The task's threads have the priority of programs again, for good.  Blocks as above. */
void favour_end(unsigned task);

void favour_forget_task(unsigned task);         /* it has died */

/* Looks at all of them if it is time.  Returns the us until the next call; UINT32_MAX: there is
 * nobody to look at.  Blocks as above. */
uint32_t favour_pass(void);

#endif
