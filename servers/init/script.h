/* SPDX-License-Identifier: MIT */
/* Files with lines for the shell. */
#ifndef INIT_SCRIPT_H
#define INIT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/shell/words.h"

/* Is it a script for the shell, now that the file could not be started because of `error`?  Such a
 * file has an x bit, and is no program or begins with "#!/bin/sh". */
bool script_is(const char *path, int error);

/* Obeys the lines of the file that word `first` names; the words from there on are $0 to $9.  Obeys
 * nothing if it finds a mistake in the language.  Returns the status of the last command; 127: the
 * file cannot be read. */
unsigned script_run(const struct words *w, size_t first);

/* `exit`: the rest of the script is left out.  False: no script runs. */
bool script_exit(unsigned status);
bool script_ends(void);         /* Was there such an `exit`? */

/* The interpreter that a script names in its first line; NULL: none.  Valid until the next call. */
const char *script_interpreter(const char *path);

#endif
