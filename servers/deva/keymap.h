/* SPDX-License-Identifier: MIT */
/* Turns scan codes (set 1) into the bytes that a serial terminal would send: UTF-8. */
#ifndef DEVA_KEYMAP_H
#define DEVA_KEYMAP_H

#include <stdbool.h>
#include <stdint.h>

#define KEYMAP_MAX 5 /* the longest: an accent, and a character that does not take it */

enum keymap_layout { KEYMAP_US, KEYMAP_DE, KEYMAP_FR, KEYMAP_LAYOUTS };

struct keymap {
    bool extended;          /* the last byte was 0xe0 */
    unsigned swallow;       /* how many bytes of a Pause sequence (0xe1) are still to come */
    bool left_shift, right_shift, left_ctrl, right_ctrl, left_alt, right_alt;
    bool caps_lock, num_lock;
    uint16_t accent;        /* it waits for its letter; 0: none does */
    enum keymap_layout layout;
    bool restart;           /* Ctrl-Alt-Del was pressed; hardware.c clears it */
    int scroll;             /* Shift-PgUp less Shift-PgDn, since hardware.c cleared it */
};

/* Takes the next scan code and writes the bytes for it to `out`.  Returns their number, 0 to
 * KEYMAP_MAX. */
unsigned keymap_decode(struct keymap *k, uint8_t code, uint8_t out[KEYMAP_MAX]);

#endif
