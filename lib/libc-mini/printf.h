/* SPDX-License-Identifier: MIT */
/* The formatting engine, as stdio.c and snprintf.c use it, and what its two halves know of each
 * other. */
#ifndef LIBC_PRINTF_H
#define LIBC_PRINTF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct printf_sink {
    void (*put)(struct printf_sink *sink, const char *data, size_t size);
    size_t total;               /* the bytes put so far; printf_format() counts them */
};

/* Returns the number of bytes; or -1, with errno EOVERFLOW, EILSEQ or EINVAL (there is no such
 * conversion). */
int printf_format(struct printf_sink *sink, const char *format, va_list args);

/* ---- between printf.c and printf_float.c ---- */

enum printf_length {
    LENGTH_NONE,
    LENGTH_HH,
    LENGTH_H,
    LENGTH_L,
    LENGTH_LL,
    LENGTH_J,
    LENGTH_Z,
    LENGTH_T,
    LENGTH_LONG_DOUBLE
};

/* A directive. */
struct printf_spec {
    bool left, plus, space, alternate, zero;
    int width;
    int precision;              /* -1: there is none */
    enum printf_length length;
    char conversion;
    int argument;               /* of the value: 0 is the next one, else its number, from 1 */
    int width_argument, precision_argument;     /* the same; PRINTF_NONE: it stands in the format */
};
enum { PRINTF_NONE = -1 };
enum { PRINTF_ARGUMENTS = 32 }; /* the largest number, of scanf, too: NL_ARGMAX */

void printf_put(struct printf_sink *sink, const char *data, size_t size);
void printf_repeat(struct printf_sink *sink, char c, int count);
void printf_double(struct printf_sink *sink, struct printf_spec *spec, double value);
void printf_long_double(struct printf_sink *sink, struct printf_spec *spec, long double value);

#endif
