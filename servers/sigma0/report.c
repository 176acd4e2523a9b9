/* SPDX-License-Identifier: MIT */
/* Two consoles.  Other programs write to both as well, so sigma0 remembers no position: the cursor
 * of the VGA says where to go on. */
#include "report.h"
#include <l4/serial.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 80, LINES = 25, GREY = 0x07, CRTC = 0x3D4 };
static volatile uint16_t *const screen = (uint16_t *)0xB8000;

static void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static unsigned cursor_read(void)
{
    out8(CRTC, 0x0E);
    unsigned at = (unsigned)in8(CRTC + 1) << 8;
    out8(CRTC, 0x0F);
    at |= in8(CRTC + 1);
    return at < COLUMNS * LINES ? at : COLUMNS * (LINES - 1);
}

static void cursor_write(unsigned at)
{
    out8(CRTC, 0x0E);
    out8(CRTC + 1, (uint8_t)(at >> 8));
    out8(CRTC, 0x0F);
    out8(CRTC + 1, (uint8_t)at);
}

static void screen_puts(const char *s)
{
    unsigned at = cursor_read();
    for (; *s; s++) {
        if (*s == '\n')
            at += COLUMNS - at % COLUMNS;
        else
            screen[at++] = (uint16_t)(GREY << 8 | (uint8_t)*s);
        if (at >= COLUMNS * LINES) {
            at -= COLUMNS;
            for (unsigned i = 0; i < COLUMNS * LINES; i++)
                screen[i] = i < COLUMNS * (LINES - 1) ? screen[i + COLUMNS] : GREY << 8 | ' ';
        }
    }
    cursor_write(at);
}

void report(const char *format, ...)
{
    char line[240];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    serial_puts(line);
    screen_puts(line);
}
