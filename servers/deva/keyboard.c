/* SPDX-License-Identifier: MIT */
/* The 8042 keyboard controller: switch on its interrupt and the translation to scan codes of set
 * 1, then read what it has when it interrupts.  Called by console.c.  Each wait is bounded: a
 * controller that is missing reads as all ones, a broken one never becomes ready. */
#include "keyboard.h"
#include "ports.h"

enum {
    DATA = 0x60,
    STATUS = 0x64,          /* read */
    COMMAND = 0x64,         /* written */

    STATUS_FULL = 0x01,     /* a byte for us in DATA */
    STATUS_BUSY = 0x02,     /* it has not taken our last byte yet */
    STATUS_MOUSE = 0x20,    /* the byte in DATA is the mouse's */

    COMMAND_READ_CONFIG = 0x20,
    COMMAND_WRITE_CONFIG = 0x60,
    COMMAND_ENABLE = 0xae,

    CONFIG_INTERRUPT = 0x01,
    CONFIG_DISABLE = 0x10,
    CONFIG_TRANSLATE = 0x40,

    POLLS = 20000,
};

/* Waits until (status & mask) == value. */
static bool wait_for(uint8_t mask, uint8_t value)
{
    for (int i = 0; i < POLLS; i++) {
        if ((port_in8(STATUS) & mask) == value)
            return true;
    }
    return false;
}

static bool command(uint8_t code)
{
    if (!wait_for(STATUS_BUSY, 0))
        return false;
    port_out8(COMMAND, code);
    return true;
}

/* Throws away what was typed before; a controller that never runs dry is none. */
static bool drain(void)
{
    for (int i = 0; i < 64; i++) {
        if (!(port_in8(STATUS) & STATUS_FULL))
            return true;
        (void) port_in8(DATA);
    }
    return false;
}

bool keyboard_init(struct keyboard *k)
{
    *k = (struct keyboard) { .present = false };
    if (port_in8(STATUS) == 0xff || !drain())
        return false;
    if (!command(COMMAND_READ_CONFIG) || !wait_for(STATUS_FULL, STATUS_FULL))
        return false;
    uint8_t config = port_in8(DATA);
    config |= CONFIG_INTERRUPT | CONFIG_TRANSLATE;
    config &= (uint8_t) ~CONFIG_DISABLE;
    if (!command(COMMAND_WRITE_CONFIG) || !wait_for(STATUS_BUSY, 0))
        return false;
    port_out8(DATA, config);
    if (!command(COMMAND_ENABLE) || !wait_for(STATUS_BUSY, 0))
        return false;
    k->present = true;
    return true;
}

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
