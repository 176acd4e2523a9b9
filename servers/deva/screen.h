/* SPDX-License-Identifier: MIT */
/* The 80x25 text screen of a VGA (or CGA, EGA) card. */
#ifndef DEVA_SCREEN_H
#define DEVA_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#define SCREEN_COLUMNS  80
#define SCREEN_ROWS     25
#define SCREEN_PHYSICAL 0xb8000u

enum screen_escape { ESC_NONE, ESC_SEEN, ESC_BRACKET };

struct screen {
    volatile uint16_t *cells;   /* SCREEN_ROWS * SCREEN_COLUMNS; NULL when there is no screen */
    unsigned row, column;       /* column == SCREEN_COLUMNS: the next character wraps first */
    enum screen_escape escape;  /* inside an ESC [ ... sequence of a terminal program */
    unsigned parameter;         /* the last number in it */
};

/* `cells` is where the card's memory is mapped, or NULL.  Continues where the cursor stands. */
bool screen_init(struct screen *s, volatile uint16_t *cells);
void screen_write(struct screen *s, uint8_t byte);

/* Puts the blinking cursor where the next character goes; once after a batch of writes. */
void screen_show_cursor(struct screen *s);

#endif
