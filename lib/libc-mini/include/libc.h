/* SPDX-License-Identifier: MIT */
/* The hooks that the C library asks of the program around it.  Each hook has a weak default that
 * refuses, so a server defines only what it needs: usually __libc_write() and __libc_exit(). */
#ifndef LIBC_LIBC_H
#define LIBC_LIBC_H

#include <stddef.h>

/* Write to, or read from, a standard stream (0, 1, 2).  Both return the number of bytes, which is
 * at least one unless size is 0, or -1 with errno.  __libc_read() returns 0 at the end of the
 * input, and blocks. */
long __libc_write(int stream, const void *data, size_t size);
long __libc_read(int stream, void *data, size_t size);

/* Ends the program.  Pre: the streams are flushed, and the atexit functions have run. */
_Noreturn void __libc_exit(int status);

/* Ends the program as that signal does by default. */
_Noreturn void __libc_die(int signal);

/* For a mistake of the program: says what it is, in which memory, and from where the function was
 * called.  Ends the program with status 134. */
_Noreturn void __libc_mistake(const char *what, const void *at, const void *caller);

/* The same for a thread that waits for a lock which it has: in a handler, most often, that runs in
 * the midst of malloc() or of a stream's function. */
_Noreturn void __libc_deadlock(const void *lock, const void *caller);

/* __libc_wait() sleeps while *word has the value; it may return early.  It blocks.  __libc_wake()
 * wakes up to `count` threads that sleep on the word.  The defaults return at once.  That is right
 * for a program with one thread, which never finds a lock taken. */
void __libc_wait(volatile unsigned *word, unsigned value);
void __libc_wake(volatile unsigned *word, unsigned count);

/* The microseconds since the system started; and a sleep, which blocks, and returns what was left
 * of it when a signal broke it off.  Both are for <time.h>. */
unsigned long long __libc_clock(void);
unsigned long long __libc_sleep(unsigned long long microseconds);

/* For fork(): take the locks of malloc() or of the standard streams, or let go of them. */
void __malloc_hold(_Bool hold);
void __stdio_hold(_Bool hold);

/* The microseconds since 1970 in UTC; -1: nobody knows. */
long long __libc_time(void);

/* The strings of the environment, a vector that ends with a null pointer. */
extern char **environ;

#endif
