/* SPDX-License-Identifier: MIT */
/* Requests so long that physmem serves them in turns: the same outcome, an answer at the end, and
 * nothing lost when nobody waits for it any more. */
#include "suite.h"

#include <hurd/mm.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>

#define LONG    1000u           /* pages: many turns */
#define ROOM    2300u           /* frames for two such containers and their records */

static L4_Word_t large, c, d;   /* a control and two containers on it */

static void large_begin(void)
{
    EXPECT_EQ(hurd_pm_control_split(pm, own_control, ROOM, 0, &large), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, large, 0, &c), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, large, 0, &d), 0);
}

static void large_end(void)
{
    EXPECT_EQ(hurd_pm_control_destroy(pm, large), 0);
    hurd_cap_drop(pm, large);
    hurd_cap_drop(pm, c);
    hurd_cap_drop(pm, d);
}

static L4_Word_t allocated(L4_Word_t container)
{
    struct hurd_pm_container_info info = { 0 };
    EXPECT_EQ(hurd_pm_container_info(pm, container, &info), 0);
    return info.allocated / PAGE;
}

/* Every 50th page of the container shows what `put` wrote there. */
static void put_marks(L4_Word_t container)
{
    for (unsigned page = 0; page < LONG; page += 50) {
        EXPECT_EQ(hurd_pm_container_map(pm, container, HURD_PM_READ | HURD_PM_WRITE, window, page * PAGE,
                                        PAGE, NULL), 0);
        *at(0) = page + 1;
    }
}

static void expect_marks(L4_Word_t container, unsigned from)
{
    for (unsigned page = 0; page < LONG; page += 50) {
        EXPECT_EQ(hurd_pm_container_map(pm, container, HURD_PM_READ, window, (from + page) * PAGE, PAGE, NULL),
                  0);
        EXPECT_EQ(*at(0), page + 1);
    }
}

TEST(long_requests_do_all_that_was_asked)
{
    L4_Word_t amount = 0, before;
    large_begin();
    EXPECT_EQ(hurd_pm_container_allocate(pm, c, 0, 0, LONG * PAGE, &amount), 0);
    EXPECT_EQ(amount, LONG * PAGE);
    put_marks(c);
    EXPECT_EQ(hurd_pm_container_copy(pm, c, 0, d, 7 * PAGE, LONG * PAGE, 0, &amount), 0);
    EXPECT_EQ(amount, LONG * PAGE);
    EXPECT_EQ(allocated(d), LONG);
    expect_marks(d, 7);
    EXPECT_EQ(hurd_pm_container_release(pm, d, 0, (LONG + 7) * PAGE, &amount), 0);
    EXPECT_EQ(amount, LONG * PAGE);
    expect_marks(c, 0);
    EXPECT_EQ(hurd_pm_container_revoke(pm, c, 0, &amount), 0);
    EXPECT_EQ(amount, 0);
    before = free_frames();
    EXPECT_EQ(deallocate(c, 0, LONG + 100, &amount), 0);
    EXPECT_EQ(amount, LONG * PAGE);
    EXPECT_EQ(free_frames(), before + LONG / 50);
    large_end();
}

TEST(a_long_allocation_can_be_mapped_at_once)
{
    L4_Word_t amount = 0;
    large_begin();
    EXPECT_EQ(allocate(c, LONG - 1, 1), 0);
    EXPECT_EQ(hurd_pm_container_allocate_map(pm, c, HURD_PM_READ | HURD_PM_WRITE, window, 0, LONG * PAGE, &amount),
              EEXIST);
    EXPECT_EQ(allocated(c), 1);
    EXPECT_EQ(deallocate(c, LONG - 1, 1, NULL), 0);
    uintptr_t place = 0;
    EXPECT_EQ(hurd_vm_allocate(&place, LONG * PAGE, 0, 0), 0);
    EXPECT_EQ(hurd_pm_container_allocate_map(pm, c, HURD_PM_READ | HURD_PM_WRITE, place, 0, LONG * PAGE, &amount), 0);
    EXPECT(amount >= 32 * PAGE && amount < LONG * PAGE);
    EXPECT_EQ(allocated(c), LONG);
    *(volatile uint32_t *) place = 17;
    EXPECT_EQ(get(c, 0), 17);
    EXPECT_EQ(hurd_vm_deallocate(place, LONG * PAGE), 0);
    large_end();
}

