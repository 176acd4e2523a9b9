/* SPDX-License-Identifier: MIT */
/* The 8042 keyboard controller.  Whoever had the machine before may have left anything in it: the
 * mouse's reports on, bytes in its buffer, another set of scan codes.  So all of it is set, nothing
 * is asked for, and what it says meanwhile is thrown away; some controllers answer no command.
 * Called by console.c.  Each wait is bounded: a controller that is missing reads as all ones, a
 * broken one never becomes ready. */
#include "keyboard.h"
#include "ports.h"

enum {
    DATA = 0x60,
    STATUS = 0x64,          /* read */
    COMMAND = 0x64,         /* written */

    STATUS_FULL = 0x01,     /* a byte for us in DATA */
    STATUS_BUSY = 0x02,     /* it has not taken our last byte yet */
    STATUS_MOUSE = 0x20,    /* the byte in DATA is the mouse's */

    COMMAND_WRITE_CONFIG = 0x60,
    COMMAND_MOUSE_OFF = 0xa7,
    COMMAND_KEYBOARD_OFF = 0xad,
    COMMAND_KEYBOARD_ON = 0xae,

    /* The mouse stays off: a byte of its that nobody takes would keep every key behind it. */
    CONFIG_KEYBOARD_INTERRUPT = 0x01,
    CONFIG_SYSTEM = 0x04,   /* the machine has passed its self-test */
    CONFIG_MOUSE_OFF = 0x20,
    CONFIG_TRANSLATE = 0x40,        /* to scan codes of set 1 */

    KEY_SET_DEFAULTS = 0xf6,        /* to the keyboard itself: scan codes of set 2, ... */
    KEY_ENABLE = 0xf4,              /* ... and send them */
    KEY_ACKNOWLEDGE = 0xfa,

    POLLS = 20000,
    PAUSES = 50,            /* ms that a keyboard may take for an answer */
    BUFFERED = 64,          /* more bytes than any controller keeps */
};

static bool wait_until_taken(void)
{
    for (int i = 0; i < POLLS; i++) {
        if (!(port_in8(STATUS) & STATUS_BUSY))
            return true;
    }
    return false;
}

static bool put(uint16_t port, uint8_t value)
{
    if (!wait_until_taken())
        return false;
    port_out8(port, value);
    return true;
}

/* Throws away what was said before; a controller that never runs dry is none. */
static bool drain(void)
{
    for (int i = 0; i < BUFFERED; i++) {
        if (!(port_in8(STATUS) & STATUS_FULL))
            return true;
        (void) port_in8(DATA);
    }
    return false;
}

/* Throws away bytes up to the keyboard's acknowledgement. */
static void await_acknowledgement(void)
{
    for (int pauses = 0, bytes = 0; pauses < PAUSES && bytes < BUFFERED;) {
        uint8_t status = port_in8(STATUS);
        if (!(status & STATUS_FULL)) {
            port_pause();
            pauses++;
        } else if (port_in8(DATA) == KEY_ACKNOWLEDGE && !(status & STATUS_MOUSE)) {
            return;
        } else {
            bytes++;
        }
    }
}

/* There may be a controller and no keyboard yet, so no answer is no failure. */
static bool tell_keyboard(uint8_t value)
{
    if (!put(DATA, value))
        return false;
    await_acknowledgement();
    return true;
}

bool keyboard_init(struct keyboard *k)
{
    const uint8_t config =
        CONFIG_KEYBOARD_INTERRUPT | CONFIG_SYSTEM | CONFIG_MOUSE_OFF | CONFIG_TRANSLATE;
    *k = (struct keyboard) { .present = false };
    k->present = port_in8(STATUS) != 0xff && put(COMMAND, COMMAND_KEYBOARD_OFF) &&
                 put(COMMAND, COMMAND_MOUSE_OFF) && wait_until_taken() && drain() &&
                 put(COMMAND, COMMAND_WRITE_CONFIG) && put(DATA, config) &&
                 put(COMMAND, COMMAND_KEYBOARD_ON) && tell_keyboard(KEY_SET_DEFAULTS) &&
                 tell_keyboard(KEY_ENABLE) && drain();
    return k->present;
}

/* Answers to commands are no keys: a set-1 release of a key that no keyboard has. */
bool keyboard_read(struct keyboard *k, uint8_t out[KEYMAP_MAX], unsigned *count)
{
    *count = 0;
    if (!k->present)
        return false;
    uint8_t status = port_in8(STATUS);
    if (!(status & STATUS_FULL))
        return false;
    uint8_t code = port_in8(DATA);
    if (!(status & STATUS_MOUSE))
        *count = keymap_decode(&k->map, code, out);
    return true;
}
