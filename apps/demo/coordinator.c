/* SPDX-License-Identifier: MIT */
/* The coordinator: starts the workers out of its own image, leads them through the steps, compares
 * what their libraries counted with what kernel and physmem counted, and prints the line only if
 * everything agrees. */
#include <errno.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <stdio.h>
#include <string.h>
#include "demo.h"

enum {
    REPORTS_MAX = 16,   /* how often the workers tell what they counted */
    ROUNDS_MAX = 16,    /* other tasks use the free list as well: measure again when they did */
    PATIENCE = 60,              /* times two seconds without a word from anybody */
    WORKER_FRAMES = 64,         /* a worker's data, stack, pager and so on */
};

struct worker_task {
    struct hurd_task_created task;
    bool started, arrived;
    L4_ThreadId_t from;
    L4_Word_t words[DEMO_WORDS];
};

struct coordinator {
    struct demo_options options;
    const struct hurd_startup_data *data;
    L4_ThreadId_t physmem, task_server;
    struct worker_task worker[WORKERS];
    L4_Word_t free_before;
    uint32_t taken_before;
    L4_Word_t returned[WORKERS];        /* in the round that counts */
    L4_Word_t frames, faults;   /* for the line */
};

static int complain(int status, const char *what, int error)
{
    printf("demo: %s: %s\n", what, strerror(error));
    return status;
}

/* ---- starting ---- */

/* Unless told otherwise, as many pages as all workers can have, within reason. */
static int pages_choose(struct coordinator *c)
{
    struct hurd_pm_control_info info;
    int error = hurd_pm_control_info(c->physmem, c->data->physmem_control.cap, &info);
    if (error)
        return complain(DEMO_NO_START, "no information about our memory", error);
    L4_Word_t share = info.guarantee > info.used ? (info.guarantee - info.used) / (WORKERS + 1) : 0;
    L4_Word_t pages = share > WORKER_FRAMES ? (share - WORKER_FRAMES) / 3 & ~7ul : 0;
    c->options.pages = pages < PAGES_MIN       ? PAGES_MIN
                       : pages > PAGES_DEFAULT ? PAGES_DEFAULT
                                               : pages;
    return DEMO_GOOD;
}

static size_t worker_arguments(const struct coordinator *c, int role, char *argz, size_t size)
{
    const struct demo_options *o = &c->options;
    int n = snprintf(argz, size, "demo/%d%c--worker=%d%c--coordinator=%#lx%c--pages=%lu%c", role, 0,
                     role, 0, L4_MyGlobalId().raw, 0, o->pages, 0);
    if (o->corrupt)
        n += snprintf(argz + n, size - (size_t)n, "--corrupt=%lu%c", o->corrupt_page, 0);
    if (o->no_return)
        n += snprintf(argz + n, size - (size_t)n, "--no-return%c", 0);
    return (size_t)n;
}

static int worker_start(struct coordinator *c, int role)
{
    struct worker_task *w = &c->worker[role];
    char argz[HURD_TASK_ARGZ_MAX];
    size_t argz_length = worker_arguments(c, role, argz, sizeof argz);
    int error = hurd_spawn_self(3 * c->options.pages + WORKER_FRAMES, argz, argz_length, &w->task);
    if (error)
        return complain(DEMO_NO_START, "cannot start a worker", error);
    w->started = true;
    return DEMO_GOOD;
}

/* ---- steps ---- */

static struct worker_task *worker_of(struct coordinator *c, L4_ThreadId_t from)
{
    for (int i = 0; i < WORKERS; i++)
        if (c->worker[i].started && L4_Version(from) == c->worker[i].task.id)
            return &c->worker[i];
    return NULL;
}

static int worker_check_alive(struct coordinator *c)
{
    for (int i = 0; i < WORKERS; i++) {
        L4_Word_t status, reason;
        if (hurd_task_wait(c->task_server, c->worker[i].task.handle, HURD_TASK_NOHANG, &status,
                           &reason) == 0) {
            printf("demo: worker %d ended early: status %lu, reason %lu\n", i, status, reason);
            c->worker[i].started = false;
            return DEMO_WORKER_DIED;
        }
    }
    return DEMO_GOOD;
}

