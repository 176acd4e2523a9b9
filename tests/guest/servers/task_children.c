/* SPDX-License-Identifier: MIT */
/* Children: they run, end, and are told about; what is theirs comes back. */
#include "task_test.h"

TEST(task_child_runs_and_its_exit_status_arrives)
{
    struct hurd_task_created child = child_of("exit");
    L4_Word_t status = 0, reason = 9;
    EXPECT(child.id >= HURD_TASK_FIRST && (child.id & 0x3F) != 0);
    EXPECT_EQ(L4_Version(child.thread), child.id);
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, &reason), 0);
    EXPECT_EQ(status, 42);
    EXPECT_EQ(reason, HURD_TASK_EXITED);
    EXPECT_EQ(hurd_task_wait(server(), child.handle, HURD_TASK_NOHANG, &status, &reason), 0);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
    EXPECT_EQ(hurd_task_release(server(), child.handle), EBADF);
}

TEST(task_child_that_faults_ends_alone)
{
    struct hurd_task_created child = child_of("fault");
    L4_Word_t status = 0;
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, NULL), 0);
    EXPECT_EQ(status, 139);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
}

TEST(task_ends_a_child_whose_fault_or_exception_nobody_else_serves)
{
    struct hurd_task_created child = child_of("lost");
    L4_Word_t status = 0, reason = 9;
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, &reason), 0);
    EXPECT_EQ(status, 139);
    EXPECT_EQ(reason, HURD_TASK_FAULTED);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
    child = child_of("writes");
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, &reason), 0);
    EXPECT_EQ(status, 139);
    EXPECT_EQ(reason, HURD_TASK_FAULTED);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
    child = child_of("invalid");
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, &reason), 0);
    EXPECT_EQ(status, 128 + 6);
    EXPECT_EQ(reason, HURD_TASK_EXCEPTION);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
}

TEST(task_child_can_be_killed_and_is_dead_to_all_but_questions)
{
    struct hurd_task_created child = child_of("sleep");
    struct hurd_task_info info;
    L4_Word_t status = 0, reason = 9;
    EXPECT_EQ(hurd_task_wait(server(), child.handle, HURD_TASK_NOHANG, NULL, NULL), EAGAIN);
    EXPECT_EQ(hurd_task_info(server(), child.handle, 0, &info), 0);
    EXPECT_EQ(info.state, 1);
    EXPECT_EQ(info.task, child.id);
    EXPECT_EQ(info.parent, L4_Version(L4_MyGlobalId()));
    EXPECT(!strncmp(info.name, "child", sizeof info.name));
    EXPECT_EQ(hurd_task_destroy(server(), child.handle, 7), 0);
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, &reason), 0);
    EXPECT_EQ(status, 7);
    EXPECT_EQ(reason, HURD_TASK_KILLED);
    EXPECT_EQ(hurd_task_info(server(), child.handle, 0, &info), 0);
    EXPECT_EQ(info.state, 2);
    EXPECT_EQ(info.threads, 0);
    EXPECT_EQ(hurd_task_destroy(server(), child.handle, 0), ESRCH);
    EXPECT_EQ(hurd_task_thread_alloc(server(), child.handle, 0, NULL), ESRCH);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
    EXPECT_EQ(hurd_task_info(server(), child.handle, 0, &info), EBADF);
}

/* Until the child has opened a slot. */
static int give_patiently(L4_Word_t handle, L4_Word_t task, L4_Word_t *theirs)
{
    int error = EPERM;
    for (int i = 0; error == EPERM && i < 2000; i++) {
        L4_Sleep(L4_TimePeriod(1000));
        error = hurd_cap_give(server(), handle, task, 7, 0, theirs);
    }
    return error;
}

TEST(task_lets_no_program_lose_the_handle_on_its_own_task)
{
    struct hurd_task_created child = child_of("open");
    L4_Word_t theirs;
    EXPECT_EQ(hurd_cap_drop(server(), self()), EPERM);
    EXPECT_EQ(hurd_cap_give(server(), self(), child.id, 7, HURD_CAP_GIVE_MOVE, &theirs), EPERM);
    EXPECT_EQ(give_patiently(self(), child.id, &theirs), 0);
    EXPECT_EQ(hurd_cap_give(server(), self(), child.id, 7, 0, &theirs), EPERM);     /* it was one slot */
    EXPECT_EQ(hurd_cap_give(server(), self(), HURD_TASK_TASK, 7, 0, &theirs), EPERM);
    EXPECT_EQ(hurd_cap_give(server(), child.handle, L4_Version(L4_MyGlobalId()), 7, 0, &theirs), 0);
    EXPECT_EQ(theirs, child.handle);
    EXPECT_EQ(hurd_cap_drop(server(), child.handle), 0);
    child_end(&child);
}

TEST(task_memory_of_dead_children_comes_back)
{
    EXPECT(image_make());
    L4_Word_t before = guarantee_left();
    for (int i = 0; i < 8; i++) {
        struct hurd_task_created child = child_of(i % 2 ? "exit" : "sleep");
        if (i % 2)
            EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, NULL, NULL), 0);
        child_end(&child);
    }
    EXPECT_EQ(guarantee_left(), before);
}

const struct test task_children[] = {
    T(task_child_runs_and_its_exit_status_arrives),
    T(task_child_that_faults_ends_alone),
    T(task_ends_a_child_whose_fault_or_exception_nobody_else_serves),
    T(task_child_can_be_killed_and_is_dead_to_all_but_questions),
    T(task_lets_no_program_lose_the_handle_on_its_own_task),
    T(task_memory_of_dead_children_comes_back),
    { 0 },
};
