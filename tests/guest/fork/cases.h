/* SPDX-License-Identifier: MIT */
/* The cases of this suite: each runs in a task of its own. */
#ifndef FORK_CASES_H
#define FORK_CASES_H

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <stdbool.h>
#include <stdint.h>

enum { PAGE = HURD_MM_PAGE, RW = HURD_VM_READ | HURD_VM_WRITE };

struct test_case {
    const char *name;
    int (*run)(void);           /* 0: everything was right */
    unsigned frames, swap;      /* of the task; pages; 0: 600 and no swap of its own */
};
extern const struct test_case basic_cases[], memory_cases[], room_cases[], wait_cases[];

/* In a case, or in a child of it: ends it, and the line is told. */
#define NEED(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            need_failed(__FILE__, __LINE__, #condition);                                           \
    } while (0)
_Noreturn void need_failed(const char *file, int line, const char *what);

/* Anonymous memory.  Page i holds words that follow from seed + i. */
char *pages_new(unsigned pages);
void pages_fill(char *at, unsigned pages, uint32_t seed);
bool pages_hold(const char *at, unsigned pages, uint32_t seed);

/* fork() that must succeed; and the end of a child that must exit with 0. */
int fork_well(void);
void child_ends_well(int child);

struct hurd_pm_control_info frames(void);
struct hurd_pm_swap_info swap(void);
L4_ThreadId_t physmem(void), task_server(void);
L4_Word_t control(void), own_task(void);

#endif
