/* SPDX-License-Identifier: MIT */
/* The shell's own commands, and `help`.  Called by shell.c; the next hops are launch.c, paging.c,
 * reports.c and disks.c. */
#include "commands.h"
#include "lib/shell/language.h"
#include "devices.h"
#include "disks.h"
#include "filecommands.h"
#include "jobs.h"
#include "launch.h"
#include "memory.h"
#include "output.h"
#include "paging.h"
#include "programs.h"
#include "reports.h"
#include "root.h"
#include "script.h"
#include "shell.h"
#include "status.h"
#include "lib/shell/test.h"
#include "top.h"
#include "tracecommand.h"
#include "tracestat.h"
#include "lib/shell/variables.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/schedule.h>

#define CLEAR_SCREEN "\033[2J\033[H"

enum {
    SECOND = 1000000,           /* us */
    SLEEP_STEP = 100000,        /* us between two looks for Ctrl-C */
    SLEEP_MOST = 86400,         /* seconds */
    STATUS_MOST = 255,
};

struct command {
    const char *name;
    const char *arguments;
    const char *does;           /* one line of `help` */
    const char *more;           /* lines that `help NAME` adds; may be NULL */
    size_t least, most;         /* arguments; most 0 with least 0: none */
    enum command_takes takes;
    void (*call)(const struct words *w);
};

#define MANY WORDS_MAX
static const char output_help[] =
    "`> FILE` puts that into a file, `>> FILE` behind its end.\n";

static void command_help(const struct words *w);

/* ---- programs ---- */

static void command_ls(const struct words *w)
{
    if (w->count > 1) {
        filecommands_obey(w);
        return;
    }
    size_t offset = 0, size, about_size;
    const char *name;
    while ((name = programs_next(&offset, &size))) {
        const char *about = programs_about(name, &about_size);
        printf("%5zu KB  %-12s %.*s\n", (size + 1023) / 1024, name, about ? (int) about_size : 0,
               about ? about : "");
    }
}

/* The words are the program's name and arguments, as they are. */
static void command_paging(const struct words *w)
{
    char argz[WORDS_TEXT + sizeof "live"];
    unsigned long frames;
    if (w->count > 1 &&
        (strncmp(w->word[1], "frames=", 7) || !words_number(w->word[1] + 7, &frames))) {
        complain("paging: say frames=N, with a number of frames\n");
        return;
    }
    memcpy(argz, w->text, w->text_length);
    memcpy(argz + w->text_length, "live", sizeof "live");
    paging_show(argz, w->text_length + sizeof "live");
}

/* -TERM or -15; 0: that is no signal. */
static L4_Word_t signal_named(const char *word)
{
    static const struct {
        const char *name;
        L4_Word_t number;
    } names[] = { { "HUP", SIGHUP }, { "INT", SIGINT }, { "KILL", SIGKILL }, { "USR1", SIGUSR1 },
                  { "USR2", SIGUSR2 }, { "TERM", SIGTERM }, { "CONT", SIGCONT },
                  { "STOP", SIGSTOP }, { "TSTP", SIGTSTP } };
    unsigned long number = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (word[0] == '-' && !strcmp(word + 1, names[i].name))
            number = names[i].number;
    }
    if (number == 0 && word[0] == '-' && words_number(word + 1, &number) && number >= NSIG)
        number = 0;
    if (number == 0)
        complain("kill: there is no signal %s\n", word);
    return number;
}

static void command_kill(const struct words *w)
{
    L4_Word_t signal = w->count == 3 ? signal_named(w->word[1]) : SIGKILL;
    L4_Word_t task = signal ? report_find_task(w->word[w->count - 1]) : 0;
    if (task == 0)
        return;
    if (task < HURD_TASK_FIRST) {
        complain("kill: task %lu (%s) is part of the system\n", task, report_task_name(task));
        return;
    }
    L4_Word_t master = __hurd_startup_data->task_master.cap;
    int err = w->count == 3 ? hurd_task_signal(shell_task_server(), master, task, signal)
                            : hurd_task_destroy(shell_task_server(), master, task);
    if (err)
        complain("kill: task %lu: %s\n", task, strerror(err));
}

