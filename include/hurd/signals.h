/* SPDX-License-Identifier: MIT */
/* What lib/hurd-mm's signals ask of libraries that wait, or that hold locks which a handler may
 * need.  Signals of other tasks go to any thread of the program; what follows is about the calling
 * one. */
#ifndef HURD_SIGNALS_H
#define HURD_SIGNALS_H

#include <l4/types.h>
#include <stdbool.h>

/* A call that waits long and may be broken off.  The thread sets it for itself; the pager marks it
 * when a handler will run.  server: where HURD_CAP_CANCEL ends it; nil: the library's
 * thread for signals sends a message. */
struct signal_wait {
    volatile bool active, interrupted;
    volatile bool fails;                /* a handler without SA_RESTART runs: EINTR */
    L4_ThreadId_t server;
};

/* No handler of others' signals runs in this thread until the release, which gets the result: a
 * thread of the library has no such handlers.  Calls nest. */
bool signal_hold(void);
void signal_release(bool held);

/* Around a call that waits long.  end: the error of the call, but for one that a signal broke off
 * (ECANCELED) EINTR, or ERESTART: to be tried again.  A handler that runs before the call begins to
 * wait breaks it off, too. */
enum { ERESTART = 85 };
void signal_wait_begin(struct signal_wait *outer, L4_ThreadId_t server);
int signal_wait_end(const struct signal_wait *outer, int error);
/* Sleeps that long, or until a handler has run: true.  ~0: without an end.  Pre: begin(..., nil)
 * before. */
bool signal_sleep(unsigned long long microseconds);

#endif
