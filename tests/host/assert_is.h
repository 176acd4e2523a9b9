/* SPDX-License-Identifier: MIT */
/* What <hurd/assert.h> calls, for programs of the build machine; before every file that they compile
 * (tools/tests.mk). */
#ifndef TESTS_ASSERT_IS_H
#define TESTS_ASSERT_IS_H

#include <stdint.h>

/* The C library's.  Not by its headers: the files that follow have an assert() and streams of their
 * own. */
int __assert_is_print(int descriptor, const char *format, ...) __asm__("dprintf");
_Noreturn void __assert_fail(const char *condition, const char *file, unsigned line,
                             const char *function);

__attribute__((unused, noreturn, cold)) static void
__assert_is_failed(const char *condition, const char *file, unsigned line, const char *function,
                   uintptr_t left, uintptr_t right)
{
    __assert_is_print(2, "%#lx and %#lx\n", (unsigned long) left, (unsigned long) right);
    __assert_fail(condition, file, line, function);
}

#endif
