/* SPDX-License-Identifier: MIT */
/* execve(): this task goes on with another program.  Next hops: start.c, which says what stays
 * open; lib/file/program.c, which finds the program; then `task`. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/file/program.h"
#include "lib/posix/start.h"

/* On pages of its own, so a child copies no page for it. */
struct strings strings_of_start __attribute__((aligned(4096)));

int strings_add_all(struct strings *s, char *const vector[])
{
    for (; vector && *vector; vector++) {
        size_t length = strlen(*vector) + 1;
        if (length > sizeof s->bytes - s->length)
            return E2BIG;
        memcpy(s->bytes + s->length, *vector, length);
        s->length += length;
    }
    return 0;
}

int strings_add_arguments(struct strings *s, char *const argv[])
{
    return strings_add_all(s, argv[0] ? argv : (char *[]) { (char[]) { 0 }, NULL });
}

void strings_add_start(struct strings *s)
{
    s->length += strlen(s->bytes + s->length) + 1;
}

static int environment_make(struct strings *s, char *const envp[])
{
    int err = start_kept(s->bytes + s->length, sizeof s->bytes - s->length);
    if (err)
        return err;
    strings_add_start(s);
    return strings_add_all(s, envp);
}

/* Pre: the lock is held. */
static int exec_locked(const char *path, char *const argv[], char *const envp[], struct strings *s)
{
    struct files *files;
    int err = posix_files(&files);
    s->length = 0;
    if (!err)
        err = strings_add_arguments(s, argv);
    const size_t arguments = s->length;
    if (!err)
        err = environment_make(s, envp);
    if (err)
        return err;
    const struct files_program program = { .path = path,
                                           .argz = s->bytes,
                                           .argz_len = arguments,
                                           .envz = s->bytes + arguments,
                                           .envz_len = s->length - arguments };
    return files_exec(files, &program);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
    if (!path || !argv)
        return posix_result(EFAULT);
    posix_lock();
    int err = exec_locked(path, argv, envp, &strings_of_start);
    posix_unlock();
    return posix_result(err);
}
