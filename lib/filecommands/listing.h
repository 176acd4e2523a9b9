/* SPDX-License-Identifier: MIT */
/* What `ls` says. */
#ifndef FILECOMMANDS_LISTING_H
#define FILECOMMANDS_LISTING_H

#include <stdbool.h>

#include "lib/file/files.h"

/* Prints the entries of a directory, or one file; with details as `ls -l` has them.  `heading`:
 * prints the path first.  Returns 0 or an errno. */
int listing(struct files *files, const char *path, bool details, bool heading);

#endif
