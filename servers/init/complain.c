/* SPDX-License-Identifier: MIT */
/* Mistakes go to stderr, which output.c leaves alone.  Called by all files with commands. */
#include "complain.h"
#include "variables.h"

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
