/* SPDX-License-Identifier: MIT */
/* The end of a child, and what `task` says to requests that are wrong. */
#include "cases.h"

#include <errno.h>
#include <hurd/cap.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int statuses(void)
{
    static const int codes[] = {0, 1, 77, 255};
    int status;
    for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++) {
        int child = fork_well();
        if (child == 0)
            exit(codes[i]);
        NEED(waitpid(child, &status, 0) == child);
        NEED(WIFEXITED(status) && !WIFSIGNALED(status) && WEXITSTATUS(status) == codes[i]);
    }
    int child = fork_well();
    if (child == 0)
        __asm__ volatile("ud2");
    NEED(waitpid(child, &status, 0) == child);
    NEED(WIFSIGNALED(status) && WTERMSIG(status) == SIGILL);
    return 0;
}

static int a_child_that_is_killed(void)
{
    struct hurd_task_created created;
    int status;
    NEED(hurd_fork(HURD_FORK_PART, &created) == 0);
    if (created.id == 0)
        for (;;)
            L4_Sleep(L4_Never);
    NEED(waitpid((pid_t)created.id, &status, WNOHANG) == 0);
    NEED(hurd_task_destroy(task_server(), created.handle, 9) == 0);
    NEED(waitpid((pid_t)created.id, &status, 0) == (pid_t)created.id);
    NEED(WIFSIGNALED(status) && WTERMSIG(status) == 9 && !WIFEXITED(status));
    return 0;
}

static int wrong_waits(void)
{
    int status;
    NEED(waitpid(-1, &status, 0) == -1 && errno == ECHILD);
    NEED(waitpid(getpid(), &status, 0) == -1 && errno == ECHILD);
    NEED(waitpid(-7, &status, 0) == -1 && errno == ECHILD);
    NEED(waitpid(-1, &status, 64) == -1 && errno == EINVAL);
    int child = fork_well();
    if (child == 0)
        exit(3);
    NEED(waitpid(child + 1, &status, 0) == -1 && errno == ECHILD);
    NEED(waitpid(child, NULL, WUNTRACED) == child);
    NEED(waitpid(child, &status, 0) == -1 && errno == ECHILD);
    return 0;
}

static int any_child(void)
{
    enum { N = 4 };
    int child[N], status, seen = 0;
    for (int i = 0; i < N; i++) {
        struct hurd_task_created created;
        NEED(hurd_fork(10, &created) == 0);
        child[i] = (int)created.id;
        if (child[i] == 0)
            exit(10 + i);
    }
    for (int n = 0; n < N; n++) {
        pid_t pid = wait(&status);
        int i = 0;
        while (i < N && child[i] != pid)
            i++;
        NEED(i < N && WEXITSTATUS(status) == 10 + i && !(seen & 1 << i));
        seen |= 1 << i;
    }
    NEED(wait(&status) == -1 && errno == ECHILD);
    return 0;
}

/* ---- two threads wait ---- */

static int first;
static volatile int got, got_status;

static void waits_for_first(void *unused)
{
    int status = 0;
    (void)unused;
    got = waitpid(first, &status, 0);
    got_status = WEXITSTATUS(status);
}

static int two_threads_wait(void)
{
    L4_ThreadId_t thread;
    struct hurd_task_created one, two;
    int status;
    NEED(hurd_fork(10, &one) == 0);
    if (one.id == 0) {
        L4_Sleep(L4_TimePeriod(30000));
        exit(1);
    }
    first = (int)one.id;
    NEED(hurd_thread_start(&thread, waits_for_first, NULL, 0) == 0);
    NEED(hurd_fork(10, &two) == 0);
    if (two.id == 0)
        exit(2);
    NEED(waitpid((pid_t)two.id, &status, 0) == (pid_t)two.id && WEXITSTATUS(status) == 2);
    while (got_status == 0)
        L4_Sleep(L4_TimePeriod(1000));
    NEED(got == first && got_status == 1);
    return 0;
}

/* The grandchild ends with the child: the balance of main.c says so. */
static int children_end_with_their_parent(void)
{
    int child = fork_well();
    if (child == 0) {
        struct hurd_task_created created;
        NEED(hurd_fork(10, &created) == 0);
        if (created.id == 0)
            for (;;)
                L4_Sleep(L4_Never);
        exit(0);
    }
    child_ends_well(child);
    return 0;
}

