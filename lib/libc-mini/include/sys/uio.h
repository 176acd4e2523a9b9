/* SPDX-License-Identifier: MIT */
/* POSIX: a read or write of several pieces.  For programs that link lib/posix.  The pieces of one
 * call are not one piece for others that read or write there. */
#ifndef LIBC_SYS_UIO_H
#define LIBC_SYS_UIO_H

#include <sys/types.h>

struct iovec {
    void *iov_base;
    size_t iov_len;
};

/* Errors as read() and write(), and EINVAL: the count is below 1 or above IOV_MAX, or the sizes
 * together are above SSIZE_MAX. */
ssize_t readv(int descriptor, const struct iovec *pieces, int count);
ssize_t writev(int descriptor, const struct iovec *pieces, int count);

#endif
