/* SPDX-License-Identifier: MIT */
/* The shell's commands on files. */
#ifndef INIT_FILECOMMANDS_H
#define INIT_FILECOMMANDS_H

#include <stdbool.h>

struct words;

/* Obeys the command that word 0 names, which is one of those in commands.c under "Files", or ls.
 * Blocks as long as the disk takes. */
void filecommands_obey(const struct words *w);

/* Is it echo, cat or sha256sum, which can write to a pipe? */
bool filecommands_write(const struct words *w);
/* The same with that file or pipe's end for its output, where the line does not say another. */
struct file;
void filecommands_obey_into(const struct words *w, struct file *output);

#endif
