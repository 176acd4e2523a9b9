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
    unsigned entries;
};

static uint64_t wide(const L4_Word_t *word)
{
    return word[0] | (uint64_t) word[1] << 32;
}

/* A console would obey control characters, and a line feed makes two names of one. */
static void name_print(const char *name)
{
    bool shown = commands_shown();
    for (; *name; name++)
        putchar(shown && ((unsigned char) *name < ' ' || *name == 127) ? '?' : *name);
}

static int line(struct files *files, const char *path, const char *name, bool details)
{
    struct hurd_file_stat s;
    char mode[11], date[DATE_TEXT], target[PATH_MOST];
    if (!details) {
        name_print(name);
        putchar('\n');
        return 0;
    }
    int err = files_stat(files, path, 0, &s);
    if (err)
        return err;
    mode_text(s.mode, mode);
    date_text((int64_t) wide(s.mtime), date);
    printf("%s %3lu %5lu %5lu %9llu %s ", mode, s.links, s.uid, s.gid,
           (unsigned long long) wide(s.size), date);
    name_print(name);
    if ((s.mode & HURD_FILE_TYPE) == HURD_FILE_SYMLINK &&
        !files_readlink(files, path, target, sizeof target)) {
        printf(" -> ");
        name_print(target);
    }
    putchar('\n');
    return 0;
}

static int entry(void *context, const char *name, unsigned type)
{
    struct list *l = context;
    char path[PATH_MOST];
    (void) type;
    if (++l->entries % COMMANDS_LOOK == 0 && commands_interrupted())
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
    struct list l = { files, path, details, 0 };
    int err = files_stat(files, path, !details, &s);
    if (err)
        return err;
    if ((s.mode & HURD_FILE_TYPE) != HURD_FILE_DIRECTORY)
        return line(files, path, path, details);
    if (heading) {
        name_print(path);
        printf(":\n");
    }
    err = file_open(files, &directory, path, HURD_DIR_READS, 0);
    if (err)
        return err;
    err = file_list(&directory, entry, &l);
    file_close(&directory);
    return err;
}
