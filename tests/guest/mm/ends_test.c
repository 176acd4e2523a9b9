/* SPDX-License-Identifier: MIT */
/* What is left of a task that ended, and of a wait for one: nothing. */
#include <errno.h>
#include <hurd/cap.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include "suite.h"

static L4_ThreadId_t task(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

/* ---- waits ---- */

static struct hurd_task_created awaited;

static void end_awaited(void *unused)
{
    (void)unused;
    L4_Sleep(L4_TimePeriod(50000));
    hurd_task_destroy(task(), awaited.handle, 0);
}

int child_sleep(void)
{
    L4_Sleep(L4_Never);
    return 0;
}

/* A thread that gave up its wait and asked for something else is not told of the end. */
TEST(wait_that_was_given_up_is_not_answered)
{
    struct hurd_task_info info;
    L4_ThreadId_t helper;
    EXPECT_EQ(child_start("sleep", 0, &awaited), 0);
    L4_LoadMR(1, awaited.handle);
    L4_LoadMR(2, 0);
    L4_LoadMR(0, L4_MakeTag(HURD_TASK_WAIT, 2, 0).raw);
    EXPECT(L4_IpcFailed(L4_Call_Timeouts(task(), L4_Never, L4_TimePeriod(20000))));
    EXPECT_EQ(hurd_task_info(task(), awaited.handle, 0, &info), 0);
    EXPECT_EQ(hurd_thread_start(&helper, end_awaited, NULL, 0), 0);
    EXPECT(L4_IpcFailed(L4_Receive_Timeout(task(), L4_TimePeriod(300000))));
    EXPECT_EQ(hurd_task_wait(task(), awaited.handle, HURD_TASK_NOHANG, NULL, NULL), 0);
    EXPECT_EQ(hurd_task_release(task(), awaited.handle), 0);
}

enum { WAITERS = 45 };

static void wait_for_handle(void *handle)
{
    hurd_task_wait(task(), (L4_Word_t)handle, 0, NULL, NULL);
    L4_Sleep(L4_Never);
}

/* Gets a handle from its parent, and waits for that task with many threads. */
int child_waiters(void)
{
    L4_ThreadId_t parent, thread;
    hurd_cap_open(task(), 1, 0);
    L4_Wait(&parent);
    L4_LoadMR(0, 0);
    L4_ReplyWait(parent, &parent);
    L4_Word_t handle = L4_MR(1), started = 0;
    for (int i = 0; i < WAITERS; i++)
        started += hurd_thread_start(&thread, wait_for_handle, (void *)handle, PAGE) == 0;
    L4_Sleep(L4_TimePeriod(50000));
    L4_LoadMR(1, started);
    L4_LoadMR(0, L4_MakeTag(0, 1, 0).raw);
    L4_Send(parent);
    L4_Sleep(L4_Never);
    return 0;
}

/* Many more waits than there are threads in one task. */
TEST(wait_of_a_task_that_ended_is_forgotten)
{
    EXPECT_EQ(child_start("sleep", 0, &awaited), 0);
    for (int i = 0; i < 4; i++) {
        struct hurd_task_created child;
        L4_Word_t theirs = 0;
        if (!EXPECT_EQ(child_start_with(320, "waiters", 0, &child), 0))
            break;
        L4_LoadMR(0, 0);
        EXPECT(L4_IpcSucceeded(L4_Call(child.thread)));         /* its table is open then */
        EXPECT_EQ(hurd_cap_give(task(), awaited.handle, child.id, 7, 0, &theirs), 0);
        L4_LoadMR(1, theirs);
        L4_LoadMR(0, L4_MakeTag(0, 1, 0).raw);
        EXPECT(L4_IpcSucceeded(L4_Call(child.thread)));
        EXPECT_EQ(L4_MR(1), WAITERS);
        EXPECT_EQ(hurd_task_destroy(task(), child.handle, 0), 0);
        EXPECT_EQ(hurd_task_release(task(), child.handle), 0);
    }
    L4_ThreadId_t helper;
    L4_Word_t reason = 99;
    EXPECT_EQ(hurd_thread_start(&helper, end_awaited, NULL, 0), 0);
    EXPECT_EQ(hurd_task_wait(task(), awaited.handle, 0, NULL, &reason), 0);
    EXPECT_EQ(reason, HURD_TASK_KILLED);
    EXPECT_EQ(hurd_task_release(task(), awaited.handle), 0);
}

/* ---- handles ---- */

static L4_Word_t given_to_task(L4_Word_t *container)
{
    L4_Word_t theirs = 0;
    EXPECT_EQ(hurd_pm_container_create(physmem(), control(), 0, container), 0);
    EXPECT_EQ(hurd_pm_container_share(physmem(), *container, HURD_TASK_TASK, 4, &theirs), 0);
    return theirs;
}

static void container_end(L4_Word_t container)
{
    hurd_pm_container_destroy(physmem(), container);
    hurd_cap_drop(physmem(), container);
}

/* Handles on what is gone stay in the table of `task`, which never asked for them. */
int child_giver(void)
{
    for (int i = 0; i < 20; i++) {
        L4_Word_t container;
        given_to_task(&container);
        container_end(container);
    }
    return 0;
}

/* A table's lowest free place is taken first, so a handle's number tells how many there are. */
TEST(dead_handles_that_a_task_gave_go_with_it)
{
    L4_Word_t before, after, hole, container;
    EXPECT_EQ(child_run("giver", 0, NULL), 0);          /* makes what children need anyway */
    given_to_task(&hole);                               /* what our own start has left free */
    before = given_to_task(&container);
    EXPECT_EQ(child_run("giver", 0, NULL), 0);
    L4_Word_t second;
    after = given_to_task(&second);
    EXPECT_EQ(after, before + 1);
    container_end(second);
    container_end(container);
    container_end(hole);
}

/* ---- answers ---- */

static struct answer {
    L4_Word_t label, words, word[20];
} answers[] = {
    {0, 20, {1, 2, 3}},                 /* more than was asked for */
    {HURD_CAP_ERROR, 1, {EAGAIN}},
    {HURD_CAP_ERROR, 0, {0}},           /* an error without a number */
    {HURD_CAP_ERROR, 1, {0}},
    {HURD_CAP_ERROR, 1, {0x80000000}},
    {ENOMEM, 0, {0}},
    {0x1234, 0, {0}},
};

static void answer_all(void *unused)
{
    L4_ThreadId_t from;
    (void)unused;
    L4_Wait(&from);
    for (unsigned i = 0; i < sizeof answers / sizeof *answers; i++) {
        L4_LoadMRs(1, (int)answers[i].words, answers[i].word);
        L4_LoadMR(0, L4_MakeTag(answers[i].label, answers[i].words, 0).raw);
        if (i + 1 < sizeof answers / sizeof *answers)
            L4_ReplyWait(from, &from);
        else
            L4_Reply(from);
    }
}

TEST(rpc_takes_what_was_asked_for_and_knows_errors)
{
    static const int errors[] = {0, EAGAIN, EIO, EIO, EIO, ENOMEM, EPROTO};
    L4_ThreadId_t server;
    EXPECT_EQ(hurd_thread_start(&server, answer_all, NULL, 0), 0);
    for (unsigned i = 0; i < sizeof errors / sizeof *errors; i++) {
        L4_Word_t out[4] = {77, 77, 77, 77};
        unsigned got = 99;
        EXPECT_EQ(hurd_cap_rpc(server, 5, 0, NULL, 2, out, &got), errors[i]);
        EXPECT_EQ(got, i == 0 ? 2 : 0);         /* a refusal leaves the caller's words alone */
        EXPECT_EQ(out[2], 77);
        EXPECT(i == 0 ? out[0] == 1 && out[1] == 2 : out[0] == 77 && out[1] == 77);
    }
}

const struct test ends_tests[] = {
    T(wait_that_was_given_up_is_not_answered),
    T(wait_of_a_task_that_ended_is_forgotten),
    T(dead_handles_that_a_task_gave_go_with_it),
    T(rpc_takes_what_was_asked_for_and_knows_errors),
    {NULL, NULL},
};
