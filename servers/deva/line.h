/* SPDX-License-Identifier: MIT */
/* A line as programs read it: what is typed can be mended until Enter. */
#ifndef DEVA_LINE_H
#define DEVA_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/terminal/sequence.h"

#define LINE_SIZE 4096u     /* bytes of a line with its newline, at most */

struct line {
    bool complete;              /* Enter or Ctrl-D: readers may have bytes[taken .. length) */
    bool after_return;          /* a newline right behind a carriage return is the same key */
    unsigned length, taken;     /* taken < length, or both 0 and complete: the end of the file */
    struct sequence keys;
    uint8_t bytes[LINE_SIZE];
};

void line_init(struct line *l);

/* Takes the next byte that was typed, while the line is not complete, and echoes by `put`. */
void line_feed(struct line *l, uint8_t byte, void (*put)(uint8_t byte));

/* Forgets `count` of its bytes; when none is left the next line may be typed. */
void line_drop(struct line *l, unsigned count);

#endif
