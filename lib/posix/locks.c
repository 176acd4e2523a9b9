/* SPDX-License-Identifier: MIT */
/* fcntl() for locks: one request to the file server, which keeps them (hurd/file.h). */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hurd/cap.h>
#include <hurd/signals.h>

#include "lib/posix/descriptors.h"

enum { WORDS = 7, REPLY = 6 };

/* Where the range begins, from the start of the file; a length below 0 reaches back from there. */
static int range_of(int descriptor, const struct flock *lock, off_t *start, off_t *length)
{
    struct stat s;
    off_t base = 0;
    if (lock->l_whence == SEEK_CUR && (base = lseek(descriptor, 0, SEEK_CUR)) < 0)
        return EINVAL;
    if (lock->l_whence == SEEK_END) {
        if (fstat(descriptor, &s))
            return EINVAL;
        base = s.st_size;
    }
    bool known = lock->l_whence == SEEK_SET || lock->l_whence == SEEK_CUR ||
                 lock->l_whence == SEEK_END;
    if (!known || __builtin_add_overflow(base, lock->l_start, start))
        return EINVAL;
    *length = lock->l_len;
    if (*length < 0) {
        if (__builtin_add_overflow(*start, *length, start))
            return EINVAL;
        *length = -*length;
    }
    return *start < 0 ? EINVAL : 0;
}

static void found(const L4_Word_t out[REPLY], struct flock *lock)
{
    lock->l_type = (short) out[0];
    if (out[0] == F_UNLCK)
        return;
    lock->l_whence = SEEK_SET;
    lock->l_start = (off_t) (out[1] | (uint64_t) out[2] << 32);
    lock->l_len = (off_t) (out[3] | (uint64_t) out[4] << 32);
    lock->l_pid = (pid_t) out[5];
}

static int ask(const struct description *d, const L4_Word_t in[WORDS], L4_Word_t out[REPLY])
{
    int err;
    do {
        struct signal_wait outer;
        signal_wait_begin(&outer, d->server);
        err = hurd_cap_rpc(d->server, HURD_FILE_LOCK, WORDS, in,
                           in[1] == HURD_LOCK_GET ? REPLY : 0, out, NULL);
        err = signal_wait_end(&outer, err);
    } while (err == ERESTART);
    return err;
}

int lock_ask(int descriptor, int command, struct flock *lock)
{
    static const L4_Word_t commands[] = { HURD_LOCK_GET, HURD_LOCK_SET, HURD_LOCK_WAIT };
    _Static_assert(F_RDLCK == HURD_LOCK_READS && F_WRLCK == HURD_LOCK_WRITES &&
                   F_UNLCK == HURD_LOCK_NONE, "one numbering");
    struct description *d;
    off_t start, length;
    L4_Word_t out[REPLY] = { 0 };
    int err = description_take(descriptor, &d);
    if (err)
        return posix_result(err);
    err = d->kind == CONTENTS ? range_of(descriptor, lock, &start, &length) : EINVAL;
    if (!err) {
        const L4_Word_t in[WORDS] = {
            d->handle, commands[command - F_GETLK], (L4_Word_t) lock->l_type, (L4_Word_t) start,
            (L4_Word_t) (start >> 32), (L4_Word_t) length, (L4_Word_t) (length >> 32),
        };
        err = ask(d, in, out);
    }
    description_put(d);
    if (!err && command == F_GETLK)
        found(out, lock);
    return posix_result(err);
}
