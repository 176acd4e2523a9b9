/* SPDX-License-Identifier: MIT */
/* The console and pipes: bytes in messages, and calls that wait for them. */
#ifndef POSIX_STREAM_H
#define POSIX_STREAM_H

#include <sys/types.h>

#include "lib/posix/descriptors.h"

/* read() and write().  Pre: the way is allowed, size is not 0. */
ssize_t stream_move(struct description *d, bool writes, void *data, size_t size);

void stream_of(const struct description *d, L4_ThreadId_t *server, L4_Word_t *handle);

/* What poll() says of it: POLLIN, POLLOUT, POLLHUP, POLLERR. */
int stream_ready(const struct description *d, short *ready);

/* fifo.c, behind open(): waits for the other end.  EINTR. */
int fifo_wait(int descriptor);

/* ---- terminal.c: the modes that tcsetattr() chose ---- */

/* One read of the console in these modes. */
int terminal_read(L4_ThreadId_t server, L4_Word_t handle, uint8_t *data, size_t size, bool block,
                  L4_Word_t *done);
/* A read would get lines, not single keys. */
bool terminal_is_cooked(L4_ThreadId_t server, L4_Word_t handle);

/* ---- foreground.c ---- */

/* SIGTTOU or SIGTTIN for the program's group, if it is not in the foreground.  `otherwise`: what
 * this returns if the program ignores or blocks the signal.  Blocks until it is in the foreground.
 * EINTR: a handler has run; ERESTART: and the read is to be tried again. */
int terminal_wait_for_foreground(int signal, int otherwise);

#endif
