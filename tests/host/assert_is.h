/* SPDX-License-Identifier: MIT */
/* What <hurd/assert.h> calls, for programs of the build machine; before every file that they compile
 * (tools/tests.mk). */
#ifndef TESTS_ASSERT_IS_H
#define TESTS_ASSERT_IS_H

#include <stdint.h>
#include <stdio.h>

/* The C library's.  Not by <assert.h>: the kernel has an assert() of its own. */
_Noreturn void __assert_fail(const char *condition, const char *file, unsigned line,
                             const char *function);

__attribute__((unused, noreturn)) static void
__assert_is_failed(const char *condition, const char *file, unsigned line, const char *function,
                   uintptr_t left, uintptr_t right)
{
    fprintf(stderr, "%#lx and %#lx\n", (unsigned long) left, (unsigned long) right);
    __assert_fail(condition, file, line, function);
}

#endif
