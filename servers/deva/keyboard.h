/* SPDX-License-Identifier: MIT */
/* The PS/2 keyboard behind an 8042 controller. */
#ifndef DEVA_KEYBOARD_H
#define DEVA_KEYBOARD_H

#include "keymap.h"

struct keyboard {
    bool present;           /* the controller answered; its ports are not touched otherwise */
    struct keymap map;
};

bool keyboard_init(struct keyboard *k);

/* Takes one scan code from the controller, if it has one, and decodes it: *count bytes (0 or more)
 * stand in `out`.  False when the controller has nothing more. */
bool keyboard_read(struct keyboard *k, uint8_t out[KEYMAP_MAX], unsigned *count);

#endif
