/* SPDX-License-Identifier: MIT */
/* A command line that starts a program. */
#ifndef INIT_LAUNCH_H
#define INIT_LAUNCH_H

#include <stdbool.h>

#include "programs.h"
#include "lib/shell/words.h"

/* The command `run`: word 0 is "run", then come options, the program and its arguments.  Blocks
 * until the program has ended, unless the line ended in `&`.  Prints what is wrong. */
void launch_run(const struct words *w);

/* As `run`, for a line that begins with the program's name. */
void launch_by_name(const struct words *w);

/* Does the line start a program that there is? */
bool launch_knows(const struct words *w);

/* Starts the program as a part of a pipeline, with those streams where < and > do not say others.
 * program->task is 0 if it did not start; this said why then, and the streams are closed. */
void launch_in_pipeline(const struct words *w, struct file stream[PROGRAM_STREAMS],
                        struct program *program);

#endif
