/* SPDX-License-Identifier: MIT */
/* The text screen of 80x25 of a VGA (or CGA, EGA) card.  It is a terminal that understands UTF-8
 * and the escape sequences that programs commonly send. */
#ifndef DEVA_SCREEN_H
#define DEVA_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/terminal/sequence.h"

#define SCREEN_COLUMNS  80
#define SCREEN_ROWS     25
#define SCREEN_CELLS    (SCREEN_ROWS * SCREEN_COLUMNS)
#define SCREEN_PHYSICAL 0xb8000u

/* How the next characters look, in VGA's colours: 0-15 for the character, 0-7 for the
 * background. */
struct pen {
    uint8_t foreground, background;
    bool bold, reverse;
};

struct screen {
    volatile uint16_t *cells;   /* SCREEN_CELLS cells; NULL: there is no screen */
    unsigned rows;              /* that hold text: SCREEN_ROWS, or one less (statusline.c) */
    unsigned back;              /* the screen shows what was so many rows before (scrollback.c) */
    unsigned row, column;       /* if column == SCREEN_COLUMNS, the next character first goes to
                                   a new row */
    struct pen pen;
    bool graphics[2];           /* true: the character set G0 or G1 is the one for drawing lines */
    bool shifted;               /* G1 is in use */
    struct {
        unsigned row, column;
        struct pen pen;
    } saved;
    struct sequence sequence;
    uint32_t character;         /* a UTF-8 character: the bits that have come, */
    unsigned missing;           /* and how many bytes are still to come */
};

/* cells: where the card's memory is mapped, or NULL.  Output goes on at the cursor.  Returns true
 * if there is a screen. */
bool screen_init(struct screen *s, volatile uint16_t *cells);
void screen_write(struct screen *s, uint8_t byte);

/* Puts the blinking cursor at the place of the next character; while the screen looks back,
 * nowhere.  One call after several writes is enough. */
void screen_show_cursor(struct screen *s);

static inline unsigned screen_cells(const struct screen *s)     /* that hold text */
{
    return s->rows * SCREEN_COLUMNS;
}

/* ---- screen.c, for escapes.c */
/* Makes cells [from, to) blank. */
void screen_erase(struct screen *s, unsigned from, unsigned to);
/* Moves cells [from, to) by `distance` cells, backwards if it is negative.  Cells that become free
 * are blank. */
void screen_move(struct screen *s, unsigned from, unsigned to, int distance);
void screen_next_row(struct screen *s);

/* ---- escapes.c: carries out an escape sequence that has just ended */
extern const struct pen screen_plain;
void screen_escape(struct screen *s, enum sequence_kind kind);

/* ---- glyphs.c: the card's character for a Unicode character; 0 for a character without width */
uint8_t glyph_of(uint32_t character);
uint8_t glyph_of_graphics(uint8_t byte);    /* byte: of DEC's set for drawing lines */

#endif
