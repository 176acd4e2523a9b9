/* SPDX-License-Identifier: MIT */
/* The PS/2 keyboard behind an 8042 controller. */
#ifndef DEVA_KEYBOARD_H
#define DEVA_KEYBOARD_H

#include "keymap.h"

struct keyboard {
    bool present;           /* the controller replied; if not, its ports are not touched */
    struct keymap map;
    uint8_t lights;         /* as the keyboard was told last */
    enum { LIGHTS_SET, LIGHTS_ASKED, LIGHTS_TOLD } telling;
};

/* Looks for a controller, and sets it and the keyboard up.  Returns true if there is one.  Blocks,
 * for about 0.2 s at most. */
bool keyboard_init(struct keyboard *k);

/* Takes one scan code from the controller, if it has one, and decodes it.  If a lock has changed,
 * the keyboard's lights follow: the keyboard is told, and its answers are taken like scan codes.
 * Post: `out` has *count bytes, perhaps 0.  Returns false if the controller has no more. */
bool keyboard_read(struct keyboard *k, uint8_t out[KEYMAP_MAX], unsigned *count);

#endif
