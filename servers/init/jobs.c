/* SPDX-License-Identifier: MIT */
/* Programs in the foreground and in the background, running and stopped.  Before: launch.c and
 * pipeline.c, which start them.  Next hops: `task` (signals, groups), terminal.c (the console). */
#include "jobs.h"
#include "lib/shell/language.h"
#include "shell.h"
#include "terminal.h"
#include "lib/shell/variables.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>

enum {
    JOBS = 16,
    POLL_EVERY = 10000,         /* us between looks at a job in the foreground */
    STATUS_LOST = 128,
    INTERRUPTS_HEEDED = 2,
};

static struct job *jobs[JOBS];  /* jobs[i]->number == i + 1 */

/* ---- the table ---- */

static struct job **slot_free(void)
{
    for (int i = 0; i < JOBS; i++) {
        if (!jobs[i])
            return &jobs[i];
    }
    return NULL;
}

/* False: there is no room. */
static bool job_keep(struct job *job)
{
    struct job **slot = slot_free();
    if (slot) {
        *slot = job;
        job->number = (unsigned) (slot - jobs) + 1;
    }
    return slot != NULL;
}

static void job_end(struct job *job)
{
    if (job->number)
        jobs[job->number - 1] = NULL;
    free(job);
}

struct job *job_new(size_t count, bool background)
{
    if (background)
        jobs_report();
    struct job *job = background && !slot_free() ? NULL : calloc(1, sizeof *job);
    if (!job)
        complain("as many programs run in the background as the shell can watch\n");
    else
        job->count = count;
    return job;
}

static L4_Word_t own_task(void)
{
    return __hurd_startup_data->task.cap;
}

static void job_signal(const struct job *job, int signal)
{
    hurd_task_signal_group(shell_task_server(), own_task(), job->group, (L4_Word_t) signal);
}

void job_started(struct job *job, size_t i)
{
    const struct program *p = &job->program[i];
    char behind[sizeof job->name];
    L4_Word_t unused[2];
    hurd_task_group(shell_task_server(), own_task(), p->task, job->group, unused);
    if (!job->group)
        job->group = p->task;
    memcpy(behind, job->name, sizeof behind);
    snprintf(job->name, sizeof job->name, "%s%s%s", p->name, *behind ? " | " : "", behind);
}

/* ---- how it is ---- */

/* Says what it died of.  always: even if it ended well. */
static unsigned outcome_say(const struct program *p, int err, L4_Word_t status, L4_Word_t reason,
                            bool always)
{
    if (err) {
        printf("%s: the task server does not answer: %s\n", p->name, strerror(err));
        return STATUS_LOST;
    }
    bool lost_its_reader = reason == HURD_TASK_SIGNALLED && status == 128 + SIGPIPE;
    if (always || ((reason != HURD_TASK_EXITED || status != 0) && !lost_its_reader))
        printf("%s (task %lu) %s\n", p->name, p->task, program_outcome(status, reason));
    return reason != HURD_TASK_EXITED && status == 0 ? STATUS_INTERRUPTED : (unsigned) status;
}

enum job_state { RUNS, STOPPED, ENDED };

/* Looks at all of its programs. */
static enum job_state job_look(struct job *job)
{
    size_t running = 0, stopped = 0;
    for (size_t i = 0; i < job->count; i++) {
        struct program *p = &job->program[i];
        L4_Word_t status, reason;
        int err = p->task ? program_poll(p, &status, &reason) : EAGAIN;
        if (!p->task)
            continue;
        if (err == EAGAIN && reason == HURD_TASK_STOPPED) {
            stopped++;
            job->stopped_by = status;
        } else if (err == EAGAIN) {
            running++;
        } else {
            bool is_last = i + 1 == job->count;
            unsigned one = outcome_say(p, err, status, reason, is_last && !job->attended);
            if (is_last)
                job->status = one;
            p->task = 0;
        }
    }
    return running ? RUNS : stopped ? STOPPED : ENDED;
}

static void say_stopped(const struct job *job)
{
    printf("[%u] %s is stopped; `fg` and `bg` let it go on\n", job->number, job->name);
}

void jobs_report(void)
{
    for (int i = 0; i < JOBS; i++) {
        if (!jobs[i])
            continue;
        enum job_state state = job_look(jobs[i]);
        bool was_stopped = jobs[i]->stopped;
        jobs[i]->stopped = state == STOPPED;
        if (state == STOPPED && !was_stopped)
            say_stopped(jobs[i]);
        if (state == ENDED)
            job_end(jobs[i]);
    }
}

/* ---- the foreground ---- */

static void job_end_all(const struct job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        if (job->program[i].task)
            hurd_task_destroy(shell_task_server(), job->program[i].handle, STATUS_INTERRUPTED);
    }
}