static void command_sh(const struct words *w)
{
    variables_set_status(script_run(w, 1));
}

static void command_exit(const struct words *w)
{
    unsigned long status = strtoul(variables_get("?", 1), NULL, 10);
    if (w->count > 1 && (!words_number(w->word[1], &status) || status > STATUS_MOST))
        complain("exit: %s is no status from 0 to %d\n", w->word[1], STATUS_MOST);
    else if (!script_exit((unsigned) status))
        complain("There is nothing above this shell; `halt` ends the machine.\n");
}

static void command_sleep(const struct words *w)
{
    unsigned long seconds;
    if (!words_number(w->word[1], &seconds) || seconds > SLEEP_MOST) {
        complain("sleep: %s is no number of seconds up to %d\n", w->word[1], SLEEP_MOST);
        return;
    }
    uint64_t end = L4_SystemClock().raw + (uint64_t) seconds * SECOND;
    while (L4_SystemClock().raw < end && !shell_interrupted())
        L4_Sleep(L4_TimePeriod(SLEEP_STEP));
}

static void command_true(const struct words *w)
{
    (void) w;
}

static void command_false(const struct words *w)
{
    (void) w;
    variables_set_status(1);
}

static void command_set(const struct words *w)
{
    char text[VARIABLES_TEXT];
    size_t size = variables_write(text, sizeof text);
    (void) w;
    for (const char *at = text; at < text + size; at += strlen(at) + 1)
        printf("%s\n", at);
}

static void command_unset(const struct words *w)
{
    for (size_t i = 1; i < w->count; i++) {
        if (!variables_unset(w->word[i]))
            complain("unset: there is no variable %s\n", w->word[i]);
    }
}

/* ---- the system ---- */

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
    L4_Word_t task = report_find_task(w->word[1]);
    if (task)
        report_maps(task);
}

static void command_containers(const struct words *w)
{
    L4_Word_t task = w->count > 1 ? report_find_task(w->word[1]) : 0;
    if (task || w->count == 1)
        memory_containers(task);
}

static void command_frames(const struct words *w)
{
    (void) w;
    memory_frames();
}

static void command_disk(const struct words *w)
{
    (void) w;
    disks_report();
}

static void command_uptime(const struct words *w)
{
    (void) w;
    uint64_t us = L4_SystemClock().raw, seconds = us / SECOND;
    unsigned days = (unsigned) (seconds / 86400), rest = (unsigned) (seconds % 86400);
    printf("%u days %02u:%02u:%02u.%06u since the kernel started\n", days, rest / 3600,
           rest / 60 % 60, rest % 60, (unsigned) (us % SECOND));
}

/* ---- the console and the machine ---- */

static void command_clear(const struct words *w)
{
    (void) w;
    printf(CLEAR_SCREEN);
}

static const char *const layouts[HURD_DEVA_KEYMAPS] = {
    [HURD_DEVA_KEYMAP_US] = "us",
    [HURD_DEVA_KEYMAP_DE] = "de",
    [HURD_DEVA_KEYMAP_FR] = "fr",
};

void command_set_keymap(const char *name)
{
    struct hurd_startup_cap master = __hurd_startup_data->deva_master;
    L4_Word_t layout = HURD_DEVA_KEYMAP_ASK;
    for (L4_Word_t i = 0; name && i < HURD_DEVA_KEYMAPS; i++) {
        if (!strcmp(name, layouts[i]))
            layout = i;
    }
    if (name && layout == HURD_DEVA_KEYMAP_ASK) {
        complain("keymap: there is no layout %s; there are us, de and fr\n", name);
        return;
    }
    int err = hurd_deva_keymap(L4_ThreadIdOfRaw(master.server), master.cap, &layout);
    if (err)
        complain("keymap: %s\n", strerror(err));
    else if (!name)
        printf("the keyboard's layout is %s\n", layout < HURD_DEVA_KEYMAPS ? layouts[layout] : "?");
}

