/* SPDX-License-Identifier: MIT */
/* A job: the programs of a pipeline, or one program.  They are a group of tasks. */
#ifndef INIT_JOBS_H
#define INIT_JOBS_H

#include <stdbool.h>
#include <stddef.h>

#include <hurd/deva.h>

#include "programs.h"
#include "lib/shell/language.h"

struct job {
    L4_Word_t group;            /* 0: none of its programs has started */
    unsigned number;            /* 0: it is not in the table, because the shell waits for it */
    bool stopped;
    L4_Word_t stopped_by;       /* the signal; valid when a program of it is stopped */
    bool attended;              /* the shell waits for it */
    struct hurd_deva_modes modes;       /* of the terminal, as it was when the job stopped */
    size_t count;
    unsigned status;            /* of the last program; valid when that has ended */
    struct program program[PIPELINE_MOST];      /* task == 0: it did not start, or has ended */
    char name[2 * PROGRAM_NAME];
};

/* A job that may take `count` programs.  NULL: there is no memory, or the shell cannot watch one
 * more in the background; this said so. */
struct job *job_new(size_t count, bool background);

/* job->program[i] has started, and those behind it have before. */
void job_started(struct job *job, size_t i);

/* The console is the job's; blocks until all of it has ended, or stopped.  Ctrl-C is SIGINT for it,
 * Ctrl-Z SIGTSTP.  Returns the status of the last program; STATUS_STOPPED.  Post: the job is gone,
 * or in the table. */
unsigned job_wait(struct job *job);
enum { STATUS_STOPPED = 148 };

/* Does what Ctrl-C does: SIGINT for the job, and the rest of what was typed is left out.
 * job_interrupted(): if it was typed; returns whether it was. */
void job_interrupt(const struct job *job);
bool job_interrupted(const struct job *job, struct hurd_deva_typed typed);

/* The shell does not wait for it.  Post: the job is in the table. */
void job_leave(struct job *job);

/* Waits until the program has ended, as job_wait() does. */
unsigned job_wait_for(const struct program *program);

/* Says which jobs have ended or stopped since the last call. */
void jobs_report(void);

/* The commands `jobs`, `fg` and `bg`. */
void jobs_list(const struct words *w);
void jobs_foreground(const struct words *w);
void jobs_background(const struct words *w);

#endif
