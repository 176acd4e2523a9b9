/* SPDX-License-Identifier: MIT */
/* The 80x25 text screen of a VGA (or CGA, EGA) card, as a terminal that understands UTF-8 and the
 * escape sequences that programs commonly send. */
#ifndef DEVA_SCREEN_H
#define DEVA_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/terminal/sequence.h"

#define SCREEN_COLUMNS  80
#define SCREEN_ROWS     25
#define SCREEN_CELLS    (SCREEN_ROWS * SCREEN_COLUMNS)
#define SCREEN_PHYSICAL 0xb8000u

/* How the next characters look: VGA's colours, 0-15 before, 0-7 behind. */
struct pen {
    uint8_t foreground, background;
    bool bold, reverse;
};

struct screen {
    volatile uint16_t *cells;   /* SCREEN_CELLS; NULL when there is no screen */
    unsigned row, column;       /* column == SCREEN_COLUMNS: the next character wraps first */
    struct pen pen;
    bool graphics[2];           /* character sets G0 and G1: the line drawing one */
    bool shifted;               /* G1 is in use */
    struct {
        unsigned row, column;
        struct pen pen;
    } saved;
    struct sequence sequence;
    uint32_t character;         /* UTF-8: what is known of it ... */
    unsigned missing;           /* ... and the bytes still to come */
};

/* `cells` is where the card's memory is mapped, or NULL.  Continues where the cursor stands. */
bool screen_init(struct screen *s, volatile uint16_t *cells);
void screen_write(struct screen *s, uint8_t byte);

/* Puts the blinking cursor where the next character goes; once after a batch of writes. */
void screen_show_cursor(struct screen *s);

/* ---- screen.c for escapes.c */
void screen_erase(struct screen *s, unsigned from, unsigned to);    /* cells [from, to) */
/* Moves cells [from, to) by `distance` cells, backwards if negative; what becomes free is blank. */
void screen_move(struct screen *s, unsigned from, unsigned to, int distance);
void screen_next_row(struct screen *s);

/* ---- escapes.c: does what an escape sequence says that has just ended */
extern const struct pen screen_plain;
void screen_escape(struct screen *s, enum sequence_kind kind);

/* ---- glyphs.c: the card's character for one of Unicode; 0 for one without width */
uint8_t glyph_of(uint32_t character);
uint8_t glyph_of_graphics(uint8_t byte);    /* of DEC's line drawing set */

#endif
