/* SPDX-License-Identifier: MIT */
/* printf into memory: ISO C 7.21.6.5, .6, .12, .13. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "printf.h"

struct buffer_sink {
    struct printf_sink sink;
    char *s;
    size_t size;                /* the bytes that may be written, without the zero at the end */
};

static void buffer_put(struct printf_sink *sink, const char *data, size_t size)
{
    struct buffer_sink *buffer = (struct buffer_sink *)sink;
    if (sink->total >= buffer->size)
        return;
    size_t room = buffer->size - sink->total;
    memcpy(buffer->s + sink->total, data, size < room ? size : room);
}

int vsnprintf(char *restrict s, size_t size, const char *restrict format, va_list args)
{
    struct buffer_sink buffer = {{buffer_put, 0}, s, size ? size - 1 : 0};
    int result = printf_format(&buffer.sink, format, args);
    if (size)
        s[buffer.sink.total < size ? buffer.sink.total : size - 1] = 0;
    return result;
}

int snprintf(char *restrict s, size_t size, const char *restrict format, ...)
{
    va_list args;
    va_start(args, format);
    int result = vsnprintf(s, size, format, args);
    va_end(args);
    return result;
}

int vsprintf(char *restrict s, const char *restrict format, va_list args)
{
    return vsnprintf(s, SIZE_MAX, format, args);
}

int sprintf(char *restrict s, const char *restrict format, ...)
{
    va_list args;
    va_start(args, format);
    int result = vsprintf(s, format, args);
    va_end(args);
    return result;
}
