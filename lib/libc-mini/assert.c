/* SPDX-License-Identifier: MIT */
/* A failed assert(): it prints one line, then calls abort(). */
#include <assert.h>
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
