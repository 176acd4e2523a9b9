/* SPDX-License-Identifier: MIT */
/* Copy-on-write, shared and moved copies, orphaned data. */
#include "suite.h"

TEST(copies_show_the_source_and_cost_no_frame)
{
    EXPECT_EQ(allocate(a, 0, 8), 0);
    for (unsigned page = 0; page < 8; page++)
        put(a, page, 0x50 + page);
    EXPECT_EQ(allocate(b, 60, 1), 0);                   /* the records of b exist */
    L4_Word_t before = free_frames();
    EXPECT_EQ(copy(a, 0, b, 20, 8, 0), 0);
    EXPECT_EQ(free_frames(), before);
    EXPECT_EQ(control_info(control).used, 17);
    for (unsigned page = 0; page < 8; page++)
        EXPECT_EQ(get(b, 20 + page), 0x50 + page);
    EXPECT_EQ(free_frames(), before);
    put(b, 23, 1);
    EXPECT_EQ(free_frames(), before - 1);
    EXPECT_EQ(get(a, 3), 0x53);
}

TEST(writes_to_the_source_do_not_reach_the_copy)
{
    EXPECT_EQ(allocate(a, 0, 1), 0);
    put(a, 0, 1);                                       /* still mapped writable: */
    EXPECT_EQ(copy(a, 0, b, 0, 1, 0), 0);
    *at(0) = 2;                                         /* not any more.  Our own page takes it, or the fault */
    EXPECT_EQ(get(b, 0), 1);
    window_clear();
    EXPECT_EQ(get(a, 0), 1);
    put(a, 0, 3);
    EXPECT_EQ(get(b, 0), 1);
    EXPECT_EQ(get(a, 0), 3);
}

TEST(mapped_copies_of_one_frame_part_when_one_is_written)
{
    EXPECT_EQ(allocate(a, 0, 1), 0);
    put(a, 0, 1);
    EXPECT_EQ(copy(a, 0, a, 1, 1, 0), 0);
    EXPECT_EQ(copy(a, 0, a, 2, 1, 0), 0);
    EXPECT_EQ(map(a, 0, 3, HURD_PM_READ), 0);
    EXPECT_EQ(map(a, 1, 1, HURD_PM_READ | HURD_PM_WRITE), 0);
    *at(1) = 2;
    EXPECT_EQ(get(a, 0), 1);
    EXPECT_EQ(get(a, 1), 2);
    EXPECT_EQ(get(a, 2), 1);
}

TEST(copies_of_promises_read_as_zero)
{
    EXPECT_EQ(allocate(a, 0, 2), 0);
    EXPECT_EQ(copy(a, 0, b, 0, 2, 0), 0);
    put(a, 0, 5);
    EXPECT_EQ(get(b, 0), 0);
    EXPECT_EQ(get(b, 1), 0);
}

TEST(container_copy_refuses_bad_arguments)
{
    EXPECT_EQ(allocate(a, 0, 4), 0);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_COPY, a, 0, BAD_HANDLE, 0, PAGE, 0), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_COPY, a, 4, b, 0, PAGE, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_COPY, a, 0, b, 4, PAGE, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_COPY, a, 0, b, 0, 4, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_COPY, a, 0, b, 0, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_COPY, a, 0xfffff000, b, 0, 2 * PAGE, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_COPY, a, 0, b, 0xfffff000, 2 * PAGE, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_COPY, a, 0, b, 0, PAGE, 4), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_COPY, a, 0, b, 0, PAGE, HURD_PM_SHARED | HURD_PM_MOVE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_COPY, a, 0, b, 0, PAGE, HURD_PM_APART | HURD_PM_MOVE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_COPY, a, 0, b, 0, PAGE, HURD_PM_APART | HURD_PM_SHARED), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_COPY, a, 0, b, 0, PAGE, HURD_PM_PARTIAL | HURD_PM_ALL_OR_NONE), EINVAL);
    EXPECT_EQ(copy(a, 0, a, 1, 2, 0), EINVAL);
    EXPECT_EQ(control_info(control).used, 4);
}

