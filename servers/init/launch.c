/* SPDX-License-Identifier: MIT */
/* Starts the program that a line names.  Called by commands.c (`run`) and shell.c; the next hops
 * are programs.c and disks.c. */
#include "launch.h"
#include "disks.h"
#include "programs.h"
#include "root.h"
#include "script.h"
#include "shell.h"
#include "variables.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/deva.h>

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
        return strerror(err);
    }
}

static void streams_close(struct file stream[PROGRAM_STREAMS])
{
    for (int i = 0; i < PROGRAM_STREAMS; i++) {
        if (stream[i].files)
            file_close(&stream[i]);
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
        } else if (!strcmp(w->word[launch->first], "-b") && launch->first + 1 < w->count) {
            launch->disk = w->word[++launch->first];
            const char *problem = disks_parse_free(launch->disk, &launch->sectors);
            if (problem) {
                printf("run: -b %s: %s\n", launch->disk, problem);
                return false;
            }
        } else if (strcmp(w->word[launch->first], "-m")) {
            printf("run: there is no option %s; `help run` lists them\n", w->word[launch->first]);
            return false;
        } else if (++launch->first == w->count ||
                   !words_number(w->word[launch->first], &launch->frames) || launch->frames == 0) {
            printf("run: -m wants a number of frames (4 KB each)\n");
            return false;
        }
    }
    if (launch->first == w->count)
        printf("run: say which program; `help run` says more\n");
    return launch->first < w->count;
}

/* Opens what stands behind < and >.  False: that cannot be done, and this said why. */
static bool streams_open(const struct words *w, struct file stream[PROGRAM_STREAMS])
{
    const char *name[PROGRAM_STREAMS] = { w->input, w->output };
    const unsigned flags[PROGRAM_STREAMS] = { HURD_DIR_READS, root_output_flags(w->appends) };
    memset(stream, 0, PROGRAM_STREAMS * sizeof *stream);
    if (!w->input && !w->output)
        return true;
    struct files *files = root_files();
    int err = files ? 0 : ENODEV;
    for (int i = 0; i < PROGRAM_STREAMS && !err; i++) {
        if (name[i] && (err = file_open(files, &stream[i], name[i], flags[i], 0644))) {
            printf("%s: %s\n", name[i], strerror(err));
            stream[i].files = NULL;
        }
    }
    if (err)
        streams_close(stream);
    return !err;
}

static void launch(const struct words *w, const struct launch *launch)
{
    struct program foreground;
    struct file stream[PROGRAM_STREAMS];
    struct program *program = w->background ? shell_free_job() : &foreground;
    if (!program) {
        printf("%s: as many programs run in the background as the shell can watch\n", w->word[0]);
        return;
    }
    if (!streams_open(w, stream))
        return;
    const char *argz = w->word[launch->first];
    int err = program_start_found(argz, w->text_length - (size_t) (argz - w->text),
                                  launch->frames ? launch->frames : programs_share(2), stream,
                                  program);
    if (err) {
        program->task = 0;
        streams_close(stream);
        if (script_is(argz, err))
            variables_set_status(script_run(w, launch->first));
        else
            printf("run: %s: %s\n", argz, start_error(err));
        return;
    }
    if (launch->devices && (err = program_give_devices(program)))
        printf("run: no devices for %s: %s\n", argz, strerror(err));
    if (launch->disk && (err = program_give_sectors(program, &launch->sectors)))
        printf("run: no disk for %s: %s\n", argz, strerror(err));
    if (w->background)
        printf("%s runs as task %lu\n", program->name, program->task);
    else
        variables_set_status(shell_wait(program));
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
