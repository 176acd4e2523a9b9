/* SPDX-License-Identifier: MIT */
/* What the files of lib/filecommands share. */
#ifndef FILECOMMANDS_RUN_H
#define FILECOMMANDS_RUN_H

#include "lib/filecommands/commands.h"

/* What a command works with. */
struct run {
    struct files *files;
    const char *const *word;
    size_t count;               /* of words */
};

/* Prints what went wrong with a file.  True if nothing did. */
bool run_good(const struct run *r, const char *path, int err);

/* Is the path a directory? */
bool run_is_directory(const struct run *r, const char *path);

/* Calls `act` for each word from `first` on but the last one, with the word's new path. */
void run_each_to(const struct run *r, size_t first,
                 int (*act)(struct files *files, const char *from, const char *to));

/* ---- names.c */
void command_ln(const struct run *r);
void command_mkdir(const struct run *r);
void command_mv(const struct run *r);
void command_rm(const struct run *r);
void command_rmdir(const struct run *r);

#endif
