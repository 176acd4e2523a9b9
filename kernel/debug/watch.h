/* SPDX-License-Identifier: MIT */
/* The counters of the "spaceinfo" extension that only watchers ask for. */
#ifndef KERNEL_WATCH_H
#define KERNEL_WATCH_H

#include "../thread.h"

/* Sets *value to that counter of <l4/pecan.h>.  Returns false if there is no such counter. */
bool watch_counter(const struct thread *t, word_t which, word_t *value);

#endif