static void command_keymap(const struct words *w)
{
    command_set_keymap(w->count == 2 ? w->word[1] : NULL);
}

static void command_reboot(const struct words *w)
{
    (void) w;
    shell_end(true);
}

static void command_halt(const struct words *w)
{
    (void) w;
    shell_end(false);
}

/* ---- the table; a name that is NULL begins a topic ---- */

static const struct command commands[] = {
    { .does = "Programs" },
    { "ls", "[-l] [PATH ...]", "the programs there are; with a path, files",
      "ls PATH lists a directory or a file; -l shows mode, links, owner, size and time.\n", 0,
      MANY, TAKES_NOTHING, command_ls },
    { "run", "[OPTIONS] PROGRAM ...", "starts a program, with options",
      "  run [-m FRAMES] [-d] [-b DISK] PROGRAM [ARGUMENTS] [&]\n"
      "The name of a program alone starts it, too: `hello a b` is `run hello a b`.\n"
      "  -m FRAMES   it gets so many frames of 4 KB, not a quarter of what is left\n"
      "  -d          it may use devices: a driver\n"
      "  -b DISK     it may use this disk or partition; `disk` lists them\n"
      "  &           at the end: the shell does not wait for it\n"
      "  < FILE      it reads from that file instead of the keyboard\n"
      "  > FILE      what it prints goes to that file; >> FILE: behind its end\n"
      "  2> FILE     its errors go to that file; 2>&1: where the output goes\n"
      "  | PROGRAM   what it prints is what the next program reads\n"
      "Ctrl-C ends the program for which the shell waits; Ctrl-Z stops it: `help fg`.\n",
      1, MANY, TAKES_PROGRAM, launch_run },
    { "sh", "FILE [WORD ...]", "obeys the lines of a file",
      "The words are $1 to $9 in it, and $# says how many there are. A file with an\n"
      "x bit that begins with #!/bin/sh is a command, too: say its path. The language:\n"
      "  if LIST; then LIST; elif LIST; then LIST; else LIST; fi\n"
      "  while LIST; do LIST; done        until LIST; do LIST; done\n"
      "  for NAME in WORD ...; do LIST; done        break, continue\n"
      "A LIST is commands with ; && || or line ends between them; ! inverts a status.\n"
      "$((I + 1)) is a sum of numbers and variables; - * / % are there, too.\n"
      "*, ? and [a-z] stand for names of files: `ls /etc/h*`. Quotes keep them.\n"
      "Ctrl-C leaves all of it.\n",
      1, MANY, TAKES_NOTHING, command_sh },
    { "test", "EXPRESSION", "asks a question; $? is 0: yes, 1: no", test_help, 0, MANY,
      TAKES_NOTHING, test_obey },
    { "[", "EXPRESSION ]", "the same", test_help, 1, MANY, TAKES_NOTHING, test_obey },
    { "true", "", "does nothing", NULL, 0, 0, TAKES_NOTHING, command_true },
    { "false", "", "does nothing, and $? is 1", NULL, 0, 0, TAKES_NOTHING, command_false },
    { "sleep", "SECONDS", "waits", NULL, 1, 1, TAKES_NOTHING, command_sleep },
    { "exit", "[STATUS]", "ends a script", NULL, 0, 1, TAKES_NOTHING, command_exit },
    { "set", "", "lists the variables",
      "NAME=VALUE sets one, and $NAME stands for its value. Programs find all of them\n"
      "in their environment. $? is the status of the last command.\n",
      0, 0, TAKES_NOTHING, command_set },
    { "unset", "NAME ...", "removes variables", NULL, 1, MANY, TAKES_NOTHING, command_unset },
    { "kill", "[-SIGNAL] TASK", "ends a task, and all that it started",
      "TASK is a number or a name, as `ps` shows them.  -SIGNAL: -HUP, -INT, -KILL,\n"
      "-USR1, -USR2, -TERM, -STOP, -TSTP, -CONT or a number; the task may handle it.\n",
      1, 2, TAKES_TASK, command_kill },
    { "jobs", "", "programs in the background, and stopped ones", NULL, 0, 0, TAKES_NOTHING,
      jobs_list },
    { "fg", "[JOB]", "waits for a job; a stopped one goes on",
      "JOB is a number, as `jobs` shows it; else the last one that is stopped.\n", 0, 1,
      TAKES_NOTHING, jobs_foreground },
    { "bg", "[JOB]", "a stopped job goes on in the background", NULL, 0, 1, TAKES_NOTHING,
      jobs_background },
    { "paging", "[frames=N]", "a program that uses three times its memory",
      "It uses 3 N pages in N frames and looks at every byte; a line shows what is on\n"
      "disk meanwhile. Without swap, the shell makes some in memory first.\n",
      0, 1, TAKES_NOTHING, command_paging },
    { .does = "Files" },
    { "cat", "FILE ...", "shows files", output_help, 1, MANY, TAKES_NOTHING,
      filecommands_obey },
    { "cd", "[DIRECTORY]", "paths begin there from now on", NULL, 0, 1, TAKES_NOTHING,
      filecommands_obey },
    { "cp", "FILE ... PATH", "copies files", NULL, 2, MANY, TAKES_NOTHING, filecommands_obey },
    { "df", "", "how full the file systems are", NULL, 0, 0, TAKES_NOTHING, filecommands_obey },
    { "echo", "[WORD ...]", "says the words", output_help, 0, MANY, TAKES_NOTHING,
      filecommands_obey },
    { "ln", "[-s] FILE PATH", "one more name; with -s a symbolic link", NULL, 2, 3, TAKES_NOTHING,
      filecommands_obey },
    { "mkdir", "DIRECTORY ...", "makes directories", NULL, 1, MANY, TAKES_NOTHING,
      filecommands_obey },
    { "mount", "[DISK [DIRECTORY]]", "what is mounted; mounts an ext2 file system",
      "DISK is a disk or a partition, as `disk` shows them, also as /dev/hd0p2; or ram:\n"
      "a RAM disk with a few files. DIRECTORY is a whole path; without it, the file\n"
      "system is the root.\n",
      0, 2, TAKES_NOTHING, filecommands_obey },
    { "mv", "FILE ... PATH", "renames files", NULL, 2, MANY, TAKES_NOTHING, filecommands_obey },
    { "rm", "FILE ...", "removes files", NULL, 1, MANY, TAKES_NOTHING, filecommands_obey },
    { "rmdir", "DIRECTORY ...", "removes empty directories", NULL, 1, MANY, TAKES_NOTHING,
      filecommands_obey },
    { "sha256sum", "FILE ...", "checksums", output_help, 1, MANY, TAKES_NOTHING,
      filecommands_obey },
    { "sync", "", "returns when all is on the disk", NULL, 0, 0, TAKES_NOTHING, filecommands_obey },
    { "umount", "[DIRECTORY]", "unmounts what is there, or the root", NULL, 0, 1, TAKES_NOTHING,
      filecommands_obey },
    { .does = "The system" },
    { "ps", "", "tasks and their threads, with IPC state", NULL, 0, 0, TAKES_NOTHING, command_ps },
    { "top", "[TIMES]", "which tasks run, every second",
      "Any key ends it. With a number, it shows so many seconds one below the other.\n", 0, 1,
      TAKES_NOTHING, top_obey },
    { "mem", "", "memory: free, allocated, by task", NULL, 0, 0, TAKES_NOTHING, command_mem },
    { "maps", "TASK", "the address space of a task",
      "TASK is a number or a name, as `ps` shows them. The task's own pager answers.\n", 1, 1,
      TAKES_TASK, command_maps },
    { "containers", "[TASK]", "physmem's containers, by the task that pays",
      "TASK is a number or a name, as `ps` shows them. PAGES are those in core.\n", 0, 1,
      TAKES_TASK, command_containers },
    { "frames", "", "which task has which part of memory", NULL, 0, 0, TAKES_NOTHING,
      command_frames },
    { "ipcstat", "[SECONDS]", "which task sends to which, and how often",
      "It turns the kernel's trace on for a second, or so many. If the trace is on,\n"
      "it counts what is there. A fault is a message from a task to its pager.\n",
      0, 1, TAKES_NOTHING,
      tracestat_ipc },
    { "irq", "[SECONDS]", "which interrupts come, and to which task",
      "It counts them in the kernel's trace, as `ipcstat` does.\n", 0, 1, TAKES_NOTHING,
      tracestat_irq },
    { "trace", "[on|off|dump]", "the kernel's trace",
      "  trace on [KB]         records what enters and leaves it, in such a ring\n"
      "  trace off             ends that\n"
      "  trace dump [RECORDS]  prints the last records, for tools/trace elsewhere\n",
      0, 2, TAKES_NOTHING, tracecommand_obey },
    { "disk", "", "disks and partitions", NULL, 0, 0, TAKES_NOTHING, command_disk },
    { "devices", "[VERB ...]", "the device tree, and the drivers",
      "  devices               shows all devices\n"
      "  devices start NUMBER  starts the driver of that device; stop ends it\n"
      "  devices scan          looks for devices that have come or gone\n"
      "  devices events        what has come and gone\n"
      "In place of a number, the driver's name will do.\n",
      0, 2, TAKES_NOTHING, devices_obey },
    { "date", "", "the time of day, as the clock chip has it", NULL, 0, 0, TAKES_NOTHING,
      devices_date },
    { "beep", "[HERTZ [MS]]", "a tone from the PC speaker", NULL, 0, 2, TAKES_NOTHING,
      devices_beep },
    { "uptime", "", "how long the system runs", NULL, 0, 0, TAKES_NOTHING, command_uptime },
    { .does = "Console and machine" },
    { "help", "[COMMAND]", "this list, or more about one command or program",
      "Keys: Tab completes names. Up and Down bring back earlier lines. Ctrl-A and\n"
      "Ctrl-E go to the ends of the line, Ctrl-U, Ctrl-K and Ctrl-W remove parts of it.\n"
      "Shift-PgUp and Shift-PgDn show what has left the screen.\n",
      0, 1, TAKES_COMMAND, command_help },
    { "clear", "", "clears the screen", NULL, 0, 0, TAKES_NOTHING, command_clear },
    { "keymap", "[LAYOUT]", "which characters the keyboard's keys type",
      "LAYOUT is us, de or fr. The serial line is not concerned.\n", 0, 1, TAKES_NOTHING,
      command_keymap },
    { "status", "[on|off]", "a line on the screen: free frames, faults",
      "The screen's last row shows it, and the text has 24 rows. The serial line is not\n"
      "concerned.\n",
      0, 1, TAKES_NOTHING, status_obey },
    { "reboot", "", "starts the machine again (Ctrl-Alt-Del)", NULL, 0, 0, TAKES_NOTHING,
      command_reboot },
    { "halt", "", "switches the machine off", NULL, 0, 0, TAKES_NOTHING, command_halt },
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (commands[i].name && !strcmp(name, commands[i].name))
            return &commands[i];
    }
    return NULL;
}

