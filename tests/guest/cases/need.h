/* SPDX-License-Identifier: MIT */
/* For suites whose cases are tasks of their own: what must be true in them, and memory with known
 * contents. */
#ifndef TESTS_GUEST_CASES_NEED_H
#define TESTS_GUEST_CASES_NEED_H

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <stdbool.h>
#include <stdint.h>

enum { PAGE = HURD_MM_PAGE, RW = HURD_VM_READ | HURD_VM_WRITE, FAILED = 77 };

/* In a case: ends it with the status FAILED, and the line is told. */
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

L4_ThreadId_t physmem(void);
L4_Word_t control(void);

#endif
