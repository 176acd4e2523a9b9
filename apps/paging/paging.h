/* SPDX-License-Identifier: MIT */
/* What the two tasks of this program say to each other. */
#ifndef PAGING_H
#define PAGING_H

#include <l4/types.h>
#include <stdbool.h>

enum { REPORT = 0x51 };                 /* label of a report; its words: */

struct report {
    L4_Word_t pass;                     /* enum pass */
    L4_Word_t pages;                    /* of both arrays and the stack, looked at so far */
    L4_Word_t resident;                 /* frames that the task has */
    L4_Word_t out_array, out_loop, out_rest;    /* pages on disk: under the task's policy, under the
                                         * program's, stack and other data */
    L4_Word_t faults, swapped_out, swapped_in;
    L4_Word_t wrong;                    /* bytes that were not what they had to be */
};

enum pass { PASS_WRITE, PASS_SEQUENTIAL, PASS_RANDOM, PASS_STACK, PASS_LOOP, PASS_LAST, PASS_DONE };

/* The task with few frames: its exit status.  `memory`: pages of its arrays together. */
int worker(L4_Word_t memory, L4_ThreadId_t reporter);

#endif
