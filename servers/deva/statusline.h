/* SPDX-License-Identifier: MIT */
/* A line below the text: the screen's last row, which programs cannot reach while it is there. */
#ifndef DEVA_STATUSLINE_H
#define DEVA_STATUSLINE_H

#include "screen.h"

/* Shows so many bytes of text, SCREEN_COLUMNS at most; 0: the row belongs to the text again.
 * Bytes that are no printable ASCII show as blanks.  Without a
 * screen it does nothing. */
void statusline_show(struct screen *s, const char *text, unsigned size);

#endif
