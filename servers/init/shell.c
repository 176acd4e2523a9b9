/* SPDX-License-Identifier: MIT */
/* A small shell: one line, one command.  Called by main.c; the hops after it are programs.c and
 * reports.c. */
#include "shell.h"
#include "disks.h"
#include "editor.h"
#include "filecommands.h"
#include "reports.h"
#include "root.h"
#include "terminal.h"
#include "words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>

#define PROMPT "pecan> "
#define RUN_ARGUMENTS "[-m FRAMES] [-d] [-b DISK] PROGRAM [ARGUMENTS] [&]"

enum {
    JOBS = 16,
    POLL_EVERY = 10000,         /* us between looks at a program in the foreground */
    STATUS_MOST = 31,           /* what the debug exit of an emulator can say */
    STATUS_INTERRUPTED = 130,
};

static struct program jobs[JOBS];       /* in the background; task == 0 <=> free */
static unsigned halt_status;
static struct editor editor;

/* ---- programs ----
 * TODO(init): a foreground of several tasks, environment, redirection. */

static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

unsigned shell_wait(const struct program *program)
{
    L4_Word_t status, reason;
    int err;
    bool killed = false;
    while ((err = program_poll(program, &status, &reason)) == EAGAIN) {
        if (!killed && terminal_interrupted(program->task)) {
            killed = true;
            hurd_task_destroy(task_server(), program->handle, STATUS_INTERRUPTED);
        }
        L4_Sleep(L4_TimePeriod(POLL_EVERY));
    }
    terminal_take();
    if (err) {
        printf("%s: the task server does not answer: %s\n", program->name, strerror(err));
        return 128;
    }
    if (reason != HURD_TASK_EXITED || status != 0)
        printf("%s (task %lu) %s\n", program->name, program->task, program_outcome(status, reason));
    if (reason != HURD_TASK_EXITED && status == 0)
        status = STATUS_INTERRUPTED;
    return (unsigned) status;
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

static struct program *free_job(void)
{
    report_ended_jobs();
    for (int i = 0; i < JOBS; i++) {
        if (jobs[i].task == 0)
            return &jobs[i];
    }
    return NULL;
}

static const char *start_error(int err)
{
    switch (err) {
    case ENOENT:
        return "there is no such program; `ls` lists them";
    case ENOMEM:
        return "not enough memory is left";
    case ENOEXEC:
        return "that is not a program for this system";
    case E2BIG:
        return "too many arguments";
    default:
        return strerror(err);
    }
}

/* ---- commands: words from word[1] on ---- */

static void command_help(const struct words *w);

static void command_ls(const struct words *w)
{
    if (w->count > 1) {
        filecommands_ls(w);
        return;
    }
    size_t offset = 0, size;
    const char *name;
    while ((name = programs_next(&offset, &size)))
        printf("%8zu  %s\n", size, name);
}

static void command_disk(const struct words *w)
{
    (void) w;
    disks_report();
}

static void command_ps(const struct words *w)
{
    (void) w;
    report_tasks();
}

static void command_mem(const struct words *w)
{
    (void) w;
    report_memory();
}

static void command_maps(const struct words *w)
{
    L4_Word_t task = w->count == 2 ? report_find_task(w->word[1]) : 0;
    if (w->count != 2)
        printf("maps: say which task: maps TASK, by number or name\n");
    else if (task)
        report_maps(task);
}

/* What stands between `run` and the program's name. */
struct launch {
    size_t first;               /* the program's word */
    unsigned long frames;       /* 0: a share of what there is */
    bool devices;
    const char *disk;           /* NULL: none */
    struct hurd_deva_extent sectors;
};

/* False after having said what is wrong. */
static bool launch_options(struct launch *launch, const struct words *w)
{
    *launch = (struct launch) { .first = 1 };
    for (; launch->first < w->count && w->word[launch->first][0] == '-'; launch->first++) {
        if (!strcmp(w->word[launch->first], "-d")) {
            launch->devices = true;
        } else if (!strcmp(w->word[launch->first], "-b") && launch->first + 1 < w->count) {
            launch->disk = w->word[++launch->first];
            const char *problem = disks_parse(launch->disk, &launch->sectors);
            if (problem) {
                printf("run: -b %s: %s\n", launch->disk, problem);
                return false;
            }
        } else if (strcmp(w->word[launch->first], "-m")) {
            printf("run: there is no option %s\n", w->word[launch->first]);
            return false;
        } else if (++launch->first == w->count ||
                   !words_number(w->word[launch->first], &launch->frames) || launch->frames == 0) {
            printf("run: -m wants a number of frames (4 KB each)\n");
            return false;
        }
    }
    if (launch->first < w->count)
        return true;
    printf("run: say which program: run " RUN_ARGUMENTS "\n");
    return false;
}

static void command_run(const struct words *w)
{
    struct launch launch;
    if (!launch_options(&launch, w))
        return;
    struct program foreground;
    struct program *program = w->background ? free_job() : &foreground;
    if (!program) {
        printf("run: %d programs run in the background already\n", JOBS);
        return;
    }
    const char *argz = w->word[launch.first];
    int err = program_start(argz, w->text_length - (size_t) (argz - w->text),
                            launch.frames ? launch.frames : programs_share(2), program);
    if (err) {
        program->task = 0;
        printf("run: %s: %s\n", argz, start_error(err));
        return;
    }
    if (launch.devices && (err = program_give_devices(program)))
        printf("run: no devices for %s: %s\n", argz, strerror(err));
    if (launch.disk && (err = program_give_sectors(program, &launch.sectors)))
        printf("run: no disk for %s: %s\n", argz, strerror(err));
    if (w->background)
        printf("%s runs as task %lu\n", program->name, program->task);
    else
        shell_wait(program);
}

static void command_kill(const struct words *w)
{
    if (w->count != 2) {
        printf("kill: say which task: kill TASK, by number or name\n");
        return;
    }
    L4_Word_t task = report_find_task(w->word[1]);
    if (task == 0)
        return;
    if (task < HURD_TASK_FIRST_FREE) {
        printf("kill: task %lu (%s) is part of the system\n", task, report_task_name(task));
        return;
    }
    int err = hurd_task_destroy(task_server(), __hurd_startup_data->task_master.cap, task);
    if (err)
        printf("kill: task %lu: %s\n", task, strerror(err));
}

static void command_reboot(const struct words *w)
{
    (void) w;
    shell_shutdown(halt_status, true);
}

static void command_halt(const struct words *w)
{
    (void) w;
    shell_shutdown(halt_status, false);
}

static const struct command {
    const char *name;
    const char *arguments;
    const char *does;
    void (*call)(const struct words *w);
} commands[] = {
    { "help", "", "this list", command_help },
    { "ps", "", "tasks and their threads, with IPC state", command_ps },
    { "mem", "", "memory: free, allocated, by task", command_mem },
    { "maps", "TASK", "the address space of a task", command_maps },
    { "disk", "", "disks and partitions", command_disk },
    { "ls", "[-l] [PATH ...]", "the programs there are; with a path, files", command_ls },
    { "run", RUN_ARGUMENTS, "starts a program (-d: a driver; -b: with a disk; Ctrl-C ends it)",
      command_run },
    { "kill", "TASK", "ends a task", command_kill },
    { "reboot", "", "starts the machine again", command_reboot },
    { "halt", "", "switches the machine off", command_halt },
};

static void command_help(const struct words *w)
{
    (void) w;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        char usage[64];
        snprintf(usage, sizeof usage, "%s %s", commands[i].name, commands[i].arguments);
        printf("  %-55s %s\n", usage, commands[i].does);
    }
    filecommands_help();
}

static void execute(const char *line)
{
    static struct words w;
    const char *mistake = words_split(&w, line);
    if (mistake) {
        printf("%s\n", mistake);
        return;
    }
    if (w.count == 0)
        return;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (!strcmp(w.word[0], commands[i].name)) {
            commands[i].call(&w);
            return;
        }
    }
    if (filecommands_run(&w))
        return;
    if (programs_have(w.word[0]))
        printf("%s is a program: `run %s`\n", w.word[0], w.word[0]);
    else
        printf("%s: no such command; `help` lists them\n", w.word[0]);
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

/* False when the console is gone. */
static bool read_line(void)
{
    report_ended_jobs();
    terminal_write(PROMPT, strlen(PROMPT));
    editor_begin(&editor);
    for (;;) {
        int c = terminal_read();
        if (c < 0)
            return false;
        switch (editor_feed(&editor, (char) c)) {
        case EDITOR_MORE:
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
        execute(editor.line);
}
