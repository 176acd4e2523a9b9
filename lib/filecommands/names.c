/* SPDX-License-Identifier: MIT */
/* Commands that change names.  Called by commands.c. */
#include <errno.h>
#include <string.h>

#include "lib/filecommands/run.h"

void command_mv(const struct run *r)
{
    run_each_to(r, 1, files_rename);
}

void command_ln(const struct run *r)
{
    size_t first = r->count > 3 && !strcmp(r->word[1], "-s") ? 2 : 1;
    run_each_to(r, first, first == 2 ? files_symlink : files_link);
}

void command_rm(const struct run *r)
{
    for (size_t i = 1; i < r->count; i++)
        run_good(r, r->word[i], files_unlink(r->files, r->word[i]));
}

void command_mkdir(const struct run *r)
{
    for (size_t i = 1; i < r->count; i++)
        run_good(r, r->word[i], files_mkdir(r->files, r->word[i], 0755));
}

void command_rmdir(const struct run *r)
{
    for (size_t i = 1; i < r->count; i++)
        run_good(r, r->word[i], files_rmdir(r->files, r->word[i]));
}
