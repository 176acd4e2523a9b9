/* SPDX-License-Identifier: MIT */
/* read(), write() and what else a descriptor does without a name. */
#include "lib/posix/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hurd/cap.h>
#include <hurd/deva.h>

#include "lib/posix/stat.h"
#include "lib/posix/stream.h"

static bool can(const struct description *d, unsigned way)
{
    unsigned ways = d->flags & O_ACCMODE;
    return ways == O_RDWR || ways == way;
}

/* ---- contents, through the connection's container ---- */

/* One request of at most HURD_IO_MOST bytes.  Pre: the lock is held. */
static int part_by_container(struct description *d, unsigned label, uint8_t *data,
                             L4_Word_t size, uint64_t position, L4_Word_t *done)
{
    struct files *files;
    L4_Word_t out[3] = { 0, 0, 0 };
    int err = posix_files_of(d->server, &files);
    if (!err)
        err = files_ready(files);
    if (err)
        return err;
    if (label == HURD_IO_WRITE)
        memcpy(files->bytes, data, size);
    const L4_Word_t in[] = { d->handle, files->buffer, 0, size, (L4_Word_t) position,
                             (L4_Word_t) (position >> 32) };
    err = hurd_cap_rpc(d->server, label, 6, in, 3, out, NULL);
    if (err)
        return err;
    if (out[0] > size)
        return EIO;
    if (label == HURD_IO_READ)
        memcpy(data, files->bytes, out[0]);
    *done = out[0];
    return 0;
}

static int part(struct description *d, unsigned label, uint8_t *data, L4_Word_t size,
                uint64_t position, L4_Word_t *done)
{
    if (label != HURD_IO_READ || !window_ready(d, size))
        return part_by_container(d, label, data, size, position, done);
    int err = window_read(d, data, size, position, &size, &position);
    if (err == EAGAIN)
        return part_by_container(d, label, data, size, position, done);
    *done = err ? 0 : size;
    return err;
}

/* Pre: the lock is held.  *total counts bytes, also after an error. */
static int contents_move(struct description *d, unsigned label, uint8_t *data, size_t size,
                         uint64_t position, size_t *total)
{
    int err = 0;
    *total = 0;
    if (label == HURD_IO_WRITE && position == HURD_IO_HERE && d->appends_here && size > 0) {
        const L4_Word_t end[] = { d->handle, SEEK_END, 0, 0 };
        L4_Word_t unused[2];
        err = hurd_cap_rpc(d->server, HURD_IO_SEEK, 4, end, 2, unused, NULL);
    }
    while (*total < size && !err) {
        L4_Word_t now = size - *total < HURD_IO_MOST ? size - *total : HURD_IO_MOST, done = 0;
        err = part(d, label, data + *total, now, position, &done);
        *total += done;
        if (position != HURD_IO_HERE)
            position += done;
        if (done < now)
            break;
    }
    return *total > 0 ? 0 : err;
}

static int refuse(const struct description *d, bool writes, uint64_t position)
{
    if (!can(d, writes ? O_WRONLY : O_RDONLY))
        return EBADF;
    if (position != HURD_IO_HERE && (position > INT64_MAX || d->kind != CONTENTS))
        return d->kind == CONTENTS ? EINVAL : ESPIPE;
    return !writes && S_ISDIR(d->mode) ? EISDIR : 0;
}

/* A thread moves contents with the lock; one that waits for a stream has not got it. */
static ssize_t move(int descriptor, bool writes, void *data, size_t size, uint64_t position)
{
    struct description *d;
    size_t total = 0, most = size < SSIZE_MAX ? size : SSIZE_MAX;
    posix_lock();
    int err = description_of(descriptor, &d);
    if (!err)
        err = refuse(d, writes, position);
    bool streams = !err && size > 0 && d->kind != CONTENTS;
    if (streams)
        d->users++;
    else if (!err)
        err = contents_move(d, writes ? HURD_IO_WRITE : HURD_IO_READ, data, most, position, &total);
    posix_unlock();
    if (!streams)
        return err ? posix_result(err) : (ssize_t) total;
    ssize_t done = stream_move(d, writes, data, most);
    description_put(d);
    return done;
}

ssize_t read(int descriptor, void *data, size_t size)
{
    return move(descriptor, false, data, size, HURD_IO_HERE);
}

/* O_SYNC: what was written is on the disk when this returns.  A program without such a descriptor
 * takes no lock for that. */
static ssize_t synced(int descriptor, ssize_t done)
{
    struct description *d;
    if (!descriptors_sync || done <= 0 || description_take(descriptor, &d))
        return done;
    int err = d->kind == CONTENTS && d->flags & O_SYNC
              ? hurd_cap_rpc(d->server, HURD_IO_SYNC, 1, &d->handle, 0, NULL, NULL) : 0;
    description_put(d);
    return err ? posix_result(err) : done;
}

ssize_t write(int descriptor, const void *data, size_t size)
{
    return synced(descriptor,
                  move(descriptor, true, (void *) (uintptr_t) data, size, HURD_IO_HERE));
}

/* A negative position is no position: as a number without a sign it is above INT64_MAX. */
static uint64_t position_of(off_t position)
{
    return position == -1 ? (uint64_t) -2 : (uint64_t) position;
}

