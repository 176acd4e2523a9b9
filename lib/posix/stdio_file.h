/* SPDX-License-Identifier: MIT */
#ifndef POSIX_STDIO_FILE_H
#define POSIX_STDIO_FILE_H

#include "lib/libc-mini/stream.h"

/* The flags of open() for a mode; -1 with EINVAL. */
int stream_mode(const char *mode);

/* A stream of this descriptor, in the list of all; -1: the caller gives it a store.  NULL:
 * ENOMEM. */
FILE *stream_make(int descriptor, int flags);

#endif
