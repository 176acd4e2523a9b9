/* SPDX-License-Identifier: MIT */
/* From a name to a command, and the commands that move bytes.  Called by servers/init and
 * apps/files; next hops: names.c, listing.c, lib/file. */
#include "lib/filecommands/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/filecommands/listing.h"
#include "lib/filecommands/run.h"
#include "lib/filecommands/sha256.h"
#include "lib/shell/language.h"
#include "lib/shell/variables.h"

enum { PART = 16384, PATH_MOST = 4096 };

static uint8_t part[PART];

/* What to do about an error of this command. */
static const char *advice(const char *command, int err)
{
    static const struct { const char *command; int error; const char *text; } advices[] = {
        { "rm", EISDIR, "; `rmdir` removes an empty one" },
        { "cat", EISDIR, "; `ls` shows what is in it" },
        { "cp", EISDIR, "; only files are copied" },
        { "cp", EEXIST, "; both are the same file" },
        { "rmdir", ENOTDIR, "; `rm` removes a file" },
        { "ln", EPERM, "; this has one name only, and `ln -s` makes a link to it" },
        { "mv", EINVAL, "; a directory does not go into itself" },
    };
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++) {
        if (advices[i].error == err && !strcmp(advices[i].command, command))
            return advices[i].text;
    }
    return "";
}

/* to: NULL, or what stands in the way may be there as well. */
static void tell(const struct run *r, const char *path, const char *to, int err)
{
    if (err == EINTR)           /* Ctrl-C, or nobody reads what is printed */
        variables_set_status(STATUS_INTERRUPTED);
    else
        complain("%s: %s%s%s: %s%s\n", r->word[0], path, to ? " to " : "", to ? to : "",
                 error_text(err), advice(r->word[0], err));
}

bool run_good(const struct run *r, const char *path, int err)
{
    if (err)
        tell(r, path, NULL, err);
    return !err;
}

bool run_is_directory(const struct run *r, const char *path)
{
    struct hurd_file_stat s;
    return !files_stat(r->files, path, 1, &s) && (s.mode & HURD_FILE_TYPE) == HURD_FILE_DIRECTORY;
}

/* ---- new paths ---- */

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Returns the new path of `from`: in `to`, if that is a directory.  Valid until the next call. */
static const char *destination(const struct run *r, const char *from, const char *to)
{
    static char path[PATH_MOST];
    if (!run_is_directory(r, to))
        return to;
    snprintf(path, sizeof path, "%s/%s", to, last_name(from));
    return path;
}

void run_each_to(const struct run *r, size_t first,
                 int (*act)(struct files *files, const char *from, const char *to))
{
    const char *to = r->word[r->count - 1];
    if (r->count - first > 2 && !run_is_directory(r, to)) {
        complain("%s: %s is no directory, where several files could go\n", r->word[0], to);
        return;
    }
    for (size_t i = first; i + 1 < r->count; i++) {
        const char *from = r->word[i], *path = destination(r, from, to);
        int err = act(r->files, from, path);
        if (err)
            tell(r, from, path, err);
    }
}

/* ---- contents ---- */

static void command_echo(const struct run *r)
{
    for (size_t i = 1; i < r->count; i++)
        printf("%s%s", i > 1 ? " " : "", r->word[i]);
    putchar('\n');
}

/* Calls `use` for each part of the file. */
static int file_parts(struct file *file, int (*use)(void *context, const void *data, uint32_t size),
                      void *context)
{
    uint32_t n;
    int err;
    do {
        err = file_read(file, part, sizeof part, &n);
        if (!err && n > 0)
            err = use(context, part, n);
        if (!err && commands_interrupted())
            err = EINTR;
    } while (!err && n == sizeof part);
    return err;
}

static int part_to_output(void *context, const void *data, uint32_t size)
{
    (void) context;
    return fwrite(data, 1, size, stdout) == size ? 0 : errno;
}

static int part_to_sum(void *context, const void *data, uint32_t size)
{
    sha256_add(context, data, size);
    return 0;
}

static int part_to_file(void *context, const void *data, uint32_t size)
{
    uint32_t done;
    return file_write(context, data, size, &done);
}

