/* SPDX-License-Identifier: MIT */
/* Programs: each command of a pipeline runs in a child, which is a copy of sh. */
#include "apps/sh/sh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/shell/variables.h"

enum { ENVIRONMENT_TEXT = VARIABLES_TEXT, BY_SIGNAL = 128, LINE_MOST = 256 };

/* All variables are in it. */
static char **environment_make(void)
{
    static char text[ENVIRONMENT_TEXT], *strings[VARIABLES_MOST + 1];
    size_t size = variables_write(text, sizeof text), n = 0;
    for (char *at = text; at < text + size && n < VARIABLES_MOST; at += strlen(at) + 1)
        strings[n++] = at;
    strings[n] = NULL;
    return strings;
}

/* A script without `#!` is one for sh. */
static void run_script(const struct words *w)
{
    const char *argv[WORDS_MAX + 2] = { "sh" };
    memcpy(argv + 1, w->word, (w->count + 1) * sizeof *argv);
    execv("/bin/sh", (char *const *) (uintptr_t) argv);
}

/* The file is there, but the interpreter that its first line names is not. */
static bool lacks_interpreter(const char *path)
{
    char line[LINE_MOST];
    int descriptor = open(path, O_RDONLY);
    ssize_t n = descriptor < 0 ? 0 : read(descriptor, line, sizeof line - 1);
    line[n > 0 ? n : 0] = '\0';
    const char *interpreter = interpreter_in(line);
    if (interpreter)
        complain("%s: its first line names the interpreter %s, and there is no such file\n", path,
                 interpreter);
    return interpreter;
}

static void say_why_not(const char *name, int error)
{
    if (error != ENOENT || !strchr(name, '/') || !lacks_interpreter(name))
        complain("%s: %s\n", name, error_text(error));
}

static _Noreturn void child(const struct words *w)
{
    if (!redirect(w))
        _exit(1);
    if (builtin_obey(w)) {
        fflush(stdout);
        _exit((int) strtoul(variables_get("?", 1), NULL, 10));
    }
    environ = environment_make();
    execvp(w->word[0], (char *const *) (uintptr_t) w->word);
    if (errno == ENOEXEC && strchr(w->word[0], '/'))
        run_script(w);
    int status = errno == ENOENT ? STATUS_UNKNOWN : STATUS_NOT_STARTED;
    say_why_not(w->word[0], errno);
    _exit(status);
}

static unsigned status_of(int word)
{
    return (unsigned) (WIFEXITED(word) ? WEXITSTATUS(word) : BY_SIGNAL + WTERMSIG(word));
}

/* One command, from `in` to `out`, which are descriptors, or -1. */
static pid_t start(const struct words *w, int in, int out)
{
    pid_t made = fork();
    if (made == 0) {
        if ((in >= 0 && dup2(in, 0) < 0) || (out >= 0 && dup2(out, 1) < 0))
            _exit(STATUS_NOT_STARTED);
        child(w);
    }
    if (made < 0)
        complain("%s: %s\n", w->word[0], error_text(errno));
    return made;
}

static void close_it(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

void pipeline_run(const struct words *const command[], size_t count)
{
    pid_t started[PIPELINE_MOST], last = -1;
    int in = -1, word = 0;
    size_t n = 0;
    fflush(stdout);
    variables_set_status(0);
    for (size_t i = 0; i < count; i++) {
        int ends[2] = { -1, -1 };
        if (i + 1 < count && pipe(ends)) {
            complain("there is no pipe: %s\n", error_text(errno));
            break;
        }
        for (int k = 0; k < 2; k++) {
            if (ends[k] >= 0)
                fcntl(ends[k], F_SETFD, FD_CLOEXEC);
        }
        last = start(command[i], in, ends[1]);
        if (last > 0)
            started[n++] = last;
        close_it(in);
        close_it(ends[1]);
        in = ends[0];
    }
    close_it(in);
    if (command[count - 1]->background)
        return;
    for (size_t i = 0; i < n; i++) {
        int one = waitpid(started[i], &word, 0) == started[i] ? (int) status_of(word)
                                                              : STATUS_UNKNOWN;
        if (started[i] == last)
            variables_set_status((unsigned) one);
    }
}

void wait_all(void)
{
    while (wait(NULL) > 0)
        ;
}
