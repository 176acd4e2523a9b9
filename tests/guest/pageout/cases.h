/* SPDX-License-Identifier: MIT */
/* The cases of this suite: each runs in a task of its own. */
#ifndef PAGEOUT_CASES_H
#define PAGEOUT_CASES_H

#include "tests/guest/cases/need.h"

struct test_case {
    const char *name;
    int (*run)(void);           /* 0: everything was right */
    unsigned frames, swap;      /* of the task; pages; 0: 128 and 700 */
    int status;                 /* with which it has to end */
};
extern const struct test_case memory_cases[], thread_cases[];

/* Makes frames short until none of these pages is in core. */
void push_out(const char *at, unsigned pages);
/* What push_out() needed for that goes. */
void frames_free(void);
unsigned in_core(const char *at, unsigned pages);

struct hurd_mm_counters counters(void);

#endif
