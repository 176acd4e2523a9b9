/* SPDX-License-Identifier: MIT */
/* What the files of sh know of each other. */
#ifndef SH_H
#define SH_H

#include <stdbool.h>

#include "lib/shell/language.h"

enum { STATUS_WRONG = 2, STATUS_NOT_STARTED = 126, STATUS_UNKNOWN = 127 };

/* ---- builtin.c */
/* Obeys a command of sh's own, in this task.  False: it is none.  Post: $? is its status. */
bool builtin_obey(const struct words *w);
bool builtin_has(const char *name);

/* ---- jobs.c */
/* Starts the commands, each in a child, and waits for them unless the last one ended in `&`. */
void pipeline_run(const struct words *const command[], size_t count);
/* Waits for all children; the command `wait`. */
void wait_all(void);

/* ---- main.c */
/* The rest of the text is left out, and sh ends with $?. */
void leave(void);
/* Opens what stands behind < > and 2>, in place of descriptors 0 to 2.  False: this said why. */
bool redirect(const struct words *w);

#endif