TEST(container_copy_tells_holes_and_taken_pages)
{
    L4_Word_t amount;
    EXPECT_EQ(allocate(a, 0, 4), 0);
    EXPECT_EQ(copy(a, 0, b, 0, 5, 0), ENOENT);
    EXPECT_EQ(map(b, 0, 1, HURD_PM_READ), ENOENT);
    EXPECT_EQ(hurd_pm_container_copy(pm, a, 0, b, 0, 5 * PAGE, HURD_PM_PARTIAL, &amount), ENOENT);
    EXPECT_EQ(amount, 4 * PAGE);
    EXPECT_EQ(hurd_pm_container_copy(pm, a, 0, b, 2 * PAGE, 4 * PAGE, 0, &amount), EEXIST);
    EXPECT_EQ(amount, 0);
}

TEST(container_copy_apart_leaves_the_source_mapped_for_writing)
{
    struct hurd_pm_statistics before, after;
    EXPECT_EQ(allocate(a, 0, 3), 0);                    /* the last one is only promised */
    put(a, 0, 1);
    put(a, 1, 2);
    EXPECT_EQ(hurd_pm_statistics(pm, control, &before), 0);
    EXPECT_EQ(copy(a, 0, b, 0, 3, HURD_PM_APART), 0);
    EXPECT_EQ(hurd_pm_statistics(pm, control, &after), 0);
    EXPECT_EQ(after.bound, before.bound + 2);
    EXPECT_EQ(control_info(control).used, 6);
    put(a, 0, 3);
    EXPECT_EQ(get(b, 0), 1);
    put(b, 1, 4);
    EXPECT_EQ(get(a, 1), 2);
    EXPECT_EQ(get(b, 2), 0);
    EXPECT_EQ(copy(a, 0, b, 0, 3, HURD_PM_APART), EEXIST);
    EXPECT_EQ(copy(a, 0, b, 0, 3, HURD_PM_APART | HURD_PM_SQUASH), 0);
    EXPECT_EQ(get(b, 0), 3);
    EXPECT_EQ(get(b, 1), 2);
}

TEST(container_copy_charges_the_destination)
{
    L4_Word_t amount;
    EXPECT_EQ(allocate(a, 0, 40), 0);
    EXPECT_EQ(copy(a, 0, b, 0, 40, 0), ENOMEM);
    EXPECT_EQ(control_info(control).used, 40);
    EXPECT_EQ(hurd_pm_container_copy(pm, a, 0, b, 0, 40 * PAGE, HURD_PM_PARTIAL, &amount), ENOMEM);
    EXPECT_EQ(amount, (FRAMES - 40) * PAGE);
    for (unsigned page = 0; page < FRAMES - 40; page++)
        put(b, page, page);                             /* each one finds its frame */
}

TEST(container_copy_with_squash_replaces)
{
    EXPECT_EQ(allocate(a, 0, 2), 0);
    EXPECT_EQ(allocate(b, 0, 1), 0);
    put(a, 0, 1);
    put(b, 0, 2);
    EXPECT_EQ(copy(a, 0, b, 0, 2, HURD_PM_SQUASH), 0);
    EXPECT_EQ(get(b, 0), 1);
    EXPECT_EQ(control_info(control).used, 4);
}

TEST(shared_pages_show_writes_both_ways)
{
    EXPECT_EQ(allocate(a, 0, 2), 0);
    put(a, 0, 1);
    EXPECT_EQ(copy(a, 0, b, 8, 2, HURD_PM_SHARED), 0);
    EXPECT_EQ(map(a, 0, 2, HURD_PM_READ | HURD_PM_WRITE), 0);
    EXPECT_EQ(map(b, 8, 2, HURD_PM_READ | HURD_PM_WRITE), 0);
    EXPECT_EQ(*at(8), 1);
    *at(0) = 2;
    EXPECT_EQ(*at(8), 2);
    *at(9) = 3;
    EXPECT_EQ(*at(1), 3);
}

