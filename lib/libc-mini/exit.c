/* SPDX-License-Identifier: MIT */
/* The end of a program: ISO C 7.22.4. */
#include <libc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_EXIT_MAX = 32 + 1 };  /* the number that the standard promises, and one for the
                                   destructors (start.c) */

static void (*at_exit[AT_EXIT_MAX])(void);
static int at_exit_count;

int atexit(void (*function)(void))
{
    if (at_exit_count == AT_EXIT_MAX)
        return -1;
    at_exit[at_exit_count++] = function;
    return 0;
}

_Noreturn void exit(int status)
{
    while (at_exit_count)
        at_exit[--at_exit_count]();
    fflush(NULL);
    _Exit(status);
}

_Noreturn void _Exit(int status)
{
    __libc_exit(status);
}

_Noreturn void _exit(int status)
{
    __libc_exit(status);
}

/* There are signals only where lib/hurd-mm is, and a program asks for them. */
#pragma weak raise
#pragma weak sigprocmask

__attribute__((weak)) _Noreturn void __libc_die(int signal)
{
    __libc_exit(128 + signal);  /* the status that a shell reports */
}

/* A handler that returns, and a signal that is ignored, do not save the program. */
_Noreturn void abort(void)
{
    const sigset_t set = 1ull << (SIGABRT - 1);
    if (raise && sigprocmask) {
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        raise(SIGABRT);
    }
    __libc_die(SIGABRT);
}

char *getenv(const char *name)
{
    size_t length = strlen(name);
    for (char **e = environ; e && *e; e++)
        if (strncmp(*e, name, length) == 0 && (*e)[length] == '=')
            return *e + length + 1;
    return NULL;
}
