/* SPDX-License-Identifier: MIT */
/* Commands on files, each a few calls of lib/file.  Called by commands.c; root.c connects.  Those
 * that are in /bin of a disk, too, are lib/filecommands.  What they print goes through output.c. */
#include "filecommands.h"
#include "lib/filecommands/commands.h"
#include "lib/shell/language.h"
#include "mounts.h"
#include "output.h"
#include "root.h"
#include "shell.h"
#include "lib/shell/words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool commands_interrupted(void)
{
    return shell_interrupted() || output_error() || output_is_left();
}

bool commands_shown(void)
{
    return output_is_shown();
}

void commands_say_no_files(void)
{
    root_files();
}

/* Prints what went wrong with a file.  True if nothing did. */
static bool good(const char *command, const char *path, int err)
{
    if (err)
        complain("%s: %s: %s\n", command, path, error_text(err));
    return !err;
}

static void command_cd(struct files *files, const struct words *w)
{
    const char *path = w->count > 1 ? w->word[1] : "/";
    good("cd", path, files_chdir(files, path));
}

/* ---- the whole ---- */

static void use(const char *path, int err, const struct hurd_fs_statfs *s)
{
    L4_Word_t kb = s->block_size / 1024;
    if (good("df", path, err))
        printf("%-18s %10lu %9lu %9lu %7lu %8lu %s\n", s->device, s->blocks * kb,
               (s->blocks - s->free_blocks) * kb, s->free_blocks * kb, s->inodes, s->free_inodes,
               path);
}

static void command_df(struct files *files, const struct words *w)
{
    struct hurd_fs_statfs s;
    struct mounted mounted;
    (void) w;
    printf("Filesystem          1K-blocks      Used Available  Inodes     Free Mounted on\n");
    use("/", files_statfs(files, &s), &s);
    for (unsigned n = 0; mounts_next(&n, &mounted); )
        use(mounted.path, mounted.err, &mounted.statfs);
}

static void command_sync(struct files *files, const struct words *w)
{
    (void) w;
    good("sync", "/", files_sync(files));
    mounts_sync();
}

static const struct {
    const char *name;
    void (*call)(struct files *files, const struct words *w);
} commands[] = {
    { "cd", command_cd }, { "df", command_df }, { "sync", command_sync },
};

/* They say by themselves what is mounted. */
static void mount_or_unmount(const struct words *w)
{
    if (!strcmp(w->word[0], "umount") && w->count > 1)
        mounts_end(w->word[1]);
    else if (!strcmp(w->word[0], "umount") && !root_mounted())
        complain("umount: nothing is mounted\n");
    else if (!strcmp(w->word[0], "umount"))
        root_end();
    else if (w->count > 2)
        mounts_make(w->word[1], w->word[2]);
    else if (w->count > 1)
        root_mount(w->word[1]);
    else
        root_report();
}

void filecommands_obey(const struct words *w)
{
    struct files *files;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(w->word[0], commands[i].name))
            continue;
        files = root_files();
        if (files)
            commands[i].call(files, w);
        return;
    }
    if (!commands_obey(root_mounted(), w->word, w->count))
        mount_or_unmount(w);
}

/* ---- what lib/shell asks for ---- */

struct visit {
    bool (*name)(void *context, const char *name);
    void *context;
    unsigned names;
};

static int visit_entry(void *context, const char *name, unsigned type)
{
    struct visit *v = context;
    (void) type;
    if (++v->names % COMMANDS_LOOK == 0 && shell_interrupted())
        return EINTR;
    return v->name(v->context, name) ? 0 : EINTR;
}

void language_list(const char *directory, bool (*visit)(void *context, const char *name),
                   void *context)
{
    struct visit v = { visit, context, 0 };
    struct file file;
    if (!root_mounted() ||
        file_open(root_mounted(), &file, directory, HURD_DIR_READS | HURD_DIR_DIRECTORY, 0))
        return;
    file_list(&file, visit_entry, &v);
    file_close(&file);
}

/* Without a file system there are no files. */
bool language_file_is(char question, const char *path)
{
    struct hurd_file_stat s;
    if (!root_mounted() || files_stat(root_mounted(), path, 1, &s))
        return false;
    L4_Word_t type = s.mode & HURD_FILE_TYPE;
    return question == 'f'   ? type == HURD_FILE_REGULAR
           : question == 'd' ? type == HURD_FILE_DIRECTORY
           : question == 's' ? (s.size[0] | s.size[1]) != 0 : true;
}
