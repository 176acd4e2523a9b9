/* SPDX-License-Identifier: MIT */
/* A failed assert(): it prints one line, then calls abort(). */
#include <hurd/assert.h>
#include <libc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void __assert_fail(const char *condition, const char *file, unsigned line,
                             const char *function)
{
    char text[200];
    snprintf(text, sizeof text, "%s:%u: %s: assertion failed: %s\n", file, line, function,
             condition);
    __libc_write(2, text, strlen(text));
    abort();
}

void __assert_is_failed(const char *condition, const char *file, unsigned line,
                        const char *function, uintptr_t left, uintptr_t right)
{
    char text[160];
    snprintf(text, sizeof text, "%s, with 0x%lx and 0x%lx", condition, (unsigned long)left,
             (unsigned long)right);
    __assert_fail(text, file, line, function);
}
