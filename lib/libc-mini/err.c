/* SPDX-License-Identifier: MIT */
/* <err.h>. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(const char *format, va_list args, const char *text)
{
    if (format)
        vfprintf(stderr, format, args);
    if (text)
        fprintf(stderr, "%s%s", format ? ": " : "", text);
    fputc('\n', stderr);
}

#define SAY(text)                                                                                  \
    do {                                                                                           \
        const char *text_ = (text);                                                                \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        say(format, args, text_);                                                                  \
        va_end(args);                                                                              \
    } while (0)

void warn(const char *format, ...)
{
    SAY(strerror(errno));
}

void warnx(const char *format, ...)
{
    SAY(NULL);
}

void err(int status, const char *format, ...)
{
    SAY(strerror(errno));
    exit(status);
}

void errx(int status, const char *format, ...)
{
    SAY(NULL);
    exit(status);
}
