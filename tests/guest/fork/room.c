/* SPDX-License-Identifier: MIT */
/* What a child costs, and what happens when there is not enough for it. */
#include "cases.h"

#include <errno.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Takes pages until three quarters of the guarantee are used. */
static char *three_quarters(unsigned *pages)
{
    struct hurd_pm_control_info info = frames();
    *pages = (unsigned)(info.guarantee * 3 / 4 - info.used);
    char *p = pages_new(*pages);
    pages_fill(p, *pages, 1);
    return p;
}

static int three_quarters_without_swap(void)
{
    unsigned n;
    char *p = three_quarters(&n);
    struct hurd_pm_control_info before = frames();
    NEED(fork() == -1 && errno == ENOMEM);
    struct hurd_pm_control_info after = frames();
    NEED(after.guarantee == before.guarantee && after.used <= before.used + 1);
    NEED(pages_hold(p, n, 1));
    NEED(munmap(p + n / 2 * PAGE, (n - n / 2) * PAGE) == 0);
    int child = fork_well();            /* now both fit */
    NEED(pages_hold(p, n / 2, 1));
    pages_fill(p, n / 2, child ? 500 : 900);
    NEED(pages_hold(p, n / 2, child ? 500 : 900));
    if (child)
        child_ends_well(child);
    return 0;
}

/* Pages of both go to disk. */
static int three_quarters_with_swap(void)
{
    unsigned n;
    char *p = three_quarters(&n);
    int child = fork_well();
    NEED(pages_hold(p, n, 1));
    pages_fill(p, n, child ? 5000 : 9000);
    NEED(pages_hold(p, n, child ? 5000 : 9000));
    if (child)
        child_ends_well(child);
    NEED(pages_hold(p, n, child ? 5000 : 9000));
    return 0;
}

/* The frames of the child come out of the parent's, and come back. */
static int frames_come_and_go(void)
{
    struct hurd_task_created created;
    child_ends_well(fork_well() ?: (exit(0), 0));
    struct hurd_pm_control_info before = frames(), during, after;
    NEED(hurd_fork(100, &created) == 0);
    if (created.id == 0) {
        struct hurd_pm_control_info mine = frames();
        NEED(mine.guarantee - mine.used >= 100 && mine.guarantee - mine.used < 130);
        exit(0);
    }
    during = frames();
    child_ends_well((int)created.id);
    for (int i = 0; i < 500 && (after = frames()).guarantee != before.guarantee; i++)
        L4_Sleep(L4_TimePeriod(10000));
    NEED(during.guarantee < before.guarantee - 100);
    NEED(after.guarantee == before.guarantee && after.used <= before.used + 2);
    NEED(hurd_fork(100000, &created) == ENOMEM);
    return 0;
}

/* Each generation forks once more and waits.  Halves of halves would end after six of them. */
static int generations(unsigned left, char *p)
{
    pages_fill(p, 3, left);
    int child = fork_well();
    if (child == 0)
        exit(left > 1 ? generations(left - 1, p) : 0);
    child_ends_well(child);
    NEED(pages_hold(p, 3, left));
    return 0;
}

static int thirty_generations(void)
{
    return generations(30, pages_new(3));
}

/* It began with none, and takes what its parent has left; twice what it leaves there. */
static int a_child_grows(void)
{
    struct hurd_task_created created;
    struct hurd_pm_control_info before = frames();
    unsigned n = (unsigned)(before.guarantee - before.used) / 2;
    NEED(hurd_fork(0, &created) == 0);
    if (created.id == 0) {
        char *p = pages_new(n);
        pages_fill(p, n, 1);
        NEED(pages_hold(p, n, 1));
        exit(0);
    }
    child_ends_well((int)created.id);
    return 0;
}

static int a_child_leaves_its_parent_a_third(void)
{
    struct hurd_task_created created;
    struct hurd_pm_control_info before = frames();
    unsigned n = (unsigned)(before.guarantee - before.used);
    volatile int *touched = shared_word();
    NEED(hurd_fork(0, &created) == 0);
    if (created.id == 0) {
        char *p = pages_new(n);
        for (unsigned i = 0; i < n; i++) {
            p[i * PAGE] = 1;
            *touched = (int)i;
        }
        exit(0);
    }
    NEED(ends_by((int)created.id) == SIGSEGV);
    NEED(*touched > (int)n / 2 && *touched < (int)n * 2 / 3);
    return 0;
}

/* Each child forks as well, until nobody can any more.  Then each waits for its own. */
static int fork_bomb(void)
{
    unsigned mine = 0, forked = 0;
    for (;;) {
        pid_t child = fork();
        if (child < 0)
            break;
        forked++;
        mine = child ? mine + 1 : 0;
        NEED(forked < 100);
    }
    NEED(errno == ENOMEM || errno == EAGAIN);
    for (; mine; mine--) {
        int status = 1;
        NEED(wait(&status) > 0 && status == 0);
    }
    NEED(wait(NULL) == -1 && errno == ECHILD);
    return 0;
}

static int no_thread_is_left(void)
{
    L4_ThreadId_t thread;
    int error = 0, threads = 0;
    while ((error = hurd_task_thread_alloc(task_server(), own_task(), 0, &thread)) == 0)
        threads++;
    NEED(error == EAGAIN && threads > 2);
    NEED(fork() == -1);
    NEED(errno == EAGAIN);
    NEED(wait(NULL) == -1 && errno == ECHILD);
    return 0;
}

/* Each child is small and lives: the parent's part of something ends. */
static int children_until_there_is_no_more(void)
{
    struct hurd_task_created created;
    unsigned children = 0;
    int error;
    while ((error = hurd_fork(0, &created)) == 0) {
        if (created.id == 0) {
            L4_Sleep(L4_Never);
            exit(1);
        }
        children++;
        NEED(children < 200);
    }
    NEED(error == ENOMEM || error == EAGAIN);
    NEED(children >= 3);
    return 0;                           /* they end with us */
}

#define CASE(name, ...) {#name, name, __VA_ARGS__}
const struct test_case room_cases[] = {
    CASE(three_quarters_without_swap, 0, 0),
    CASE(three_quarters_with_swap, 300, 700),
    CASE(frames_come_and_go, 0, 0),
    CASE(thirty_generations, 2816, 0),
    CASE(a_child_grows, 0, 0),
    CASE(a_child_leaves_its_parent_a_third, 0, 0),
    CASE(fork_bomb, 2000, 0),
    CASE(no_thread_is_left, 600, 0),
    CASE(children_until_there_is_no_more, 1000, 0),
    {0},
};
