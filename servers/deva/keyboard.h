/* SPDX-License-Identifier: MIT */
/* The PS/2 keyboard behind an 8042 controller. */
#ifndef DEVA_KEYBOARD_H
#define DEVA_KEYBOARD_H

#include "keymap.h"

struct keyboard {
    bool present;           /* the controller replied; if not, its ports are not touched */
    struct keymap map;
};

/* Looks for a controller, and sets it and the keyboard up.  Returns true if there is one.  Blocks,
 * for about 0.1 s at most. */
bool keyboard_init(struct keyboard *k);

/* Takes one scan code from the controller, if it has one, and decodes it.  Post: `out` has *count
 * bytes, perhaps 0.  Returns false if the controller has no more. */
bool keyboard_read(struct keyboard *k, uint8_t out[KEYMAP_MAX], unsigned *count);

#endif
