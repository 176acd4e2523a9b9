/* SPDX-License-Identifier: MIT */
/* The cases of this suite: each runs in a task of its own. */
#ifndef PAGEOUT_CASES_H
#define PAGEOUT_CASES_H

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <stdbool.h>
#include <stdint.h>

enum { PAGE = HURD_MM_PAGE, RW = HURD_VM_READ | HURD_VM_WRITE };

struct test_case {
    const char *name;
    int (*run)(void);           /* 0: everything was right */
    unsigned frames, swap;      /* of the task; pages; 0: 128 and 700 */
    int status;                 /* with which it has to end */
};
extern const struct test_case memory_cases[], thread_cases[];

/* In a case: ends it, and the line is told. */
#define NEED(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            need_failed(__FILE__, __LINE__, #condition);                                           \
    } while (0)
_Noreturn void need_failed(const char *file, int line, const char *what);

/* Anonymous memory. */
char *pages_new(unsigned pages);
/* Page i holds words that follow from seed + i. */
void pages_fill(char *at, unsigned pages, uint32_t seed);
bool pages_hold(const char *at, unsigned pages, uint32_t seed);
/* Makes frames short until none of these pages is in core. */
void push_out(const char *at, unsigned pages);
/* What push_out() needed for that goes. */
void frames_free(void);
unsigned in_core(const char *at, unsigned pages);

L4_ThreadId_t physmem(void);
L4_Word_t control(void);
struct hurd_mm_counters counters(void);

#endif
