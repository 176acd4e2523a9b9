/* SPDX-License-Identifier: MIT */
/*      sh [-c TEXT [NAME [WORD ...]]]     sh [FILE [WORD ...]]
 * A shell for programs: system() and popen() start it.  Its language is that of the shell on the
 * console (lib/shell), but commands that concern the system are not in it.  Without words it obeys
 * its standard input. */
#include "apps/sh/sh.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/shell/variables.h"

enum { TEXT_MOST = 65536 };     /* bytes of a script */

static bool leaves;

void leave(void)
{
    leaves = true;
}

/* ---- what the language asks for ---- */

bool language_interrupted(void)
{
    return leaves;
}

bool language_file_is(char question, const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && (question == 'f'   ? S_ISREG(s.st_mode)
                                   : question == 'd' ? S_ISDIR(s.st_mode)
                                   : question == 's' ? s.st_size > 0 : true);
}

void language_list(const char *directory, bool (*visit)(void *context, const char *name),
                   void *context)
{
    DIR *open = opendir(directory);
    const struct dirent *entry;
    while (open && (entry = readdir(open)) && visit(context, entry->d_name))
        continue;
    if (open)
        closedir(open);
}

static bool open_as(const char *path, int flags, int descriptor)
{
    int opened = open(path, flags, 0666);
    bool good = opened == descriptor || (opened >= 0 && dup2(opened, descriptor) >= 0);
    if (!good)
        complain("%s: %s\n", path, error_text(errno));
    if (opened >= 0 && opened != descriptor)
        close(opened);
    return good;
}

static int how_to_write(bool appends)
{
    return O_WRONLY | O_CREAT | (appends ? O_APPEND : O_TRUNC);
}

bool redirect(const struct words *w)
{
    return (!w->input || open_as(w->input, O_RDONLY, 0)) &&
           (!w->output || open_as(w->output, how_to_write(w->appends), 1)) &&
           (!w->errors || open_as(w->errors, how_to_write(w->errors_append), 2)) &&
           (!w->errors_join || dup2(1, 2) == 2) && (!w->output_joins || dup2(2, 1) == 1);
}

/* A command of sh's own, with its output to a file, and back. */
static void obey_own(const struct words *w)
{
    int before[3];
    fflush(stdout);
    for (int i = 0; i < 3; i++)
        before[i] = words_redirect(w) ? fcntl(i, F_DUPFD_CLOEXEC, 3) : -1;
    if (redirect(w))
        builtin_obey(w);
    fflush(stdout);
    for (int i = 0; i < 3; i++) {
        if (before[i] >= 0) {
            dup2(before[i], i);
            close(before[i]);
        }
    }
}

void language_obey(const struct words *const command[], size_t count, const char *from,
                   const char *rest)
{
    const char *problem = NULL;
    const struct words *w = command[0];
    (void) from;
    (void) rest;
    if (count == 1 && w->count == 1 && variables_assign(w->word[0], &problem)) {
        variables_set_status(0);
        if (problem)
            complain("%s\n", problem);
    } else if (count == 1 && !w->background && builtin_has(w->word[0])) {
        obey_own(w);
    } else {
        pipeline_run(command, count);
    }
}

/* ---- the text ---- */

/* All of it, as a string; NULL: this said why. */
static char *text_read(int descriptor, const char *name)
{
    char *text = malloc(TEXT_MOST + 1);
    size_t size = 0;
    ssize_t n = text ? 1 : -1;
    while (n > 0 && size <= TEXT_MOST) {
        n = read(descriptor, text + size, TEXT_MOST + 1 - size);
        size += n > 0 ? (size_t) n : 0;
    }
    if (n >= 0 && size <= TEXT_MOST) {
        text[size] = '\0';
        return text;
    }
    complain("%s: %s\n", name, n < 0 ? error_text(errno) : "too long for a script");
    free(text);
    return NULL;
}

static char *script_read(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        complain("%s: %s\n", path, error_text(errno));
        return NULL;
    }
    char *text = text_read(descriptor, path);
    close(descriptor);
    return text;
}

/* The environment becomes variables, as many as there is room for. */
static void variables_begin(void)
{
    const char *problem;
    for (char **e = environ; e && *e; e++)
        variables_assign(*e, &problem);
}

static unsigned status(void)
{
    return (unsigned) strtoul(variables_get("?", 1), NULL, 10);
}

static bool is_option(const char *word)
{
    return word && word[0] == '-' && word[1] && word[1] != '-';
}

int main(int argc, char **argv)
{
    int at = 1;
    bool is_text = false;
    for (; is_option(argv[at]); at++)
        is_text |= strchr(argv[at], 'c') != NULL;       /* others are for other shells */
    const char *name = is_text || !argv[at] ? "sh" : argv[at];
    if (is_text && !argv[at]) {
        complain("sh: -c wants a text\n");
        return STATUS_WRONG;
    }
    char *text = is_text ? argv[at++] : argv[at] ? script_read(argv[at]) : text_read(0, "sh");
    if (!text)
        return STATUS_UNKNOWN;
    if (at > argc)
        at = argc;
    const struct variables_words own = { (const char *const *) argv + at, (size_t) (argc - at) };
    variables_begin();
    if (own.count)
        variables_set_words(own);
    variables_set_status(0);
    enum control_result result = language_run(text, name);
    fflush(stdout);
    return result == CONTROL_WRONG || result == CONTROL_OPEN ? STATUS_WRONG : (int) status();
}
