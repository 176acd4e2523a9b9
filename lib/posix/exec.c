/* SPDX-License-Identifier: MIT */
/* execve(): this task goes on with another program.  Next hops: start.c, which says what stays open;
 * lib/file/program.c, which finds the program; then `task`. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file/program.h"
#include "lib/posix/start.h"

/* Strings one behind the other, in HURD_TASK_TEXT_MAX bytes. */
struct strings {
    char *bytes;
    size_t length;
};

/* Pre: `length` counts the terminating zero. */
static int strings_add(struct strings *s, const char *string, size_t length)
{
    if (length > HURD_TASK_TEXT_MAX - s->length)
        return E2BIG;
    memcpy(s->bytes + s->length, string, length);
    s->length += length;
    return 0;
}

static int strings_add_all(struct strings *s, char *const vector[])
{
    int err = 0;
    for (; vector && *vector && !err; vector++)
        err = strings_add(s, *vector, strlen(*vector) + 1);
    return err;
}

/* A program has a name, even if its caller gave none. */
static int arguments_make(struct strings *s, char *const argv[])
{
    return argv[0] ? strings_add_all(s, argv) : strings_add(s, "", 1);
}

static int environment_make(struct strings *s, char *const envp[])
{
    int err = start_kept(s->bytes, HURD_TASK_TEXT_MAX);
    if (err)
        return err;
    s->length = strlen(s->bytes) + 1;
    return strings_add_all(s, envp);
}

/* Pre: the lock is held; `bytes` has room for two texts. */
static int exec_locked(const char *path, char *const argv[], char *const envp[], char *bytes)
{
    struct strings arguments = { bytes, 0 }, environment = { bytes + HURD_TASK_TEXT_MAX, 0 };
    struct files *files;
    int err = posix_files(&files);
    if (!err)
        err = arguments_make(&arguments, argv);
    if (!err)
        err = environment_make(&environment, envp);
    if (err)
        return err;
    const struct files_program program = { .path = path,
                                           .argz = arguments.bytes,
                                           .argz_len = arguments.length,
                                           .envz = environment.bytes,
                                           .envz_len = environment.length };
    return files_exec(files, &program);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
    if (!path || !argv)
        return posix_result(EFAULT);
    char *bytes = malloc(2 * HURD_TASK_TEXT_MAX);
    if (!bytes)
        return posix_result(ENOMEM);
    posix_lock();
    int err = exec_locked(path, argv, envp, bytes);
    posix_unlock();
    free(bytes);
    return posix_result(err);
}
