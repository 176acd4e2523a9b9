/* SPDX-License-Identifier: MIT */
/* Mistakes go to stderr, which output.c leaves alone.  Called by all files with commands. */
#include "lib/shell/language.h"
#include "lib/shell/variables.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MOST = 120 };

void complain(const char *format, ...)
{
    va_list arguments;
    fflush(stdout);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    variables_set_status(1);
}

static const struct {
    int error;
    const char *advice;
} advices[] = {
    { ESTALE, "the current directory has gone with its file server: `cd /`" },
    { ENOSPC, "the file system is full: remove something" },
    { EROFS, "ext2fs said why when it mounted it" },
    { ENAMETOOLONG, "a name has 255 bytes at most" },
    { EXDEV, "these are two file systems: copy, then remove" },
    { ETXTBSY, "a program that runs needs it" },
    { EBUSY, "a file system is mounted there" },
    { ENXIO, "no program opens this device" },
};

const char *error_text(int error)
{
    static char text[TEXT_MOST];
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++) {
        if (advices[i].error == error) {
            snprintf(text, sizeof text, "%s; %s", strerror(error), advices[i].advice);
            return text;
        }
    }
    return strerror(error);
}
