/* SPDX-License-Identifier: MIT */
/* Starts the program that a line names.  Called by commands.c (`run`) and shell.c; the next hops
 * are programs.c and disks.c. */
#include "launch.h"
#include "lib/shell/language.h"
#include "disks.h"
#include "jobs.h"
#include "programs.h"
#include "root.h"
#include "script.h"
#include "shell.h"
#include "lib/shell/variables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/deva.h>

enum { STATUS_NO_START = 127 };

static const char *start_error(int err)
{
    switch (err) {
    case ENOENT:
        return "there is no such program; `ls` lists them";
    case ENOMEM:
        return "not enough memory is left";
    case EACCES:
        return "that is not a program: it is no file, or has no x bit";
    case ENOEXEC:
        return "that is not a program for this system";
    case E2BIG:
        return "too many arguments";
    default:
        return error_text(err);
    }
}

/* What stands before the program's name. */
struct launch {
    size_t first;               /* the program's word */
    unsigned long frames;       /* 0: a share of what there is */
    bool devices;
    const char *disk;           /* NULL: none */
    struct hurd_deva_extent sectors;
};

/* Prints what is wrong and returns false, or returns true. */
static bool launch_options(struct launch *launch, const struct words *w)
{
    *launch = (struct launch) { .first = 1 };
    for (; launch->first < w->count && w->word[launch->first][0] == '-'; launch->first++) {
        if (!strcmp(w->word[launch->first], "-d")) {
            launch->devices = true;
        } else if (!strcmp(w->word[launch->first], "-b")) {
            if (++launch->first == w->count) {
                complain("run: -b wants a disk or partition; `disk` lists them\n");
                return false;
            }
            launch->disk = w->word[launch->first];
            const char *problem = disks_parse_free(launch->disk, &launch->sectors);
            if (problem) {
                complain("run: -b %s: %s\n", launch->disk, problem);
                return false;
            }
        } else if (strcmp(w->word[launch->first], "-m")) {
            complain("run: there is no option %s; `help run` lists them\n", w->word[launch->first]);
            return false;
        } else if (++launch->first == w->count ||
                   !words_number(w->word[launch->first], &launch->frames) || launch->frames == 0) {
            complain("run: -m wants a number of frames (4 KB each)\n");
            return false;
        }
    }
    if (launch->first == w->count)
        complain("run: say which program; `help run` says more\n");
    return launch->first < w->count;
}

static int stream_open(struct files *files, struct file *stream, const char *name, unsigned flags)
{
    if (!name)
        return 0;
    if (stream->files)
        file_close(stream);
    int err = file_open(files, stream, name, flags, 0644);
    if (err)
        stream->files = NULL;
    if (err)
        complain("%s: %s\n", name, error_text(err));
    return err;
}

/* Opens what stands behind < > and 2>, in place of what is there.  False: that cannot be done; this
 * said why, and nothing is open. */
static bool streams_open(const struct words *w, struct file stream[PROGRAM_STREAMS])
{
    bool named = w->input || w->output || w->errors;
    struct files *files = named ? root_files() : NULL;
    int err = named && !files ? ENODEV : stream_open(files, &stream[0], w->input, HURD_DIR_READS);
    if (!err)
        err = stream_open(files, &stream[1], w->output, root_output_flags(w->appends));
    if (!err)
        err = stream_open(files, &stream[2], w->errors, root_output_flags(w->errors_append));
    if (w->errors_join)
        stream[2] = stream[1];
    if (w->output_joins && stream[1].files)
        file_close(&stream[1]);
    if (w->output_joins)
        stream[1] = stream[2];
    if (err)
        programs_close(stream);
    return !err;
}

static void give_more(const struct launch *launch, const struct program *program)
{
    int err;
    if (launch->devices && (err = program_give_devices(program)))
        complain("run: no devices for %s: %s\n", program->name, strerror(err));
    if (launch->disk && (err = program_give_sectors(program, &launch->sectors)))
        complain("run: no disk for %s: %s\n", program->name, strerror(err));
}

/* A script's interpreter may be missing, and not the script. */
static void say_why_not(const char *name, const struct launch *launch, int err)
{
    const char *path = programs_path(name);
    const char *interpreter = path && (err == ENOENT || err == ENOEXEC || err == EACCES)
                                  ? script_interpreter(path) : NULL;
    if (interpreter && err == ENOENT)
        complain("run: %s: its first line names the interpreter %s, and there is no such file\n",
                 name, interpreter);
    else if (interpreter && err == ENOEXEC)
        complain("run: %s: its first line names the interpreter %s, and that is not a program for "
                 "this system\n", name, interpreter);
    else if (err == ENOMEM && launch->frames)
        complain("run: %s: not enough memory is left for %lu frames, or it needs more; `mem`\n",
                 name, launch->frames);
    else
        complain("run: %s: %s\n", name, start_error(err));
}

/* Starts the program.  It takes the streams over, or they are closed.  *script: it is one for the
 * shell. */
static bool launch_start(const struct words *w, const struct launch *launch,
                         struct file stream[PROGRAM_STREAMS], struct program *program, bool *script)
{
    const char *argz = w->word[launch->first];
    if (!streams_open(w, stream))
        return false;
    *script = script_is(argz, ENOENT);  /* init obeys it, because /bin/sh knows less */
    int err = *script ? ENOEXEC :
              program_start_found(argz, w->text_length - (size_t) (argz - w->text),
                                  launch->frames ? launch->frames : programs_share(2), stream,
                                  program);
    if (!err) {
        give_more(launch, program);
        return true;
    }
    program->task = 0;
    programs_close(stream);
    *script = *script || script_is(argz, err);
    if (!*script)
        say_why_not(argz, launch, err);
    return false;
}

static void launch(const struct words *w, const struct launch *launch)
{
    struct file stream[PROGRAM_STREAMS] = { { 0 } };
    bool script;
    struct job *job = job_new(1, w->background);
    if (!job)
        return;
    if (!launch_start(w, launch, stream, &job->program[0], &script)) {
        free(job);
        variables_set_status(script ? script_run(w, launch->first) : STATUS_NO_START);
        return;
    }
    job_started(job, 0);
    if (w->background)
        job_leave(job);
    else
        variables_set_status(job_wait(job));
}

bool launch_knows(const struct words *w)
{
    return !strcmp(w->word[0], "run") || programs_find(w->word[0]);
}

void launch_in_pipeline(const struct words *w, struct file stream[PROGRAM_STREAMS],
                        struct program *program)
{
    struct launch options = { .first = 0 };
    bool script;
    program->task = 0;
    if (!strcmp(w->word[0], "run") && !launch_options(&options, w))
        programs_close(stream);
    else if (!launch_start(w, &options, stream, program, &script) && script)
        complain("%s: a script for the shell takes no part in a pipeline\n",
                 w->word[options.first]);
}

void launch_run(const struct words *w)
{
    struct launch options;
    if (launch_options(&options, w))
        launch(w, &options);
}

void launch_by_name(const struct words *w)
{
    launch(w, &(struct launch) { .first = 0 });
}
