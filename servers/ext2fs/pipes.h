/* SPDX-License-Identifier: MIT */
/* A pipe, for those who move its bytes (pipes.c) and those who wait for them (waits.c). */
#ifndef EXT2FS_PIPES_H
#define EXT2FS_PIPES_H

#include <stdbool.h>
#include <stdint.h>

#include "servers/ext2fs/server.h"

enum { PIPE_BYTES = 4096 };

struct pipe {
    unsigned readers, writers;          /* handles; both 0: it goes */
    uint32_t used, start;               /* bytes that wait, and where the first of them is */
    uint8_t bytes[PIPE_BYTES];
};

/* A read does not wait; a write of HURD_IO_WHOLE bytes does not. */
static inline bool pipe_can_read(const struct pipe *pipe)
{
    return pipe->used > 0 || pipe->writers == 0;
}

static inline bool pipe_can_write(const struct pipe *pipe)
{
    return PIPE_BYTES - pipe->used >= HURD_IO_WHOLE || pipe->readers == 0;
}

/* ---- waits.c ---- */
/* Parks the request until this pipe changes.  ENOMEM: HURD_FS_WAITS requests of the task wait. */
int pipe_park(struct hurd_cap_call *call, struct pipe *pipe);
/* Those who wait for this pipe look again.  turned: it can be read or written and could not before,
 * or has one end more or less: then those who wait for several pipes look, too. */
void pipe_changed(struct pipe *pipe, bool turned);
int pipe_poll(struct hurd_cap_call *call, const struct handle *h);
int pipe_wait(struct hurd_cap_call *call, const struct handle *h);

#endif
