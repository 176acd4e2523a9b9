/* SPDX-License-Identifier: MIT */
/* COM1, polled, for root tasks and debugging; not part of X.2.  Without a UART output goes nowhere. */
#ifndef L4_SERIAL_H
#define L4_SERIAL_H

#include <stdarg.h>
#include <stdbool.h>

bool serial_init(void);      /* false: there is none.  Called by the first output, too. */
void serial_putchar(char c); /* '\n' goes out as CR LF */
void serial_puts(const char *s);
int serial_getchar(void); /* -1: nothing there */
void serial_vprintf(const char *format, va_list args);
/* %d %i %u %x %X %p %c %s %%, with width, '0', '-', 'l' and 'll'. */
void serial_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
