/* SPDX-License-Identifier: MIT */
/* Streams of files: ISO C 7.21.4, .5 and .9.  lib/libc-mini/stdio.c reads and writes them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/posix/stdio_file.h"

enum { BUFFER = 4096, NAMES_MOST = 1000 };

/* ---- where the file's position is, and where the stream's ---- */

static off_t position(FILE *stream, off_t offset, int whence)
{
    return stream->store ? stream->store->seek(stream, offset, whence)
                         : lseek(stream->number, offset, whence);
}

/* Input that nobody has read is forgotten: the position goes back by so much. */
static int turn(FILE *stream)
{
    off_t left = (off_t) (stream->filled - stream->used) + stream->has_pushed;
    if (stream->reads && left && position(stream, -left, SEEK_CUR) < 0)
        return EOF;
    stream->reads = stream->has_pushed = false;
    stream->used = stream->filled = 0;
    return 0;
}

int fseeko(FILE *stream, off_t offset, int whence)
{
    __libc_stream_lock(stream);
    int result = __libc_stream_flush(stream);
    if (!result && whence == SEEK_CUR)
        result = turn(stream);
    if (!result)
        result = position(stream, offset, whence) < 0 ? -1 : 0;
    if (!result) {
        stream->reads = stream->has_pushed = stream->at_end = false;
        stream->used = stream->filled = 0;
    }
    __libc_stream_unlock(stream);
    return result;
}

int fseek(FILE *stream, long offset, int whence)
{
    return fseeko(stream, offset, whence);
}

off_t ftello(FILE *stream)
{
    __libc_stream_lock(stream);
    off_t at = -1;
    if (!__libc_stream_flush(stream))   /* what is appended does not go where the position is */
        at = position(stream, 0, SEEK_CUR);
    if (at >= 0 && stream->reads)
        at -= (off_t) (stream->filled - stream->used) + stream->has_pushed;
    __libc_stream_unlock(stream);
    return at;
}

long ftell(FILE *stream)
{
    off_t at = ftello(stream);
    if (at > LONG_MAX) {
        errno = EOVERFLOW;
        return -1;
    }
    return (long) at;
}

void rewind(FILE *stream)
{
    fseeko(stream, 0, SEEK_SET);
    clearerr(stream);
}

int fgetpos(FILE *restrict stream, fpos_t *restrict position)
{
    position->offset = ftello(stream);
    return position->offset < 0 ? -1 : 0;
}

int fsetpos(FILE *stream, const fpos_t *position)
{
    return fseeko(stream, position->offset, SEEK_SET);
}

/* ---- open and close ---- */

int stream_mode(const char *mode)
{
    int flags = *mode == 'r' ? 0 : *mode == 'w' ? O_CREAT | O_TRUNC : O_CREAT | O_APPEND;
    bool updates = strchr(mode, '+'), good = *mode == 'r' || *mode == 'w' || *mode == 'a';
    for (const char *m = mode + good; *m && good; m++) {
        good = strchr("b+xe", *m);
        flags |= *m == 'x' ? O_EXCL : *m == 'e' ? O_CLOEXEC : 0;
    }
    if (!good) {
        errno = EINVAL;
        return -1;
    }
    return flags | (updates ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY);
}

static void stream_begin(FILE *stream, int descriptor, int flags)
{
    stream->number = descriptor;
    stream->buffering = descriptor >= 0 && isatty(descriptor) ? _IOLBF : _IOFBF;
    stream->can_read = (flags & O_ACCMODE) != O_WRONLY;
    stream->can_write = (flags & O_ACCMODE) != O_RDONLY;
    stream->reads = stream->at_end = stream->failed = stream->has_pushed = false;
    stream->used = stream->filled = 0;
    stream->turn = turn;
}

FILE *stream_make(int descriptor, int flags)
{
    FILE *stream = calloc(1, sizeof *stream);
    char *buffer = stream ? malloc(BUFFER) : NULL;
    if (!buffer) {
        free(stream);
        errno = ENOMEM;
        return NULL;
    }
    stream_begin(stream, descriptor, flags);
    stream->buffer = buffer;
    stream->size = BUFFER;
    stream->own_buffer = true;
    mutex_lock(&__libc_streams_lock);
    stream->next = __libc_streams;
    __libc_streams = stream;
    mutex_unlock(&__libc_streams_lock);
    return stream;
}

