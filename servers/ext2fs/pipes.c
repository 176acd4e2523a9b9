/* SPDX-License-Identifier: MIT */
/* Pipes: bytes that wait for a reader.  They belong to no disk, but their ends are handles like
 * those of files, with the same tickets, and with the same way to notice that a task has died.  A
 * request that must wait is parked; handles.c frees an end. */
#include <errno.h>
#include <string.h>

#include <hurd/deva.h>

#include "servers/ext2fs/server.h"

enum { PIPE_BYTES = 4096 };

struct pipe {
    unsigned readers, writers;          /* handles; both 0: it goes */
    unsigned head;                      /* whose share it is of */
    uint32_t used, start;               /* bytes that wait, and where the first of them is */
    uint8_t bytes[PIPE_BYTES];
};

static unsigned *ends_of(struct pipe *pipe, unsigned flags)
{
    return flags & HURD_DIR_WRITES ? &pipe->writers : &pipe->readers;
}

void pipe_join(struct pipe *pipe, unsigned flags)
{
    ++*ends_of(pipe, flags);
}

void pipe_leave(struct pipe *pipe, unsigned flags)
{
    --*ends_of(pipe, flags);
    hurd_cap_resume(&server, (L4_Word_t) pipe);         /* they look again */
    if (pipe->readers + pipe->writers == 0)
        share_free(pipe->head, pipe, sizeof *pipe);
}

int serve_pipe(struct hurd_cap_call *call)
{
    if (call->words != 0)
        return EINVAL;
    const unsigned head = share_of(call->task);
    struct pipe *pipe = share_alloc(head, sizeof *pipe);
    if (!pipe)
        return ENOMEM;
    pipe->head = head;
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

static int pipe_read(struct hurd_cap_call *call, struct pipe *pipe, L4_Word_t limit)
{
    if (call->words != 3 || limit == 0 || limit > HURD_DEVA_CHUNK ||
        call->arg[2] & ~(L4_Word_t) HURD_DEVA_READ_NOBLOCK)
        return EINVAL;
    if (pipe->used == 0 && pipe->writers > 0)
        return call->arg[2] ? EAGAIN : hurd_cap_park(call, (L4_Word_t) pipe);
    uint32_t n = pipe->used < limit ? pipe->used : (uint32_t) limit;
    uint8_t *to = (uint8_t *) &call->reply[1];
    memset(to, 0, HURD_DEVA_CHUNK);
    for (uint32_t i = 0; i < n; i++)
        to[i] = pipe->bytes[(pipe->start + i) % PIPE_BYTES];
    pipe->start = (pipe->start + n) % PIPE_BYTES;
    pipe->used -= n;
    call->reply[0] = n;
    call->reply_words = 1 + (n + 3) / 4;
    if (n > 0)
        hurd_cap_resume(&server, (L4_Word_t) pipe);
    return 0;
}

static int pipe_write(struct hurd_cap_call *call, struct pipe *pipe, L4_Word_t size)
{
    if (size == 0 || size > HURD_DEVA_CHUNK || call->words != 2 + (size + 3) / 4)
        return EINVAL;
    if (pipe->readers == 0)
        return EPIPE;
    uint32_t room = PIPE_BYTES - pipe->used, n = room < size ? room : (uint32_t) size;
    const uint8_t *from = (const uint8_t *) &call->arg[2];
    for (uint32_t i = 0; i < n; i++)
        pipe->bytes[(pipe->start + pipe->used + i) % PIPE_BYTES] = from[i];
    pipe->used += n;
    call->reply[0] = n;
    call->reply_words = 1;
    if (n > 0)
        hurd_cap_resume(&server, (L4_Word_t) pipe);
    return n > 0 ? 0 : EAGAIN;
}

static int pipe_room(struct hurd_cap_call *call, struct pipe *pipe)
{
    if (call->words != 1)
        return EINVAL;
    bool full = pipe->used == PIPE_BYTES && pipe->readers > 0;
    return full ? hurd_cap_park(call, (L4_Word_t) pipe) : 0;
}

static int pipe_poll(struct hurd_cap_call *call, const struct handle *h)
{
    const struct pipe *p = h->pipe;
    bool reads = h->flags & HURD_DIR_READS, writes = h->flags & HURD_DIR_WRITES;
    if (call->words != 1)
        return EINVAL;
    call->reply[0] = (reads && (p->used > 0 || p->writers == 0) ? HURD_IO_CAN_READ : 0) |
                     (writes && (p->used < PIPE_BYTES || p->readers == 0) ? HURD_IO_CAN_WRITE : 0) |
                     (reads && p->writers == 0 ? HURD_IO_NO_WRITER : 0) |
                     (writes && p->readers == 0 ? HURD_IO_NO_READER : 0);
    call->reply_words = 1;
    return 0;
}

int serve_pipe_end(struct hurd_cap_call *call)
{
    struct handle *h = handle_of(call);
    L4_Word_t size = call->words > 1 ? call->arg[1] : 0;
    bool writes = call->label == HURD_DEVA_WRITE_MANY || call->label == HURD_IO_ROOM;
    switch (call->label) {
    case HURD_FS_OFFER:
        return serve_offer(call, h);
    case HURD_IO_POLL:
        return pipe_poll(call, h);
    case HURD_DEVA_READ_MANY:
    case HURD_DEVA_WRITE_MANY:
    case HURD_IO_ROOM:
        break;
    default:
        return EOPNOTSUPP;
    }
    if (!(h->flags & (writes ? HURD_DIR_WRITES : HURD_DIR_READS)))
        return EBADF;
    return call->label == HURD_IO_ROOM           ? pipe_room(call, h->pipe)
           : call->label == HURD_DEVA_READ_MANY  ? pipe_read(call, h->pipe, size)
                                                 : pipe_write(call, h->pipe, size);
}