/* One message.  Others than the workers' are not answered. */
static int step_receive(struct coordinator *c, enum demo_step step)
{
    L4_ThreadId_t from;
    L4_MsgTag_t tag = L4_Wait_Timeout(L4_TimePeriod(2000000), &from);
    if (L4_IpcFailed(tag))
        return worker_check_alive(c);
    struct worker_task *w = worker_of(c, from);
    if (!w || L4_Label(tag) != DEMO_STEP || L4_UntypedWords(tag) != 2 + DEMO_WORDS ||
        L4_TypedWords(tag) != 0)
        return DEMO_GOOD;
    L4_Word_t their_step = L4_MR(1), status = L4_MR(2);
    L4_StoreMRs(3, DEMO_WORDS, w->words);
    if (status != DEMO_GOOD || their_step != step) {
        printf("demo: worker %d failed in step %lu: status %lu\n", (int)(w - c->worker), their_step,
               status);
        return status != DEMO_GOOD ? (int)status : DEMO_WORKER_DIED;
    }
    w->from = from;
    w->arrived = true;
    return DEMO_GOOD;
}

static bool all_arrived(const struct coordinator *c)
{
    for (int i = 0; i < WORKERS; i++)
        if (!c->worker[i].arrived)
            return false;
    return true;
}

/* Until all workers wait for the answer to this step. */
static int step_gather(struct coordinator *c, enum demo_step step)
{
    L4_Accept(L4_UntypedWordsAcceptor);
    for (int turns = 0; !all_arrived(c); turns++) {
        int status = step_receive(c, step);
        if (status != DEMO_GOOD)
            return status;
        if (turns > PATIENCE) {
            printf("demo: the workers do not arrive at step %d\n", (int)step);
            return DEMO_WORKER_DIED;
        }
    }
    return DEMO_GOOD;
}

static void step_release(struct coordinator *c, L4_Word_t word)
{
    for (int i = 0; i < WORKERS; i++) {
        c->worker[i].arrived = false;
        L4_LoadMR(1, word);
        L4_LoadMR(0, L4_MakeTag(0, 1, 0).raw);
        L4_Reply(c->worker[i].from);
    }
}

/* ---- the free list ---- */

static L4_Word_t free_frames(struct coordinator *c)
{
    struct hurd_pm_statistics s = {0};
    hurd_pm_statistics(c->physmem, c->data->physmem_control.cap, &s);
    return s.free;
}

static uint32_t own_frames_taken(void)
{
    struct hurd_mm_counters counters;
    hurd_mm_counters(&counters);
    return counters.frames_taken;
}

static void frames_before(struct coordinator *c)
{
    free_frames(c);                     /* once for the pages that it touches */
    c->taken_before = own_frames_taken();
    c->free_before = free_frames(c);
}

/* All workers have unmapped their parts and wait.  *again: the free list was used by others. */
static int frames_check(struct coordinator *c, bool *again)
{
    L4_Word_t expected = 0, returned = 0, taken = own_frames_taken() - c->taken_before;
    L4_Word_t change = free_frames(c) - c->free_before;
    for (int i = 0; i < WORKERS; i++) {
        expected += c->worker[i].words[0];
        c->returned[i] = c->worker[i].words[1];
        returned += c->returned[i];
        taken += c->worker[i].words[2];
    }
    *again = taken != 0 || change != returned;
    if (returned != expected) {
        printf("demo: %lu frames were unmapped, %lu came back\n", expected, returned);
        return DEMO_NOT_RETURNED;
    }
    c->frames = returned;
    return DEMO_GOOD;
}

static int rounds(struct coordinator *c)
{
    for (int round = 0; round < ROUNDS_MAX; round++) {
        bool again;
        int status = step_gather(c, STEP_FILLED);
        if (status != DEMO_GOOD)
            return status;
        L4_Word_t handle = c->worker[ROLE_OWNER].words[0];
        frames_before(c);
        step_release(c, handle);
        status = step_gather(c, STEP_UNMAPPED);
        if (status == DEMO_GOOD)
            status = frames_check(c, &again);
        if (status != DEMO_GOOD)
            return status;
        step_release(c, again && round + 1 < ROUNDS_MAX);
        if (!again)
            return DEMO_GOOD;
    }
    printf("demo: physmem's free list never changed by just what was returned\n");
    return DEMO_NOT_RETURNED;
}

/* ---- the faults ---- */

/* The worker waits for our answer, so its counters stand still.  But physmem may have taken a page
 * from it between the moment when it read them and the message that tells them: then it faulted
 * once more, and has to tell them again.  What is counted wrong stays wrong. */
