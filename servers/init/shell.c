/* SPDX-License-Identifier: MIT */
/* A small shell.  Called by main.c; the next hops are commands.c for its own
 * commands, launch.c for programs, and complete.c for the Tab key. */
#include "shell.h"
#include "commands.h"
#include "lib/shell/language.h"
#include "complete.h"
#include "editor.h"
#include "jobs.h"
#include "launch.h"
#include "pipeline.h"
#include "mounts.h"
#include "patience.h"
#include "root.h"
#include "script.h"
#include "terminal.h"
#include "lib/shell/variables.h"
#include "lib/shell/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>

#define PROMPT      "pecan> "
#define PROMPT_MORE "> "         /* inside of an `if` or a loop */

enum {
    STATUS_MOST = 31,           /* the highest status that an emulator's debug exit can pass on */
    STATUS_UNKNOWN = 127,
    TEXT_MOST = 4096,           /* of lines that belong together */
};

static unsigned halt_status;
static struct editor editor;
static bool leaves;             /* Ctrl-C: the rest of what was typed is left out */
static const char *typed;       /* the text that was typed */

L4_ThreadId_t shell_task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

void shell_leave(void)
{
    leaves = true;
}

void shell_no_command(const char *name)
{
    size_t unused;
    if (!*name)
        complain("The command's name is empty: perhaps a variable has no value\n");
    else if (strchr(name, '='))
        complain("%s: an assignment is a command of its own: `A=1; B=2`\n", name);
    else if (strchr(name, '/') && !root_mounted())
        root_files();
    else if (!root_mounted() && programs_about(name, &unused))
        complain("%s: this program is in /bin of a file system, and none is mounted: `mount ram`\n"
                 "makes one in memory, `mount DISK` takes one of those that `disk` lists\n", name);
    else
        complain("%s: there is no such command or program; `help` and `ls` list them\n", name);
}

/* ---- what control.c asks for ---- */

/* One command. */
static void obey(const struct words *w, bool alone)
{
    const char *problem;
    if (w->count == 1 && variables_assign(w->word[0], &problem)) {
        variables_set_status(0);
        if (problem)
            complain("%s\n", problem);
    } else if (command_obey(w, alone)) {
        return;
    } else if (programs_find(w->word[0])) {
        launch_by_name(w);
    } else {
        shell_no_command(w->word[0]);
        variables_set_status(STATUS_UNKNOWN);
    }
}

void language_obey(const struct words *const command[], size_t count, const char *from,
                   const char *rest)
{
    if (count > 1)
        pipeline_run(command, count);
    else
        obey(command[0], from == typed && (!rest || !*rest));
}

bool language_interrupted(void)
{
    return shell_interrupted();
}

bool shell_interrupted(void)
{
    if (!leaves)
        leaves = patience_is_over() || terminal_listen();
    return leaves || script_ends();
}

bool shell_takes_keys(void)
{
    leaves |= terminal_take();
    return !leaves;
}

/* ---- the loop ---- */

void shell_shutdown(unsigned status, bool reboot)
{
    if (root_mounted())
        mounts_end_all();
    patience_new_command();             /* Ctrl-C was for one of those */
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
    jobs_report();
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
        patience_new_command();
        typed = text;
        enum control_result result = language_run(text, NULL);
        terminal_take();
        if (result != CONTROL_OPEN)
            return true;
        text[length++] = '\n';
    }
}

void shell_run(unsigned status)
{
    halt_status = status;
    patience_begin();
    terminal_take();
    editor_init(&editor, terminal_write);
    while (obey_lines())
        ;
}
