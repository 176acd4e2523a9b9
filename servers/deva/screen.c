/* SPDX-License-Identifier: MIT */
/* Text output on the screen: called by console.c, writes to the card's memory.
 * Understands newline, return, backspace, tab and of the ESC [ sequences K (erase the rest of the
 * line), J (erase the screen) and H (home); the others are swallowed so that they do not show as
 * rubbish. */
#include "screen.h"
#include "ports.h"

#include <stddef.h>

enum {
    CRTC_INDEX = 0x3d4,
    CRTC_DATA = 0x3d5,
    CRTC_CURSOR_HIGH = 14,
    CRTC_CURSOR_LOW = 15,
};

#define BLANK ((uint16_t) (0x0700 | ' ')) /* light grey on black */

static uint8_t crtc_read(uint8_t reg)
{
    port_out8(CRTC_INDEX, reg);
    return port_in8(CRTC_DATA);
}

static void crtc_write(uint8_t reg, uint8_t value)
{
    port_out8(CRTC_INDEX, reg);
    port_out8(CRTC_DATA, value);
}

/* Memory without a card behind it reads as all ones, or as zeros. */
static bool screen_answers(volatile uint16_t *cell)
{
    uint16_t saved = *cell;
    *cell = 0x0755;
    bool answers = *cell == 0x0755;
    *cell = 0x07aa;
    answers = answers && *cell == 0x07aa;
    *cell = saved;
    return answers;
}

bool screen_init(struct screen *s, volatile uint16_t *cells)
{
    s->cells = NULL;
    s->escape = ESC_NONE;
    if (!cells || !screen_answers(cells))
        return false;
    s->cells = cells;
    unsigned cursor = crtc_read(CRTC_CURSOR_HIGH) << 8 | crtc_read(CRTC_CURSOR_LOW);
    if (cursor >= SCREEN_ROWS * SCREEN_COLUMNS)
        cursor = (SCREEN_ROWS - 1) * SCREEN_COLUMNS;
    s->row = cursor / SCREEN_COLUMNS;
    s->column = cursor % SCREEN_COLUMNS;
    return true;
}

static void screen_erase(struct screen *s, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++)
        s->cells[i] = BLANK;
}

static void screen_next_row(struct screen *s)
{
    if (s->row + 1 < SCREEN_ROWS) {
        s->row++;
        return;
    }
    for (unsigned i = 0; i < (SCREEN_ROWS - 1) * SCREEN_COLUMNS; i++)
        s->cells[i] = s->cells[i + SCREEN_COLUMNS];
    screen_erase(s, (SCREEN_ROWS - 1) * SCREEN_COLUMNS, SCREEN_ROWS * SCREEN_COLUMNS);
}

static void screen_put(struct screen *s, uint8_t byte)
{
    if (s->column == SCREEN_COLUMNS) {
        s->column = 0;
        screen_next_row(s);
    }
    s->cells[s->row * SCREEN_COLUMNS + s->column++] = (uint16_t) (0x0700 | byte);
}

/* The letter that ends an ESC [ sequence. */
static void screen_command(struct screen *s, uint8_t letter)
{
    unsigned here = s->row * SCREEN_COLUMNS + s->column;
    switch (letter) {
    case 'K':
        screen_erase(s, here, (s->row + 1) * SCREEN_COLUMNS);
        break;
    case 'J':
        screen_erase(s, s->parameter == 2 ? 0 : here, SCREEN_ROWS * SCREEN_COLUMNS);
        break;
    case 'H':
        s->row = s->column = 0;
        break;
    }
}

/* True while the byte belongs to an escape sequence. */
static bool screen_escaped(struct screen *s, uint8_t byte)
{
    switch (s->escape) {
    case ESC_NONE:
        if (byte == 0x1b)
            s->escape = ESC_SEEN;
        return byte == 0x1b;
    case ESC_SEEN:
        s->parameter = 0;
        s->escape = byte == '[' ? ESC_BRACKET : ESC_NONE;
        return true;
    case ESC_BRACKET:
        if (byte >= '0' && byte <= '9') {
            s->parameter = s->parameter * 10 % 10000 + (byte - '0');
        } else if (byte >= 0x40) {
            screen_command(s, byte);
            s->escape = ESC_NONE;
        }
        return true;
    }
    return false;
}

void screen_write(struct screen *s, uint8_t byte)
{
    if (!s->cells || screen_escaped(s, byte))
        return;
    switch (byte) {
    case '\n':
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
        do
            screen_put(s, ' ');
        while (s->column % 8 != 0);
        break;
    default:
        if (byte >= ' ')
            screen_put(s, byte);
    }
}

void screen_show_cursor(struct screen *s)
{
    if (!s->cells)
        return;
    unsigned column = s->column < SCREEN_COLUMNS ? s->column : SCREEN_COLUMNS - 1;
    unsigned cursor = s->row * SCREEN_COLUMNS + column;
    crtc_write(CRTC_CURSOR_HIGH, (uint8_t) (cursor >> 8));
    crtc_write(CRTC_CURSOR_LOW, (uint8_t) cursor);
}
