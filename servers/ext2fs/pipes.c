/* SPDX-License-Identifier: MIT */
/* Pipes: bytes that wait for a reader.  They belong to no disk, but their ends are handles like
 * those of files, with the same tickets, and with the same way to notice that a task has died.  A
 * request that must wait is parked (waits.c); handles.c frees an end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/deva.h>

#include "servers/ext2fs/pipes.h"

static unsigned *ends_of(struct pipe *pipe, unsigned flags)
{
    return flags & HURD_DIR_WRITES ? &pipe->writers : &pipe->readers;
}

void pipe_join(struct pipe *pipe, unsigned flags)
{
    ++*ends_of(pipe, flags);
    pipe_changed(pipe, true);
}

void pipe_leave(struct pipe *pipe, unsigned flags)
{
    --*ends_of(pipe, flags);
    pipe_changed(pipe, true);
    if (pipe->readers + pipe->writers == 0)
        free(pipe);
}

int serve_pipe(struct hurd_cap_call *call)
{
    if (call->words != 0)
        return EINVAL;
    struct pipe *pipe = calloc(1, sizeof *pipe);
    if (!pipe)
        return ENOMEM;
    pipe->readers = 1;                  /* ours, until both ends are there */
    int err = handle_give_pipe(call, pipe, HURD_DIR_READS);
    L4_Word_t reads = call->reply[0];
    if (!err) {
        err = handle_give_pipe(call, pipe, HURD_DIR_WRITES);
        if (err)
            handle_take_back(call, reads);
    }
    pipe_leave(pipe, HURD_DIR_READS);
    call->reply[1] = call->reply[0];
    call->reply[0] = reads;
    call->reply_words = err ? 0 : 2;
    return err;
}

/* ---- bytes ---- */

/* Returns how many there are, up to `most`; they stay until bytes_drop(). */
static uint32_t bytes_look(const struct pipe *pipe, uint8_t *to, uint32_t most)
{
    uint32_t n = pipe->used < most ? pipe->used : most;
    uint32_t first = PIPE_BYTES - pipe->start < n ? PIPE_BYTES - pipe->start : n;
    memcpy(to, pipe->bytes + pipe->start, first);
    memcpy(to + first, pipe->bytes, n - first);
    return n;
}

static void bytes_drop(struct pipe *pipe, uint32_t n)
{
    bool could = pipe_can_write(pipe);
    pipe->start = (pipe->start + n) % PIPE_BYTES;
    pipe->used -= n;
    if (n > 0)
        pipe_changed(pipe, !could && pipe_can_write(pipe));
}

/* So many bytes of a write go into the pipe now: all or none of a short one. */
static uint32_t room_for(const struct pipe *pipe, uint32_t size)
{
    uint32_t room = PIPE_BYTES - pipe->used;
    return size <= room ? size : size <= HURD_IO_WHOLE ? 0 : room;
}

/* Pre: there is room. */
static void bytes_put(struct pipe *pipe, const uint8_t *from, uint32_t n)
{
    bool could = pipe_can_read(pipe);
    uint32_t at = (pipe->start + pipe->used) % PIPE_BYTES;
    uint32_t first = PIPE_BYTES - at < n ? PIPE_BYTES - at : n;
    memcpy(pipe->bytes + at, from, first);
    memcpy(pipe->bytes, from + first, n - first);
    pipe->used += n;
    pipe_changed(pipe, !could);
}

/* ---- in messages ---- */

static int pipe_read(struct hurd_cap_call *call, struct pipe *pipe, L4_Word_t limit)
{
    if (call->words != 3 || limit == 0 || limit > HURD_DEVA_CHUNK ||
        call->arg[2] & ~(L4_Word_t) HURD_DEVA_READ_NOBLOCK)
        return EINVAL;
    if (!pipe_can_read(pipe))
        return call->arg[2] ? EAGAIN : pipe_park(call, pipe);
    uint8_t *to = (uint8_t *) &call->reply[1];
    memset(to, 0, HURD_DEVA_CHUNK);
    call->reply[0] = bytes_look(pipe, to, limit);
    bytes_drop(pipe, call->reply[0]);
    call->reply_words = 1 + (call->reply[0] + 3) / 4;
    return 0;
}

