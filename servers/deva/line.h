/* SPDX-License-Identifier: MIT */
/* A line as programs read it.  Until Enter, the user can correct it. */
#ifndef DEVA_LINE_H
#define DEVA_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/terminal/sequence.h"

#define LINE_SIZE 4096u     /* bytes of a line with its newline, at most */

struct line {
    bool complete;              /* Enter or Ctrl-D was typed: readers may have bytes[taken ..
                                   length) */
    bool after_return; /* the last byte was a carriage return, so a newline now is the same key */
    unsigned length, taken;     /* taken < length; or both are 0, and then a complete line is the
                                   end of the file */
    struct sequence keys;
    uint8_t bytes[LINE_SIZE];
};

void line_init(struct line *l);

/* Takes the next byte that was typed, and shows it by `put`.  Pre: the line is not complete. */
void line_feed(struct line *l, uint8_t byte, void (*put)(uint8_t byte));

/* Forgets the next `count` bytes.  If none is left, the next line begins. */
void line_drop(struct line *l, unsigned count);

#endif
