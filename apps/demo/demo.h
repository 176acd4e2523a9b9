/* SPDX-License-Identifier: MIT */
/* The self-paging demo: a coordinator (main.c, coordinator.c) and three workers (worker.c), all the
 * same program. */
#ifndef DEMO_H
#define DEMO_H

#include <l4/types.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    WORKERS = 3,
    PAGE = 4096,
    SHARED_PAGES = 8,
    PAGES_DEFAULT = 32,
    PAGES_MIN = 8,
    PAGES_MAX = 16384
};

/* Exit statuses: each says which check failed. */
enum demo_status {
    DEMO_GOOD = 0,
    DEMO_USAGE = 2,
    DEMO_CORRUPT = 3,           /* a word was not what had been written */
    DEMO_NOT_RETURNED = 4,      /* frames that came back are not those that were unmapped */
    DEMO_MISCOUNTED = 5,        /* a pager's count of faults is not the kernel's */
    DEMO_WORKER_DIED = 6,
    DEMO_NO_START = 7,          /* memory or tasks could not be had */
    DEMO_NOT_SHARED = 8,        /* the viewer did not see the owner's writes */
    DEMO_MAP = 9,               /* mmap or munmap did not do what it should */
};

struct demo_options {
    unsigned long pages;        /* touched first; mapped are five times as many.  0: what fits */
    bool corrupt;               /* flip a bit of page `corrupt_page` behind the owner's back */
    unsigned long corrupt_page;
    bool no_return;             /* the workers' libraries keep what is unmapped */
};

/* What a worker does in one go; at the end of each step it calls the coordinator and waits for the
 * others.
 *      worker -> coordinator   label DEMO_STEP: step, enum demo_status, then the words below
 *      coordinator -> worker   label 0: what to do next, then the words below */
enum { DEMO_STEP = 0x440 };
enum demo_step {
    STEP_HELLO,                 /* -> task id of the viewer */
    STEP_FILLED,                /* the owner: the viewer's handle of the shared container -> it */
    STEP_UNMAPPED,              /* frames expected, returned, taken meanwhile -> 1: once more */
    STEP_SEEN,                  /* the viewer has seen the first contents */
    STEP_REWRITTEN,             /* the owner has written other ones, and the viewer ... */
    STEP_DONE,                  /* ... has seen them.  faults, RPCs, faults elsewhere at start
                                   -> 1: tell them again */
    STEPS
};

enum { DEMO_WORDS = 3 };        /* words behind step and status */

enum demo_role { ROLE_OWNER, ROLE_BESIDE, ROLE_VIEWER };

int demo_coordinate(const struct demo_options *options);
int demo_work(enum demo_role role, L4_ThreadId_t coordinator, const struct demo_options *options);

#endif
