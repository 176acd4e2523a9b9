/* SPDX-License-Identifier: MIT */
/* The kernel's own voice, at boot (before the first thread runs) and in a panic: COM1 and the VGA text screen. */
#include "x86.h"

#define COM1 0x3F8
#define LINE_STATUS 5
#define TRANSMIT_EMPTY 0x20
#define PATIENCE 100000 /* polls; a missing UART must not hang us */

#define VGA ((volatile uint16_t *)(KERNEL_WINDOW + 0xB8000))
#define COLUMNS 80
#define ROWS 25
#define ATTRIBUTE 0x0700
#define CRTC 0x3D4
#define CURSOR_HIGH 14
#define CURSOR_LOW 15

static bool serial;
static unsigned cursor;

static uint8_t crtc_read(uint8_t index)
{
    out8(CRTC, index);
    return in8(CRTC + 1);
}

static void cursor_show(void)
{
    out8(CRTC, CURSOR_HIGH);
    out8(CRTC + 1, cursor >> 8);
    out8(CRTC, CURSOR_LOW);
    out8(CRTC + 1, cursor & 0xFF);
}

void console_init(void)
{
    out8(COM1 + 7, 0x5A); /* a UART has a scratch register */
    serial = in8(COM1 + 7) == 0x5A;
    if (serial) {
        out8(COM1 + 1, 0);    /* no interrupts */
        out8(COM1 + 3, 0x80); /* divisor: */
        out8(COM1 + 0, 1);    /* 115200 baud */
        out8(COM1 + 1, 0);
        out8(COM1 + 3, 3);    /* 8n1 */
        out8(COM1 + 2, 7);    /* FIFO on and empty */
        out8(COM1 + 4, 3);    /* DTR, RTS */
    }
    cursor = crtc_read(CURSOR_HIGH) << 8 | crtc_read(CURSOR_LOW);
    if (cursor >= COLUMNS * ROWS)
        cursor = 0;
}

static void serial_putc(char c)
{
    for (int i = 0; i < PATIENCE && !(in8(COM1 + LINE_STATUS) & TRANSMIT_EMPTY); i++)
        ;
    out8(COM1, c);
}

static void vga_putc(char c)
{
    if (c == '\n')
        cursor += COLUMNS - cursor % COLUMNS;
    else
        VGA[cursor++] = ATTRIBUTE | (uint8_t)c;
    if (cursor < COLUMNS * ROWS)
        return;
    for (unsigned i = 0; i < COLUMNS * (ROWS - 1); i++)
        VGA[i] = VGA[i + COLUMNS];
    for (unsigned i = COLUMNS * (ROWS - 1); i < COLUMNS * ROWS; i++)
        VGA[i] = ATTRIBUTE | ' ';
    cursor -= COLUMNS;
}

void arch_console_putc(char c)
{
    if (serial && c == '\n')
        serial_putc('\r');
    if (serial)
        serial_putc(c);
    vga_putc(c);
    if (c == '\n')
        cursor_show();
}

void arch_console_reopen(void)
{
    console_init();
}

void arch_halt(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}
