/* SPDX-License-Identifier: MIT */
#ifndef STREAMS_H
#define STREAMS_H

#include <hurd/startup.h>
#include <stdbool.h>

#define STREAMS_WORD "=files "
#define STREAMS_KEPT "=kept "
#define STREAMS_WAITER " 41:w:"          /* then a thread id: lib/posix/start.h */

/* Drops what the program before execve() had open and was to be closed. */
void streams_begin(const char *said);
/* Claims what the starter handed over, if it waits for that, and tells it.  Blocks, for 2 seconds
 * if the starter does not wait any more. */
void streams_claim(const char *said);

/* False: the starter said nothing of streams, so they are the console.  Else *cap takes deva's
 * read_many and write_many; its server is 0 if the stream is closed. */
bool stream_sent(int stream, struct hurd_startup_cap *cap);

#endif
