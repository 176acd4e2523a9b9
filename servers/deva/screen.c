/* SPDX-License-Identifier: MIT */
/* Text output on the screen.  Characters are in UTF-8.  escapes.c carries out escape sequences.
 * Before: console.c.  After: hardware.c, which shows the picture. */
#include "screen.h"
#include "scrollback.h"

#include <stddef.h>
#include <string.h>

void screen_init(struct screen *s, uint16_t *cells, unsigned cursor)
{
    *s = (struct screen) {
        .cells = cells, .changed = SCREEN_CELLS, .shown_cursor = cursor, .rows = SCREEN_ROWS,
        .row = cursor / SCREEN_COLUMNS, .column = cursor % SCREEN_COLUMNS, .pen = screen_plain,
        .saved.pen = screen_plain,
    };
}

/* ---- cells ---- */

static uint16_t cell_of(const struct pen *pen, uint8_t glyph)
{
    uint8_t before = pen->foreground | (pen->bold ? 8 : 0), behind = pen->background;
    if (pen->reverse)
        return (uint16_t) ((before & 7) << 12 | behind << 8 | glyph);
    return (uint16_t) (behind << 12 | before << 8 | glyph);
}

void screen_erase(struct screen *s, unsigned from, unsigned to)
{
    const struct pen blank = { .foreground = s->pen.foreground, .background = s->pen.background };
    for (unsigned i = from; i < to; i++)
        s->cells[i] = cell_of(&blank, ' ');
    screen_changed(s, from, to);
}

void screen_move(struct screen *s, unsigned from, unsigned to, int distance)
{
    unsigned count = to - from, by = (unsigned) (distance < 0 ? -distance : distance);
    if (by > count)
        by = count;
    uint16_t *cells = s->cells + from;
    if (distance < 0) {
        memmove(cells, cells + by, (count - by) * sizeof cells[0]);
        screen_erase(s, to - by, to);
    } else {
        memmove(cells + by, cells, (count - by) * sizeof cells[0]);
        screen_erase(s, from, from + by);
    }
    screen_changed(s, from, to);
}

void screen_next_row(struct screen *s)
{
    if (s->row + 1 < s->rows) {
        s->row++;
        return;
    }
    scrollback_keep(s);
    screen_move(s, 0, screen_cells(s), -(int) SCREEN_COLUMNS);
}

/* ---- characters ---- */

static void screen_put(struct screen *s, uint8_t glyph)
{
    if (glyph == 0)
        return;
    if (s->column == SCREEN_COLUMNS) {
        s->column = 0;
        screen_next_row(s);
    }
    unsigned cell = s->row * SCREEN_COLUMNS + s->column++;
    s->cells[cell] = cell_of(&s->pen, glyph);
    screen_changed(s, cell, cell + 1);
}

/* The first byte of a character that has several, and how many follow. */
static void utf8_begin(struct screen *s, uint8_t byte)
{
    if (byte >= 0xc2 && byte <= 0xdf)
        s->missing = 1;
    else if (byte >= 0xe0 && byte <= 0xef)
        s->missing = 2;
    else if (byte >= 0xf0 && byte <= 0xf4)
        s->missing = 3;
    else
        screen_put(s, '?');
    s->character = byte & (0x3fu >> s->missing);
}

static void screen_utf8(struct screen *s, uint8_t byte)
{
    bool continues = (byte & 0xc0) == 0x80;
    if (s->missing > 0 && !continues) {
        s->missing = 0;
        screen_put(s, '?');     /* the character before was cut short */
    }
    if (byte < 0x80) {
        bool graphics = s->graphics[s->shifted];
        screen_put(s, graphics ? glyph_of_graphics(byte) : byte);
    } else if (s->missing == 0) {
        utf8_begin(s, byte);
    } else {
        s->character = s->character << 6 | (byte & 0x3f);
        if (--s->missing == 0)
            screen_put(s, glyph_of(s->character));
    }
}

static void screen_tab(struct screen *s)
{
    unsigned next = (s->column / 8 + 1) * 8;
    s->column = next < SCREEN_COLUMNS ? next : SCREEN_COLUMNS - 1;
}

void screen_write(struct screen *s, uint8_t byte)
{
    if (!s->cells)
        return;
    if (s->back > 0)
        scrollback_leave(s);
    enum sequence_kind kind = sequence_feed(&s->sequence, byte);
    if (kind != SEQUENCE_NONE) {
        screen_escape(s, kind);
        return;
    }
    switch (byte) {
    case '\n':
    case '\v':
    case '\f':
        s->column = 0;
        screen_next_row(s);
        break;
    case '\r':
        s->column = 0;
        break;
    case '\b':
        if (s->column > 0)
            s->column--;
        break;
    case '\t':
        screen_tab(s);
        break;
    case 0x0e:
    case 0x0f:
        s->shifted = byte == 0x0e;
        break;
    default:
        if (byte >= ' ' && byte != 0x7f)
            screen_utf8(s, byte);
    }
}

/* ---- what is new ---- */

bool screen_change(struct screen *s, struct hurd_console_change *change)
{
    unsigned column = s->column < SCREEN_COLUMNS ? s->column : SCREEN_COLUMNS - 1;
    unsigned cursor = s->back > 0 ? SCREEN_CELLS : s->row * SCREEN_COLUMNS + column;
    if (!s->cells || (s->changed >= s->changed_end && cursor == s->shown_cursor))
        return false;
    *change = (struct hurd_console_change) { (uint16_t) s->changed, (uint16_t) s->changed_end,
                                             (uint16_t) cursor };
    s->changed = SCREEN_CELLS;
    s->changed_end = 0;
    s->shown_cursor = cursor;
    return true;
}