const char *commands_next(size_t *place)
{
    while (*place < COMMANDS && !commands[*place].name)
        ++*place;
    return *place < COMMANDS ? commands[(*place)++].name : NULL;
}

enum command_takes command_takes(const char *name)
{
    const struct command *command = find(name);
    return command ? command->takes : TAKES_NOTHING;
}

/* ---- help ---- */

static void help_all(void)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        char usage[32];
        if (!commands[i].name) {
            printf("%s\n", commands[i].does);
            continue;
        }
        snprintf(usage, sizeof usage, "%s %s", commands[i].name, commands[i].arguments);
        printf("  %-26s %s\n", usage, commands[i].does);
    }
    printf("The name of a program starts it. `help NAME` says more; `help sh`: the language.\n"
           "Lists go to files and programs, too: `ps > FILE`, `help | wc`.\n");
}

static void help_program(const char *name)
{
    size_t size;
    const char *about = programs_about(name, &size);
    if (about)
        printf("%s is a program: %.*s\n", name, (int) size, about);
    else
        printf("%s is a program that says nothing about itself\n", name);
}

static void command_help(const struct words *w)
{
    const struct command *command = w->count == 2 ? find(w->word[1]) : NULL;
    if (w->count == 1)
        help_all();
    else if (command)
        printf("%s%s%s: %s\n%s", command->name, *command->arguments ? " " : "",
               command->arguments, command->does, command->more ? command->more : "");
    else if (programs_have(w->word[1]))
        help_program(w->word[1]);
    else
        complain("help: there is no command or program %s\n", w->word[1]);
}

