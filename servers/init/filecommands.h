/* SPDX-License-Identifier: MIT */
/* The shell's commands on files. */
#ifndef INIT_FILECOMMANDS_H
#define INIT_FILECOMMANDS_H

struct words;

/* Obeys the command that word 0 names, which is one of those in commands.c under "Files", or ls.
 * Blocks as long as the disk takes. */
void filecommands_obey(const struct words *w);

#endif
