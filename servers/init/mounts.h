/* SPDX-License-Identifier: MIT */
/* File systems in directories of the root file system, each with a file server of its own. */
#ifndef INIT_MOUNTS_H
#define INIT_MOUNTS_H

#include <stdbool.h>

#include <hurd/deva.h>

#include "servers/init/programs.h"

/* Starts a file server for these sectors, which are claimed then.  path: the directory that it
 * covers, or NULL.  Returns NULL, or why not.  fileserver_stop() undoes it. */
const char *fileserver_start(const char *disk, const char *path,
                             const struct hurd_deva_extent *sectors, struct program *server);
/* The server has ended, or must: its sectors are free. */
void fileserver_stop(struct program *server, const struct hurd_deva_extent *sectors, bool kill);

/* Mounts the disk in a directory, by its whole path.  Prints why it cannot. */
void mounts_make(const char *disk, const char *path);
/* Prints why it cannot. */
void mounts_end(const char *path);
/* The system, or the root file system, ends: so do they, whoever uses them. */
void mounts_end_all(void);
void mounts_sync(void);
void mounts_report(void);

#endif
