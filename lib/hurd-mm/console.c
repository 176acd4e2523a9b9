/* SPDX-License-Identifier: MIT */
/* The standard streams of a task: deva's console, or wortel's for the tasks that run before deva.
 */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/io.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <signal.h>
#include <hurd/wortel.h>
#include <libc.h>
#include <stdlib.h>
#include "handler.h"
#include "report.h"
#include "streams.h"

enum { BACKGROUND_LOOK = 10000 };       /* us */

static int refuse(int error)
{
    errno = error;
    return -1;
}

/* lib/posix, if the program uses descriptors: then streams are descriptors 0 to 2. */
__attribute__((weak)) long __posix_write(int stream, const void *data, size_t size);
__attribute__((weak)) long __posix_read(int stream, void *data, size_t size);

static struct hurd_startup_cap stream_cap(int stream)
{
    struct hurd_startup_cap cap;
    return stream_sent(stream, &cap) ? cap : __hurd_startup_data->console;
}

/* A program that never asked for signals does not link raise(). */
static void sigpipe(void)
{
    if (!signals.raise)
        hurd_mm_die_of(128 + SIGPIPE);
    signals.raise(SIGPIPE);
}

_Noreturn void __libc_die(int signal)
{
    hurd_mm_die_of(128 + signal);
}

long __libc_write(int stream, const void *data, size_t size)
{
    if (__posix_write)
        return __posix_write(stream, data, size);
    const struct hurd_startup_data *startup = __hurd_startup_data;
    struct hurd_startup_cap cap = stream_cap(stream);
    L4_Word_t done = 0;
    if (cap.server) {
        L4_ThreadId_t server = L4_ThreadIdOfRaw(cap.server);
        int error = hurd_deva_write(server, cap.cap, data, size, &done);
        if (error == EAGAIN && !done) { /* a pipe that is full */
            error = hurd_cap_rpc(server, HURD_IO_ROOM, 1, &cap.cap, 0, NULL, NULL);
            if (!error)
                error = hurd_deva_write(server, cap.cap, data, size, &done);
        }
        if (error == EPIPE)
            sigpipe();
        return done || !error ? (long)done : refuse(error);
    }
    if (!startup->wortel.server)
        return refuse(EBADF);
    hurd_wortel_write(startup->wortel.cap, data, size);
    return (long)size;
}

/* The reader is in the background: SIGTTIN stops it until it is in front.  If it cannot be stopped,
 * it waits there. */
static void sigttin(void)
{
    const struct hurd_startup_cap task = __hurd_startup_data->task;
    hurd_task_signal_group(L4_ThreadIdOfRaw(task.server), task.cap, 0, SIGTTIN);
    L4_Sleep(L4_TimePeriod(BACKGROUND_LOOK));
}

long __libc_read(int stream, void *data, size_t size)
{
    if (__posix_read)
        return __posix_read(stream, data, size);
    struct hurd_startup_cap cap = stream_cap(stream);
    bool is_console = cap.server == __hurd_startup_data->console.server;
    L4_Word_t got = 0, most = size < HURD_DEVA_CHUNK ? size : HURD_DEVA_CHUNK;
    int error;
    if (!cap.server)
        return refuse(EBADF);
    while ((error = hurd_deva_read(L4_ThreadIdOfRaw(cap.server), cap.cap, data, most,
                                   is_console ? HURD_DEVA_READ_IN_FRONT : 0, &got)) == EBUSY &&
           is_console)
        sigttin();
    return error ? refuse(error) : (long)got;
}

_Noreturn void __libc_exit(int status)
{
    hurd_mm_die(status & 0xff);
}
