/* SPDX-License-Identifier: MIT */
/* Turns scan codes (set 1, US keyboard) into the bytes that a serial terminal would send. */
#ifndef DEVA_KEYMAP_H
#define DEVA_KEYMAP_H

#include <stdbool.h>
#include <stdint.h>

#define KEYMAP_MAX 4 /* the longest sequence, ESC [ 3 ~ */

struct keymap {
    bool extended;          /* the last byte was 0xe0 */
    unsigned swallow;       /* how many bytes of a Pause sequence (0xe1) are still to come */
    bool left_shift, right_shift, left_ctrl, right_ctrl, alt;
    bool caps_lock, num_lock;
};

/* Takes the next scan code and writes the bytes for it to `out`.  Returns their number, 0 to
 * KEYMAP_MAX. */
unsigned keymap_decode(struct keymap *k, uint8_t code, uint8_t out[KEYMAP_MAX]);

#endif
