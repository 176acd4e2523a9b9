/* SPDX-License-Identifier: MIT */
/* The command `trace`: the kernel's trace (<l4/pecan.h>), asked for through wortel. */
#ifndef INIT_TRACECOMMAND_H
#define INIT_TRACECOMMAND_H

#include <stdbool.h>

#include "lib/shell/words.h"

/* Obeys `trace`, `trace on [KB]`, `trace off`, `trace dump [RECORDS]`.  Says what is wrong. */
void tracecommand_obey(const struct words *w);

/* Says what is wrong with what hurd_wortel_trace() has returned.  Returns true if nothing is. */
bool tracecommand_good(int error);

#endif
