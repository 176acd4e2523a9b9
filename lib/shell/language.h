/* SPDX-License-Identifier: MIT */
/* The shell's language, without what its commands do: servers/init and apps/sh do that. */
#ifndef SHELL_LANGUAGE_H
#define SHELL_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/shell/control.h"
#include "lib/shell/words.h"

enum {
    PIPELINE_MOST = 6,                  /* commands */
    STATUS_INTERRUPTED = 130,           /* by Ctrl-C, or because nobody reads the output */
};

/* Obeys the commands of a text, and says what is wrong with it.  name: of the script that it is.
 * NULL: it was typed, and if it is CONTROL_OPEN, nothing is said. */
enum control_result language_run(const char *text, const char *name);

/* Prints a mistake to stderr, and sets $? to 1. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Why something could not be done with a file, and what to do.  Valid until the next call. */
const char *error_text(int error);

/* Takes "#!NAME ..." at the start of a script apart.  Returns the name, which is terminated then;
 * NULL: there is none. */
const char *interpreter_in(char *script);

/* ---- what the program defines ---- */

/* Obeys a command, or the commands of a pipeline, which may do nothing.  `from`: its place in the
 * text; `rest`: what stands behind it, or NULL.  Post: $? is the status. */
void language_obey(const struct words *const command[], size_t count, const char *from,
                   const char *rest);

/* Shall the rest of the text be left out?  Asked between two commands. */
bool language_interrupted(void);

/* Calls `visit` for each name in the directory, until it says false.  What is no directory has no
 * names. */
void language_list(const char *directory, bool (*visit)(void *context, const char *name),
                   void *context);

/* Is this so?  e: the file is there, f: as a file, d: as a directory, s: it is not empty. */
bool language_file_is(char question, const char *path);

#endif
