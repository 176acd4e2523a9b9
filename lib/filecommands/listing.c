/* SPDX-License-Identifier: MIT */
/* Lists files.  Called by commands.c; date.c writes times. */
#include "lib/filecommands/listing.h"
#include "lib/filecommands/commands.h"
#include "lib/filecommands/date.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PATH_MOST = 512 };

struct list {
    struct files *files;
    const char *path;
    bool details;
};

static uint64_t wide(const L4_Word_t *word)
{
    return word[0] | (uint64_t) word[1] << 32;
}

static int line(struct files *files, const char *path, const char *name, bool details)
{
    struct hurd_file_stat s;
    char mode[11], date[DATE_TEXT], target[PATH_MOST];
    if (!details) {
        printf("%s\n", name);
        return 0;
    }
    int err = files_stat(files, path, 0, &s);
    if (err)
        return err;
    mode_text(s.mode, mode);
    date_text((int64_t) wide(s.mtime), date);
    printf("%s %3lu %5lu %5lu %9llu %s %s", mode, s.links, s.uid, s.gid,
           (unsigned long long) wide(s.size), date, name);
    if ((s.mode & HURD_FILE_TYPE) == HURD_FILE_SYMLINK &&
        !files_readlink(files, path, target, sizeof target))
        printf(" -> %s", target);
    printf("\n");
    return 0;
}

static int entry(void *context, const char *name, unsigned type)
{
    const struct list *l = context;
    char path[PATH_MOST];
    (void) type;
    if (commands_interrupted())
        return EINTR;
    if (!strcmp(name, ".") || !strcmp(name, ".."))
        return 0;
    snprintf(path, sizeof path, "%s/%s", l->path, name);
    return line(l->files, path, name, l->details);
}

int listing(struct files *files, const char *path, bool details, bool heading)
{
    struct hurd_file_stat s;
    struct file directory;
    struct list l = { files, path, details };
    int err = files_stat(files, path, !details, &s);
    if (err)
        return err;
    if ((s.mode & HURD_FILE_TYPE) != HURD_FILE_DIRECTORY)
        return line(files, path, path, details);
    if (heading)
        printf("%s:\n", path);
    err = file_open(files, &directory, path, HURD_DIR_READS, 0);
    if (err)
        return err;
    err = file_list(&directory, entry, &l);
    file_close(&directory);
    return err;
}
