/* SPDX-License-Identifier: MIT */
/* How a stream is buffered: ISO C 7.21.5.5, .6. */
#include <errno.h>
#include "stream.h"

int setvbuf(FILE *restrict stream, char *restrict buffer, int mode, size_t size)
{
    if (mode < _IOFBF || mode > _IONBF) {
        errno = EINVAL;
        return -1;
    }
    __libc_stream_lock(stream);
    bool busy = stream->used || (stream->reads && stream->filled);
    if (!busy) {
        stream->buffering = (unsigned char)mode;
        if (buffer && size && !stream->own_buffer) {
            stream->buffer = buffer;
            stream->size = size;
        }
    }
    __libc_stream_unlock(stream);
    if (busy)
        errno = EBUSY;
    return busy ? -1 : 0;
}

void setbuf(FILE *restrict stream, char *restrict buffer)
{
    setvbuf(stream, buffer, buffer ? _IOFBF : _IONBF, BUFSIZ);
}
