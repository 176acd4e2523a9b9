/* SPDX-License-Identifier: MIT */
/* The commands of sh's own: those that change sh itself, and small ones for which there is no
 * program. */
#include "apps/sh/sh.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/shell/test.h"
#include "lib/shell/variables.h"

enum { PATH_MOST = 1024 };

static void do_nothing(const struct words *w)
{
    (void) w;
}

static void do_false(const struct words *w)
{
    (void) w;
    variables_set_status(1);
}

static void do_echo(const struct words *w)
{
    size_t i = 1;
    bool newline = !(w->count > 1 && !strcmp(w->word[1], "-n"));
    for (i += !newline; i < w->count; i++)
        printf("%s%s", w->word[i], i + 1 < w->count ? " " : "");
    if (newline)
        putchar('\n');
    if (fflush(stdout) || ferror(stdout))
        complain("echo: %s\n", error_text(errno));
    clearerr(stdout);
}

static void do_cd(const struct words *w)
{
    const char *home = getenv("HOME"), *to = w->count > 1 ? w->word[1] : home ? home : "/";
    if (chdir(to))
        complain("cd: %s: %s\n", to, error_text(errno));
}

static void do_pwd(const struct words *w)
{
    char path[PATH_MOST];
    (void) w;
    if (getcwd(path, sizeof path))
        puts(path);
    else
        complain("pwd: %s\n", error_text(errno));
}

static void do_exit(const struct words *w)
{
    unsigned long status;
    leave();
    if (w->count > 1 && words_number(w->word[1], &status))
        variables_set_status((unsigned) status & 0xff);
    else
        variables_set_status((unsigned) strtoul(variables_get("?", 1), NULL, 10));
}

/* NAME=VALUE sets it; all variables are in the environment of programs. */
static void do_export(const struct words *w)
{
    for (size_t i = 1; i < w->count; i++) {
        const char *problem = NULL;
        if (variables_assign(w->word[i], &problem) && problem)
            complain("export: %s\n", problem);
    }
}

static void do_unset(const struct words *w)
{
    for (size_t i = 1; i < w->count; i++)
        variables_unset(w->word[i]);
}

static void do_exec(const struct words *w)
{
    fflush(stdout);
    execvp(w->word[1], (char *const *) (uintptr_t) (w->word + 1));
    complain("exec: %s: %s\n", w->word[1], error_text(errno));
    variables_set_status(STATUS_NOT_STARTED);
    leave();
}

static void do_wait(const struct words *w)
{
    (void) w;
    wait_all();
}

static const struct builtin {
    const char *name;
    size_t least;                       /* arguments */
    void (*obey)(const struct words *w);
} builtins[] = {
    { ":", 0, do_nothing },   { "true", 0, do_nothing }, { "false", 0, do_false },
    { "echo", 0, do_echo },   { "test", 0, test_obey },  { "[", 1, test_obey },
    { "cd", 0, do_cd },       { "pwd", 0, do_pwd },      { "exit", 0, do_exit },
    { "export", 0, do_export }, { "unset", 1, do_unset }, { "exec", 1, do_exec },
    { "wait", 0, do_wait },
};

static const struct builtin *find(const char *name)
{
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++) {
        if (!strcmp(builtins[i].name, name))
            return &builtins[i];
    }
    return NULL;
}

bool builtin_has(const char *name)
{
    return find(name) != NULL;
}

bool builtin_obey(const struct words *w)
{
    const struct builtin *b = find(w->word[0]);
    if (!b)
        return false;
    if (b->obey != do_exit)
        variables_set_status(0);
    if (w->count - 1 < b->least)
        complain("%s: words are missing behind it\n", b->name);
    else
        b->obey(w);
    return true;
}
