/* SPDX-License-Identifier: MIT */
/* The formatting engine, as stdio.c and snprintf() use it. */
#ifndef LIBC_PRINTF_H
#define LIBC_PRINTF_H

#include <stdarg.h>
#include <stddef.h>

struct printf_sink {
    void (*put)(struct printf_sink *sink, const char *data, size_t size);
    size_t total;               /* bytes put so far; printf_format() counts */
};

/* Returns the bytes produced, or -1 with errno: EOVERFLOW, EILSEQ, ENOTSUP (floating point), EINVAL
 * (no such conversion). */
int printf_format(struct printf_sink *sink, const char *format, va_list args);

#endif
