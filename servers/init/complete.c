/* SPDX-License-Identifier: MIT */
/* The Tab key: which names there are for the word at the cursor.  Called by shell.c; the next hops
 * are commands.c and programs.c for the names, editor.c for the line. */
#include "complete.h"
#include "commands.h"
#include "programs.h"
#include "reports.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS = 78 };

typedef void each_t(void *what, const char *name);

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

/* Calls each(what, name) for all names that the word may be, which is the first of its line or an
 * argument of `command`. */
static void each_name(const char *command, each_t *each, void *what)
{
    enum command_takes takes = command ? command_takes(command) : TAKES_COMMAND;
    if (takes == TAKES_COMMAND)
        each_command(each, what);
    if (takes == TAKES_COMMAND || takes == TAKES_PROGRAM)
        each_program(each, what);
    if (takes == TAKES_TASK)
        report_task_names(each, what);
}

/* ---- what to do with each of them ---- */

static void offer(void *what, const char *name)
{
    completion_offer(what, name);
}

struct listing {
    const char *begin;
    size_t length;
    size_t column;
};

static void list(void *what, const char *name)
{
    struct listing *l = what;
    if (strncmp(name, l->begin, l->length) != 0)
        return;
    if (l->column + strlen(name) + 2 > COLUMNS) {
        printf("\n");
        l->column = 0;
    }
    l->column += (size_t) printf("%s  ", name);
}

/* The line's first word, if the cursor is behind it; false: the cursor is in it. */
static bool first_word(const struct editor *e, size_t start, char command[COMPLETE_NAME])
{
    size_t from = 0, to;
    while (from < start && e->line[from] == ' ')
        from++;
    for (to = from; to < start && e->line[to] != ' '; to++)
        ;
    if (from == start || to - from >= COMPLETE_NAME)
        return false;
    memcpy(command, e->line + from, to - from);
    command[to - from] = '\0';
    return true;
}

bool complete(struct editor *e)
{
    size_t start = e->cursor;
    while (start > 0 && e->line[start - 1] != ' ')
        start--;
    char word[COMPLETE_NAME];
    const char *command = first_word(e, start, word) ? word : NULL;
    struct completion c;
    completion_init(&c, e->line + start, e->cursor - start);
    each_name(command, offer, &c);
    size_t more = c.count ? strlen(c.common) - c.length : 0;
    if (c.count == 0) {
        e->echo("\a", 1);
    } else if (more > 0 || c.count == 1) {
        editor_insert(e, c.common + c.length, more);
        if (c.count == 1)
            editor_insert(e, " ", 1);
    } else {
        struct listing l = { .begin = e->line + start, .length = c.length };
        printf("\n");
        each_name(command, list, &l);
        printf("\n");
        return true;
    }
    return false;
}
