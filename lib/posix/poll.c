/* SPDX-License-Identifier: MIT */
/* poll() and select(): they ask each server what is ready, and wait if nothing is (pollwait.c).  A
 * signal ends the wait. */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/select.h>

#include <hurd/signals.h>
#include <libc.h>

#include "lib/posix/pollwait.h"

static short ready_of(int descriptor)
{
    struct description *d;
    short ready = POLLIN | POLLOUT;
    if (description_take(descriptor, &d))
        return POLLNVAL;
    int err = d->kind == CONTENTS ? 0 : stream_ready(d, &ready);
    description_put(d);
    return err ? POLLERR : ready;
}

static int look(struct pollfd *fds, nfds_t count)
{
    int found = 0;
    for (nfds_t i = 0; i < count; i++) {
        fds[i].revents = 0;
        if (fds[i].fd >= 0)
            fds[i].revents = ready_of(fds[i].fd) &
                             (short) (fds[i].events | POLLERR | POLLHUP | POLLNVAL);
        found += fds[i].revents != 0;
    }
    return found;
}

/* us: ~0: no end.  mask: of signals, during the wait; one that comes before the wait ends it, too.
 * NULL: it stays as it is. */
static int wait_for(struct pollfd *fds, nfds_t count, unsigned long long us, const sigset_t *mask)
{
    struct signal_wait outer;
    struct poll_wait wait;
    unsigned long long start = __libc_clock(), gone = 0;
    bool broken = false;
    sigset_t before;
    int found = look(fds, count);
    if (!mask && (found || us == 0))
        return found;
    poll_wait_plan(&wait, fds, count);
    signal_wait_begin(&outer, wait.server);
    if (mask) {
        sigprocmask(SIG_SETMASK, mask, &before);
        broken = signal_sleep(1);       /* has a handler run already? */
    }
    while (!(found = look(fds, count)) && !broken && gone < us) {
        broken = poll_wait(&wait, us == ~0ull ? us : us - gone);
        gone = __libc_clock() - start;
    }
    signal_wait_end(&outer, 0);
    if (mask)
        sigprocmask(SIG_SETMASK, &before, NULL);
    poll_wait_end(&wait);
    return !found && broken ? posix_result(EINTR) : found;
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    if (count > DESCRIPTORS)
        return posix_result(EINVAL);
    return wait_for(fds, count, timeout < 0 ? ~0ull : (unsigned long long) timeout * 1000, NULL);
}

/* ---- select() ---- */

static bool has(const fd_set *set, int i)
{
    return set && FD_ISSET(i, set);
}

/* Empties the sets, and puts in what poll() found. */
static int sets_fill(const struct pollfd *fds, int n, fd_set *reads, fd_set *writes)
{
    int found = 0;
    if (reads)
        FD_ZERO(reads);
    if (writes)
        FD_ZERO(writes);
    for (int i = 0; i < n; i++) {
        bool in = fds[i].events & POLLIN && fds[i].revents & (POLLIN | POLLHUP | POLLERR);
        bool out = fds[i].events & POLLOUT && fds[i].revents & (POLLOUT | POLLERR);
        if (in)
            FD_SET(fds[i].fd, reads);
        if (out)
            FD_SET(fds[i].fd, writes);
        found += in + out;
    }
    return found;
}

static int wait_for_sets(int count, fd_set *reads, fd_set *writes, fd_set *exceptions,
                         unsigned long long us, const sigset_t *mask)
{
    struct pollfd fds[FD_SETSIZE];
    int n = 0;
    if (count < 0 || count > FD_SETSIZE)
        return posix_result(EINVAL);
    for (int i = 0; i < count; i++) {
        int events = (has(reads, i) ? POLLIN : 0) | (has(writes, i) ? POLLOUT : 0);
        if (events)
            fds[n++] = (struct pollfd) { .fd = i, .events = (short) events };
    }
    int found = wait_for(fds, (nfds_t) n, us, mask);
    for (int i = 0; i < n && found > 0; i++) {
        if (fds[i].revents & POLLNVAL)
            return posix_result(EBADF);
    }
    if (found < 0)
        return found;
    if (exceptions)
        FD_ZERO(exceptions);
    return sets_fill(fds, n, reads, writes);
}

int select(int count, fd_set *reads, fd_set *writes, fd_set *exceptions, struct timeval *timeout)
{
    unsigned long long us = ~0ull;
    if (timeout && (timeout->tv_sec < 0 || timeout->tv_usec < 0 || timeout->tv_usec >= 1000000))
        return posix_result(EINVAL);
    if (timeout)
        us = (unsigned long long) timeout->tv_sec * 1000000 + (unsigned long) timeout->tv_usec;
    return wait_for_sets(count, reads, writes, exceptions, us, NULL);
}

int pselect(int count, fd_set *restrict reads, fd_set *restrict writes,
            fd_set *restrict exceptions, const struct timespec *restrict timeout,
            const sigset_t *restrict mask)
{
    unsigned long long us = ~0ull;
    if (timeout && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= 1000000000))
        return posix_result(EINVAL);
    if (timeout)
        us = (unsigned long long) timeout->tv_sec * 1000000 +
             ((unsigned long) timeout->tv_nsec + 999) / 1000;
    return wait_for_sets(count, reads, writes, exceptions, us, mask);
}
