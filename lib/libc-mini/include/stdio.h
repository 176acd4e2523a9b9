/* SPDX-License-Identifier: MIT */
/* ISO C 7.21, without scanf. */
#ifndef LIBC_STDIO_H
#define LIBC_STDIO_H

#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

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

#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2
/* Before the stream is used.  A line buffer of size 0 or none at all is the library's choice. */
int setvbuf(FILE *restrict stream, char *restrict buffer, int mode, size_t size);
void setbuf(FILE *restrict stream, char *restrict buffer);

/* ---- for programs that link lib/posix.  Errors as open() in <fcntl.h>; EINVAL: the mode is none.
 * "r" "w" "a", then "b", "+", "x" (it must not be there), "e" (FD_CLOEXEC) ---- */

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define FOPEN_MAX    61
#define FILENAME_MAX 256
#define L_tmpnam     32
#define TMP_MAX      1000000

typedef struct { off_t offset; } fpos_t;

FILE *fopen(const char *restrict path, const char *restrict mode);
FILE *fdopen(int descriptor, const char *mode);
/* path NULL: EBADF, the mode of an open file does not change. */
FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict stream);
int fclose(FILE *stream);
int fileno(FILE *stream);
int fseek(FILE *stream, long offset, int whence);       /* EINVAL, ESPIPE */
int fseeko(FILE *stream, off_t offset, int whence);
long ftell(FILE *stream);                               /* EOVERFLOW, ESPIPE */
off_t ftello(FILE *stream);
void rewind(FILE *stream);
int fgetpos(FILE *restrict stream, fpos_t *restrict position);
int fsetpos(FILE *stream, const fpos_t *position);
FILE *tmpfile(void);                    /* in /tmp; without a name once it is there */
char *tmpnam(char *name);

/* Errors as open() in <fcntl.h>. */
int remove(const char *path);
int rename(const char *path, const char *new_path);     /* EXDEV: a large tree of directories */

#endif
