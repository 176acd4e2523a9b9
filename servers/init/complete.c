/* SPDX-License-Identifier: MIT */
/* The Tab key: which names there are for the word at the cursor.  Called by shell.c; the next hops
 * are commands.c and programs.c for the names, root.c for files, editor.c for the line. */
#include "complete.h"
#include "commands.h"
#include "programs.h"
#include "reports.h"
#include "root.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/dir.h>

#define ENDS_OF_WORDS " |;&<>"
#define BEFORE_COMMANDS "|;&"

enum {
    COLUMNS = 78,
    COMMAND_NAME = 32,
    TYPE_DIRECTORY = 2,         /* of struct hurd_dir_entry */
    ENTRIES_MOST = 20000,       /* a file server could tell of any number */
};

/* The word at the cursor. */
struct wanted {
    const char *word;
    size_t length;
    enum command_takes takes;   /* what belongs there */
};

typedef void each_t(void *what, const char *name);

/* The length of the path in front of the word's last name. */
static size_t directory_length(const struct wanted *w)
{
    size_t length = w->length;
    while (length > 0 && w->word[length - 1] != '/')
        length--;
    return length;
}

/* ---- the names ---- */

static void each_program(each_t *each, void *what)
{
    size_t offset = 0, size;
    const char *name;
    while ((name = programs_next(&offset, &size)))
        each(what, name);
}

static void each_command(each_t *each, void *what)
{
    size_t place = 0;
    const char *name;
    while ((name = commands_next(&place)))
        each(what, name);
}

/* What the file system has in one directory. */
struct directory {
    each_t *each;
    void *what;
    char name[COMPLETE_NAME];   /* what stands in front of its names */
    size_t length;              /* of that */
    bool dotted;                /* names that begin with a dot, too */
    bool programs;              /* those of the archive have been named already */
    unsigned left;              /* so many names are looked at */
};

/* Blanks and operators would need quotes; the console obeys control characters. */
static bool is_plain(const char *name)
{
    for (; *name; name++) {
        if ((unsigned char) *name <= ' ' || *name == 127 || strchr("|;<>&'\"\\$*?[#", *name))
            return false;
    }
    return true;
}

static int each_entry(void *context, const char *name, unsigned type)
{
    struct directory *d = context;
    size_t length = strlen(name);
    if (d->left-- == 0)
        return EFBIG;
    if (d->programs && programs_have(name))
        return 0;
    if ((name[0] == '.' && !d->dotted) || !strcmp(name, ".") || !strcmp(name, "..") ||
        !is_plain(name) || length + 2 > sizeof d->name - d->length)
        return 0;
    memcpy(d->name + d->length, name, length + 1);
    if (type == TYPE_DIRECTORY)
        strcpy(d->name + d->length + length, "/");
    d->each(d->what, d->name);
    return 0;
}

static void each_in(const char *path, struct directory *d)
{
    struct files *files = root_mounted();
    struct file file;
    if (!files || file_open(files, &file, path, HURD_DIR_READS | HURD_DIR_DIRECTORY, 0))
        return;
    file_list(&file, each_entry, d);
    file_close(&file);
}

static void each_installed(each_t *each, void *what)
{
    struct directory d = { .each = each, .what = what, .programs = true, .left = ENTRIES_MOST };
    each_in("/bin", &d);
}

/* Calls each(what, path) for the paths that the word may be. */
static void each_path(const struct wanted *w, each_t *each, void *what)
{
    struct directory d = { .each = each, .what = what, .left = ENTRIES_MOST };
    d.length = directory_length(w);
    if (d.length + 2 > sizeof d.name)
        return;
    memcpy(d.name, w->word, d.length);
    d.dotted = w->length > d.length && w->word[d.length] == '.';
    each_in(d.length ? d.name : ".", &d);
}

/* Calls each(what, name) for all names that the word may be. */
static void each_name(const struct wanted *w, each_t *each, void *what)
{
    bool path = directory_length(w) > 0;
    if (w->takes == TAKES_COMMAND && !path)
        each_command(each, what);
    if ((w->takes == TAKES_COMMAND || w->takes == TAKES_PROGRAM) && !path) {
        each_program(each, what);
        each_installed(each, what);
    }
    if (w->takes == TAKES_TASK)
        report_task_names(each, what);
    if (w->takes == TAKES_NOTHING || w->takes == TAKES_PROGRAM || path)
        each_path(w, each, what);
}

/* ---- what to do with each of them ---- */

static void offer(void *what, const char *name)
{
    completion_offer(what, name);
}

struct listing {
    const struct wanted *wanted;
    size_t column;
};

/* Prints a name that fits, without the directories in front of it. */
static void list(void *what, const char *name)
{
    struct listing *l = what;
    const struct wanted *w = l->wanted;
    if (strncmp(name, w->word, w->length) != 0)
        return;
    name += directory_length(w);
    if (l->column + strlen(name) + 2 > COLUMNS) {
        printf("\n");
        l->column = 0;
    }
    l->column += (size_t) printf("%s  ", name);
}

/* ---- the word ---- */

/* What belongs at `start`: a command at the beginning of one, a path behind < and >, else what the
 * command there takes. */
static enum command_takes takes_at(const char *line, size_t start)
{
    char command[COMMAND_NAME];
    size_t from = start, to;
    while (start > 0 && line[start - 1] == ' ')
        start--;
    if (start > 0 && strchr("<>", line[start - 1]))
        return TAKES_NOTHING;
    while (from > 0 && !strchr(BEFORE_COMMANDS, line[from - 1]))
        from--;
    while (from < start && line[from] == ' ')
        from++;
    for (to = from; to < start && !strchr(ENDS_OF_WORDS, line[to]); to++)
        continue;
    if (from >= start)
        return TAKES_COMMAND;
    if (to - from >= sizeof command)
        return TAKES_NOTHING;
    memcpy(command, line + from, to - from);
    command[to - from] = '\0';
    return command_takes(command);
}

/* The line's word that ends at the cursor. */
static struct wanted wanted_at(const struct editor *e)
{
    size_t start = e->cursor;
    while (start > 0 && !strchr(ENDS_OF_WORDS, e->line[start - 1]))
        start--;
    return (struct wanted) { e->line + start, e->cursor - start, takes_at(e->line, start) };
}

bool complete(struct editor *e)
{
    struct wanted w = wanted_at(e);
    struct completion c;
    completion_init(&c, w.word, w.length);
    each_name(&w, offer, &c);
    size_t same = strlen(c.common), more = c.count ? same - c.length : 0;
    if (c.count == 0) {
        e->echo("\a", 1);
    } else if (more > 0 || c.count == 1) {
        editor_insert(e, c.common + c.length, more);
        if (c.count == 1 && c.common[same - 1] != '/')
            editor_insert(e, " ", 1);
    } else {
        struct listing l = { &w, 0 };
        printf("\n");
        each_name(&w, list, &l);
        printf("\n");
        return true;
    }
    return false;
}