/* ---- a command line ---- */

/* These start programs, which print by themselves, or use the whole screen. */
static bool prints_itself(const struct command *command)
{
    return command->takes == TAKES_PROGRAM || command->call == command_sh ||
           command->call == command_paging || command->call == top_obey;
}

bool command_is(const char *name)
{
    return find(name) != NULL;
}

bool command_lists(const struct words *w)
{
    const struct command *command = find(w->word[0]);
    return command && !prints_itself(command);
}

/* Says what is wrong with the words, or returns true. */
static bool is_good(const struct command *command, const struct words *w)
{
    size_t arguments = w->count - 1;
    bool program = command->takes == TAKES_PROGRAM;
    if (w->background && !program)
        complain("%s: only programs run in the background\n", command->name);
    else if (w->input && !program)
        complain("%s: only programs read from files\n", command->name);
    else if (words_redirect(w) && !program && prints_itself(command))
        complain("%s: its output stays on the console\n", command->name);
    else if (arguments > 0 && command->most == 0)
        complain("%s: takes no arguments\n", command->name);
    else if (arguments < command->least || arguments > command->most)
        complain("%s: say %s %s; `help %s` says more\n", command->name, command->name,
                 command->arguments, command->name);
    else
        return true;
    return false;
}

static void call(const struct command *command, const struct words *w)
{
    command->call(w);
    int err = output_end();
    if (err && err != EPIPE && err != EINTR)
        complain("%s: output: %s\n", command->name, error_text(err));
}

