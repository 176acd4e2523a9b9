/* SPDX-License-Identifier: MIT */
/* Two consoles: VGA text memory and COM1.  Both may be absent.  Every wait has a limit. */
#include "loader.h"
#include <pc/uart.h>
#include <stdarg.h>

enum { COLUMNS = 80, LINES = 25, GREY = 0x07 };

static volatile uint16_t *const screen = (uint16_t *)0xB8000;
static unsigned column, line;
static bool to_screen = true, to_serial;

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

static bool serial_init(void)
{
    bool there = uart_find(UART_COM1, in8, out8);
    if (there)
        uart_set(UART_COM1, in8, out8);
    return there;
}

/* Output goes on where the BIOS or GRUB left the cursor. */
static void screen_init(void)
{
    out8(0x3D4, 0x0E);
    unsigned at = (unsigned)in8(0x3D5) << 8;
    out8(0x3D4, 0x0F);
    at |= in8(0x3D5);
    line = at / COLUMNS < LINES ? at / COLUMNS : LINES - 1;
    column = 0;
}

void console_init(const char *cmdline)
{
    const char *output = option_find(cmdline, "output");
    to_serial = serial_init();
    screen_init();
    if (output && !option_is(output, "vga"))
        to_screen = false;
    if (output && !option_is(output, "serial"))
        to_serial = false;
}

static void screen_newline(void)
{
    column = 0;
    if (++line < LINES)
        return;
    line = LINES - 1;
    for (unsigned i = 0; i < COLUMNS * (LINES - 1); i++)
        screen[i] = screen[i + COLUMNS];
    for (unsigned i = 0; i < COLUMNS; i++)
        screen[COLUMNS * line + i] = GREY << 8 | ' ';
}

static void screen_putchar(char c)
{
    if (c == '\n') {
        screen_newline();
    } else {
        screen[COLUMNS * line + column] = (uint16_t)(GREY << 8 | (uint8_t)c);
        if (++column == COLUMNS)
            screen_newline();
    }
    out8(0x3D4, 0x0E); /* the next program that prints finds the cursor here */
    out8(0x3D5, (uint8_t)((line * COLUMNS + column) >> 8));
    out8(0x3D4, 0x0F);
    out8(0x3D5, (uint8_t)(line * COLUMNS + column));
}

static void putchar(char c)
{
    if (to_serial && c == '\n')
        uart_send(UART_COM1, '\r', in8, out8);
    if (to_serial)
        uart_send(UART_COM1, (uint8_t)c, in8, out8);
    if (to_screen)
        screen_putchar(c);
}

static void print_number(uint32_t value, unsigned base, int width)
{
    char digits[12];
    int n = 0;
    do
        digits[n++] = "0123456789abcdef"[value % base];
    while (value /= base);
    for (int i = n; i < width; i++)
        putchar(base == 16 ? '0' : ' ');
    while (n > 0)
        putchar(digits[--n]);
}

/* It knows %s %u %x %%, and a width for u and x. */
static void print_list(const char *f, va_list args)
{
    for (; *f; f++) {
        int width = 0;
        if (*f != '%') {
            putchar(*f);
            continue;
        }
        for (f++; *f >= '0' && *f <= '9'; f++)
            width = width * 10 + *f - '0';
        if (*f == 's')
            for (const char *s = va_arg(args, const char *); *s; s++)
                putchar(*s);
        else if (*f == 'u' || *f == 'x')
            print_number(va_arg(args, uint32_t), *f == 'x' ? 16 : 10, width);
        else
            putchar(*f);
    }
}

void print(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_list(format, args);
    va_end(args);
}

/* A failure is printed on both consoles, whatever `output` says. */
void fail(const char *format, ...)
{
    va_list args;
    to_screen = true;
    to_serial = serial_init();
    va_start(args, format);
    print("loader: ");
    print_list(format, args);
    print(" Halted.\n");
    va_end(args);
    for (;;)
        __asm__ volatile("cli; hlt");
}
