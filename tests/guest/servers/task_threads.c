/* SPDX-License-Identifier: MIT */
/* Threads of a task: made, destroyed, listed, given priorities. */
#include "task_test.h"

TEST(task_gives_a_thread_with_a_slot_of_its_choice)
{
    L4_Word_t words[64] = { self(), 0 }, second[64] = { self(), ~0ul };
    EXPECT_EQ(request(HURD_TASK_THREAD_ALLOC, 2, words), 0);
    EXPECT_EQ(request(HURD_TASK_THREAD_ALLOC, 2, second), 0);
    EXPECT_EQ(L4_Version(L4_ThreadIdOfRaw(words[0])), L4_Version(L4_MyGlobalId()));
    EXPECT(words[0] != second[0] && words[1] != second[1]);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), L4_ThreadIdOfRaw(words[0])), 0);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), L4_ThreadIdOfRaw(second[0])), 0);
}

TEST(task_gives_the_slot_that_was_asked_for_once)
{
    L4_Fpage_t area = L4_FpageOfRaw(__hurd_startup_data->utcb_area);
    L4_Word_t last = L4_Address(area) + L4_Size(area) - L4_UTCB_BLOCK;
    L4_ThreadId_t thread, again;
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), last, &thread), 0);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), last, &again), EEXIST);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), thread), 0);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), last, &again), 0);
    EXPECT(again.raw != thread.raw);        /* numbers come back late */
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), again), 0);
}

TEST(task_refuses_slots_outside_the_area_and_between_blocks)
{
    L4_Fpage_t area = L4_FpageOfRaw(__hurd_startup_data->utcb_area);
    L4_Word_t low = L4_Address(area), high = low + L4_Size(area);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), low - L4_UTCB_BLOCK, NULL), EINVAL);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), high, NULL), EINVAL);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), high - 4, NULL), EINVAL);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), 0xC0000000, NULL), EINVAL);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), low, NULL), EEXIST); /* our first thread's */
}

TEST(task_says_when_there_are_no_more_threads_and_takes_them_back)
{
    static L4_ThreadId_t thread[200];
    unsigned n = 0;
    int error = 0;
    while (n < 200 && (error = hurd_task_thread_alloc(server(), self(), 0, &thread[n])) == 0)
        n++;
    EXPECT(error == EAGAIN || error == ENOMEM);
    EXPECT(n >= 8);
    unsigned made = n;
    while (n > 0)
        EXPECT_EQ(hurd_task_thread_destroy(server(), self(), thread[--n]), 0);
    while (n < made && hurd_task_thread_alloc(server(), self(), 0, &thread[n]) == 0)
        n++;
    EXPECT_EQ(n, made);                     /* nothing was lost the first time */
    while (n > 0)
        EXPECT_EQ(hurd_task_thread_destroy(server(), self(), thread[--n]), 0);
}

TEST(task_destroys_only_threads_of_that_task)
{
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), server()), ESRCH);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), L4_nilthread), ESRCH);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), L4_MyLocalId()), ESRCH);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), L4_ThreadIdOfRaw(L4_MyGlobalId().raw + 1)),
              ESRCH);
}

TEST(task_sets_priorities_up_to_its_limit)
{
    L4_ThreadId_t thread;
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), 0, &thread), 0);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), thread, 100), 0);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), thread, 1), 0);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), thread, 101), EPERM);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), L4_MyGlobalId(), 101), EPERM);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), hurd_mm_pager(), 101), EPERM);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), thread, 0), EINVAL);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), physmem(), 100), ESRCH);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), thread), 0);
}

TEST(task_lists_the_threads_and_knows_the_pager)
{
    L4_Word_t pairs[60], n = 0, total = 0, pagers = 0;
    bool found = false;
    EXPECT_EQ(hurd_task_threads(server(), self(), 0, 0, pairs, &n, &total), 0);
    EXPECT_EQ(n, total);
    for (L4_Word_t i = 0; i < n; i++) {
        found |= pairs[2 * i] == L4_MyGlobalId().raw;
        pagers += (pairs[2 * i + 1] & HURD_TASK_THREAD_PAGER) != 0;
    }
    EXPECT(found);
    EXPECT_EQ(pagers, 1);
    EXPECT_EQ(hurd_task_threads(server(), self(), 0, total, pairs, &n, &total), 0);
    EXPECT_EQ(n, 0);
    EXPECT_EQ(hurd_task_threads(server(), self(), HURD_TASK_DEVA, 0, pairs, &n, &total), EPERM);
}

const struct test task_threads[] = {
    T(task_gives_a_thread_with_a_slot_of_its_choice),
    T(task_gives_the_slot_that_was_asked_for_once),
    T(task_refuses_slots_outside_the_area_and_between_blocks),
    T(task_says_when_there_are_no_more_threads_and_takes_them_back),
    T(task_destroys_only_threads_of_that_task),
    T(task_sets_priorities_up_to_its_limit),
    T(task_lists_the_threads_and_knows_the_pager),
    { 0 },
};
