/* SPDX-License-Identifier: MIT */
/* Pipelines.  Called by shell.c; next hops: launch.c for programs, commands.c for a command of the
 * shell's own at the start, and the file server, which holds the bytes. */
#include "pipeline.h"
#include "commands.h"
#include "complain.h"
#include "launch.h"
#include "programs.h"
#include "root.h"
#include "shell.h"
#include "terminal.h"
#include "variables.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/task.h>
#include <l4/ipc.h>

enum { PAUSE = 10000, STATUS_REFUSED = 127 };    /* us */

static struct program programs[PIPELINE_MOST];  /* task == 0: it was not started */

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

static void end_all(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (programs[i].task)
            hurd_task_destroy(shell_task_server(), programs[i].handle, STATUS_INTERRUPTED);
    }
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
        reader_look(&programs[1]);
        if (programs[1].task && terminal_interrupted(programs[1].task)) {
            end_all(PIPELINE_MOST);
            err = EINTR;
        }
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

void pipeline_run(const struct words *const command[], size_t count)
{
    struct file stream[PIPELINE_MOST][PROGRAM_STREAMS] = { { { 0 } } };
    const struct program *started[PIPELINE_MOST];
    bool own = command_lists(command[0]);
    size_t n = 0;
    memset(programs, 0, sizeof programs);
    for (size_t i = 0; i < count; i++) {
        if (command[i]->background || (!(own && i == 0) && !launch_knows(command[i]))) {
            complain("%s: only programs take part in a pipeline, in the foreground; a command of "
                     "the shell's own may begin it\n", command[i]->word[0]);
            variables_set_status(STATUS_REFUSED);
            return;
        }
    }
    if (!pipes_make(stream, count))
        return;
    for (size_t i = count; i-- > own;)
        launch_in_pipeline(command[i], stream[i], &programs[i]);
    if (own) {
        command_obey_into(command[0], &stream[0][1]);
        programs_close(stream[0]);
    }
    for (size_t i = 0; i < count; i++) {
        if (programs[i].task)
            started[n++] = &programs[i];
    }
    variables_set_status(n ? shell_wait_all(started, n) : STATUS_REFUSED);
    memset(programs, 0, sizeof programs);
}
