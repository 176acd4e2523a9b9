/* SPDX-License-Identifier: MIT */
/* Mistakes go to stderr, which output.c leaves alone.  Called by all files with commands. */
#include "lib/shell/language.h"
#include "lib/shell/variables.h"

#include <stdarg.h>
#include <stdio.h>

void complain(const char *format, ...)
{
    va_list arguments;
    fflush(stdout);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    variables_set_status(1);
}
