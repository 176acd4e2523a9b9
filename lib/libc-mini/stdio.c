/* SPDX-License-Identifier: MIT */
/* The standard streams: ISO C 7.21.  stdout is line buffered, stderr is not buffered, stdin is read
 * in pieces.  All bytes go through __libc_write() and __libc_read(). */
#include <errno.h>
#include <libc.h>
#include <mutex.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "printf.h"

struct libc_stream {
    int number;                 /* the hooks get this number */
    bool line_buffered;
    bool at_end, failed;
    bool has_pushed;            /* ungetc() put `pushed` back */
    unsigned char pushed;
    size_t used;                /* output: bytes that wait; input: bytes of `buffer` that have
                                   been read */
    size_t filled;              /* input only: bytes in `buffer` */
    struct mutex lock;
    char buffer[BUFSIZ];
};

static FILE input = {.number = 0};
static FILE output = {.number = 1, .line_buffered = true};
static FILE error = {.number = 2};
FILE *const stdin = &input, *const stdout = &output, *const stderr = &error;

static int write_through(FILE *stream, const char *data, size_t size)
{
    while (size) {
        long done = __libc_write(stream->number, data, size);
        if (done <= 0) {
            stream->failed = true;
            return EOF;
        }
        data += done;
        size -= (size_t)done;
    }
    return 0;
}

static int flush_locked(FILE *stream)
{
    size_t size = stream->used;
    stream->used = 0;
    return write_through(stream, stream->buffer, size);
}

static int write_locked(FILE *stream, const char *data, size_t size)
{
    if (!stream->line_buffered)
        return write_through(stream, data, size);
    int result = 0;
    for (; size && result == 0; data++, size--) {
        stream->buffer[stream->used++] = *data;
        if (*data == '\n' || stream->used == sizeof stream->buffer)
            result = flush_locked(stream);
    }
    return result;
}

size_t fwrite(const void *restrict data, size_t size, size_t count, FILE *restrict stream)
{
    if (size == 0 || count == 0)
        return 0;
    mutex_lock(&stream->lock);
    size_t done = 0;
    while (done < count && write_locked(stream, (const char *)data + done * size, size) == 0)
        done++;
    mutex_unlock(&stream->lock);
    return done;
}

int fputc(int c, FILE *stream)
{
    char byte = (char)c;
    return fwrite(&byte, 1, 1, stream) == 1 ? (unsigned char)c : EOF;
}

int putc(int c, FILE *stream)
{
    return fputc(c, stream);
}

int putchar(int c)
{
    return fputc(c, stdout);
}

int fputs(const char *restrict s, FILE *restrict stream)
{
    size_t length = strlen(s);
    return fwrite(s, 1, length, stream) == length ? 0 : EOF;
}

int puts(const char *s)
{
    return fputs(s, stdout) == EOF ? EOF : putchar('\n') == EOF ? EOF : 0;
}

int fflush(FILE *stream)
{
    if (!stream)
        stream = stdout;        /* only stdout keeps output back */
    if (stream == stdin)
        return 0;
    mutex_lock(&stream->lock);
    int result = flush_locked(stream);
    mutex_unlock(&stream->lock);
    return result;
}

struct stream_sink {
    struct printf_sink sink;
    FILE *stream;
    int result;
    size_t used;                /* the bytes of an unbuffered stream, so that a line is one write */
    char buffer[80];
};

static void stream_flush(struct stream_sink *s)
{
    if (s->used && s->result == 0)
        s->result = write_locked(s->stream, s->buffer, s->used);
    s->used = 0;
}

static void stream_put(struct printf_sink *sink, const char *data, size_t size)
{
    struct stream_sink *s = (struct stream_sink *)sink;
    for (; size; data++, size--) {
        if (s->used == sizeof s->buffer)
            stream_flush(s);
        s->buffer[s->used++] = *data;
    }
}

int vfprintf(FILE *restrict stream, const char *restrict format, va_list args)
{
    struct stream_sink s = {.sink = {stream_put, 0}, .stream = stream};
    mutex_lock(&stream->lock);
    int result = printf_format(&s.sink, format, args);
    stream_flush(&s);
    mutex_unlock(&stream->lock);
    return s.result == 0 ? result : -1;
}

int vprintf(const char *restrict format, va_list args)
{
    return vfprintf(stdout, format, args);
}

int fprintf(FILE *restrict stream, const char *restrict format, ...)
{
    va_list args;
    va_start(args, format);
    int result = vfprintf(stream, format, args);
    va_end(args);
    return result;
}

int printf(const char *restrict format, ...)
{
    va_list args;
    va_start(args, format);
    int result = vfprintf(stdout, format, args);
    va_end(args);
    return result;
}

void perror(const char *prefix)
{
    int number = errno;
    if (prefix && *prefix)
        fprintf(stderr, "%s: %s\n", prefix, strerror(number));
    else
        fprintf(stderr, "%s\n", strerror(number));
}

static int get_locked(FILE *stream)
{
    if (stream->has_pushed) {
        stream->has_pushed = false;
        return stream->pushed;
    }
    if (stream->used == stream->filled) {
        if (stream->at_end)
            return EOF;
        long size = __libc_read(stream->number, stream->buffer, sizeof stream->buffer);
        stream->used = stream->filled = 0;
        if (size <= 0) {
            if (size == 0)
                stream->at_end = true;
            else
                stream->failed = true;
            return EOF;
        }
        stream->filled = (size_t)size;
    }
    return (unsigned char)stream->buffer[stream->used++];
}

int fgetc(FILE *stream)
{
    fflush(stdout); /* the user must see a prompt before the program waits for the answer */
    mutex_lock(&stream->lock);
    int c = get_locked(stream);
    mutex_unlock(&stream->lock);
    return c;
}

int getc(FILE *stream)
{
    return fgetc(stream);
}

int getchar(void)
{
    return fgetc(stdin);
}

int ungetc(int c, FILE *stream)
{
    if (c == EOF || stream->has_pushed)
        return EOF;
    stream->has_pushed = true;
    stream->pushed = (unsigned char)c;
    stream->at_end = false;
    return stream->pushed;
}

char *fgets(char *restrict s, int size, FILE *restrict stream)
{
    int n = 0;
    if (size < 1)
        return NULL;
    while (n < size - 1) {
        int c = fgetc(stream);
        if (c == EOF) {
            if (n == 0 || stream->failed)
                return NULL;
            break;
        }
        s[n++] = (char)c;
        if (c == '\n')
            break;
    }
    s[n] = 0;
    return s;
}

size_t fread(void *restrict data, size_t size, size_t count, FILE *restrict stream)
{
    char *p = data;
    if (size == 0)
        return 0;
    for (size_t done = 0; done < count; done++) {
        for (size_t i = 0; i < size; i++) {
            int c = fgetc(stream);
            if (c == EOF)
                return done;
            *p++ = (char)c;
        }
    }
    return count;
}

int feof(FILE *stream)
{
    return stream->at_end;
}

int ferror(FILE *stream)
{
    return stream->failed;
}

void clearerr(FILE *stream)
{
    stream->at_end = stream->failed = false;
}

void __stdio_hold(bool hold)
{
    FILE *const streams[] = {&input, &output, &error};
    for (unsigned i = 0; i < sizeof streams / sizeof streams[0]; i++)
        (hold ? mutex_lock : mutex_unlock)(&streams[i]->lock);
}
