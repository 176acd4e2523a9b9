/* SPDX-License-Identifier: MIT */
/* The standard streams of a task: deva's console, or wortel's for the tasks that run before deva.
 */
#include <errno.h>
#include <hurd/deva.h>
#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <libc.h>
#include <stdlib.h>
#include "report.h"

static int refuse(int error)
{
    errno = error;
    return -1;
}

long __libc_write(int stream, const void *data, size_t size)
{
    const struct hurd_startup_data *startup = __hurd_startup_data;
    L4_Word_t done = 0;
    (void)stream;
    if (startup->console.server) {
        int error = hurd_deva_write(L4_ThreadIdOfRaw(startup->console.server), startup->console.cap,
                                    data, size, &done);
        return done || !error ? (long)done : refuse(error);
    }
    if (!startup->wortel.server)
        return refuse(EBADF);
    hurd_wortel_write(startup->wortel.cap, data, size);
    return (long)size;
}

long __libc_read(int stream, void *data, size_t size)
{
    const struct hurd_startup_data *startup = __hurd_startup_data;
    L4_Word_t got = 0;
    (void)stream;
    if (!startup->console.server)
        return refuse(EBADF);
    int error = hurd_deva_read(L4_ThreadIdOfRaw(startup->console.server), startup->console.cap,
                               data, size < HURD_DEVA_CHUNK ? size : HURD_DEVA_CHUNK, 0, &got);
    return error ? refuse(error) : (long)got;
}

_Noreturn void __libc_exit(int status)
{
    hurd_mm_die(status & 0xff);
}
