/* SPDX-License-Identifier: MIT */
/* Bytes of the serial line and scan codes become input; output, lights and what has changed on the
 * screen go to a driver, or to the device.  Before: console.c, parts.c.  After: parts.c, or
 * servers/serial/uart.c, servers/keyboard/keyboard.c and servers/screen/vga.c, which the drivers
 * use, too. */
#include "hardware.h"
#include "console.h"
#include "foreground.h"
#include "scrollback.h"

#include <stddef.h>
#include <string.h>

#include <hurd/console.h>
#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <pc/uart.h>

bool hardware_present(enum part part)
{
    switch (part) {
    case PART_SCREEN:
        return console.screen.cells != NULL;
    case PART_SERIAL:
        return console.uart.present;
    default:
        return console.keyboard.present;
    }
}

/* ---- the screen ---- */

void hardware_show(void)
{
    struct hurd_console_change change;
    if (!part_lent(PART_SCREEN) && screen_change(&console.screen, &change))
        vga_show(console.card, console.screen.cells, &change);
}

/* The driver gets one change at a time, so what changes while it is at work is one change more,
 * however much it is.  What it has not shown, hardware_resume() shows. */
void hardware_offer(enum part part)
{
    struct hurd_console_change change;
    uint8_t bytes[sizeof change];
    if (part != PART_SCREEN || !screen_change(&console.screen, &change))
        return;
    memcpy(bytes, &change, sizeof bytes);
    for (unsigned i = 0; i < sizeof bytes; i++)
        part_put(PART_SCREEN, bytes[i]);
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
    hardware_show();
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
    if (part == PART_SCREEN)
        screen_changed(&console.screen, 0, SCREEN_CELLS);
}

void hardware_resume(enum part part)
{
    if (part == PART_SERIAL) {
        uart_adopt(&console.uart, UART_COM1);
        uart_listen(&console.uart, true, false);
    } else if (part == PART_KEYBOARD) {
        keyboard_adopt(&console.keyboard, lights());
    } else {
        screen_changed(&console.screen, 0, SCREEN_CELLS);
        hardware_show();
    }
}

/* Lights and the screen need no sending: hardware_resume() has just set them. */
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
