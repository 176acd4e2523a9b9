/* SPDX-License-Identifier: MIT */
/* The shell's commands on files. */
#ifndef INIT_FILECOMMANDS_H
#define INIT_FILECOMMANDS_H

#include <stdbool.h>

struct words;

/* False: it is none of these commands. */
bool filecommands_run(const struct words *w);
void filecommands_ls(const struct words *w);
void filecommands_help(void);

#endif
