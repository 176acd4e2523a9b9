/* SPDX-License-Identifier: MIT */
/* A command line that starts a program. */
#ifndef INIT_LAUNCH_H
#define INIT_LAUNCH_H

#include "words.h"

/* The command `run`: word 0 is "run", then come options, the program and its arguments.  Blocks
 * until the program has ended, unless the line ended in `&`.  Prints what is wrong. */
void launch_run(const struct words *w);

/* As `run`, for a line that begins with the program's name. */
void launch_by_name(const struct words *w);

#endif
