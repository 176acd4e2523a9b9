/* SPDX-License-Identifier: MIT */
/* ISO C 7.21; and from POSIX what says so. */
#ifndef LIBC_STDIO_H
#define LIBC_STDIO_H

#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

#define EOF    (-1)
#define BUFSIZ 256

typedef struct libc_stream FILE;
extern FILE *const stdin, *const stdout, *const stderr;
#ifndef stdin
#define stdin  stdin
#define stdout stdout
#define stderr stderr
#endif

#define __libc_format(f, a) __attribute__((format(__printf__, f, a)))

int printf(const char *__restrict format, ...) __libc_format(1, 2);
int vprintf(const char *__restrict format, va_list args) __libc_format(1, 0);
#define __libc_scan(f, a) __attribute__((format(__scanf__, f, a)))

/* One character that was read too far goes back to the stream, as by ungetc(). */
int scanf(const char *__restrict format, ...) __libc_scan(1, 2);
int vscanf(const char *__restrict format, va_list args) __libc_scan(1, 0);
int fscanf(FILE *__restrict stream, const char *__restrict format, ...) __libc_scan(2, 3);
int vfscanf(FILE *__restrict stream, const char *__restrict format, va_list args) __libc_scan(2, 0);
int sscanf(const char *__restrict text, const char *__restrict format, ...) __libc_scan(2, 3);
int vsscanf(const char *__restrict text, const char *__restrict format, va_list args)
    __libc_scan(2, 0);
int fprintf(FILE *__restrict stream, const char *__restrict format, ...) __libc_format(2, 3);
int vfprintf(FILE *__restrict stream, const char *__restrict format,
             va_list args) __libc_format(2, 0);
int sprintf(char *__restrict s, const char *__restrict format, ...) __libc_format(2, 3);
int vsprintf(char *__restrict s, const char *__restrict format, va_list args) __libc_format(2, 0);
int snprintf(char *__restrict s, size_t size, const char *__restrict format, ...) __libc_format(3,
             4);
int vsnprintf(char *__restrict s, size_t size, const char *__restrict format, va_list args)
    __libc_format(3, 0);

int fputc(int c, FILE *stream);
int putc(int c, FILE *stream);
int putchar(int c);
int fputs(const char *__restrict s, FILE *__restrict stream);
int puts(const char *s);
size_t fwrite(const void *__restrict data, size_t size, size_t count, FILE *__restrict stream);
int fflush(FILE *stream);

int fgetc(FILE *stream);
int getc(FILE *stream);
int getchar(void);
int ungetc(int c, FILE *stream);
char *fgets(char *__restrict s, int size, FILE *__restrict stream);
size_t fread(void *__restrict data, size_t size, size_t count, FILE *__restrict stream);

/* POSIX.  *line is malloc()ed room of *size bytes, or NULL, and grows.  Returns the bytes in front
 * of the zero, the delimiter's too; -1: the end, or an error.  EINVAL, ENOMEM, EOVERFLOW. */
ssize_t getdelim(char **__restrict line, size_t *__restrict size, int delimiter,
                 FILE *__restrict stream);
ssize_t getline(char **__restrict line, size_t *__restrict size, FILE *__restrict stream);

/* POSIX.  Each call takes the stream's lock for itself; a thread that has it keeps all others out
 * until it has let it go as often as it took it.  try: -1 if another thread has it. */
void flockfile(FILE *stream);
int ftrylockfile(FILE *stream);
void funlockfile(FILE *stream);
int getc_unlocked(FILE *stream);
int getchar_unlocked(void);
int putc_unlocked(int c, FILE *stream);
int putchar_unlocked(int c);

int feof(FILE *stream);
int ferror(FILE *stream);
void clearerr(FILE *stream);
void perror(const char *prefix);

#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2
/* Before the stream is used.  A line buffer of size 0 or none at all is the library's choice. */
int setvbuf(FILE *__restrict stream, char *__restrict buffer, int mode, size_t size);
void setbuf(FILE *__restrict stream, char *__restrict buffer);

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

FILE *fopen(const char *__restrict path, const char *__restrict mode);
FILE *fdopen(int descriptor, const char *mode);
/* Streams without a descriptor (fileno(): EBADF).  fmemopen(): of `bytes`, or of memory of its own;
 * writes beyond `size` fail with ENOSPC, and a zero stands behind the last byte, if there is room.
 * EINVAL: size 0; no bytes, and a mode without "+"; ENOMEM.  open_memstream(): what is written goes
 * to memory that grows.  When the stream was flushed, the two variables tell of it, up to the
 * stream's position; behind the last byte is a zero.  fclose() leaves it for free().  EINVAL: NULL;
 * ENOMEM. */
FILE *fmemopen(void *__restrict bytes, size_t size, const char *__restrict mode);
FILE *open_memstream(char **bytes, size_t *length);
/* path NULL: EBADF, the mode of an open file does not change. */
FILE *freopen(const char *__restrict path, const char *__restrict mode, FILE *__restrict stream);
int fclose(FILE *stream);
/* `sh -c COMMAND`, which writes to the stream (mode "r") or reads from it ("w").  For programs that
 * link lib/posix.  EINVAL: mode; as pipe(), fork().  pclose() waits: its status as waitpid() has
 * it; ECHILD: the stream is none of popen(). */
FILE *popen(const char *command, const char *mode);
int pclose(FILE *stream);
int fileno(FILE *stream);
int fseek(FILE *stream, long offset, int whence);       /* EINVAL, ESPIPE */
int fseeko(FILE *stream, off_t offset, int whence);
long ftell(FILE *stream);                               /* EOVERFLOW, ESPIPE */
off_t ftello(FILE *stream);
void rewind(FILE *stream);
int fgetpos(FILE *__restrict stream, fpos_t *__restrict position);
int fsetpos(FILE *stream, const fpos_t *position);
#define P_tmpdir "/tmp"
int dprintf(int descriptor, const char *__restrict format, ...) __libc_format(2, 3);    /* POSIX */
int vdprintf(int descriptor, const char *__restrict format, va_list args) __libc_format(2, 0);
#define L_ctermid 9
char *ctermid(char *name);              /* POSIX: "/dev/tty", which does not exist */
FILE *tmpfile(void);                    /* in /tmp; without a name once it is there */
char *tmpnam(char *name);

/* Errors as open() in <fcntl.h>. */
int remove(const char *path);
int rename(const char *path, const char *new_path);     /* EXDEV: a large tree of directories */
int renameat(int directory, const char *path, int new_directory, const char *new_path);

#endif