/* NULL: nothing is to be opened.  False: this said why. */
static bool file_make(struct file *file, const char *name, bool appends)
{
    struct files *files = name ? root_files() : NULL;
    if (!name || !files)
        return !name;
    int err = file_open(files, file, name, root_output_flags(appends), 0644);
    if (err)
        complain("%s: %s\n", name, error_text(err));
    return !err;
}

/* With its output and its errors where the words say, or in the pipe; NULL: the console. */
static void call_into(const struct command *command, const struct words *w, struct file *pipe)
{
    struct file output = { 0 }, errors = { 0 };
    if (file_make(&output, w->output, w->appends) &&
        file_make(&errors, w->errors, w->errors_append)) {
        struct file *to = w->output ? &output : pipe;
        struct file *errors_to = w->errors ? &errors : w->errors_join ? to : NULL;
        output_to(w->output_joins ? errors_to : to, errors_to);
        call(command, w);
    }
    if (output.files)
        file_close(&output);
    if (errors.files)
        file_close(&errors);
}

void command_obey_into(const struct words *w, struct file *pipe)
{
    const struct command *command = find(w->word[0]);
    variables_set_status(0);
    if (is_good(command, w))
        call_into(command, w, pipe);
}

bool command_obey(const struct words *w, bool alone)
{
    const struct command *command = find(w->word[0]);
    if (!command)
        return false;
    variables_set_status(0);
    if (!is_good(command, w))
        return true;
    if (words_redirect(w) && !prints_itself(command)) {
        call_into(command, w, NULL);
        return true;
    }
    if (alone && !prints_itself(command) && command->call != tracecommand_obey)
        output_by_pages();
    call(command, w);
    return true;
}