FILE *fdopen(int descriptor, const char *mode)
{
    int flags = stream_mode(mode), ways = flags < 0 ? -1 : fcntl(descriptor, F_GETFL);
    if (ways < 0)
        return NULL;
    if ((ways & O_ACCMODE) != O_RDWR && (ways & O_ACCMODE) != (flags & O_ACCMODE)) {
        errno = EINVAL;
        return NULL;
    }
    return stream_make(descriptor, flags);
}

FILE *fopen(const char *restrict path, const char *restrict mode)
{
    int flags = stream_mode(mode), descriptor = flags < 0 ? -1 : open(path, flags, 0666);
    if (descriptor < 0)
        return NULL;
    FILE *stream = stream_make(descriptor, flags);
    if (!stream) {
        close(descriptor);
        errno = ENOMEM;
    }
    return stream;
}

/* Writes what waits, puts the file's position where the stream's is, and closes the descriptor. */
static int stream_end(FILE *stream)
{
    __libc_stream_lock(stream);
    int result = __libc_stream_flush(stream);
    if (stream->turn)
        turn(stream);
    if (stream->store ? stream->store->end(stream) : close(stream->number))
        result = EOF;
    __libc_stream_unlock(stream);
    return result;
}

static void stream_unlist(FILE *stream)
{
    mutex_lock(&__libc_streams_lock);
    FILE **at = &__libc_streams;
    while (*at && *at != stream)
        at = &(*at)->next;
    if (*at)
        *at = stream->next;
    mutex_unlock(&__libc_streams_lock);
}

int fclose(FILE *stream)
{
    stream_unlist(stream);
    int result = stream_end(stream);
    if (stream->own_buffer) {
        free(stream->buffer);
        free(stream);
    } else {
        stream->can_read = stream->can_write = false;   /* one of the standard streams */
    }
    return result;
}

FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict stream)
{
    int number = stream->number, flags = stream_mode(mode);
    stream_end(stream);
    stream->store = NULL;
    int descriptor = -1;
    if (!path)
        errno = EBADF;
    else if (flags >= 0)
        descriptor = open(path, flags, 0666);
    if (descriptor >= 0 && number < 0) {
        number = descriptor;                    /* it was a stream of memory */
    } else if (descriptor >= 0 && descriptor != number) {
        dup2(descriptor, number);
        close(descriptor);
    }
    if (descriptor < 0) {
        stream->can_read = stream->can_write = false;
        return NULL;
    }
    stream_begin(stream, number, flags);
    return stream;
}

int fileno(FILE *stream)
{
    if (stream->number < 0)
        errno = EBADF;
    return stream->number;
}

/* ---- temporary files ---- */

char *tmpnam(char *name)
{
    static char own[L_tmpnam];
    static unsigned last;
    char *to = name ? name : own;
    for (int i = 0; i < NAMES_MOST; i++) {
        snprintf(to, L_tmpnam, "/tmp/t%x.%u", (unsigned) getpid(), ++last);
        if (access(to, F_OK) && errno == ENOENT)
            return to;
    }
    return NULL;
}

/* The name is free now; somebody else may take it. */
char *mktemp(char *pattern)
{
    size_t length = strlen(pattern), i = length;
    static unsigned last;
    while (i > 0 && pattern[i - 1] == 'X')
        i--;
    if (length - i < 6) {
        errno = EINVAL;
        *pattern = '\0';
        return pattern;
    }
    for (int tries = 0; tries < NAMES_MOST; tries++) {
        unsigned number = (unsigned) getpid() * 1000u + ++last;
        for (size_t at = length; at > i; number /= 10)
            pattern[--at] = (char) ('0' + number % 10);
        if (access(pattern, F_OK) && errno == ENOENT)
            return pattern;
    }
    *pattern = '\0';
    return pattern;
}

FILE *tmpfile(void)
{
    char name[L_tmpnam];
    FILE *stream = tmpnam(name) ? fopen(name, "w+bx") : NULL;
    if (stream)
        unlink(name);
    return stream;
}