static bool faults_differ(struct coordinator *c)
{
    bool differ = false;
    for (int i = 0; i < WORKERS; i++) {
        struct hurd_task_info info;
        differ |= hurd_task_info(c->task_server, c->worker[i].task.handle, 0, &info) == 0 &&
                  info.faults_own != HURD_TASK_UNKNOWN && info.faults_own != c->worker[i].words[0];
    }
    return differ;
}

static int reports_gather(struct coordinator *c)
{
    int status = step_gather(c, STEP_DONE);
    for (int i = 0; status == DEMO_GOOD && i < REPORTS_MAX && faults_differ(c); i++) {
        step_release(c, 1);
        status = step_gather(c, STEP_DONE);
    }
    return status;
}

static int faults_check(struct coordinator *c, int role)
{
    struct worker_task *w = &c->worker[role];
    struct hurd_task_info info;
    int error = hurd_task_info(c->task_server, w->task.handle, 0, &info);
    if (error)
        return complain(DEMO_MISCOUNTED, "no information about a worker", error);
    printf("demo: task %lu: its pager served %lu faults by %lu requests, %lu frames returned\n",
           w->task.id, w->words[0], w->words[1], c->returned[role]);
    if (info.faults_own == HURD_TASK_UNKNOWN) {
        printf("demo: this kernel does not count faults, so nobody can confirm that\n");
    } else if (info.faults_own != w->words[0] || info.faults_other != w->words[2]) {
        printf("demo: task %lu: the kernel counted %lu faults to its own pager, and %lu elsewhere "
               "(%lu at start)\n",
               w->task.id, info.faults_own, info.faults_other, w->words[2]);
        return DEMO_MISCOUNTED;
    }
    c->faults += w->words[0];
    return DEMO_GOOD;
}

static int finish(struct coordinator *c)
{
    int status = reports_gather(c);
    for (int i = 0; i < WORKERS && status == DEMO_GOOD; i++)
        status = faults_check(c, i);
    if (status != DEMO_GOOD)
        return status;
    step_release(c, 0);
    for (int i = 0; i < WORKERS; i++) {
        L4_Word_t exit_status = 0, reason = 0;
        int error = hurd_task_wait(c->task_server, c->worker[i].task.handle, 0, &exit_status,
                                   &reason);
        c->worker[i].started = false;
        if (error || exit_status != 0 || reason != HURD_TASK_EXITED) {
            printf("demo: worker %d ended with status %lu, reason %lu\n", i, exit_status, reason);
            return DEMO_WORKER_DIED;
        }
    }
    return DEMO_GOOD;
}

static int steps(struct coordinator *c)
{
    int status = step_gather(c, STEP_HELLO);
    if (status != DEMO_GOOD)
        return status;
    step_release(c, c->worker[ROLE_VIEWER].task.id);
    status = rounds(c);
    for (enum demo_step step = STEP_SEEN; status == DEMO_GOOD && step < STEP_DONE; step++) {
        status = step_gather(c, step);
        if (status == DEMO_GOOD)
            step_release(c, 0);
    }
    return status == DEMO_GOOD ? finish(c) : status;
}

int demo_coordinate(const struct demo_options *options)
{
    struct coordinator c = {.options = *options, .data = __hurd_startup_data};
    c.physmem = L4_ThreadIdOfRaw(c.data->physmem_control.server);
    c.task_server = L4_ThreadIdOfRaw(c.data->task.server);
    int status = options->pages ? DEMO_GOOD : pages_choose(&c);
    if (status != DEMO_GOOD)
        return status;
    printf("demo: %d tasks, each maps %lu pages and touches %lu of them at first\n", WORKERS,
           5 * c.options.pages, c.options.pages);
    for (int i = 0; i < WORKERS && status == DEMO_GOOD; i++)
        status = worker_start(&c, i);
    if (status == DEMO_GOOD)
        status = steps(&c);
    for (int i = 0; i < WORKERS; i++)
        if (c.worker[i].started)
            hurd_task_destroy(c.task_server, c.worker[i].task.handle, 0);
    if (status == DEMO_GOOD)
        printf("self-paging demo: %lu faults served by %d tasks themselves, %lu frames returned, "
               "all data intact\n",
               c.faults, WORKERS, c.frames);
    return status;
}
