/* SPDX-License-Identifier: MIT */
/* What the C library asks of the program around it.  Every hook has a weak default that refuses, so
 * a server brings only what it wants: usually __libc_write() and __libc_exit(). */
#ifndef LIBC_LIBC_H
#define LIBC_LIBC_H

#include <stddef.h>

/* Write to or read from a standard stream (0, 1, 2).  Returns the bytes done, at least one unless
 * size is 0, or -1 with errno; read returns 0 at the end. */
long __libc_write(int stream, const void *data, size_t size);
long __libc_read(int stream, void *data, size_t size);

/* End of the program: streams are flushed, atexit functions have run. */
_Noreturn void __libc_exit(int status);

/* The program's mistake: says what, about which memory, in a call from where; ends with status 134. */
_Noreturn void __libc_mistake(const char *what, const void *at, const void *caller);

/* Sleep while *word has the value; may return early.  Wake up to `count` threads that sleep on the
 * word.  The defaults return at once: right for a program with one thread, which never finds a lock
 * taken. */
void __libc_wait(volatile unsigned *word, unsigned value);
void __libc_wake(volatile unsigned *word, unsigned count);

/* Microseconds since the system started, and a sleep: for <time.h>. */
unsigned long long __libc_clock(void);
void __libc_sleep(unsigned long long microseconds);

/* The words of the environment, a vector that ends with a null pointer. */
extern char **environ;

#endif
