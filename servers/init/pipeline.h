/* SPDX-License-Identifier: MIT */
/* Commands whose output is the next one's input. */
#ifndef INIT_PIPELINE_H
#define INIT_PIPELINE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/shell/words.h"

#include "lib/file/files.h"

/* Starts the commands, the last one first, and waits until all have ended, unless the last one
 * ended in `&`.  All are programs, but the first may be a command of the shell's own. */
void pipeline_run(const struct words *const command[], size_t count);

/* Writes to a pipe's end.  While it is full, Ctrl-C ends the programs of the pipeline.  Returns
 * EPIPE, EINTR; EIO: the file server has gone. */
int pipeline_put(const struct file *end, const void *data, uint32_t size);

#endif
