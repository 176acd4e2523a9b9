/* SPDX-License-Identifier: MIT */
/* POSIX select(): poll() for sets.  For programs that link lib/posix. */
#ifndef LIBC_SYS_SELECT_H
#define LIBC_SYS_SELECT_H

#include <signal.h>
#include <sys/time.h>
#include <time.h>

#define FD_SETSIZE 64
typedef struct {
    unsigned long bits[FD_SETSIZE / 32];
} fd_set;

#define FD_ZERO(set)      ((set)->bits[0] = (set)->bits[1] = 0)
#define FD_SET(fd, set)   ((void) ((set)->bits[(fd) / 32] |= 1ul << (fd) % 32))
#define FD_CLR(fd, set)   ((void) ((set)->bits[(fd) / 32] &= ~(1ul << (fd) % 32)))
#define FD_ISSET(fd, set) ((int) ((set)->bits[(fd) / 32] >> (fd) % 32 & 1))

/* Exceptions never happen.  timeout NULL: no end; it is not changed.  EBADF, EINTR, EINVAL. */
int select(int count, fd_set *reads, fd_set *writes, fd_set *exceptions, struct timeval *timeout);
/* While it waits, these signals are blocked, and no others.  A handler that runs meanwhile ends the
 * wait.  mask NULL: as select().  The same errors. */
int pselect(int count, fd_set *__restrict reads, fd_set *__restrict writes,
            fd_set *__restrict exceptions, const struct timespec *__restrict timeout,
            const sigset_t *__restrict mask);

#endif
