/* SPDX-License-Identifier: MIT */
/* POSIX poll(), with the numbers of Linux.  For programs that link lib/posix. */
#ifndef LIBC_POLL_H
#define LIBC_POLL_H

typedef unsigned long nfds_t;
struct pollfd {
    int fd;                             /* below 0: passed over */
    short events, revents;
};

#define POLLIN   0x001
#define POLLPRI  0x002
#define POLLOUT  0x004
#define POLLERR  0x008
#define POLLHUP  0x010
#define POLLNVAL 0x020

/* How many of them have something to say; 0: the time is over.  timeout: ms; below 0: no end.
 * Files are always ready.  EINTR: a handler has run.  EINVAL: more than 64.
 * It looks every 10 ms. */
int poll(struct pollfd *fds, nfds_t count, int timeout);

#endif
