/* SPDX-License-Identifier: MIT */
/* The other forms of execve(): arguments one by one, the caller's environment, a search for the
 * program.  Next hop: exec.c. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/posix/descriptors.h"

enum { PATH_MOST = 4096 };

int execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

/* ---- the search ---- */

/* "DIRECTORY/NAME" for the directory at *path, which moves on.  False: it is too long. */
static bool candidate_make(const char **path, const char *name, char full[PATH_MOST])
{
    size_t length = strcspn(*path, ":"), name_length = strlen(name);
    const char *directory = length ? *path : ".";
    const size_t used = length ? length : 1;
    *path += length + ((*path)[length] == ':');
    if (used + 1 + name_length >= PATH_MOST)
        return false;
    memcpy(full, directory, used);
    full[used] = '/';
    memcpy(full + used + 1, name, name_length + 1);
    return true;
}

/* Another directory may have the program. */
static bool goes_on(int error)
{
    return error == ENOENT || error == ENOTDIR || error == EACCES || error == ENAMETOOLONG;
}

int exec_search(const char *name, int (*try)(const char *path, void *context), void *context)
{
    const char *path = getenv("PATH");
    int error = ENOENT, last;
    if (!name || !*name)
        return name ? ENOENT : EFAULT;
    if (strchr(name, '/'))
        return try(name, context);
    char *full = malloc(PATH_MOST);
    if (!full)
        return ENOMEM;
    path = path ? path : "/bin";
    do {
        last = candidate_make(&path, name, full) ? try(full, context) : ENAMETOOLONG;
        if (error != EACCES || !goes_on(last))
            error = last;               /* the caller wants to know of a file without an x bit */
    } while (goes_on(last) && *path);
    free(full);
    return error;
}

struct vectors {
    char *const *argv, *const *envp;
};

/* A file that is no program is a script for the shell. */
static int exec_try(const char *path, void *vectors)
{
    const struct vectors *v = vectors;
    size_t count = 0;
    execve(path, v->argv, v->envp);
    if (errno != ENOEXEC || !v->argv[0])
        return errno;
    while (v->argv[count])
        count++;
    char **script = malloc((count + 2) * sizeof *script);
    if (!script)
        return ENOMEM;
    script[0] = (char *) (uintptr_t) "sh";
    script[1] = (char *) (uintptr_t) path;
    memcpy(script + 2, v->argv + 1, count * sizeof *script);
    execve("/bin/sh", script, v->envp);
    free(script);
    return ENOEXEC;
}

int execvpe(const char *name, char *const argv[], char *const envp[])
{
    return posix_result(exec_search(name, exec_try, &(struct vectors) { argv, envp }));
}

int execvp(const char *name, char *const argv[])
{
    return execvpe(name, argv, environ);
}

/* ---- arguments one by one ---- */

/* Runs `run` with the vector `argv` of the arguments from `first` to the NULL, and with `rest`
 * behind that NULL. */
#define WITH_VECTOR(first, run)                                                                    \
    ({                                                                                             \
        va_list rest;                                                                              \
        size_t n = 1;                                                                              \
        va_start(rest, first);                                                                     \
        for (const char *word = first; word; n++)                                                  \
            word = va_arg(rest, const char *);                                                     \
        va_end(rest);                                                                              \
        char *argv[n];                                                                             \
        argv[0] = (char *) (uintptr_t) first;                                                      \
        va_start(rest, first);                                                                     \
        for (size_t i = 1; i < n; i++)                                                             \
            argv[i] = va_arg(rest, char *);                                                        \
        int result = (run);                                                                        \
        va_end(rest);                                                                              \
        result;                                                                                    \
    })

int execl(const char *path, const char *first, ...)
{
    return WITH_VECTOR(first, execv(path, argv));
}

int execlp(const char *name, const char *first, ...)
{
    return WITH_VECTOR(first, execvp(name, argv));
}

int execle(const char *path, const char *first, ...)
{
    return WITH_VECTOR(first, execve(path, argv, va_arg(rest, char *const *)));
}
