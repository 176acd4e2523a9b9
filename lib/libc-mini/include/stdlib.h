/* SPDX-License-Identifier: MIT */
/* ISO C 7.22, without wide characters; and from POSIX: setenv() and what belongs to it. */
#ifndef LIBC_STDLIB_H
#define LIBC_STDLIB_H

#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX     0x7fffffff

typedef struct { int quot, rem; } div_t;
typedef struct { long quot, rem; } ldiv_t;
typedef struct { long long quot, rem; } lldiv_t;

int atoi(const char *s);
long atol(const char *s);
long long atoll(const char *s);
long strtol(const char *__restrict s, char **__restrict end, int base);
unsigned long strtoul(const char *__restrict s, char **__restrict end, int base);
long long strtoll(const char *__restrict s, char **__restrict end, int base);
unsigned long long strtoull(const char *__restrict s, char **__restrict end, int base);

double atof(const char *s);
double strtod(const char *__restrict s, char **__restrict end);
float strtof(const char *__restrict s, char **__restrict end);
long double strtold(const char *__restrict s, char **__restrict end);

int abs(int n);
long labs(long n);
long long llabs(long long n);
div_t div(int numerator, int denominator);
ldiv_t ldiv(long numerator, long denominator);
lldiv_t lldiv(long long numerator, long long denominator);

int rand(void);
void srand(unsigned seed);
int rand_r(unsigned *seed);             /* POSIX, and what follows */
long random(void);
void srandom(unsigned seed);
char *initstate(unsigned seed, char *state, size_t size);      /* the state is the library's own */
char *setstate(char *state);
double drand48(void);
double erand48(unsigned short state[3]);
long lrand48(void);
long nrand48(unsigned short state[3]);
long mrand48(void);
long jrand48(unsigned short state[3]);
void srand48(long seed);
unsigned short *seed48(unsigned short state[3]);
void lcong48(unsigned short parameters[7]);

/* In the "C" locale each byte is a character of its own. */
#define MB_CUR_MAX ((size_t)1)
int mblen(const char *s, size_t n);
int mbtowc(wchar_t *__restrict to, const char *__restrict s, size_t n);
int wctomb(char *s, wchar_t c);                         /* EILSEQ: above 255 */
size_t mbstowcs(wchar_t *__restrict to, const char *__restrict s, size_t n);
size_t wcstombs(char *__restrict to, const wchar_t *__restrict s, size_t n);

void *bsearch(const void *key, const void *base, size_t count, size_t size,
              int (*compare)(const void *, const void *));
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));

/* These use mmap(), so they are for programs that link lib/hurd-mm. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void free(void *block);
void *aligned_alloc(size_t alignment, size_t size);
int posix_memalign(void **block, size_t alignment, size_t size);

void *reallocarray(void *block, size_t count, size_t size);

int atexit(void (*function)(void));
int at_quick_exit(void (*function)(void));
_Noreturn void quick_exit(int status);
_Noreturn void exit(int status);
_Noreturn void _Exit(int status);
_Noreturn void abort(void);
char *getenv(const char *name);
int setenv(const char *name, const char *value, int overwrite);     /* EINVAL, ENOMEM */
int putenv(char *variable);                                         /* EINVAL, ENOMEM */
int unsetenv(const char *name);                                     /* EINVAL */
/* With lib/posix: `sh -c COMMAND`; its status as waitpid() has it, or -1; NULL: is there a /bin/sh?
 * Else NULL: 0, there is no shell to run it; -1, ENOSYS. */
int system(const char *command);

/* POSIX.  pattern ends with six X or more, which become a name that is free; "" with EINVAL.  For
 * programs that link lib/posix. */
char *mktemp(char *pattern);
/* The same, and the file or directory is made: EINVAL, EEXIST, and errors as open(). */
int mkstemp(char *pattern);
char *mkdtemp(char *pattern);
/* Without symbolic links, "." and "..": in `real`, PATH_MAX bytes, or NULL: malloc()ed.  EINVAL:
 * path NULL; and errors as open(). */
char *realpath(const char *__restrict path, char *__restrict real);
int getsubopt(char **text, char *const *names, char **value);

#endif
