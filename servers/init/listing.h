/* SPDX-License-Identifier: MIT */
/* What `ls` says. */
#ifndef INIT_LISTING_H
#define INIT_LISTING_H

#include <stdbool.h>

#include "lib/file/files.h"

/* The entries of a directory, or one file; with details as `ls -l` has them.  heading: the path
 * first.  0 or an errno. */
int listing(struct files *files, const char *path, bool details, bool heading);

#endif
