/* SPDX-License-Identifier: MIT */
/* The look back.  While it lasts, `live` holds what belongs on the screen, and nothing is written:
 * screen.c first calls scrollback_leave().  There is one screen, so there is one store of rows.
 * Before: screen.c and console.c (Shift with Page Up or Page Down). */
#include "scrollback.h"

#include <string.h>

enum { ROW = SCREEN_COLUMNS };

static uint16_t kept[SCROLLBACK_ROWS][ROW];
static unsigned count;          /* rows that are kept */
static unsigned next;           /* where the next one goes */
static uint16_t live[SCREEN_CELLS];

void scrollback_keep(const struct screen *s)
{
    memcpy(kept[next], s->cells, sizeof kept[next]);
    next = (next + 1) % SCROLLBACK_ROWS;
    if (count < SCROLLBACK_ROWS)
        count++;
}

/* The row that is `back` rows above the screen's first row. */
static const uint16_t *row_above(unsigned back)
{
    return kept[(next + SCROLLBACK_ROWS - back) % SCROLLBACK_ROWS];
}

static void show(struct screen *s)
{
    for (unsigned row = 0; row < s->rows; row++) {
        const uint16_t *from = row < s->back ? row_above(s->back - row)
                                             : live + (row - s->back) * ROW;
        memcpy(s->cells + row * ROW, from, ROW * sizeof from[0]);
    }
    screen_changed(s, 0, screen_cells(s));
}

void scrollback_turn(struct screen *s, int pages)
{
    int page = (int) s->rows - 1, back = (int) s->back + pages * page;
    if (!s->cells || (s->back == 0 && pages <= 0))
        return;
    if (s->back == 0)
        memcpy(live, s->cells, screen_cells(s) * sizeof live[0]);
    s->back = back < 0 ? 0 : back > (int) count ? count : (unsigned) back;
    show(s);
}

void scrollback_leave(struct screen *s)
{
    s->back = 0;
    show(s);
}
