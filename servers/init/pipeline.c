/* SPDX-License-Identifier: MIT */
/* Pipelines.  Called by shell.c; next hops: launch.c for programs, commands.c for a command of the
 * shell's own at the start, and the file server, which holds the bytes. */
#include "pipeline.h"
#include "commands.h"
#include "lib/shell/language.h"
#include "jobs.h"
#include "launch.h"
#include "programs.h"
#include "root.h"
#include "shell.h"
#include "terminal.h"
#include "lib/shell/variables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/task.h>
#include <l4/ipc.h>

enum { PAUSE = 10000, STATUS_REFUSED = 127 };    /* us */

static struct job *job;         /* the one that begins with a command of the shell's own */

/* 0, or why there is no pipe. */
static int pipe_make(struct files *files, struct file *reads, struct file *writes)
{
    L4_Word_t out[2];
    int err = hurd_cap_rpc(files->server, HURD_FS_PIPE, 0, NULL, 2, out, NULL);
    if (err)
        return err;
    const struct file end = { .files = files, .server = files->server, .mode = HURD_FILE_FIFO };
    *reads = *writes = end;
    reads->handle = out[0];
    writes->handle = out[1];
    return 0;
}

/* A reader that has ended reads nothing more: then our hold on its end goes. */
static void reader_look(struct program *reader)
{
    if (reader->task && reader->stream[0].files &&
        !hurd_task_wait(shell_task_server(), reader->handle, HURD_TASK_NOHANG, NULL, NULL))
        programs_close(reader->stream);
}

int pipeline_put(const struct file *end, const void *data, uint32_t size)
{
    int err = 0;
    for (L4_Word_t done = 0, now; !err && done < size; done += now) {
        now = 0;
        err = hurd_deva_write(end->server, end->handle, (const uint8_t *) data + done,
                              size - done, &now);
        if (err != EAGAIN)
            continue;
        err = 0;
        reader_look(&job->program[1]);
        if (job->group && job_interrupted(job, terminal_typed()))
            err = EINTR;
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
    return err;
}

/* All pipes, or none: then this said why. */
static bool pipes_make(struct file stream[][PROGRAM_STREAMS], size_t count)
{
    struct files *files = root_files();
    int err = files ? 0 : ENODEV;
    for (size_t i = 0; i + 1 < count && !err; i++)
        err = pipe_make(files, &stream[i + 1][0], &stream[i][1]);
    if (!err)
        return true;
    if (files)
        complain("there is no pipe: %s\n", strerror(err));
    for (size_t i = 0; i < count; i++)
        programs_close(stream[i]);
    return false;
}

/* The first one that cannot be there; NULL: all can, if there is a file system. */
static const struct words *misplaced(const struct words *const command[], size_t count, bool own,
                                     bool background)
{
    if (own && background)
        return command[0];
    for (size_t i = own; i < count; i++) {
        if (command_is(command[i]->word[0]) && !launch_knows(command[i]))
            return command[i];
    }
    return NULL;
}

/* Says what stands in the way. */
static bool may_run(const struct words *const command[], size_t count, bool own)
{
    const struct words *wrong = misplaced(command, count, own, command[count - 1]->background);
    if (wrong) {
        complain("%s: only programs take part in a pipeline;\n"
                 "a command of the shell's own may begin it, in the foreground\n", wrong->word[0]);
        return false;
    }
    if (!root_mounted()) {
        complain("Pipes need a file system: `mount DISK` mounts one, `mount ram` makes one\n");
        return false;
    }
    for (size_t i = own; i < count; i++) {
        if (!launch_knows(command[i])) {
            shell_no_command(command[i]->word[0]);
            return false;
        }
    }
    return true;
}

/* The shell's own command writes, while the others read. */
static void own_command(const struct words *command, struct file stream[PROGRAM_STREAMS])
{
    if (!job->group || !job_interrupted(job, terminal_give(job->group)))
        command_obey_into(command, &stream[1]);
    if (job->group && shell_interrupted())      /* the command has seen Ctrl-C, or has not looked */
        job_interrupt(job);
    programs_close(stream);
}

void pipeline_run(const struct words *const command[], size_t count)
{
    struct file stream[PIPELINE_MOST][PROGRAM_STREAMS] = { { { 0 } } };
    bool own = command_lists(command[0]), background = command[count - 1]->background;
    variables_set_status(STATUS_REFUSED);
    if (!may_run(command, count, own) || !(job = job_new(count, background)))
        return;
    if (!pipes_make(stream, count)) {
        free(job);
        return;
    }
    for (size_t i = count; i-- > own;) {
        launch_in_pipeline(command[i], stream[i], &job->program[i]);
        if (job->program[i].task)
            job_started(job, i);
    }
    if (own)
        own_command(command[0], stream[0]);
    if (!job->group)
        free(job);
    else if (background)
        job_leave(job);
    else
        variables_set_status(job_wait(job));
}
