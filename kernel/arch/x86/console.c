/* SPDX-License-Identifier: MIT */
/* The kernel's own console, at boot (before the first thread runs) and in a panic: COM1 and the VGA
 * text screen. */
#include <pc/uart.h>

#include "x86.h"

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
    serial = uart_find(UART_COM1, in8, out8);
    if (serial)
        uart_set(UART_COM1, in8, out8);
    cursor = crtc_read(CURSOR_HIGH) << 8 | crtc_read(CURSOR_LOW);
    if (cursor >= COLUMNS * ROWS)
        cursor = 0;
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
        uart_send(UART_COM1, '\r', in8, out8);
    if (serial)
        uart_send(UART_COM1, c, in8, out8);
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
