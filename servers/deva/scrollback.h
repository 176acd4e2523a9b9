/* SPDX-License-Identifier: MIT */
/* The rows that have left the screen at its top, and a look back at them. */
#ifndef DEVA_SCROLLBACK_H
#define DEVA_SCROLLBACK_H

#include "screen.h"

enum { SCROLLBACK_ROWS = 200 }; /* that are kept */

/* Keeps the screen's first row, which is about to leave. */
void scrollback_keep(const struct screen *s);

/* Shows what is so many pages further back, or further on if the number is negative, as far as rows
 * are kept.  Post: s->back says how far back the screen is. */
void scrollback_turn(struct screen *s, int pages);

/* Shows the newest rows again.  Pre: s->back > 0. */
void scrollback_leave(struct screen *s);

#endif
