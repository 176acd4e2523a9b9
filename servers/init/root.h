/* SPDX-License-Identifier: MIT */
/* The root file system: a file server that init starts, and init's connection with it. */
#ifndef INIT_ROOT_H
#define INIT_ROOT_H

#include <stdbool.h>

#include "lib/file/files.h"

/* Mounts what the shell's word names, or the RAM disk for "ram"; says why not. */
void root_mount(const char *name);

/* The connection, or NULL, having said that nothing is mounted. */
struct files *root_files(void);

/* Syncs and unmounts, if something is mounted; says what went wrong. */
bool root_end(void);

/* What `mount` says. */
void root_report(void);

#endif
