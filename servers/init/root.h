/* SPDX-License-Identifier: MIT */
/* The root file system: a file server that init starts, and init's connection with it. */
#ifndef INIT_ROOT_H
#define INIT_ROOT_H

#include <stdbool.h>

#include "lib/file/files.h"

/* Mounts what the shell's word names, or the RAM disk for "ram".  Prints why it cannot. */
void root_mount(const char *name);

/* Returns the connection; NULL: nothing is mounted. */
struct files *root_mounted(void);

/* Returns the connection.  If nothing is mounted, prints so and returns NULL. */
struct files *root_files(void);

/* The flags for opening the file behind > or >>. */
unsigned root_output_flags(bool appends);

/* Syncs and unmounts, if something is mounted.  Prints what went wrong. */
bool root_end(void);

/* Prints what `mount` says. */
void root_report(void);

#endif
