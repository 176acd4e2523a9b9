/* SPDX-License-Identifier: MIT */
/* Starts the program that a line names.  Called by commands.c (`run`) and shell.c; the next hops
 * are programs.c and disks.c. */
#include "launch.h"
#include "disks.h"
#include "programs.h"
#include "shell.h"

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
    case ENOEXEC:
        return "that is not a program for this system";
    case E2BIG:
        return "too many arguments";
    default:
        return strerror(err);
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

static void launch(const struct words *w, const struct launch *launch)
{
    struct program foreground;
    struct program *program = w->background ? shell_free_job() : &foreground;
    if (!program) {
        printf("%s: as many programs run in the background as the shell can watch\n", w->word[0]);
        return;
    }
    const char *argz = w->word[launch->first];
    int err = program_start(argz, w->text_length - (size_t) (argz - w->text),
                            launch->frames ? launch->frames : programs_share(2), program);
    if (err) {
        program->task = 0;
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
        shell_wait(program);
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
