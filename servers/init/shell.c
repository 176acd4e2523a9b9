/* SPDX-License-Identifier: MIT */
/* A small shell.  Called by main.c; the next hops are commands.c for its own
 * commands, launch.c for programs, and complete.c for the Tab key. */
#include "shell.h"
#include "commands.h"
#include "complain.h"
#include "complete.h"
#include "editor.h"
#include "launch.h"
#include "pipeline.h"
#include "mounts.h"
#include "root.h"
#include "script.h"
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

#define PROMPT      "pecan> "
#define PROMPT_MORE "> "         /* inside of an `if` or a loop */

enum {
    JOBS = 16,
    POLL_EVERY = 10000,         /* us between looks at a program in the foreground */
    STATUS_MOST = 31,           /* the highest status that an emulator's debug exit can pass on */
    STATUS_LOST = 128,
    STATUS_UNKNOWN = 127,
    INTERRUPTS_HEEDED = 2,
    TEXT_MOST = 4096,           /* of lines that belong together */
    PLACE_MOST = 24,            /* characters of a mistake's place */
};

static struct program jobs[JOBS];       /* in the background; task == 0 <=> free */
static unsigned halt_status;
static struct editor editor;
static bool leaves;             /* Ctrl-C: the rest of what was typed is left out */
static const char *typed;       /* the text that was typed */

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
    bool lost_its_reader = reason == HURD_TASK_SIGNALLED && status == 128 + SIGPIPE;
    if ((reason != HURD_TASK_EXITED || status != 0) && !lost_its_reader)
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
        leaves |= interrupts > 0;
        L4_Sleep(L4_TimePeriod(POLL_EVERY));
    }
    leaves |= terminal_take();  /* typed when the last one had ended */
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

/* ---- what control.c asks for ---- */

/* One command. */
static void obey(const struct words *w, bool alone)
{
    const char *problem;
    if (w->count == 0)
        return;
    if (w->count == 1 && variables_assign(w->word[0], &problem)) {
        variables_set_status(0);
        if (problem)
            complain("%s\n", problem);
    } else if (command_obey(w, alone)) {
        return;
    } else if (programs_find(w->word[0])) {
        launch_by_name(w);
    } else {
        complain("%s: there is no such command or program; `help` and `ls` list them\n",
                 w->word[0]);
        variables_set_status(STATUS_UNKNOWN);
    }
}

static const char *obey_pipeline(const char *text, bool obeys, enum words_end *end,
                                 const char **rest)
{
    struct words *all[PIPELINE_MOST];
    const char *mistake = NULL, *start = text;
    size_t n = 0;
    for (*end = WORDS_PIPE; *end == WORDS_PIPE && !mistake;) {
        if (n == PIPELINE_MOST || !(all[n] = malloc(sizeof *all[n]))) {
            mistake = "there are too many commands in the pipeline";
            break;
        }
        struct words *w = all[n++];
        mistake = obeys ? words_split(w, text) : words_skip(w, text);
        if (!mistake && n > 1 && w->count == 0)
            mistake = "nothing stands behind the |";
        *end = w->end;
        *rest = text = w->rest;
    }
    if (!mistake && obeys && n > 1)
        pipeline_run((const struct words *const *) all, n);
    else if (!mistake && obeys)
        obey(all[0], start == typed && !*rest);
    while (n > 0)
        free(all[--n]);
    return mistake;
}

bool shell_interrupted(void)
{
    if (!leaves)
        leaves = terminal_listen();
    return leaves || script_ends();
}

enum control_result shell_obey(const char *text, const char *name)
{
    static const struct control_calls calls = { obey_pipeline, shell_interrupted };
    struct control_mistake m;
    enum control_result result = control_run(text, &calls, &m);
    if (result != CONTROL_WRONG && (result != CONTROL_OPEN || !name))
        return result;
    unsigned line = 1;
    for (const char *at = text; at < m.at; at++)
        line += *at == '\n';
    int shown = (int) strcspn(m.at, "\n");
    if (name)
        complain("%s, line %u: ", name, line);
    complain("%s, at `%.*s`\n", m.what, shown < PLACE_MOST ? shown : PLACE_MOST, m.at);
    return result;
}

/* ---- the loop ---- */

void shell_shutdown(unsigned status, bool reboot)
{
    if (root_mounted())
        mounts_end_all();
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

static void prompt(bool more)
{
    const char *text = more ? PROMPT_MORE : PROMPT;
    terminal_write(text, strlen(text));
}

/* Reads a line into the editor; `more`: it goes on where the line before ended. */
static enum editor_event read_line(bool more)
{
    report_ended_jobs();
    prompt(more);
    editor_begin(&editor);
    for (;;) {
        int c = terminal_read();
        if (c < 0)
            return EDITOR_END;
        enum editor_event event = editor_feed(&editor, (char) c);
        if (event == EDITOR_TAB && complete(&editor)) {
            prompt(more);
            editor_redraw(&editor);
        }
        if (event == EDITOR_END)
            printf("\nThere is nothing above this shell; `halt` ends the machine.\n");
        if (event == EDITOR_END || event == EDITOR_INTERRUPTED)
            editor_begin(&editor);
        if (event != EDITOR_TAB && event != EDITOR_MORE)
            return event == EDITOR_DONE ? EDITOR_DONE : EDITOR_INTERRUPTED;
    }
}

/* Obeys the editor's line; if an `if` or a loop is open at its end, more lines.  False: the console
 * is gone. */
static bool obey_lines(void)
{
    static char text[TEXT_MOST + 1];
    size_t length = 0;
    for (bool more = false;; more = true) {
        enum editor_event event = read_line(more);
        if (event != EDITOR_DONE)
            return event != EDITOR_END;
        if (length + editor.length + 1 > TEXT_MOST) {
            complain("these lines are too long together; `sh FILE` obeys a file\n");
            return true;
        }
        memcpy(text + length, editor.line, editor.length);
        length += editor.length;
        text[length] = '\0';
        leaves = false;
        typed = text;
        enum control_result result = shell_obey(text, NULL);
        terminal_take();
        if (result != CONTROL_OPEN)
            return true;
        text[length++] = '\n';
    }
}

void shell_run(unsigned status)
{
    halt_status = status;
    terminal_take();
    editor_init(&editor, terminal_write);
    while (obey_lines())
        ;
}