void job_interrupt(const struct job *job)
{
    job_signal(job, SIGINT);
    shell_leave();
}

bool job_interrupted(const struct job *job, struct hurd_deva_typed typed)
{
    if (typed.interrupts)
        job_interrupt(job);
    return typed.interrupts > 0;
}

/* Ctrl-C and Ctrl-Z are signals for what has the console now: the job, or a group that a program of
 * it chose.  The third Ctrl-C for the job ends what is still there. */
static void heed(const struct job *job, const struct hurd_deva_typed *typed, unsigned *interrupts)
{
    L4_Word_t to = typed->foreground ? typed->foreground : job->group;
    if (typed->interrupts && to == job->group && ++*interrupts > INTERRUPTS_HEEDED)
        job_end_all(job);
    else if (typed->interrupts)
        hurd_task_signal_group(shell_task_server(), own_task(), to, SIGINT);
    if (typed->suspends)
        hurd_task_signal_group(shell_task_server(), own_task(), to, SIGTSTP);
    if (typed->interrupts || typed->suspends)
        shell_leave();
}

/* It read the console before the shell gave it that. */
static bool job_was_early(const struct job *job, const struct hurd_deva_typed *typed)
{
    bool early = job->stopped_by == SIGTTIN && typed->foreground == job->group;
    if (early)
        job_signal(job, SIGCONT);
    return early;
}

/* True: it is in the table. */
static bool job_suspend(struct job *job)
{
    if (!job->number && !job_keep(job)) {
        complain("%s goes on: the shell cannot watch one more\n", job->name);
        job_signal(job, SIGCONT);
        return false;
    }
    terminal_modes(&job->modes, false);
    job->stopped = true;
    job->attended = false;
    say_stopped(job);
    return true;
}

static unsigned job_attend(struct job *job, struct hurd_deva_typed typed)
{
    unsigned interrupts = 0, status = STATUS_STOPPED;
    job->attended = true;
    enum job_state state;
    while ((state = job_look(job)) != ENDED) {
        if (state == STOPPED && !job_was_early(job, &typed) && job_suspend(job))
            break;
        heed(job, &typed, &interrupts);
        L4_Sleep(L4_TimePeriod(POLL_EVERY));
        typed = terminal_typed();
    }
    if (state == ENDED) {
        status = job->status;
        job_end(job);
    }
    if (terminal_take() || typed.interrupts)    /* of the time since the last look */
        shell_leave();
    return status;
}

unsigned job_wait(struct job *job)
{
    return job_attend(job, terminal_give(job->group));
}

unsigned job_wait_for(const struct program *program)
{
    struct job *job = job_new(1, false);
    if (!job)
        return STATUS_LOST;
    job->program[0] = *program;
    job_started(job, 0);
    return job_wait(job);
}

void job_leave(struct job *job)
{
    const struct program *last = &job->program[job->count - 1];
    if (!job_keep(job))
        job_wait(job);          /* job_new() has seen to it that there is room */
    else if (last->task)
        printf("%s runs as task %lu\n", last->name, last->task);
}

/* ---- commands ---- */

void jobs_list(const struct words *w)
{
    (void) w;
    jobs_report();
    for (int i = 0; i < JOBS; i++) {
        if (jobs[i])
            printf("[%u] %-8s %s (task %lu)\n", jobs[i]->number,
                   jobs[i]->stopped ? "stopped" : "runs", jobs[i]->name, jobs[i]->group);
    }
}

/* The job that N or %N means; else the last one that is stopped, else the last one.  NULL: there is
 * none; this said so. */
static struct job *job_named(const struct words *w)
{
    unsigned long number = 0;
    struct job *found = NULL;
    jobs_report();
    if (w->count > 1) {
        if (words_number(w->word[1] + (*w->word[1] == '%'), &number) && number > 0 &&
            number <= JOBS)
            found = jobs[number - 1];
    } else {
        for (int i = 0; i < JOBS; i++) {
            if (jobs[i] && (!found || jobs[i]->stopped || !found->stopped))
                found = jobs[i];
        }
    }
    if (!found)
        complain("%s: there is no such job; `jobs` lists them\n", w->word[0]);
    return found;
}

void jobs_foreground(const struct words *w)
{
    struct job *job = job_named(w);
    if (!job)
        return;
    printf("%s\n", job->name);
    struct hurd_deva_typed typed = terminal_give(job->group);
    if (job->stopped)
        terminal_modes(&job->modes, true);
    job->stopped = false;
    job_signal(job, SIGCONT);
    variables_set_status(job_attend(job, typed));
}

void jobs_background(const struct words *w)
{
    struct job *job = job_named(w);
    if (!job)
        return;
    job->stopped = false;
    job_signal(job, SIGCONT);
    printf("[%u] %s runs\n", job->number, job->name);
}
