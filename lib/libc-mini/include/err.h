/* SPDX-License-Identifier: MIT */
/* Messages on stderr; errx() and warnx() without errno's text. */
#ifndef LIBC_ERR_H
#define LIBC_ERR_H

#include <stdarg.h>

_Noreturn void err(int status, const char *format, ...) __attribute__((format(__printf__, 2, 3)));
_Noreturn void errx(int status, const char *format, ...) __attribute__((format(__printf__, 2, 3)));
void warn(const char *format, ...) __attribute__((format(__printf__, 1, 2)));
void warnx(const char *format, ...) __attribute__((format(__printf__, 1, 2)));

#endif