static int pipe_write(struct hurd_cap_call *call, struct pipe *pipe, L4_Word_t size)
{
    if (size == 0 || size > HURD_DEVA_CHUNK || call->words != 2 + (size + 3) / 4)
        return EINVAL;
    if (pipe->readers == 0)
        return EPIPE;
    if (room_for(pipe, size) == 0)
        return EAGAIN;
    bytes_put(pipe, (const uint8_t *) &call->arg[2], size);
    call->reply[0] = size;
    call->reply_words = 1;
    return 0;
}

static int pipe_room(struct hurd_cap_call *call, struct pipe *pipe)
{
    if (call->words != 1)
        return EINVAL;
    return pipe_can_write(pipe) ? 0 : pipe_park(call, pipe);
}

/* ---- in a container of the client's ---- */

/* Words 1 to 5 of io_read and io_write.  They never wait: see lib/posix/stream.c. */
static int words_check(struct hurd_cap_call *call, L4_Word_t *container)
{
    if (call->words != 6 || !window_takes(call->arg[2], call->arg[3]) ||
        (call->arg[4] & call->arg[5]) != (L4_Word_t) HURD_IO_HERE)
        return EINVAL;
    return buffer_named(call, 1, container);
}

static int pipe_deliver(struct hurd_cap_call *call, struct pipe *pipe)
{
    L4_Word_t container;
    int err = words_check(call, &container);
    if (err)
        return err;
    if (!pipe_can_read(pipe))
        return EAGAIN;
    uint32_t n = bytes_look(pipe, window_bytes(), call->arg[3]);
    err = window_deliver(container, call->arg[2], n);
    if (!err)
        bytes_drop(pipe, n);
    call->reply[0] = n;
    call->reply_words = 1;
    return err;
}

static int pipe_fetch(struct hurd_cap_call *call, struct pipe *pipe)
{
    L4_Word_t container;
    uint8_t *bytes;
    int err = words_check(call, &container);
    if (err)
        return err;
    if (pipe->readers == 0)
        return EPIPE;
    uint32_t n = room_for(pipe, call->arg[3]);
    err = n == 0 ? EAGAIN : window_fetch(container, call->arg[2], n, &bytes);
    if (!err)
        bytes_put(pipe, bytes, n);
    call->reply[0] = n;
    call->reply_words = 1;
    return err;
}

static int serve_bytes(struct hurd_cap_call *call, struct handle *h)
{
    L4_Word_t size = call->words > 1 ? call->arg[1] : 0;
    bool reads = call->label == HURD_DEVA_READ_MANY || call->label == HURD_IO_READ;
    if (!(h->flags & (reads ? HURD_DIR_READS : HURD_DIR_WRITES)))
        return EBADF;
    switch (call->label) {
    case HURD_DEVA_READ_MANY:
        return pipe_read(call, h->pipe, size);
    case HURD_DEVA_WRITE_MANY:
        return pipe_write(call, h->pipe, size);
    case HURD_IO_READ:
        return pipe_deliver(call, h->pipe);
    case HURD_IO_WRITE:
        return pipe_fetch(call, h->pipe);
    default:
        return pipe_room(call, h->pipe);
    }
}

int serve_pipe_end(struct hurd_cap_call *call)
{
    struct handle *h = handle_of(call);
    switch (call->label) {
    case HURD_FS_OFFER:
        return serve_offer(call, h);
    case HURD_IO_POLL:
        return pipe_poll(call, h);
    case HURD_IO_WAIT:
        return pipe_wait(call, h);
    case HURD_DEVA_READ_MANY:
    case HURD_DEVA_WRITE_MANY:
    case HURD_IO_READ:
    case HURD_IO_WRITE:
    case HURD_IO_ROOM:
        return serve_bytes(call, h);
    default:
        return EOPNOTSUPP;
    }
}
