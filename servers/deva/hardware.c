/* SPDX-License-Identifier: MIT */
/* Bytes of the serial line and scan codes become input; output and lights go to a driver, or to the
 * device.  Before: console.c, parts.c.  After: parts.c, or servers/serial/uart.c and
 * servers/keyboard/keyboard.c, which the drivers use, too. */
#include "hardware.h"
#include "console.h"
#include "foreground.h"
#include "scrollback.h"

#include <hurd/console.h>
#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <pc/uart.h>

bool hardware_present(enum part part)
{
    return part == PART_SERIAL ? console.uart.present : console.keyboard.present;
}

/* ---- the serial line ---- */

void hardware_put(uint8_t byte)
{
    if (!part_put(PART_SERIAL, byte))
        uart_write(&console.uart, byte);
}

static void serial_receive(void)
{
    uint8_t byte;
    for (unsigned i = 0; i < 256 && console_wants_input() && uart_read(&console.uart, &byte); i++)
        foreground_input(byte);
}

/* ---- keys ---- */

/* Ctrl-Alt-Del.  A user who can press it could also press the machine's reset button. */
static void restart_machine(void)
{
    console.keymap.restart = false;
    hurd_wortel_shutdown(__hurd_startup_data->wortel.cap, 0, HURD_SHUTDOWN_REBOOT);
}

static uint8_t lights(void)
{
    return (console.keymap.num_lock ? HURD_CONSOLE_LIGHT_NUM : 0) |
           (console.keymap.caps_lock ? HURD_CONSOLE_LIGHT_CAPS : 0);
}

static void key(uint8_t code)
{
    uint8_t bytes[KEYMAP_MAX], before = lights();
    unsigned count = keymap_decode(&console.keymap, code, bytes);
    for (unsigned i = 0; i < count; i++)
        foreground_input(bytes[i]);
    if (lights() != before && !part_put(PART_KEYBOARD, lights()))
        keyboard_light(&console.keyboard, lights());
}

/* What is no character. */
static void keys_obey(void)
{
    if (console.keymap.restart)
        restart_machine();
    scrollback_turn(&console.screen, console.keymap.scroll);
    console.keymap.scroll = 0;
}

static void keyboard_receive(void)
{
    uint8_t code;
    for (unsigned i = 0; i < 64 && keyboard_read(&console.keyboard, &code); i++) {
        if (code)
            key(code);
    }
    keys_obey();
}

void hardware_receive(void)
{
    if (!part_lent(PART_SERIAL))
        serial_receive();
    if (!part_lent(PART_KEYBOARD))
        keyboard_receive();
}

/* ---- lending ---- */

void hardware_lend(enum part part)
{
    if (part == PART_KEYBOARD)
        part_put(PART_KEYBOARD, lights());
}

void hardware_resume(enum part part)
{
    if (part == PART_SERIAL) {
        uart_adopt(&console.uart, UART_COM1);
        uart_listen(&console.uart, true, false);
    } else {
        keyboard_adopt(&console.keyboard, lights());
    }
}

/* The lights need no sending: hardware_resume() has just set them. */
void hardware_send(enum part part, uint8_t byte)
{
    if (part == PART_SERIAL)
        uart_write(&console.uart, byte);
}

unsigned hardware_take(enum part part, const uint8_t *bytes, unsigned count)
{
    unsigned i = 0;
    if (part == PART_SERIAL) {
        for (; i < count && console_wants_input(); i++)
            foreground_input(bytes[i]);
    } else {
        for (; i < count; i++)
            key(bytes[i]);
        keys_obey();
    }
    console_serve_readers();
    return i;
}
