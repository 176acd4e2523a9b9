/* SPDX-License-Identifier: MIT */
/* The picture of a text screen of 80x25: what a card shall show.  It is a terminal that understands
 * UTF-8 and the escape sequences that programs commonly send.  hardware.c shows it. */
#ifndef DEVA_SCREEN_H
#define DEVA_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/terminal/sequence.h"
#include "servers/screen/vga.h"

/* How the next characters look, in VGA's colours: 0-15 for the character, 0-7 for the
 * background. */
struct pen {
    uint8_t foreground, background;
    bool bold, reverse;
};

struct screen {
    uint16_t *cells;            /* SCREEN_CELLS cells in memory, each as in the card's; NULL: there
                                   is no screen */
    unsigned changed, changed_end;      /* cells [changed, changed_end) have changed since the last
                                           screen_change(); changed >= changed_end: none has */
    unsigned shown_cursor;      /* as of the last screen_change() */
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

/* cells: what the card shows, or NULL; cursor: in which cell output goes on. */
void screen_init(struct screen *s, uint16_t *cells, unsigned cursor);
void screen_write(struct screen *s, uint8_t byte);

/* What the card has to show anew since the last call.  The cursor blinks at the place of the next
 * character; while the screen looks back, nowhere.  Returns false if nothing has changed. */
bool screen_change(struct screen *s, struct hurd_console_change *change);

/* Cells [from, to) have changed. */
static inline void screen_changed(struct screen *s, unsigned from, unsigned to)
{
    if (from < s->changed)
        s->changed = from;
    if (to > s->changed_end)
        s->changed_end = to;
}

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
