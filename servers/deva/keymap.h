/* SPDX-License-Identifier: MIT */
/* From scan codes (set 1, US keyboard) to the bytes that a serial terminal would send. */
#ifndef DEVA_KEYMAP_H
#define DEVA_KEYMAP_H

#include <stdbool.h>
#include <stdint.h>

#define KEYMAP_MAX 4 /* the longest sequence, ESC [ 3 ~ */

struct keymap {
    bool extended;          /* the last byte was 0xe0 */
    unsigned swallow;       /* bytes of an 0xe1 (Pause) sequence still to come */
    bool left_shift, right_shift, left_ctrl, right_ctrl, alt;
    bool caps_lock, num_lock;
};

/* Takes the next scan code; writes 0..KEYMAP_MAX bytes to `out` and returns how many. */
unsigned keymap_decode(struct keymap *k, uint8_t code, uint8_t out[KEYMAP_MAX]);

#endif
