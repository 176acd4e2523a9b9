/* SPDX-License-Identifier: MIT */
/* Clients that wait for pipes.  A request that must wait is parked with a key: the pipe, or one key
 * for all requests that name several pipes.  The pipe's changes wake those that have its key, and
 * they look again.  Before: pipes.c.  After: lib/hurd-cap; it drops what a thread left behind. */
#include <errno.h>

#include <l4/thread.h>

#include "servers/ext2fs/pipes.h"

enum { WANT_BITS = 2, STATE_BITS = 4, WANT = HURD_IO_CAN_READ | HURD_IO_CAN_WRITE };

static const char several;              /* its address is the key for several pipes */

/* ---- parked requests ---- */

int wait_park(struct hurd_cap_call *call, L4_Word_t key)
{
    unsigned own = 0;
    for (const struct hurd_cap_long *l = call->server->longs; l && !call->more; l = l->next)
        own += L4_Version(l->from) == call->task;
    return own >= HURD_FS_WAITS ? ENOMEM : hurd_cap_park(call, key);
}

int pipe_park(struct hurd_cap_call *call, struct pipe *pipe)
{
    return wait_park(call, (L4_Word_t) pipe);
}

void pipe_changed(struct pipe *pipe, bool turned)
{
    hurd_cap_resume(&server, (L4_Word_t) pipe);
    if (turned)
        hurd_cap_resume(&server, (L4_Word_t) &several);
}

/* ---- what a pipe's end can do ---- */

static L4_Word_t state_of(const struct handle *h)
{
    const struct pipe *p = h->pipe;
    bool reads = h->flags & HURD_DIR_READS, writes = h->flags & HURD_DIR_WRITES;
    return (reads && pipe_can_read(p) ? HURD_IO_CAN_READ : 0) |
           (writes && pipe_can_write(p) ? HURD_IO_CAN_WRITE : 0) |
           (reads && p->writers == 0 ? HURD_IO_NO_WRITER : 0) |
           (writes && p->readers == 0 ? HURD_IO_NO_READER : 0);
}

int pipe_poll(struct hurd_cap_call *call, const struct handle *h)
{
    if (call->words != 1)
        return EINVAL;
    call->reply[0] = state_of(h);
    call->reply_words = 1;
    return 0;
}

/* Request: 0 the first pipe, 1 what is wanted, 2.. the others. */
int pipe_wait(struct hurd_cap_call *call, const struct handle *h)
{
    unsigned count = call->words - 1;
    struct handle *other;
    bool any = false;
    if (call->words < 2 || count > HURD_IO_WAIT_MOST || call->arg[1] >> count * WANT_BITS)
        return EINVAL;
    call->reply[0] = 0;
    for (unsigned i = 0; i < count; i++) {
        if (i > 0 && pipe_named(call, 1 + i, &other))
            return EBADF;
        L4_Word_t state = state_of(i > 0 ? other : h), want = call->arg[1] >> i * WANT_BITS & WANT;
        any |= (state & (want | HURD_IO_NO_WRITER | HURD_IO_NO_READER)) != 0;
        call->reply[0] |= state << i * STATE_BITS;
    }
    call->reply_words = 1;
    return any ? 0 : count > 1 ? wait_park(call, (L4_Word_t) &several) : pipe_park(call, h->pipe);
}
