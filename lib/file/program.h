/* SPDX-License-Identifier: MIT */
/* Programs that start from files. */
#ifndef FILE_PROGRAM_H
#define FILE_PROGRAM_H

#include <hurd/task.h>

#include "lib/file/files.h"

struct files_program {
    const char *path;
    const char *argz, *envz;            /* strings with their zeroes; argz has one at least */
    size_t argz_len, envz_len;
    L4_Word_t frames;                   /* files_start(): beyond those of the program file */
    bool child;                         /* files_start(): by HURD_TASK_SPAWN, for waitpid() */
};

/* A program file in a container of the caller's. */
struct files_image {
    L4_Word_t container, offset, size;
};

/* Starts the program with a part of the caller's memory control.  The file goes to a container by
 * logical copies, and from there to the task.  A file that begins with "#!" names its interpreter
 * and one argument for it at most; the interpreter gets the path in place of argz[0].  Blocks.
 * Errors of file_open(); EACCES: no file, or no x bit; ENOEXEC: no program, or interpreters of
 * interpreters; E2BIG: HURD_TASK_TEXT_MAX; ENOMEM; those of HURD_TASK_CREATE. */
int files_start(struct files *files, const struct files_program *program,
                struct hurd_task_created *created);

/* execve(): this task goes on with the program, which finds the container of the connection in its
 * startup data (`kept`).  Returns only if that fails; `frames` is not used.  Errors as above. */
int files_exec(struct files *files, const struct files_program *program);

/* The same as files_start() for a file that is in memory already; `path` is not used. */
int files_start_image(const struct files_image *image, const struct files_program *program,
                      struct hurd_task_created *created);

#endif
