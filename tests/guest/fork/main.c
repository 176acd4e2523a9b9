/* SPDX-License-Identifier: MIT */
/* fork_test [only=PART]: one task a case. */
#include "cases.h"

#include <hurd/task.h>
#include <l4/ipc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FRAMES = 600 };

L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

L4_Word_t own_task(void)
{
    return __hurd_startup_data->task.cap;
}

struct hurd_pm_control_info frames(void)
{
    struct hurd_pm_control_info info;
    NEED(hurd_pm_control_info(physmem(), control(), &info) == 0);
    return info;
}

struct hurd_pm_swap_info swap(void)
{
    struct hurd_pm_swap_info info;
    NEED(hurd_pm_swap_info(physmem(), control(), &info) == 0);
    return info;
}

int fork_well(void)
{
    pid_t child = fork();
    if (child < 0)
        perror("# fork");
    NEED(child >= 0);
    return child;
}

void child_ends_well(int child)
{
    int status = -1;
    NEED(waitpid(child, &status, 0) == child);
    if (status)
        printf("# child %d ended with 0x%x\n", child, (unsigned)status);
    NEED(status == 0);
}

/* ---- cases ---- */

static const struct test_case *const chapters[] = {basic_cases, memory_cases, room_cases,
                                                   wait_cases, signal_cases,
                                                   stop_cases, thread_cases};

static int child(const char *name)
{
    for (unsigned c = 0; c < sizeof chapters / sizeof *chapters; c++)
        for (const struct test_case *t = chapters[c]; t->name; t++)
            if (!strcmp(t->name, name))
                return t->run();
    return 99;
}

/* All that a case may leave behind. */
struct balance {
    L4_Word_t frames, blocks, quota, tasks, threads;
};

static struct balance balance_now(void)
{
    struct hurd_task_budget budget[HURD_BUDGETS];
    struct hurd_pm_control_info info = frames();
    struct hurd_pm_swap_info blocks = swap();
    NEED(hurd_task_budget(task_server(), own_task(), 0, budget) == 0);
    return (struct balance){info.guarantee - info.used, blocks.free, blocks.quota,
                            budget[HURD_BUDGET_TASKS].limit - budget[HURD_BUDGET_TASKS].used,
                            budget[HURD_BUDGET_THREADS].limit - budget[HURD_BUDGET_THREADS].used};
}

/* Frames of a task that has ended go back in parts. */
static bool balance_is(const struct balance *before)
{
    struct balance now;
    for (int i = 0; i < 500; i++) {
        now = balance_now();
        if (!memcmp(&now, before, sizeof now))
            return true;
        L4_Sleep(L4_TimePeriod(10000));
    }
    printf("# frames %lu, blocks %lu, quota %lu, tasks %lu, threads %lu; "
           "before %lu %lu %lu %lu %lu\n",
           now.frames, now.blocks, now.quota, now.tasks, now.threads, before->frames,
           before->blocks, before->quota, before->tasks, before->threads);
    return false;
}

static bool run(const struct test_case *t)
{
    struct hurd_task_created created;
    L4_Word_t status = 0, why = 0;
    char argz[120];
    int length = snprintf(argz, sizeof argz, "fork_test/case%ccase=%s%c", 0, t->name, 0);
    const struct balance before = balance_now();
    int error = hurd_spawn_self_swap(t->frames ? t->frames : FRAMES, t->swap, argz,
                                     (L4_Word_t)length, &created);
    if (!error)
        error = hurd_task_wait(task_server(), created.handle, 0, &status, &why);
    if (error) {
        printf("# it could not be started: %s\n", strerror(error));
        return false;
    }
    hurd_task_release(task_server(), created.handle);
    if (status)
        printf("# its status is %lu\n", status);
    return balance_is(&before) && !status;
}

int main(int argc, char **argv)
{
    const char *only = "";
    unsigned number = 0, failures = 0;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "case=", 5) == 0)
            return child(argv[i] + 5);
        if (strncmp(argv[i], "only=", 5) == 0)
            only = argv[i] + 5;
    }
    NEED(hurd_spawn_prepare() == 0);
    for (unsigned c = 0; c < sizeof chapters / sizeof *chapters; c++) {
        for (const struct test_case *t = chapters[c]; t->name; t++) {
            if (!strstr(t->name, only))
                continue;
            bool good = run(t);
            failures += !good;
            printf("%sok %u - %s\n", good ? "" : "not ", ++number, t->name);
        }
    }
    printf("1..%u\n# done\n", number);
    return failures ? 1 : 0;
}
