/* SPDX-License-Identifier: MIT */
/* Streams: ISO C 7.21.  stdout is line buffered, stderr is not buffered, stdin is read in pieces.
 * All bytes go through __libc_write() and __libc_read().  lib/posix makes streams of files. */
#pragma GCC optimize "Os"      /* every program has it, and none is slow because of it */
#include <errno.h>
#include <libc.h>
#include <string.h>
#include "printf.h"
#include "stream.h"

static char input_buffer[BUFSIZ], output_buffer[BUFSIZ];
static FILE input = {.number = 0, .can_read = true, .buffer = input_buffer, .size = BUFSIZ};
static FILE output = {.number = 1, .can_write = true, .buffering = _IOLBF,
                      .buffer = output_buffer, .size = BUFSIZ};
static FILE error = {.number = 2, .can_write = true, .buffering = _IONBF};
FILE *const stdin = &input, *const stdout = &output, *const stderr = &error;

FILE *__libc_streams;
struct mutex __libc_streams_lock;

/* ---- output ---- */

/* Returns the bytes that were written; fewer: the stream has failed. */
static size_t write_through(FILE *stream, const char *data, size_t size)
{
    size_t total = 0;
    while (total < size) {
        long done = stream->store ? stream->store->write(stream, data + total, size - total)
                                  : __libc_write(stream->number, data + total, size - total);
        if (done <= 0) {
            stream->failed = true;
            break;
        }
        total += (size_t)done;
    }
    return total;
}

int __libc_stream_flush(FILE *stream)
{
    size_t size = stream->used;
    if (stream->reads || size == 0)
        return 0;
    stream->used = 0;
    return write_through(stream, stream->buffer, size) == size ? 0 : EOF;
}

/* ---- the lock: it nests in a flockfile() only.  A handler that calls us in the midst of a call
 * finds half a change, and ends as a deadlock ---- */

void __libc_stream_lock(FILE *stream)
{
    if (stream->nested && mutex_is_own(&stream->lock))
        stream->nested++;
    else
        mutex_lock(&stream->lock);
}

void __libc_stream_unlock(FILE *stream)
{
    if (stream->nested > 1) {
        stream->nested--;
        return;
    }
    stream->nested = 0;
    mutex_unlock(&stream->lock);
}

void flockfile(FILE *stream)
{
    __libc_stream_lock(stream);
    if (!stream->nested)
        stream->nested = 1;
}

int ftrylockfile(FILE *stream)
{
    bool own = stream->nested && mutex_is_own(&stream->lock);
    if (!own && !mutex_trylock(&stream->lock))
        return -1;
    stream->nested++;
    return 0;
}

void funlockfile(FILE *stream)
{
    __libc_stream_unlock(stream);
}

/* Pre: the stream is locked.  False: it cannot be written to, and errno says why. */
static bool output_begin(FILE *stream)
{
    if (stream->can_write && stream->reads && (!stream->turn || stream->turn(stream) == 0))
        stream->reads = false;
    if (stream->can_write && !stream->reads)
        return true;
    if (!stream->can_write)
        errno = EBADF;
    stream->failed = true;
    return false;
}

static size_t write_lines(FILE *stream, const char *data, size_t size)
{
    for (size_t done = 0; done < size; done++) {
        stream->buffer[stream->used++] = data[done];
        if ((data[done] == '\n' || stream->used == stream->size) && __libc_stream_flush(stream))
            return done;
    }
    return size;
}

static size_t write_blocks(FILE *stream, const char *data, size_t size)
{
    if (size > stream->size - stream->used && __libc_stream_flush(stream))
        return 0;
    if (size >= stream->size)
        return write_through(stream, data, size);
    memcpy(stream->buffer + stream->used, data, size);
    stream->used += size;
    return size;
}

/* Returns the bytes that were taken. */
static size_t write_locked(FILE *stream, const char *data, size_t size)
{
    if (!output_begin(stream))
        return 0;
    if (stream->size == 0 || stream->buffering == _IONBF)
        return write_through(stream, data, size);
    return stream->buffering == _IOLBF ? write_lines(stream, data, size)
                                       : write_blocks(stream, data, size);
}

