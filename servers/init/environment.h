/* SPDX-License-Identifier: MIT */
/* What programs find besides their arguments: files, and variables. */
#ifndef INIT_ENVIRONMENT_H
#define INIT_ENVIRONMENT_H

#include <stddef.h>

#include "programs.h"

/* Writes strings with their zeroes: lib/posix/start.h's, if a file system is mounted, then the
 * shell's variables, as many as fit.  stream: open files for descriptors 0 and 1; `files` is NULL
 * where it is the console.  Returns the bytes. */
size_t environment_make(char *envz, size_t size, const struct file stream[PROGRAM_STREAMS]);

#endif