/* ---- the protocol ---- */

static int ask(L4_Word_t op, unsigned n, const L4_Word_t *words)
{
    return hurd_cap_rpc(task_server(), op, n, words, 0, NULL, NULL);
}

static int ask_fork(L4_Word_t task, L4_Word_t control, L4_Word_t memory, unsigned n)
{
    const L4_Word_t words[63] = {task, control, memory};
    return ask(HURD_TASK_FORK, n, words);
}

static int too_many_ranges(void)
{
    struct hurd_startup_resume resume = {.count = HURD_STARTUP_RANGES + 1};
    struct hurd_task_created child;
    return hurd_task_fork(task_server(), own_task(), 1, 1, &resume, &child);
}

/* A control and a container that charges it, for `task`. */
static void gifts(L4_Word_t *control_gift, L4_Word_t *memory_gift)
{
    L4_Word_t child, memory;
    NEED(hurd_pm_control_split(physmem(), control(), 100, 0, &child) == 0);
    NEED(hurd_pm_container_create(physmem(), child, 0, &memory) == 0);
    NEED(hurd_cap_give(physmem(), memory, HURD_TASK_TASK, 7, HURD_CAP_GIVE_MOVE, memory_gift) == 0);
    NEED(hurd_cap_give(physmem(), child, HURD_TASK_TASK, 7, HURD_CAP_GIVE_MOVE, control_gift) == 0);
}

static int wrong_requests(void)
{
    struct hurd_task_created child;
    L4_Word_t c, m;
    NEED(ask_fork(own_task(), 12345, 54321, HURD_TASK_FORK_WORDS - 1) == EINVAL);
    NEED(ask_fork(own_task(), 12345, 54321, HURD_TASK_FORK_WORDS + 1) == EINVAL);
    NEED(ask_fork(own_task(), 12345, 54321, HURD_TASK_FORK_WORDS + 3 * HURD_STARTUP_RANGES + 3)
         == EINVAL);
    NEED(ask_fork(own_task(), 12345, 54321, HURD_TASK_FORK_WORDS) == EBADF);
    NEED(ask_fork(own_task(), 1, 1, HURD_TASK_FORK_WORDS) != 0);
    gifts(&c, &m);                      /* the wrong way round: both are dropped */
    NEED(ask_fork(own_task(), m, c, HURD_TASK_FORK_WORDS) == EPERM);
    NEED(ask_fork(own_task(), c, m, HURD_TASK_FORK_WORDS) == EBADF);
    NEED(too_many_ranges() == EINVAL);
    NEED(ask(HURD_TASK_WAIT_CHILD, 2, (L4_Word_t[]){own_task(), 0}) == EINVAL);
    NEED(ask(HURD_TASK_WAIT_CHILD, 3, (L4_Word_t[]){own_task(), 0, 4}) == EINVAL);
    NEED(ask(HURD_TASK_WAIT_CHILD, 3, (L4_Word_t[]){own_task(), 0, 1}) == ECHILD);

    NEED(hurd_fork(10, &child) == 0);
    if (child.id == 0)
        for (;;)
            L4_Sleep(L4_Never);
    NEED(ask(HURD_TASK_WAIT_CHILD, 3, (L4_Word_t[]){child.handle, 0, 1}) == EPERM);
    NEED(ask_fork(child.handle, 0, 0, HURD_TASK_FORK_WORDS) == EPERM);
    NEED(ask(HURD_TASK_WAIT_CHILD, 3, (L4_Word_t[]){own_task(), child.id, 1}) == EAGAIN);
    NEED(hurd_task_release(task_server(), child.handle) == 0);
    NEED(ask(HURD_TASK_WAIT_CHILD, 3, (L4_Word_t[]){own_task(), child.id, 1}) == ECHILD);
    return 0;
}

#define CASE(name, ...) {#name, name, __VA_ARGS__}
const struct test_case wait_cases[] = {
    CASE(statuses, 0, 0),
    CASE(a_child_that_is_killed, 0, 0),
    CASE(wrong_waits, 0, 0),
    CASE(any_child, 1000, 0),
    CASE(two_threads_wait, 0, 0),
    CASE(children_end_with_their_parent, 0, 0),
    CASE(wrong_requests, 0, 0),
    {0},
};
