/* SPDX-License-Identifier: MIT */
/* read() and write() of the console and of pipes.  What waits may be broken off by a signal
 * (hurd/signals.h).  Before: transfer.c.  After: terminal.c for the console, or the server. */
#include "lib/posix/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/signals.h>
#include <hurd/startup.h>

void stream_of(const struct description *d, L4_ThreadId_t *server, L4_Word_t *handle)
{
    struct hurd_startup_cap console = __hurd_startup_data->console;
    *server = d->kind == CONSOLE ? L4_ThreadIdOfRaw(console.server) : d->server;
    *handle = d->kind == CONSOLE ? console.cap : d->handle;
}

/* More bytes than a message has go through the connection's container, as those of files do. */
enum { MOST = 4096 };                   /* at once: a pipe has no more */

/* EAGAIN: the pipe is full, or empty.  ENOSYS: there is no connection with that server, or no
 * memory for its container. */
static int by_container(const struct description *d, bool writes, uint8_t *data, L4_Word_t size,
                        L4_Word_t *done)
{
    struct files *files;
    L4_Word_t bytes = 0;
    posix_lock();
    int err = posix_files_of(d->server, &files) || files_ready(files) ? ENOSYS : 0;
    if (!err) {
        const L4_Word_t in[] = { d->handle, files->buffer, 0, size, (L4_Word_t) HURD_IO_HERE,
                                 (L4_Word_t) (HURD_IO_HERE >> 32) };
        if (writes)
            memcpy(files->bytes, data, size);
        err = hurd_cap_rpc(d->server, writes ? HURD_IO_WRITE : HURD_IO_READ, 6, in, 1, &bytes,
                           NULL);
        err = !err && bytes > size ? EIO : err;
    }
    if (!err && !writes)
        memcpy(data, files->bytes, bytes);
    posix_unlock();
    *done = err ? 0 : bytes;
    return err;
}

/* Some of it, or EAGAIN. */
static int some_written(const struct description *d, L4_ThreadId_t server, L4_Word_t handle,
                        uint8_t *data, size_t size, L4_Word_t *done)
{
    int err = ENOSYS;
    if (d->kind == STREAM && size > HURD_DEVA_CHUNK)
        err = by_container(d, true, data, size < MOST ? size : MOST, done);
    return err == ENOSYS ? hurd_deva_write(server, handle, data, size, done) : err;
}

/* All of it: where there is no room, it waits for some. */
static int all_written(const struct description *d, L4_ThreadId_t server, L4_Word_t handle,
                       uint8_t *data, size_t size, bool block, L4_Word_t *done)
{
    int err = 0;
    while (!err && *done < size) {
        L4_Word_t now = 0;
        err = some_written(d, server, handle, data + *done, size - *done, &now);
        *done += now;
        if (err == EAGAIN && block)
            err = hurd_cap_rpc(server, HURD_IO_ROOM, 1, &handle, 0, NULL, NULL);
    }
    return err;
}

static int pipe_read(const struct description *d, uint8_t *data, size_t size, bool block,
                     L4_Word_t *done)
{
    const L4_Word_t in[] = { d->handle, HURD_IO_CAN_READ };
    L4_Word_t unused;
    int err = ENOSYS;
    while (size > HURD_DEVA_CHUNK &&
           (err = by_container(d, false, data, size < MOST ? size : MOST, done)) == EAGAIN &&
           block) {
        err = hurd_cap_rpc(d->server, HURD_IO_WAIT, 2, in, 1, &unused, NULL);
        if (err)
            return err;
    }
    return err == ENOSYS ? hurd_deva_read(d->server, d->handle, data, size,
                                          block ? 0 : HURD_DEVA_READ_NOBLOCK, done)
                         : err;
}

static int one_move(struct description *d, bool writes, void *data, size_t size, L4_Word_t *done)
{
    L4_ThreadId_t server;
    L4_Word_t handle;
    bool block = !(d->flags & O_NONBLOCK);
    stream_of(d, &server, &handle);
    if (L4_IsNilThread(server))
        return EIO;
    if (writes)
        return all_written(d, server, handle, data, size, block, done);
    return d->kind == CONSOLE ? terminal_read(server, handle, data, size, block, done)
                              : pipe_read(d, data, size, block, done);
}

ssize_t stream_move(struct description *d, bool writes, void *data, size_t size)
{
    L4_Word_t done = 0;
    int err;
    do {
        struct signal_wait outer;
        signal_wait_begin(&outer, d->kind == CONSOLE ? L4_ThreadIdOfRaw(
                                      __hurd_startup_data->console.server) : d->server);
        L4_Word_t now = 0;
        err = one_move(d, writes, (uint8_t *) data + done, size - done, &now);
        err = signal_wait_end(&outer, err);
        done += now;
        if (err == EBUSY && d->kind == CONSOLE && !writes) {
            err = terminal_wait_for_foreground(SIGTTIN, EIO);
            err = err ? err : ERESTART;
        }
    } while (err == ERESTART && (writes || done == 0));
    if (err == EPIPE)
        raise(SIGPIPE);
    return err && done == 0 ? posix_result(err) : (ssize_t) done;
}

static int console_ready(L4_ThreadId_t server, L4_Word_t handle, short *ready)
{
    const L4_Word_t in[] = { handle, 1, HURD_DEVA_READ_NOBLOCK | HURD_DEVA_READ_PEEK };
    L4_Word_t count = 0;
    bool cooked = terminal_is_cooked(server, handle);
    int err = hurd_cap_rpc(server, cooked ? HURD_DEVA_READ_MANY : HURD_DEVA_READ_RAW, 3, in, 1,
                           &count, NULL);
    *ready = (short) (POLLOUT | (count > 0 ? POLLIN : 0));
    return err;
}

int stream_ready(const struct description *d, short *ready)
{
    L4_ThreadId_t server;
    L4_Word_t handle, what = 0;
    stream_of(d, &server, &handle);
    if (d->kind == CONSOLE)
        return console_ready(server, handle, ready);
    int err = hurd_cap_rpc(server, HURD_IO_POLL, 1, &handle, 1, &what, NULL);
    *ready = (short) ((what & HURD_IO_CAN_READ ? POLLIN : 0) |
                      (what & HURD_IO_CAN_WRITE ? POLLOUT : 0) |
                      (what & HURD_IO_NO_WRITER ? POLLHUP : 0) |
                      (what & HURD_IO_NO_READER ? POLLERR : 0));
    return err;
}
