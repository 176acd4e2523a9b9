/* SPDX-License-Identifier: MIT */
/* The command `top`. */
#ifndef INIT_TOP_H
#define INIT_TOP_H

#include "lib/shell/words.h"

/* Shows the tasks that have run, again and again, until a key is pressed or as often as the line
 * says. */
void top_obey(const struct words *w);

#endif