TEST(shared_pages_stay_shared_through_copy_on_write)
{
    EXPECT_EQ(allocate(a, 0, 1), 0);
    put(a, 0, 1);
    EXPECT_EQ(copy(a, 0, b, 0, 1, HURD_PM_SHARED), 0);
    EXPECT_EQ(copy(a, 0, b, 5, 1, 0), 0);
    put(b, 0, 2);
    EXPECT_EQ(get(a, 0), 2);
    EXPECT_EQ(get(b, 5), 1);
}

TEST(moved_pages_leave_a_hole_without_mappings)
{
    L4_Word_t used;
    EXPECT_EQ(allocate(a, 0, FRAMES - 2), 0);
    put(a, 3, 7);
    used = control_info(control).used;
    EXPECT_EQ(copy(a, 0, b, 0, 30, HURD_PM_MOVE), 0);
    EXPECT_EQ(*at(3), 0);
    EXPECT_EQ(map(a, 3, 1, HURD_PM_READ), ENOENT);
    EXPECT_EQ(get(b, 3), 7);
    EXPECT_EQ(control_info(control).used, used);
}

TEST(container_release_gives_fresh_pages_for_shared_ones)
{
    L4_Word_t amount;
    EXPECT_EQ(allocate(a, 0, 3), 0);
    for (unsigned page = 0; page < 3; page++)
        put(a, page, 10 + page);
    EXPECT_EQ(copy(a, 0, b, 0, 1, 0), 0);
    EXPECT_EQ(copy(a, 1, b, 1, 1, HURD_PM_SHARED), 0);
    EXPECT_EQ(hurd_pm_container_release(pm, a, 0, 8 * PAGE, &amount), 0);
    EXPECT_EQ(amount, 3 * PAGE);
    EXPECT_EQ(get(a, 0), 0);
    EXPECT_EQ(get(a, 1), 0);
    EXPECT_EQ(get(a, 2), 12);
    EXPECT_EQ(get(b, 0), 10);
    EXPECT_EQ(get(b, 1), 11);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_RELEASE, a, 1, PAGE), EINVAL);
}

TEST(copied_frames_are_freed_with_their_last_copy)
{
    EXPECT_EQ(allocate(a, 0, 10), 0);
    EXPECT_EQ(map(a, 0, 10, HURD_PM_READ | HURD_PM_WRITE), 0);
    EXPECT_EQ(copy(a, 0, b, 0, 10, 0), 0);
    L4_Word_t before = free_frames();
    EXPECT_EQ(deallocate(a, 0, 10, NULL), 0);
    EXPECT_EQ(free_frames(), before);
    EXPECT_EQ(deallocate(b, 0, 10, NULL), 0);
    EXPECT_EQ(free_frames(), before + 10);
}

const struct test copy_tests[] = {
    T(copies_show_the_source_and_cost_no_frame),
    T(writes_to_the_source_do_not_reach_the_copy),
    T(mapped_copies_of_one_frame_part_when_one_is_written),
    T(copies_of_promises_read_as_zero),
    T(container_copy_refuses_bad_arguments),
    T(container_copy_tells_holes_and_taken_pages),
    T(container_copy_apart_leaves_the_source_mapped_for_writing),
    T(container_copy_charges_the_destination),
    T(container_copy_with_squash_replaces),
    T(shared_pages_show_writes_both_ways),
    T(shared_pages_stay_shared_through_copy_on_write),
    T(moved_pages_leave_a_hole_without_mappings),
    T(container_release_gives_fresh_pages_for_shared_ones),
    T(copied_frames_are_freed_with_their_last_copy),
    { 0 },
};
