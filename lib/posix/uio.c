/* SPDX-License-Identifier: MIT */
/* readv() and writev(): one read() or write() after the other. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/posix/descriptors.h"

static bool is_sound(const struct iovec *pieces, int count)
{
    size_t total = 0;
    if (count < 1 || count > IOV_MAX)
        return false;
    for (int i = 0; i < count; i++) {
        if (pieces[i].iov_len > SSIZE_MAX - total)
            return false;
        total += pieces[i].iov_len;
    }
    return true;
}

static bool poll_readable(int descriptor)
{
    struct pollfd one = { .fd = descriptor, .events = POLLIN };
    return poll(&one, 1, 0) > 0;
}

static ssize_t move(int descriptor, bool writes, const struct iovec *pieces, int count)
{
    ssize_t total = 0;
    if (!is_sound(pieces, count))
        return posix_result(EINVAL);
    for (int i = 0; i < count; i++) {
        if (pieces[i].iov_len == 0 && i + 1 < count)
            continue;
        if (total > 0 && !writes && !poll_readable(descriptor))
            break;                      /* what is there is enough */
        ssize_t done = writes ? write(descriptor, pieces[i].iov_base, pieces[i].iov_len)
                              : read(descriptor, pieces[i].iov_base, pieces[i].iov_len);
        if (done < 0)
            return total ? total : -1;
        total += done;
        if ((size_t) done < pieces[i].iov_len)
            break;
    }
    return total;
}

ssize_t readv(int descriptor, const struct iovec *pieces, int count)
{
    return move(descriptor, false, pieces, count);
}

ssize_t writev(int descriptor, const struct iovec *pieces, int count)
{
    return move(descriptor, true, pieces, count);
}
