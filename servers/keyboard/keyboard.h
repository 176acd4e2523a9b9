/* SPDX-License-Identifier: MIT */
/* The PS/2 keyboard behind an 8042 controller. */
#ifndef KEYBOARD_H
#define KEYBOARD_H

#include <stdbool.h>
#include <stdint.h>

struct keyboard {
    bool present;           /* the controller replied; if not, its ports are not touched */
    uint8_t lights;         /* as they shall be: HURD_CONSOLE_LIGHT_* */
    uint8_t told;           /* as the keyboard was told last */
    enum { LIGHTS_SET, LIGHTS_ASKED, LIGHTS_TOLD } telling;
};

/* Looks for a controller, and sets it and the keyboard up.  Returns true if there is one.  Blocks,
 * for about 0.2 s at most. */
bool keyboard_init(struct keyboard *k);

/* Goes on where another program left off.  Pre: there is a controller.  No key is lost. */
void keyboard_adopt(struct keyboard *k, uint8_t lights);

/* Takes one scan code from the controller, if it has one.  The keyboard's answers are taken like
 * scan codes.  *code is 0 if the byte is not from the keyboard.  Returns false if the controller
 * has no more. */
bool keyboard_read(struct keyboard *k, uint8_t *code);

/* The keyboard's lights are to be these.  It is told, step by step, while its answers are read. */
void keyboard_light(struct keyboard *k, uint8_t lights);

#endif
