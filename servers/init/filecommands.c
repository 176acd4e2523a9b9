/* SPDX-License-Identifier: MIT */
/* Commands on files, each a few calls of lib/file.  Called by commands.c; root.c connects.
 * What they print goes through output.c. */
#include "filecommands.h"
#include "lib/shell/language.h"
#include "listing.h"
#include "mounts.h"
#include "output.h"
#include "root.h"
#include "sha256.h"
#include "jobs.h"
#include "shell.h"
#include "lib/shell/variables.h"
#include "lib/shell/words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PART = 16384, PATH_MOST = 256 };

/* What a command works with. */
struct run {
    struct files *files;
    const struct words *w;
    size_t count;               /* of words */
};

static uint8_t part[PART];

/* Prints what went wrong with a file.  True if nothing did. */
static bool good(const struct run *r, const char *path, int err)
{
    if (err == EINTR)           /* Ctrl-C, or nobody reads what is printed */
        variables_set_status(STATUS_INTERRUPTED);
    else if (err)
        complain("%s: %s: %s\n", r->w->word[0], path, error_text(err));
    return !err;
}

/* ---- contents ---- */

static void command_echo(const struct run *r)
{
    for (size_t i = 1; i < r->count; i++)
        printf("%s%s", i > 1 ? " " : "", r->w->word[i]);
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
        if (!err && shell_interrupted())
            err = EINTR;
    } while (!err && n == sizeof part);
    return err;
}

static int part_to_output(void *context, const void *data, uint32_t size)
{
    (void) context;
    fwrite(data, 1, size, stdout);
    return output_error() ? EINTR : 0;
}

static void command_cat(const struct run *r)
{
    struct file file;
    for (size_t i = 1; i < r->count; i++) {
        int err = file_open(r->files, &file, r->w->word[i], HURD_DIR_READS, 0);
        if (!good(r, r->w->word[i], err))
            continue;
        good(r, r->w->word[i], file_parts(&file, part_to_output, NULL));
        file_close(&file);
    }
}

static int part_to_sum(void *context, const void *data, uint32_t size)
{
    sha256_add(context, data, size);
    return 0;
}

static void command_sha256sum(const struct run *r)
{
    for (size_t i = 1; i < r->count; i++) {
        struct file file;
        struct sha256 sum;
        uint8_t digest[32];
        int err = file_open(r->files, &file, r->w->word[i], HURD_DIR_READS, 0);
        if (!good(r, r->w->word[i], err))
            continue;
        sha256_init(&sum);
        err = file_parts(&file, part_to_sum, &sum);
        file_close(&file);
        if (!good(r, r->w->word[i], err))
            continue;
        sha256_end(&sum, digest);
        for (unsigned k = 0; k < sizeof digest; k++)
            printf("%02x", digest[k]);
        printf("  %s\n", r->w->word[i]);
    }
}

static int part_to_file(void *context, const void *data, uint32_t size)
{
    uint32_t done;
    return file_write(context, data, size, &done);
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
        err = file_open(files, &out, to, HURD_DIR_WRITES | HURD_DIR_CREATE | HURD_DIR_TRUNCATE,
                        in.mode & 0777);
    if (!err) {
        err = file_parts(&in, part_to_file, &out);
        file_close(&out);
    }
    file_close(&in);
    return err;
}

/* ---- names ---- */

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Returns the new path of `from`: in `to`, if `to` is a directory.  Valid until the next call. */
static const char *destination(const struct run *r, const char *from, const char *to)
{
    static char path[PATH_MOST];
    struct hurd_file_stat s;
    if (files_stat(r->files, to, 1, &s) || (s.mode & HURD_FILE_TYPE) != HURD_FILE_DIRECTORY)
        return to;
    snprintf(path, sizeof path, "%s/%s", to, last_name(from));
    return path;
}