TEST(long_requests_are_all_or_nothing)
{
    L4_Word_t amount;
    large_begin();
    EXPECT_EQ(allocate(c, LONG - 1, 1), 0);
    L4_Word_t used = control_info(large).used;
    EXPECT_EQ(hurd_pm_container_allocate(pm, c, 0, 0, LONG * PAGE, &amount), EEXIST);
    EXPECT_EQ(amount, 0);
    EXPECT_EQ(control_info(large).used, used);
    EXPECT_EQ(allocate(c, 0, 4 * ROOM), EEXIST);
    EXPECT_EQ(allocate(d, 0, 4 * ROOM), ENOMEM);
    EXPECT_EQ(control_info(large).used, used);
    EXPECT_EQ(hurd_pm_container_allocate(pm, c, HURD_PM_PARTIAL, 0, LONG * PAGE, &amount), EEXIST);
    EXPECT_EQ(amount, (LONG - 1) * PAGE);
    EXPECT_EQ(copy(c, 0, d, 0, LONG + 1, 0), ENOENT);
    EXPECT_EQ(allocated(d), 0);
    EXPECT_EQ(copy(c, 0, c, LONG - 1, LONG, 0), EINVAL);
    EXPECT_EQ(copy(c, 0, d, 0, LONG, HURD_PM_MOVE), 0);
    EXPECT_EQ(allocated(c), 0);
    EXPECT_EQ(allocated(d), LONG);
    large_end();
}

TEST(destruction_answers_when_the_frames_are_back)
{
    L4_Word_t before = free_frames(), used = control_info(own_control).used;
    large_begin();
    EXPECT_EQ(allocate(c, 0, LONG), 0);
    EXPECT_EQ(allocate(d, 0, LONG), 0);
    put_marks(c);
    put_marks(d);
    EXPECT_EQ(hurd_pm_container_destroy(pm, c), 0);
    EXPECT(free_frames() >= before - LONG / 50 - 40);   /* d's pages, and records */
    EXPECT_EQ(hurd_pm_container_destroy(pm, c), EBADF);
    EXPECT_EQ(control_info(large).containers, 1);
    large_end();
    EXPECT_EQ(control_info(own_control).used, used);
    EXPECT_EQ(control_info(own_control).split, control_info(control).guarantee);
}

TEST(dropping_the_last_handle_gives_the_frames_back_soon)
{
    large_begin();
    EXPECT_EQ(allocate(c, 0, LONG), 0);
    put_marks(c);
    EXPECT_EQ(hurd_cap_drop(pm, c), 0);
    for (unsigned patience = 0; control_info(large).containers > 1 && patience < 1000; patience++)
        L4_Sleep(L4_TimePeriod(1000));
    EXPECT_EQ(control_info(large).containers, 1);
    EXPECT(control_info(large).used < 20);
    c = BAD_HANDLE;
    large_end();
}

/* A request whose answer is not waited for goes on, and the next answers are the right ones. */
TEST(a_long_request_goes_on_when_nobody_waits)
{
    large_begin();
    EXPECT_EQ(allocate(c, 0, LONG), 0);
    const L4_Word_t words[] = { c, 0, d, 0, LONG * PAGE, 0 };
    L4_LoadMR(0, L4_MakeTag(HURD_PM_CONTAINER_COPY, 6, 0).raw);
    L4_LoadMRs(1, 6, words);
    EXPECT(L4_IpcSucceeded(L4_Send(pm)));
    EXPECT_EQ(copy(c, 0, d, LONG, LONG, 0), EAGAIN);    /* one at a time */
    for (unsigned patience = 0; allocated(d) < LONG && patience < 1000; patience++) {
        EXPECT_EQ(control_info(large).containers, 2);
        L4_Sleep(L4_TimePeriod(1000));
    }
    EXPECT_EQ(allocated(d), LONG);
    L4_ThreadId_t from;
    EXPECT(L4_IpcFailed(L4_Wait_Timeout(L4_TimePeriod(10000), &from)));     /* it was not answered */
    large_end();
}

TEST(a_task_that_ends_in_the_middle_leaves_nothing)
{
    L4_Word_t theirs, handle, ignored;
    L4_Word_t used = control_info(own_control).used, split = control_info(own_control).split;
    EXPECT_EQ(hurd_pm_control_split(pm, own_control, ROOM, friend_task, &theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(&handle, HURD_PM_CONTAINER_CREATE, theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(&ignored, HURD_PM_CONTAINER_ALLOCATE, handle, 0, 0, LONG * PAGE), 0);
    EXPECT_EQ(FRIEND_REQUEST(&ignored, HURD_PM_CONTAINER_ALLOCATE, handle, 0, LONG * PAGE, LONG * PAGE), 0);
    friend_leave(HURD_PM_CONTAINER_DEALLOCATE, 3, (L4_Word_t[]) { handle, 0, 2 * LONG * PAGE });
    friend_kill();
    EXPECT(control_info(own_control).used <= used);     /* the friend's own part comes back, too */
    EXPECT(control_info(own_control).split < split);
}

const struct test turn_tests[] = {
    T(long_requests_do_all_that_was_asked),
    T(a_long_allocation_can_be_mapped_at_once),
    T(long_requests_are_all_or_nothing),
    T(destruction_answers_when_the_frames_are_back),
    T(dropping_the_last_handle_gives_the_frames_back_soon),
    T(a_long_request_goes_on_when_nobody_waits),
    T2(a_task_that_ends_in_the_middle_leaves_nothing),
    { 0 },
};
