/* SPDX-License-Identifier: MIT */
/* The cases of this suite: each runs in a task of its own. */
#ifndef FORK_CASES_H
#define FORK_CASES_H

#include "tests/guest/cases/need.h"

struct test_case {
    const char *name;
    int (*run)(void);           /* 0: everything was right */
    unsigned frames, swap;      /* of the task; pages; 0: 600 and no swap of its own */
};
extern const struct test_case basic_cases[], memory_cases[], room_cases[], wait_cases[],
    signal_cases[], stop_cases[], thread_cases[];

/* fork() that must succeed; and the end of a child that must exit with 0. */
int fork_well(void);
void child_ends_well(int child);

/* ---- signals.c */
int ends_by(int child);                 /* the signal, or minus the status; waits for its end */
void sleep_ms(unsigned ms);             /* no signal breaks it off */
volatile int *shared_word(void);         /* a page that parent and child see */
void wait_until(volatile int *word, int value);

struct hurd_pm_control_info frames(void);
struct hurd_pm_swap_info swap(void);
L4_ThreadId_t task_server(void);
L4_Word_t own_task(void);

#endif