size_t fwrite(const void *restrict data, size_t size, size_t count, FILE *restrict stream)
{
    size_t total;
    if (size == 0 || count == 0)
        return 0;
    if (__builtin_mul_overflow(size, count, &total)) {
        errno = EOVERFLOW;
        return 0;
    }
    __libc_stream_lock(stream);
    size_t done = write_locked(stream, data, total);
    __libc_stream_unlock(stream);
    return done / size;
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

static int flush_one(FILE *stream)
{
    __libc_stream_lock(stream);
    int result = __libc_stream_flush(stream);
    __libc_stream_unlock(stream);
    return result;
}

int fflush(FILE *stream)
{
    if (stream)
        return flush_one(stream);
    int result = flush_one(stdout);
    mutex_lock(&__libc_streams_lock);
    for (stream = __libc_streams; stream; stream = stream->next)
        result |= flush_one(stream);
    mutex_unlock(&__libc_streams_lock);
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
    if (s->used && s->result == 0 && write_locked(s->stream, s->buffer, s->used) < s->used)
        s->result = EOF;
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
    __libc_stream_lock(stream);
    int result = printf_format(&s.sink, format, args);
    stream_flush(&s);
    __libc_stream_unlock(stream);
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

/* ---- input ---- */

/* The user must see a prompt before the program waits for the answer. */
static void show_prompt(const FILE *stream)
{
    if (stream != stdout && !stream->turn)
        flush_one(stdout);
}

/* Reads the next piece.  Pre: the stream is locked, and nothing of its input is left. */
static bool input_fill(FILE *stream)
{
    if (!stream->can_read || __libc_stream_flush(stream)) {
        if (!stream->can_read)
            errno = EBADF;
        stream->failed = true;
        return false;
    }
    if (stream->at_end)
        return false;
    show_prompt(stream);
    long size = stream->store ? stream->store->read(stream, stream->buffer, stream->size)
                              : __libc_read(stream->number, stream->buffer, stream->size);
    stream->reads = true;
    stream->used = stream->filled = 0;
    stream->at_end = size == 0;
    stream->failed |= size < 0;
    if (size > 0)
        stream->filled = (size_t)size;
    return size > 0;
}

/* Takes up to `size` bytes of what has been read, and reads if there is nothing.  0: the end, or an
 * error. */
static size_t get_locked(FILE *stream, unsigned char *data, size_t size)
{
    if (stream->has_pushed) {
        stream->has_pushed = false;
        *data = stream->pushed;
        return 1;
    }
    if ((!stream->reads || stream->used == stream->filled) && !input_fill(stream))
        return 0;
    size_t n = stream->filled - stream->used < size ? stream->filled - stream->used : size;
    memcpy(data, stream->buffer + stream->used, n);
    stream->used += n;
    return n;
}

int fgetc(FILE *stream)
{
    unsigned char byte;
    __libc_stream_lock(stream);
    size_t n = get_locked(stream, &byte, 1);
    __libc_stream_unlock(stream);
    return n ? byte : EOF;
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
    bool failed = false;
    if (size < 1)
        return NULL;
    __libc_stream_lock(stream);
    while (n < size - 1 && (n == 0 || s[n - 1] != '\n')) {
        unsigned char byte;
        if (!get_locked(stream, &byte, 1)) {
            failed = n == 0 || !stream->at_end;
            break;
        }
        s[n++] = (char)byte;
    }
    __libc_stream_unlock(stream);
    if (failed)
        return NULL;
    s[n] = 0;
    return s;
}

size_t fread(void *restrict data, size_t size, size_t count, FILE *restrict stream)
{
    size_t total, done = 0, n = 1;
    if (size == 0 || count == 0)
        return 0;
    if (__builtin_mul_overflow(size, count, &total)) {
        errno = EOVERFLOW;
        return 0;
    }
    __libc_stream_lock(stream);
    for (; done < total && n > 0; done += n)
        n = get_locked(stream, (unsigned char *)data + done, total - done);
    __libc_stream_unlock(stream);
    return done / size;
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
    if (hold)
        mutex_lock(&__libc_streams_lock);
    for (FILE *s = __libc_streams; s; s = s->next)
        (hold ? __libc_stream_lock : __libc_stream_unlock)(s);
    for (unsigned i = 0; i < sizeof streams / sizeof streams[0]; i++)
        (hold ? __libc_stream_lock : __libc_stream_unlock)(streams[i]);
    if (!hold)
        mutex_unlock(&__libc_streams_lock);
}
