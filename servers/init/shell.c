/* SPDX-License-Identifier: MIT */
/* A small shell.  Called by main.c; the next hops are commands.c for its own
 * commands, launch.c for programs, and complete.c for the Tab key. */
#include "shell.h"
#include "commands.h"
#include "complete.h"
#include "editor.h"
#include "launch.h"
#include "pipeline.h"
#include "root.h"
#include "terminal.h"
#include "variables.h"
#include "words.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>

#define PROMPT "pecan> "

enum {
    JOBS = 16,
    POLL_EVERY = 10000,         /* us between looks at a program in the foreground */
    STATUS_MOST = 31,           /* the highest status that an emulator's debug exit can pass on */
    STATUS_LOST = 128,
    STATUS_UNKNOWN = 127,
    INTERRUPTS_HEEDED = 2,
};

static struct program jobs[JOBS];       /* in the background; task == 0 <=> free */
static unsigned halt_status;
static struct editor editor;

/* ---- programs ----
 * TODO(init): a foreground of several tasks. */

L4_ThreadId_t shell_task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

/* Has it ended?  Then *status is its exit status, and what it died of is said. */
static bool program_ended(const struct program *program, unsigned *result)
{
    L4_Word_t status, reason;
    int err = program_poll(program, &status, &reason);
    if (err == EAGAIN)
        return false;
    *result = STATUS_LOST;
    if (err) {
        printf("%s: the task server does not answer: %s\n", program->name, strerror(err));
        return true;
    }
    if (reason != HURD_TASK_EXITED || status != 0)
        printf("%s (task %lu) %s\n", program->name, program->task, program_outcome(status, reason));
    *result = reason != HURD_TASK_EXITED && status == 0 ? STATUS_INTERRUPTED : (unsigned) status;
    return true;
}

/* Ctrl-C, typed to the first of those that still run, is SIGINT for all of them; the third one ends
 * what is still there. */
static bool interrupted(const struct program *const program[], const bool *ended, size_t count,
                        unsigned before)
{
    size_t first = 0;
    while (ended[first])
        first++;
    if (!terminal_interrupted(program[first]->task))
        return false;
    for (size_t i = first; i < count; i++) {
        if (!ended[i] && before < INTERRUPTS_HEEDED)
            hurd_task_signal(shell_task_server(), program[i]->handle, 0, SIGINT);
        else if (!ended[i])
            hurd_task_destroy(shell_task_server(), program[i]->handle, STATUS_INTERRUPTED);
    }
    return true;
}

unsigned shell_wait_all(const struct program *const program[], size_t count)
{
    bool ended[PIPELINE_MOST] = { false };
    unsigned status = 0, interrupts = 0;
    for (size_t left = count; left > 0;) {
        for (size_t i = 0; i < count; i++) {
            unsigned one;
            if (ended[i] || !program_ended(program[i], &one))
                continue;
            ended[i] = true;
            left--;
            if (i == count - 1)
                status = one;
        }
        if (left == 0)
            break;
        interrupts += interrupted(program, ended, count, interrupts);
        L4_Sleep(L4_TimePeriod(POLL_EVERY));
    }
    terminal_take();
    return status;
}

unsigned shell_wait(const struct program *program)
{
    return shell_wait_all(&program, 1);
}

static void report_ended_jobs(void)
{
    for (int i = 0; i < JOBS; i++) {
        L4_Word_t status, reason;
        if (jobs[i].task == 0)
            continue;
        int err = program_poll(&jobs[i], &status, &reason);
        if (err == EAGAIN)
            continue;
        if (!err)
            printf("%s (task %lu) %s\n", jobs[i].name, jobs[i].task,
                   program_outcome(status, reason));
        jobs[i].task = 0;
    }
}

struct program *shell_free_job(void)
{
    report_ended_jobs();
    for (int i = 0; i < JOBS; i++) {
        if (jobs[i].task == 0)
            return &jobs[i];
    }
    return NULL;
}

/* One command. */
static void obey(const struct words *w)
{
    const char *problem;
    if (w->count == 0)
        return;
    if (w->count == 1 && variables_assign(w->word[0], &problem)) {
        if (problem)
            printf("%s\n", problem);
    } else if (command_obey(w)) {
        return;
    } else if (programs_find(w->word[0])) {
        launch_by_name(w);
    } else {
        printf("%s: there is no such command or program; `help` and `ls` list them\n", w->word[0]);
        variables_set_status(STATUS_UNKNOWN);
    }
}

/* The commands up to the next ; or the line's end.  *line moves behind them.  Returns a mistake. */
static const char *obey_next(const char **line)
{
    struct words *all[PIPELINE_MOST];
    const char *mistake = NULL;
    size_t n = 0;
    bool more = true;
    while (more && !mistake) {
        if (n == PIPELINE_MOST || !(all[n] = malloc(sizeof *all[n]))) {
            mistake = "there are too many commands in the pipeline";
            break;
        }
        struct words *w = all[n++];
        mistake = words_split(w, *line);
        if (!mistake && n > 1 && w->count == 0)
            mistake = "nothing stands behind the |";
        more = !mistake && w->pipes;
        *line = w->rest;
    }
    if (!mistake && n > 1)
        pipeline_run((const struct words *const *) all, n);
    else if (!mistake)
        obey(all[0]);
    while (n > 0)
        free(all[--n]);
    return mistake;
}

bool shell_obey(const char *line)
{
    const char *mistake = NULL;
    while (line && !mistake)
        mistake = obey_next(&line);
    if (mistake)
        printf("%s\n", mistake);
    return !mistake;
}

/* ---- the loop ---- */

void shell_shutdown(unsigned status, bool reboot)
{
    root_end();
    fflush(stdout);
    int err = hurd_wortel_shutdown(__hurd_startup_data->wortel.cap,
                                   status < STATUS_MOST ? status : STATUS_MOST,
                                   reboot ? HURD_SHUTDOWN_REBOOT : HURD_SHUTDOWN_POWEROFF);
    printf("wortel refuses to end the machine: %s\n", strerror(err));
}

void shell_end(bool reboot)
{
    shell_shutdown(halt_status, reboot);
}

static void prompt(void)
{
    terminal_write(PROMPT, strlen(PROMPT));
}

/* Returns false if the console is gone. */
static bool read_line(void)
{
    report_ended_jobs();
    prompt();
    editor_begin(&editor);
    for (;;) {
        int c = terminal_read();
        if (c < 0)
            return false;
        switch (editor_feed(&editor, (char) c)) {
        case EDITOR_MORE:
            break;
        case EDITOR_TAB:
            if (complete(&editor)) {
                prompt();
                editor_redraw(&editor);
            }
            break;
        case EDITOR_DONE:
            return true;
        case EDITOR_INTERRUPTED:
            editor_begin(&editor);
            return true;
        case EDITOR_END:
            printf("\nThere is nothing above this shell; `halt` ends the machine.\n");
            return true;
        }
    }
}

void shell_run(unsigned status)
{
    halt_status = status;
    terminal_take();
    editor_init(&editor, terminal_write);
    while (read_line())
        shell_obey(editor.line);
}
