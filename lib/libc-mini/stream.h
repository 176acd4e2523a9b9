/* SPDX-License-Identifier: MIT */
/* A stream, as stdio.c, setvbuf.c and lib/posix/stdio_file.c know it. */
#ifndef LIBC_STREAM_H
#define LIBC_STREAM_H

#include <mutex.h>
#include <stdbool.h>
#include <stdio.h>

/* What is behind a stream that has no descriptor. */
struct libc_stream_store {
    long (*write)(FILE *stream, const char *data, size_t size);     /* -1: errno */
    long (*read)(FILE *stream, char *data, size_t size);            /* 0: the end */
    off_t (*seek)(FILE *stream, off_t offset, int whence);          /* -1: errno */
    int (*end)(FILE *stream);                                       /* 0 or EOF */
};

struct libc_stream {
    int number;                 /* the hooks get this number; -1: `store` does it */
    const struct libc_stream_store *store;
    unsigned char buffering;    /* _IOFBF, _IOLBF, _IONBF: of output */
    bool can_read, can_write;
    bool reads;                 /* the buffer holds input */
    bool at_end, failed;
    bool has_pushed;            /* ungetc() put `pushed` back */
    unsigned char pushed;
    bool own_buffer;            /* malloc()ed */
    char *buffer;
    size_t size;                /* of the buffer; 0 for input: nothing can be read */
    size_t used;                /* output: bytes that wait; input: bytes of `buffer` that have
                                   been read */
    size_t filled;              /* input only: bytes in `buffer` */
    struct mutex lock;
    unsigned nested;            /* flockfile() has the lock, and so many others nest in it, plus
                                   one; 0: one call has the lock, or nobody */
    int (*turn)(FILE *stream);  /* forgets input, so that the file's position is the stream's;
                                   NULL: that cannot be done */
    struct libc_stream *next;   /* of those that fopen() made */
};

extern FILE *__libc_streams;            /* those that fopen() made */
extern struct mutex __libc_streams_lock;

/* For one call of <stdio.h>. */
void __libc_stream_lock(FILE *stream);
void __libc_stream_unlock(FILE *stream);
/* Writes what waits.  Pre: the stream is locked.  0 or EOF. */
int __libc_stream_flush(FILE *stream);

#endif
