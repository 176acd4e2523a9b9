/* SPDX-License-Identifier: MIT */
/* Streams whose bytes are in memory: POSIX's fmemopen() and open_memstream().  The stream has a
 * buffer like those of files; what follows is behind it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/posix/stdio_file.h"

enum { FIRST = 128 };                   /* bytes of a stream that grows */

struct memory {
    struct libc_stream_store store;     /* the first one: stream->store is this */
    char *bytes;
    size_t room;                        /* a stream that grows: the last zero's, too */
    size_t length, at;
    bool own, appends;
    char **bytes_told;                  /* open_memstream()'s; else NULL */
    size_t *length_told;
};

static struct memory *memory_of(const FILE *stream)
{
    return (struct memory *) stream->store;
}

static off_t refused(int error)
{
    errno = error;
    return -1;
}

static off_t memory_seek(FILE *stream, off_t offset, int whence)
{
    struct memory *m = memory_of(stream);
    off_t most = m->bytes_told ? SSIZE_MAX : (off_t) m->room, to;
    if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END)
        return refused(EINVAL);
    size_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? m->at : m->length;
    if (__builtin_add_overflow((off_t) base, offset, &to) || to < 0 || to > most)
        return refused(EINVAL);
    m->at = (size_t) to;
    if (m->length_told)
        *m->length_told = m->at < m->length ? m->at : m->length;
    return to;
}

static int memory_end(FILE *stream)
{
    struct memory *m = memory_of(stream);
    if (m->own)
        free(m->bytes);
    free(m);
    stream->store = NULL;
    return 0;
}

/* ---- of a given size ---- */

static long given_read(FILE *stream, char *data, size_t size)
{
    struct memory *m = memory_of(stream);
    size_t left = m->at < m->length ? m->length - m->at : 0, n = left < size ? left : size;
    memcpy(data, m->bytes + m->at, n);
    m->at += n;
    return (long) n;
}

/* A zero stands behind what was written, if it is the end and there is room. */
static long given_write(FILE *stream, const char *data, size_t size)
{
    struct memory *m = memory_of(stream);
    if (m->appends)
        m->at = m->length;
    size_t left = m->room - m->at, n = left < size ? left : size;
    if (n == 0)
        return (long) refused(ENOSPC);
    memcpy(m->bytes + m->at, data, n);
    m->at += n;
    if (m->at > m->length) {
        m->length = m->at;
        if (m->length < m->room)
            m->bytes[m->length] = '\0';
    }
    return (long) n;
}

/* ---- of any size ---- */

/* Room for so many bytes and a zero. */
static bool memory_grow(struct memory *m, size_t length)
{
    if (length < m->room)
        return true;
    size_t room = m->room > length / 2 ? m->room * 2 : length + 1;
    char *bytes = realloc(m->bytes, room);
    if (!bytes)
        return false;
    m->bytes = bytes;
    m->room = room;
    return true;
}

/* Zeros stand where the stream's position skipped bytes, and behind the last one. */
static long growing_write(FILE *stream, const char *data, size_t size)
{
    struct memory *m = memory_of(stream);
    if (size > SSIZE_MAX - m->at || !memory_grow(m, m->at + size))
        return (long) refused(ENOMEM);
    if (m->at > m->length)
        memset(m->bytes + m->length, 0, m->at - m->length);
    memcpy(m->bytes + m->at, data, size);
    m->at += size;
    if (m->at > m->length) {
        m->length = m->at;
        m->bytes[m->length] = '\0';
    }
    *m->bytes_told = m->bytes;
    *m->length_told = m->at;
    return (long) size;
}

/* ---- open ---- */

/* A stream with a memory behind it, or NULL: ENOMEM. */
static FILE *memory_open(const struct memory *like, int flags)
{
    struct memory *m = malloc(sizeof *m);
    FILE *stream = m && like->bytes ? stream_make(-1, flags) : NULL;
    if (!stream) {
        free(m);
        errno = ENOMEM;
        return NULL;
    }
    *m = *like;
    stream->store = &m->store;
    return stream;
}

FILE *fmemopen(void *restrict bytes, size_t size, const char *restrict mode)
{
    int flags = stream_mode(mode);
    bool updates = flags >= 0 && (flags & O_ACCMODE) == O_RDWR;
    if (flags < 0 || size == 0 || size > SSIZE_MAX || (!bytes && !updates)) {
        errno = EINVAL;
        return NULL;
    }
    struct memory m = { { given_write, given_read, memory_seek, memory_end }, .room = size };
    m.own = !bytes;
    m.bytes = bytes ? bytes : calloc(1, size);
    m.appends = flags & O_APPEND;
    if (m.bytes && flags & O_TRUNC)
        m.bytes[0] = '\0';
    if (m.bytes)
        m.length = *mode == 'r' ? size : strnlen(m.bytes, size);
    m.at = m.appends ? m.length : 0;
    FILE *stream = memory_open(&m, flags);
    if (!stream && m.own)
        free(m.bytes);
    return stream;
}

FILE *open_memstream(char **bytes, size_t *length)
{
    if (!bytes || !length) {
        errno = EINVAL;
        return NULL;
    }
    struct memory m = { { growing_write, given_read, memory_seek, memory_end }, .room = FIRST };
    m.bytes = calloc(1, FIRST);
    m.bytes_told = bytes;
    m.length_told = length;
    FILE *stream = memory_open(&m, O_WRONLY);
    if (!stream) {
        free(m.bytes);
        return NULL;
    }
    *bytes = m.bytes;
    *length = 0;
    return stream;
}
