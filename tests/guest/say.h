/* SPDX-License-Identifier: MIT */
/* What programs in the place of a boot task print with: wortel does it, because they have no console. */
#ifndef TESTS_SAY_H
#define TESTS_SAY_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <hurd/wortel.h>

static L4_Word_t say_cap;               /* of wortel; set first */

__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...)
{
    char line[160];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    hurd_wortel_write(say_cap, line, strlen(line));
}

#endif
