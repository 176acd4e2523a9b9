/* SPDX-License-Identifier: MIT */
/* Commands on files: cat cp echo ln ls mkdir mv rm rmdir sha256sum. */
#ifndef FILECOMMANDS_H
#define FILECOMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/file/files.h"

/* Obeys the command that word 0 names.  files: NULL: there is no file system, and this says so if
 * the command needs one.  Post: $? is 0, or what complain() sets.  False: there is no such command.
 * Blocks. */
bool commands_obey(struct files *files, const char *const word[], size_t count);

/* ---- what the program defines ---- */

enum { COMMANDS_LOOK = 64 };    /* names of a list, after which commands_interrupted() is asked */

/* Shall the command end?  Asked again and again: a key was typed, or nobody reads its output. */
bool commands_interrupted(void);

/* Does it print to somebody who looks?  Then names have no control characters. */
bool commands_shown(void);

/* Says that there is no file system, and what to do. */
void commands_say_no_files(void);

#endif
