/* SPDX-License-Identifier: MIT */
/* What escape sequences do to the screen: they move the cursor, erase, move cells and set colours.
 * Sequences that are not here (titles, modes, questions, scroll regions) do nothing.  Before:
 * screen.c. */
#include "screen.h"

const struct pen screen_plain = { .foreground = 7 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Returns the first parameter, or 1 if it is missing. */
static unsigned first_of(const struct screen *s)
{
    return sequence_parameter(&s->sequence, 0, 1);
}

static unsigned here(const struct screen *s)
{
    return s->row * SCREEN_COLUMNS + s->column;
}

static unsigned row_start(const struct screen *s)
{
    return s->row * SCREEN_COLUMNS;
}

static unsigned row_end(const struct screen *s)
{
    return row_start(s) + SCREEN_COLUMNS;
}

/* ---- colours ---- */

/* Programs number red, green and blue as bits 0, 1 and 2, the card as bits 2, 1 and 0. */
static uint8_t vga_colour(unsigned colour)
{
    return (uint8_t) ((colour & 2) | (colour & 1) << 2 | (colour >> 2 & 1));
}

/* Returns the nearest of the eight colours.  n is one of 256: sixteen colours, then a cube of
 * 6 x 6 x 6, then greys. */
static unsigned colour_of_256(unsigned n)
{
    if (n < 16)
        return n & 7;
    if (n >= 232)
        return n < 244 ? 0 : 7;
    n -= 16;
    return (n / 36 > 2 ? 1u : 0) | (n / 6 % 6 > 2 ? 2u : 0) | (n % 6 > 2 ? 4u : 0);
}

/* Reads "5 ; n" or "2 ; r ; g ; b" behind parameter i, which was 38 or 48.  Moves *i over it. */
static uint8_t colour_extended(const struct sequence *q, unsigned *i)
{
    unsigned form = sequence_parameter(q, *i + 1, 0), colour = 0;
    if (form == 5) {
        colour = colour_of_256(least(sequence_parameter(q, *i + 2, 0), 255));
        *i += 2;
    } else if (form == 2) {
        for (unsigned part = 0; part < 3; part++)
            colour |= (sequence_parameter(q, *i + 2 + part, 0) > 127 ? 1u : 0) << part;
        *i += 4;
    }
    return vga_colour(colour);
}

static void pen_set(struct pen *pen, const struct sequence *q, unsigned *i)
{
    unsigned n = sequence_parameter(q, *i, 0);
    if (n == 0)
        *pen = screen_plain;
    else if (n == 1)
        pen->bold = true;
    else if (n == 22)
        pen->bold = false;
    else if (n == 7 || n == 27)
        pen->reverse = n == 7;
    else if (n >= 30 && n <= 37)
        pen->foreground = vga_colour(n - 30);
    else if (n == 38)
        pen->foreground = colour_extended(q, i);
    else if (n == 39)
        pen->foreground = screen_plain.foreground;
    else if (n >= 40 && n <= 47)
        pen->background = vga_colour(n - 40);
    else if (n == 48)
        pen->background = colour_extended(q, i);
    else if (n == 49)
        pen->background = screen_plain.background;
    else if (n >= 90 && n <= 97)
        pen->foreground = 8 | vga_colour(n - 90);
    else if (n >= 100 && n <= 107)
        pen->background = vga_colour(n - 100);
}

static void colours_set(struct screen *s)
{
    unsigned count = s->sequence.count ? s->sequence.count : 1;
    for (unsigned i = 0; i < count; i++)
        pen_set(&s->pen, &s->sequence, &i);
}

/* ---- cursor ---- */

static void cursor_save(struct screen *s)
{
    s->saved.row = s->row;
    s->saved.column = s->column;
    s->saved.pen = s->pen;
}

static void cursor_restore(struct screen *s)
{
    s->row = s->saved.row;
    s->column = s->saved.column;
    s->pen = s->saved.pen;
}

static void cursor_to(struct screen *s, unsigned row, unsigned column)
{
    s->row = least(row, s->rows - 1);
    s->column = least(column, SCREEN_COLUMNS - 1);
}

/* Returns true if the letter moves the cursor. */
static bool cursor_moves(struct screen *s, char letter)
{
    unsigned n = first_of(s);
    unsigned up = s->row - least(n, s->row), left = s->column - least(n, s->column);
    switch (letter) {
    case 'A':
        cursor_to(s, up, s->column);
        return true;
    case 'B':
        cursor_to(s, s->row + n, s->column);
        return true;
    case 'C':
        cursor_to(s, s->row, s->column + n);
        return true;
    case 'D':
        cursor_to(s, s->row, left);
        return true;
    case 'E':
        cursor_to(s, s->row + n, 0);
        return true;
    case 'F':
        cursor_to(s, up, 0);
        return true;
    case 'G':
    case '`':
        cursor_to(s, s->row, n - 1);
        return true;
    case 'd':
        cursor_to(s, n - 1, s->column);
        return true;
    case 'H':
    case 'f':
        cursor_to(s, n - 1, sequence_parameter(&s->sequence, 1, 1) - 1);
        return true;
    default:
        return false;
    }
}

/* ---- cells ---- */

static void erase_screen(struct screen *s)
{
    switch (sequence_parameter(&s->sequence, 0, 0)) {
    case 0:
        screen_erase(s, here(s), screen_cells(s));
        break;
    case 1:
        screen_erase(s, 0, here(s) + 1);
        break;
    case 2:
    case 3:
        screen_erase(s, 0, screen_cells(s));
        break;
    }
}

static void erase_row(struct screen *s)
{
    switch (sequence_parameter(&s->sequence, 0, 0)) {
    case 0:
        screen_erase(s, here(s), row_end(s));
        break;
    case 1:
        screen_erase(s, row_start(s), here(s) + 1);
        break;
    case 2:
        screen_erase(s, row_start(s), row_end(s));
        break;
    }
}

static void cells_change(struct screen *s, char letter)
{
    unsigned n = first_of(s);
    int cells = (int) n, rows = (int) (least(n, s->rows) * SCREEN_COLUMNS);
    switch (letter) {
    case 'J':
        erase_screen(s);
        break;
    case 'K':
        erase_row(s);
        break;
    case 'X':
        screen_erase(s, here(s), least(here(s) + n, row_end(s)));
        break;
    case 'P':
        screen_move(s, here(s), row_end(s), -cells);
        break;
    case '@':
        screen_move(s, here(s), row_end(s), cells);
        break;
    case 'M':
        screen_move(s, row_start(s), screen_cells(s), -rows);
        break;
    case 'L':
        screen_move(s, row_start(s), screen_cells(s), rows);
        break;
    case 'S':
        screen_move(s, 0, screen_cells(s), -rows);
        break;
    case 'T':
        screen_move(s, 0, screen_cells(s), rows);
        break;
    }
}

/* ---- sequences ---- */

static void control_sequence(struct screen *s)
{
    char letter = s->sequence.final;
    if (s->sequence.mark)
        return;                 /* private sequences, and those with intermediate bytes */
    if (letter == 'm') {
        colours_set(s);
        return;
    }
    if (letter == 's')
        cursor_save(s);
    if (letter == 'u')
        cursor_restore(s);
    if (letter == 's' || letter == 'u')
        return;
    s->column = least(s->column, SCREEN_COLUMNS - 1);
    if (!cursor_moves(s, letter))
        cells_change(s, letter);
}

static void reset(struct screen *s)
{
    s->pen = screen_plain;
    s->graphics[0] = s->graphics[1] = s->shifted = false;
    s->row = s->column = 0;
    cursor_save(s);
    screen_erase(s, 0, screen_cells(s));
}

static void row_before(struct screen *s)
{
    if (s->row > 0)
        s->row--;
    else
        screen_move(s, 0, screen_cells(s), SCREEN_COLUMNS);
}

static void escape_sequence(struct screen *s)
{
    char mark = s->sequence.mark, final = s->sequence.final;
    if (mark == '(' || mark == ')')
        s->graphics[mark == ')'] = final == '0';
    if (mark)
        return;                 /* other character sets, sizes of letters, test patterns */
    if (final == '7')
        cursor_save(s);
    else if (final == '8')
        cursor_restore(s);
    else if (final == 'D')
        screen_next_row(s);
    else if (final == 'M')
        row_before(s);
    else if (final == 'E')
        s->column = 0, screen_next_row(s);
    else if (final == 'c')
        reset(s);
}

void screen_escape(struct screen *s, enum sequence_kind kind)
{
    if (kind == SEQUENCE_CSI)
        control_sequence(s);
    else if (kind == SEQUENCE_ESC)
        escape_sequence(s);
}
