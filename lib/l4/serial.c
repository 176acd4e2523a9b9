/* SPDX-License-Identifier: MIT */
/* COM1 by polling: 115200 8N1.  Every wait has a limit, so a machine without a UART does not hang.
 * When a root task touches a port for the first time, it faults, and sigma0 gives the port (spec
 * 6.6). */
#include <stdint.h>
#include <l4/serial.h>
#include <pc/uart.h>

static enum { UNKNOWN, PRESENT, ABSENT } uart;

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

bool serial_init(void)
{
    uart = uart_find(UART_COM1, in8, out8) ? PRESENT : ABSENT;
    if (uart == PRESENT)
        uart_set(UART_COM1, in8, out8);
    return uart == PRESENT;
}

static bool present(void)
{
    if (uart == UNKNOWN)
        serial_init();
    return uart == PRESENT;
}

void serial_putchar(char c)
{
    if (!present())
        return;
    if (c == '\n')
        serial_putchar('\r');
    uart_send(UART_COM1, (uint8_t)c, in8, out8);
}

void serial_puts(const char *s)
{
    while (*s)
        serial_putchar(*s++);
}

int serial_getchar(void)
{
    bool received = present() && (in8(UART_COM1 + UART_STATUS) & UART_RECEIVED);
    return received ? in8(UART_COM1 + UART_DATA) : -1;
}

/* ---- a small printf */
struct spec {
    bool left, zero, is_signed, upper;
    int width;
    unsigned base;
};

static void pad(int n, char c)
{
    while (n-- > 0)
        serial_putchar(c);
}

/* Computes value / base without a 64-bit division, which this library does not have: it subtracts
 * multiples of the base by powers of two. */
static unsigned digit_split(uint64_t *value, unsigned base)
{
    uint64_t rest = *value, quotient = 0;
    for (int shift = 60; shift >= 0; shift--)
        if (rest >> shift >= base) {
            rest -= (uint64_t)base << shift;
            quotient |= (uint64_t)1 << shift;
        }
    *value = quotient;
    return (unsigned)rest;
}

static void print_number(uint64_t value, const struct spec *s)
{
    char digits[24];
    int n = 0;
    bool minus = s->is_signed && (int64_t)value < 0;
    if (minus)
        value = -value;
    do {
        unsigned d = digit_split(&value, s->base);
        digits[n++] = (char)(d < 10 ? '0' + d : (s->upper ? 'A' : 'a') + d - 10);
    } while (value);
    int fill = s->width - n - minus;
    if (!s->left && !s->zero)
        pad(fill, ' ');
    if (minus)
        serial_putchar('-');
    if (!s->left && s->zero)
        pad(fill, '0');
    while (n > 0)
        serial_putchar(digits[--n]);
    if (s->left)
        pad(fill, ' ');
}

static void print_string(const char *text, const struct spec *s)
{
    int n = 0;
    text = text ? text : "(null)";
    while (text[n])
        n++;
    if (!s->left)
        pad(s->width - n, ' ');
    serial_puts(text);
    if (s->left)
        pad(s->width - n, ' ');
}

void serial_vprintf(const char *f, va_list args)
{
    for (; *f; f++) {
        if (*f != '%') {
            serial_putchar(*f);
            continue;
        }
        struct spec s = {.base = 10};
        int longs = 0;
        for (f++; *f == '-' || *f == '0'; f++)
            *(*f == '-' ? &s.left : &s.zero) = true;
        for (; *f >= '0' && *f <= '9'; f++)
            s.width = s.width * 10 + (*f - '0');
        for (; *f == 'l' || *f == 'z'; f++)
            longs++;
        switch (*f) {
        case 'd':
        case 'i':
            s.is_signed = true;
            print_number(longs > 1 ? va_arg(args, uint64_t) : (uint64_t)(int64_t)va_arg(args, long),
                         &s);
            break;
        case 'x':
        case 'X':
        case 'p':
            s.base = 16;
            s.upper = *f == 'X';
            /* fall through */
        case 'u':
            print_number(longs > 1 ? va_arg(args, uint64_t) : va_arg(args, unsigned long), &s);
            break;
        case 'c':
            serial_putchar((char)va_arg(args, int));
            break;
        case 's':
            print_string(va_arg(args, const char *), &s);
            break;
        case '\0':
            return;
        default:
            serial_putchar(*f);
            break;
        }
    }
}

void serial_printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    serial_vprintf(format, args);
    va_end(args);
}