ssize_t pread(int descriptor, void *data, size_t size, off_t position)
{
    return move(descriptor, false, data, size, position_of(position));
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t position)
{
    return synced(descriptor, move(descriptor, true, (void *) (uintptr_t) data, size,
                                   position_of(position)));
}

/* ---- requests of one message ---- */

static int ask(int descriptor, unsigned label, unsigned n, L4_Word_t *in, unsigned max,
               L4_Word_t *out, int other)
{
    struct description *d;
    int err = description_take(descriptor, &d);
    if (err)
        return err;
    in[0] = d->handle;
    err = d->kind == CONTENTS ? hurd_cap_rpc(d->server, label, n, in, max, out, NULL) : other;
    description_put(d);
    return err;
}

off_t lseek(int descriptor, off_t offset, int whence)
{
    L4_Word_t in[] = { 0, (L4_Word_t) whence, (L4_Word_t) offset, (L4_Word_t) (offset >> 32) };
    L4_Word_t out[2] = { 0, 0 };
    int err = ask(descriptor, HURD_IO_SEEK, 4, in, 2, out, ESPIPE);
    return err ? posix_result(err) : (off_t) (out[0] | (uint64_t) out[1] << 32);
}

int fsync(int descriptor)
{
    L4_Word_t in[1];
    return posix_result(ask(descriptor, HURD_IO_SYNC, 1, in, 0, NULL, EINVAL));
}

int ftruncate(int descriptor, off_t size)
{
    L4_Word_t in[] = { 0, (L4_Word_t) size, (L4_Word_t) (size >> 32) };
    if (size < 0)
        return posix_result(EINVAL);
    int err = ask(descriptor, HURD_FILE_TRUNCATE, 3, in, 0, NULL, EINVAL);
    return posix_result(err == EBADF && fcntl(descriptor, F_GETFD) >= 0 ? EINVAL : err);
}

int fchmod(int descriptor, mode_t mode)
{
    L4_Word_t in[] = { 0, mode & 07777 };
    return posix_result(ask(descriptor, HURD_FILE_CHMOD, 2, in, 0, NULL, EINVAL));
}

int fchown(int descriptor, uid_t uid, gid_t gid)
{
    L4_Word_t in[] = { 0, uid, gid };
    return posix_result(ask(descriptor, HURD_FILE_CHOWN, 3, in, 0, NULL, EINVAL));
}

static bool is_time(const struct timespec *t)
{
    return (t->tv_nsec >= 0 && t->tv_nsec < 1000000000) || t->tv_nsec == UTIME_NOW ||
           t->tv_nsec == UTIME_OMIT;
}

static long long seconds_meant(const struct timespec *t)
{
    return t->tv_nsec == UTIME_NOW ? HURD_FILE_NOW : t->tv_nsec == UTIME_OMIT ? HURD_FILE_KEEP
                                                                              : t->tv_sec;
}

int posix_times(const struct timespec *times, L4_Word_t in[5])
{
    if (times && (!is_time(&times[0]) || !is_time(&times[1])))
        return EINVAL;
    for (unsigned i = 0; i < 2; i++) {
        long long t = times ? seconds_meant(&times[i]) : HURD_FILE_NOW;
        in[1 + 2 * i] = (L4_Word_t) t;
        in[2 + 2 * i] = (L4_Word_t) (t >> 32);
    }
    return 0;
}

int futimens(int descriptor, const struct timespec times[2])
{
    L4_Word_t in[5];
    int err = posix_times(times, in);
    return posix_result(err ? err : ask(descriptor, HURD_FILE_UTIMES, 5, in, 0, NULL, EINVAL));
}

/* ---- stat ---- */

void stat_from(const struct hurd_file_stat *from, struct stat *to)
{
    *to = (struct stat) {
        .st_dev = 1, .st_ino = from->inode, .st_mode = from->mode, .st_nlink = from->links,
        .st_uid = from->uid, .st_gid = from->gid,
        .st_size = (off_t) (from->size[0] | (uint64_t) from->size[1] << 32),
        .st_blksize = (long) from->block_size, .st_blocks = (long) from->sectors,
        .st_atim.tv_sec = (time_t) (from->atime[0] | (uint64_t) from->atime[1] << 32),
        .st_mtim.tv_sec = (time_t) (from->mtime[0] | (uint64_t) from->mtime[1] << 32),
        .st_ctim.tv_sec = (time_t) (from->ctime[0] | (uint64_t) from->ctime[1] << 32),
    };
}

int fstat(int descriptor, struct stat *stat)
{
    struct hurd_file_stat s = { 0 };
    L4_Word_t in[1];
    struct description *d;
    int err = description_take(descriptor, &d);
    if (err)
        return posix_result(err);
    bool is_stream = d->kind != CONTENTS;
    *stat = (struct stat) { .st_mode = d->mode, .st_nlink = 1, .st_blksize = HURD_DEVA_CHUNK };
    description_put(d);
    if (is_stream)
        return 0;
    err = ask(descriptor, HURD_IO_STAT, 1, in, sizeof s / sizeof(L4_Word_t), (L4_Word_t *) &s, 0);
    if (!err)
        stat_from(&s, stat);
    return posix_result(err);
}

/* ---- stdio's way here: lib/hurd-mm calls these, if they are there, not the console's ---- */

long __posix_write(int stream, const void *data, size_t size)
{
    return write(stream, data, size);
}

long __posix_read(int stream, void *data, size_t size)
{
    return read(stream, data, size);
}