/* Opens each word's file, and calls `show` with it. */
static void each_file(const struct run *r, int (*show)(struct file *file, const char *path))
{
    for (size_t i = 1; i < r->count; i++) {
        struct file file;
        const char *path = r->word[i];
        if (!run_good(r, path, file_open(r->files, &file, path, HURD_DIR_READS, 0)))
            continue;
        run_good(r, path, show(&file, path));
        file_close(&file);
    }
}

static int show_bytes(struct file *file, const char *path)
{
    (void) path;
    return file_parts(file, part_to_output, NULL);
}

static int show_sum(struct file *file, const char *path)
{
    struct sha256 sum;
    uint8_t digest[32];
    sha256_init(&sum);
    int err = file_parts(file, part_to_sum, &sum);
    if (err)
        return err;
    sha256_end(&sum, digest);
    for (unsigned k = 0; k < sizeof digest; k++)
        printf("%02x", digest[k]);
    printf("  %s\n", path);
    return 0;
}

static void command_cat(const struct run *r)
{
    each_file(r, show_bytes);
}

static void command_sha256sum(const struct run *r)
{
    each_file(r, show_sum);
}

/* A copy of a file into itself would lose it. */
static bool same_file(const struct file *a, const struct file *b)
{
    return a->server.raw == b->server.raw && a->inode == b->inode;
}

static int file_copy(struct files *files, const char *from, const char *to)
{
    struct file in, out;
    int err = file_open(files, &in, from, HURD_DIR_READS, 0);
    if (err)
        return err;
    if ((in.mode & HURD_FILE_TYPE) == HURD_FILE_DIRECTORY)
        err = EISDIR;
    if (!err)
        err = file_open(files, &out, to, HURD_DIR_WRITES | HURD_DIR_CREATE, in.mode & 0777);
    if (!err) {
        err = same_file(&in, &out) ? EEXIST : file_truncate(&out, 0);
        if (!err)
            err = file_parts(&in, part_to_file, &out);
        file_close(&out);
    }
    file_close(&in);
    return err;
}

static void command_cp(const struct run *r)
{
    run_each_to(r, 1, file_copy);
}

static void command_ls(const struct run *r)
{
    bool details = r->count > 1 && !strcmp(r->word[1], "-l");
    size_t first = details ? 2 : 1;
    if (first == r->count)
        run_good(r, ".", listing(r->files, ".", details, false));
    for (size_t i = first; i < r->count; i++)
        run_good(r, r->word[i], listing(r->files, r->word[i], details, r->count - first > 1));
}

/* ---- */

static const struct {
    const char *name, *option;          /* the one that there is */
    size_t least;                       /* words behind the name */
    void (*call)(const struct run *r);
} commands[] = {
    { "cat", NULL, 1, command_cat },     { "cp", NULL, 2, command_cp },
    { "ln", "-s", 2, command_ln },       { "ls", "-l", 0, command_ls },
    { "mkdir", NULL, 1, command_mkdir }, { "mv", NULL, 2, command_mv },
    { "rm", NULL, 1, command_rm },       { "rmdir", NULL, 1, command_rmdir },
    { "sha256sum", NULL, 1, command_sha256sum },
};

/* A word that looks like an option, and is none.  A file of that name is ./-NAME. */
static bool has_other_option(const struct run *r, const char *option)
{
    if (r->count < 2 || r->word[1][0] != '-' || !r->word[1][1] ||
        (option && !strcmp(r->word[1], option)))
        return false;
    complain("%s: there is no option %s; a file of that name is ./%s\n", r->word[0], r->word[1],
             r->word[1]);
    return true;
}

bool commands_obey(struct files *files, const char *const word[], size_t count)
{
    const struct run r = { files, word, count };
    if (!strcmp(word[0], "echo")) {
        command_echo(&r);
        return true;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(word[0], commands[i].name))
            continue;
        if (!files)
            commands_say_no_files();
        else if (count - 1 < commands[i].least)
            complain("%s: words are missing behind it\n", word[0]);
        else if (!has_other_option(&r, commands[i].option))
            commands[i].call(&r);
        return true;
    }
    return false;
}
