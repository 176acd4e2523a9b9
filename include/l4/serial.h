/* SPDX-License-Identifier: MIT */
/* COM1 by polling, for root tasks and for debugging; it is not part of X.2.  Without a UART, output
 * is lost. */
#ifndef L4_SERIAL_H
#define L4_SERIAL_H

#include <stdarg.h>
#include <stdbool.h>

/* Returns false if there is no UART.  The first output calls it, too. */
bool serial_init(void);
void serial_putchar(char c); /* '\n' is sent as CR LF */
void serial_puts(const char *s);
int serial_getchar(void); /* Returns -1 if no character has come. */
void serial_vprintf(const char *format, va_list args);
/* It knows %d %i %u %x %X %p %c %s %%, with width, '0', '-', 'l' and 'll'. */
void serial_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
