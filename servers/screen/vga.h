/* SPDX-License-Identifier: MIT */
/* The text screen of 80x25 of a VGA (or CGA, EGA) card: its memory and its cursor. */
#ifndef SCREEN_VGA_H
#define SCREEN_VGA_H

#include <stdbool.h>
#include <stdint.h>

#include <hurd/console.h>

#define SCREEN_COLUMNS  80
#define SCREEN_ROWS     25
#define SCREEN_CELLS    (SCREEN_ROWS * SCREEN_COLUMNS)

/* What the card owns: a page of memory, and two ports, the index and the data of a register. */
#define SCREEN_PHYSICAL 0xb8000u
#define SCREEN_BYTES    0x1000u
#define SCREEN_PORTS    0x3d4

/* Looks for a card whose memory is at `card`.  Returns false if there is none.  Post: cells[] are
 * what it shows, and *cursor is the cell of its cursor; if that is off the screen, the last row's
 * first one. */
bool vga_find(uint16_t *card, uint16_t cells[SCREEN_CELLS], unsigned *cursor);

/* Shows the cells that have changed, and the cursor.  Pre: the change is within the screen. */
void vga_show(uint16_t *card, const uint16_t *cells, const struct hurd_console_change *change);

#endif