/* Calls `act` for each word but the last one, with the word's new path. */
static void each_to(const struct run *r, size_t first,
                    int (*act)(struct files *files, const char *from, const char *to))
{
    const char *to = r->w->word[r->count - 1];
    struct hurd_file_stat s;
    if (r->count - first > 2 && (files_stat(r->files, to, 1, &s) ||
                                 (s.mode & HURD_FILE_TYPE) != HURD_FILE_DIRECTORY)) {
        good(r, to, ENOTDIR);
        return;
    }
    for (size_t i = first; i + 1 < r->count; i++) {
        const char *from = r->w->word[i], *path = destination(r, from, to);
        char both[2 * PATH_MOST];       /* what stands in the way may be at either of them */
        snprintf(both, sizeof both, "%s to %s", from, path);
        good(r, both, act(r->files, from, path));
    }
}

static void command_cp(const struct run *r)
{
    each_to(r, 1, file_copy);
}

static void command_mv(const struct run *r)
{
    each_to(r, 1, files_rename);
}

static void command_ln(const struct run *r)
{
    size_t first = r->count > 3 && !strcmp(r->w->word[1], "-s") ? 2 : 1;
    each_to(r, first, first == 2 ? files_symlink : files_link);
}

static void command_rm(const struct run *r)
{
    for (size_t i = 1; i < r->count; i++)
        good(r, r->w->word[i], files_unlink(r->files, r->w->word[i]));
}

static void command_mkdir(const struct run *r)
{
    for (size_t i = 1; i < r->count; i++)
        good(r, r->w->word[i], files_mkdir(r->files, r->w->word[i], 0755));
}

static void command_rmdir(const struct run *r)
{
    for (size_t i = 1; i < r->count; i++)
        good(r, r->w->word[i], files_rmdir(r->files, r->w->word[i]));
}

static void command_cd(const struct run *r)
{
    const char *path = r->count > 1 ? r->w->word[1] : "/";
    good(r, path, files_chdir(r->files, path));
}

/* ---- the whole ---- */

static void use(const struct run *r, const char *path, int err, const struct hurd_fs_statfs *s)
{
    L4_Word_t kb = s->block_size / 1024;
    if (good(r, path, err))
        printf("%-18s %10lu %9lu %9lu %7lu %8lu %s\n", s->device, s->blocks * kb,
               (s->blocks - s->free_blocks) * kb, s->free_blocks * kb, s->inodes, s->free_inodes,
               path);
}

static void command_df(const struct run *r)
{
    struct hurd_fs_statfs s;
    struct mounted mounted;
    printf("Filesystem          1K-blocks      Used Available  Inodes     Free Mounted on\n");
    use(r, "/", files_statfs(r->files, &s), &s);
    for (unsigned n = 0; mounts_next(&n, &mounted); )
        use(r, mounted.path, mounted.err, &mounted.statfs);
}

static void command_sync(const struct run *r)
{
    good(r, "/", files_sync(r->files));
    mounts_sync();
}

static void command_ls(const struct run *r)
{
    bool details = r->count > 1 && !strcmp(r->w->word[1], "-l");
    size_t first = details ? 2 : 1;
    if (first == r->count)
        good(r, ".", listing(r->files, ".", details, false));
    for (size_t i = first; i < r->count; i++)
        good(r, r->w->word[i],
             listing(r->files, r->w->word[i], details, r->count - first > 1));
}

static const struct {
    const char *name;
    void (*call)(const struct run *r);
} commands[] = {
    { "cat", command_cat },     { "cd", command_cd },       { "cp", command_cp },
    { "df", command_df },       { "echo", command_echo },   { "ln", command_ln },
    { "ls", command_ls },       { "mkdir", command_mkdir }, { "mv", command_mv },
    { "rm", command_rm },       { "rmdir", command_rmdir }, { "sha256sum", command_sha256sum },
    { "sync", command_sync },
};

void filecommands_obey(const struct words *w)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(w->word[0], commands[i].name))
            continue;
        const struct run r = { commands[i].call == command_echo ? NULL : root_files(), w,
                               w->count };
        if (r.files || commands[i].call == command_echo)
            commands[i].call(&r);
        return;
    }
    if (!strcmp(w->word[0], "umount") && w->count > 1)
        mounts_end(w->word[1]);
    else if (!strcmp(w->word[0], "umount"))
        root_end();
    else if (w->count > 2)
        mounts_make(w->word[1], w->word[2]);
    else if (w->count > 1)
        root_mount(w->word[1]);
    else
        root_report();
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
