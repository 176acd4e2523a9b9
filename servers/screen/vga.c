/* SPDX-License-Identifier: MIT */
/* The card.  The driver shows the picture by this file, and so does deva while no driver runs. */
#include "vga.h"

#include <string.h>

#include "servers/deva/ports.h"

enum {
    CURSOR_HIGH = 14,           /* registers */
    CURSOR_LOW = 15,
};

static uint8_t crtc_read(uint8_t reg)
{
    port_out8(SCREEN_PORTS, reg);
    return port_in8(SCREEN_PORTS + 1);
}

static void crtc_write(uint8_t reg, uint8_t value)
{
    port_out8(SCREEN_PORTS, reg);
    port_out8(SCREEN_PORTS + 1, value);
}

/* Memory with no card behind it reads as all ones or as zeroes. */
static bool answers(volatile uint16_t *cell)
{
    uint16_t saved = *cell;
    *cell = 0x0755;
    bool does = *cell == 0x0755;
    *cell = 0x07aa;
    does = does && *cell == 0x07aa;
    *cell = saved;
    return does;
}

bool vga_find(uint16_t *card, uint16_t cells[SCREEN_CELLS], unsigned *cursor)
{
    if (!answers(card))
        return false;
    memcpy(cells, card, SCREEN_CELLS * sizeof cells[0]);
    *cursor = (unsigned) crtc_read(CURSOR_HIGH) << 8 | crtc_read(CURSOR_LOW);
    if (*cursor >= SCREEN_CELLS)
        *cursor = (SCREEN_ROWS - 1) * SCREEN_COLUMNS;
    return true;
}

/* The card is only written to: to read its memory takes it far longer. */
void vga_show(uint16_t *card, const uint16_t *cells, const struct hurd_console_change *change)
{
    if (change->from < change->to)
        memcpy(card + change->from, cells + change->from,
               (size_t) (change->to - change->from) * sizeof cells[0]);
    crtc_write(CURSOR_HIGH, (uint8_t) (change->cursor >> 8));
    crtc_write(CURSOR_LOW, (uint8_t) change->cursor);
}
