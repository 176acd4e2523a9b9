/* SPDX-License-Identifier: MIT */
/* Weak defaults of the functions that libc.h asks of a program, and the errno of a program with one
 * thread. */
#include <errno.h>
#include <libc.h>
#include <stdlib.h>
#include <string.h>

char **environ;

__attribute__((weak)) int *__errno_location(void)
{
    static int number;
    return &number;
}

__attribute__((weak)) long __libc_write(int stream, const void *data, size_t size)
{
    (void)stream, (void)data, (void)size;
    errno = EBADF;
    return -1;
}

__attribute__((weak)) long __libc_read(int stream, void *data, size_t size)
{
    (void)stream, (void)data, (void)size;
    errno = EBADF;
    return -1;
}

__attribute__((weak)) _Noreturn void __libc_exit(int status)
{
    (void)status;
    for (;;)
        __asm__ volatile("ud2");        /* an exception, for the thread's exception handler */
}

__attribute__((weak)) _Noreturn void __libc_mistake(const char *what, const void *at,
                                                    const void *caller)
{
    (void)at, (void)caller;
    __libc_write(2, what, strlen(what));
    abort();
}

__attribute__((weak)) _Noreturn void __libc_deadlock(const void *lock, const void *caller)
{
    __libc_mistake("a thread waits for a lock that it has itself", lock, caller);
}

__attribute__((weak)) void __libc_wait(volatile unsigned *word, unsigned value)
{
    (void)word, (void)value;
}

__attribute__((weak)) void __libc_wake(volatile unsigned *word, unsigned count)
{
    (void)word, (void)count;
}

__attribute__((weak)) unsigned long long __libc_clock(void)
{
    return 0;
}

__attribute__((weak)) long long __libc_time(void)
{
    return -1;
}

__attribute__((weak)) unsigned long long __libc_sleep(unsigned long long microseconds)
{
    (void)microseconds;
    return 0;
}
