/* SPDX-License-Identifier: MIT */
/* ISO C 7.21 for the three standard streams: there is no fopen() yet. */
#ifndef LIBC_STDIO_H
#define LIBC_STDIO_H

#include <stdarg.h>
#include <stddef.h>

#define EOF    (-1)
#define BUFSIZ 256

typedef struct libc_stream FILE;
extern FILE *const stdin, *const stdout, *const stderr;

#define __libc_format(f, a) __attribute__((format(__printf__, f, a)))

int printf(const char *restrict format, ...) __libc_format(1, 2);
int vprintf(const char *restrict format, va_list args) __libc_format(1, 0);
int fprintf(FILE *restrict stream, const char *restrict format, ...) __libc_format(2, 3);
int vfprintf(FILE *restrict stream, const char *restrict format, va_list args) __libc_format(2, 0);
int sprintf(char *restrict s, const char *restrict format, ...) __libc_format(2, 3);
int vsprintf(char *restrict s, const char *restrict format, va_list args) __libc_format(2, 0);
int snprintf(char *restrict s, size_t size, const char *restrict format, ...) __libc_format(3, 4);
int vsnprintf(char *restrict s, size_t size, const char *restrict format, va_list args)
    __libc_format(3, 0);

int fputc(int c, FILE *stream);
int putc(int c, FILE *stream);
int putchar(int c);
int fputs(const char *restrict s, FILE *restrict stream);
int puts(const char *s);
size_t fwrite(const void *restrict data, size_t size, size_t count, FILE *restrict stream);
int fflush(FILE *stream);

int fgetc(FILE *stream);
int getc(FILE *stream);
int getchar(void);
int ungetc(int c, FILE *stream);
char *fgets(char *restrict s, int size, FILE *restrict stream);
size_t fread(void *restrict data, size_t size, size_t count, FILE *restrict stream);

int feof(FILE *stream);
int ferror(FILE *stream);
void clearerr(FILE *stream);
void perror(const char *prefix);

/* For programs that link lib/posix; errors as open() in <fcntl.h>. */
int remove(const char *path);
int rename(const char *path, const char *new_path);     /* EXDEV: a directory to another one */

#endif
