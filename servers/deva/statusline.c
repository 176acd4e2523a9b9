/* SPDX-License-Identifier: MIT */
/* The status line.  Before: console.c.  While the line is there, screen.c and escapes.c know a
 * screen of one row less, so nothing else writes into the last row. */
#include "statusline.h"
#include "scrollback.h"

enum {
    LOOK = 0x7000,              /* black on grey */
    LAST_ROW = SCREEN_CELLS - SCREEN_COLUMNS,
};

/* The last row must be free: the text moves up if it stands there. */
static void row_take(struct screen *s)
{
    if (s->row == SCREEN_ROWS - 1) {
        scrollback_keep(s);
        screen_move(s, 0, SCREEN_CELLS, -SCREEN_COLUMNS);
        s->row--;
    }
    s->rows = SCREEN_ROWS - 1;
    if (s->saved.row == SCREEN_ROWS - 1)
        s->saved.row--;
}

static void row_give(struct screen *s)
{
    s->rows = SCREEN_ROWS;
    screen_erase(s, LAST_ROW, SCREEN_CELLS);
}

void statusline_show(struct screen *s, const char *text, unsigned size)
{
    bool there = s->rows < SCREEN_ROWS;
    if (!s->cells)
        return;
    if (there != (size > 0) && s->back > 0)
        scrollback_leave(s);
    if (size > 0 && !there)
        row_take(s);
    else if (size == 0 && there)
        row_give(s);
    if (size == 0)
        return;
    for (unsigned i = 0; i < SCREEN_COLUMNS; i++) {
        char c = i < size ? text[i] : ' ';
        s->cells[LAST_ROW + i] = (uint16_t) (LOOK | (c >= ' ' && c <= '~' ? (uint8_t) c : ' '));
    }
    screen_changed(s, LAST_ROW, SCREEN_CELLS);
}
