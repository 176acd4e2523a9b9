/* SPDX-License-Identifier: MIT */
/* How poll() waits for what is not ready. */
#ifndef POSIX_POLLWAIT_H
#define POSIX_POLLWAIT_H

#include <poll.h>

#include "lib/posix/stream.h"

struct poll_wait {
    enum { POLL_SLEEPS, POLL_LOOKS, POLL_ASKS } how;
    L4_ThreadId_t server;               /* POLL_ASKS: whom; else nil */
    unsigned label, words;              /* and what */
    L4_Word_t word[1 + HURD_IO_WAIT_MOST];
    unsigned count;
    struct description *kept[HURD_IO_WAIT_MOST];        /* they stay open as long as the plan */
};

/* Chooses, for what none of these is ready for now: one request, if one server has them all; looks
 * every 10 ms, if not; sleep, if nothing can become ready. */
void poll_wait_plan(struct poll_wait *w, const struct pollfd *fds, nfds_t count);
void poll_wait_end(struct poll_wait *w);

/* Waits so many us at most (~0: no end).  True: a signal's handler has run.  The caller looks then,
 * in any case: its next request is what ends one that is still waiting in the server.  Pre:
 * signal_wait_begin(w->server).  Blocks. */
bool poll_wait(const struct poll_wait *w, unsigned long long us);

#endif
