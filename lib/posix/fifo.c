/* SPDX-License-Identifier: MIT */
/* Pipes with a name: open() waits until somebody has opened the other end.  The server gives our
 * end at once, and io_partner (hurd/io.h) waits. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <hurd/cap.h>
#include <hurd/signals.h>

#include "lib/posix/stream.h"

int mkfifo(const char *path, mode_t mode)
{
    struct files *files;
    posix_lock();
    int err = posix_files(&files);
    if (!err)
        err = files_mkfifo(files, path, mode & 07777 & ~posix_mask);
    posix_unlock();
    return posix_result(err);
}

int fifo_wait(int descriptor)
{
    struct description *d;
    int err = description_take(descriptor, &d);
    if (err)
        return err;
    bool waits = d->kind == STREAM && S_ISFIFO(d->mode) && !(d->flags & O_NONBLOCK);
    do {
        struct signal_wait outer;
        signal_wait_begin(&outer, d->server);
        err = waits ? hurd_cap_rpc(d->server, HURD_IO_PARTNER, 1, &d->handle, 0, NULL, NULL) : 0;
        err = signal_wait_end(&outer, err);
    } while (err == ERESTART);
    description_put(d);
    return err;
}
