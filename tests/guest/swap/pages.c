/* SPDX-License-Identifier: MIT */
/* What goes out comes back, is charged once, is written once, and leaves nothing behind. */
#include "swap.h"

#include <l4/ipc.h>
#include <l4/schedule.h>

struct hurd_pm_swap_info swap_info(L4_Word_t handle)
{
    struct hurd_pm_swap_info info = { 0 };
    EXPECT_EQ(hurd_pm_swap_info(pm, handle, &info), 0);
    return info;
}

void quota(void)
{
    EXPECT_EQ(hurd_pm_swap_quota(pm, own_control, control, QUOTA), 0);
}

void fill(L4_Word_t container, unsigned page, unsigned n, uint32_t value)
{
    for (unsigned i = 0; i < n; i++)
        put(container, page + i, value + i);
}

void expect_filled(L4_Word_t container, unsigned page, unsigned n, uint32_t value)
{
    for (unsigned i = 0; i < n; i++)
        EXPECT_EQ(get(container, page + i), value + i);
}

void wait_for_writes(void)
{
    while (swap_info(control).inactive)
        L4_Sleep(L4_TimePeriod(2000));
}

TEST(pages_go_out_and_come_in_as_they_were)
{
    L4_Word_t amount = 0;
    quota();
    EXPECT_EQ(allocate(a, 0, 20), 0);
    fill(a, 0, 20, 0x1000);
    L4_Word_t used = control_info(control).used;
    struct hurd_pm_swap_info before = swap_info(control);
    EXPECT_EQ(hurd_pm_swap_out(pm, a, 0, 20 * PAGE, 0, &amount), 0);
    EXPECT_EQ(amount, 20 * PAGE);
    EXPECT_EQ(control_info(control).used, used - 20);
    EXPECT_EQ(swap_info(control).used, 20);
    wait_for_writes();
    EXPECT_EQ(in(a, 0, 20), 0);
    EXPECT_EQ(control_info(control).used, used);
    EXPECT_EQ(swap_info(control).used, 0);
    expect_filled(a, 0, 20, 0x1000);
    EXPECT_EQ(deallocate(a, 0, 20, NULL), 0);
    struct hurd_pm_swap_info after = swap_info(control);
    EXPECT_EQ(after.swapped, before.swapped);
    EXPECT_EQ(after.free, before.free);         /* the RAM disk keeps its frames */
    EXPECT_EQ(after.kept, before.kept);
}

/* More than the window holds goes by it, while others wait for room in it. */
TEST(what_goes_out_can_be_allocated_again_at_once)
{
    quota();
    for (unsigned round = 0; round < 3; round++) {
        EXPECT_EQ(allocate(a, round * 48, 48), 0);
        fill(a, round * 48, 48, 0x2000 + round * 48);
        EXPECT_EQ(out(a, round * 48, 48), 0);
    }
    EXPECT_EQ(swap_info(control).used, 144);
    for (unsigned round = 0; round < 3; round++) {
        EXPECT_EQ(in(a, round * 48, 48), 0);
        expect_filled(a, round * 48, 48, 0x2000 + round * 48);
        EXPECT_EQ(deallocate(a, round * 48, 48, NULL), 0);
    }
    EXPECT_EQ(swap_info(control).used, 0);
}

TEST(a_page_that_is_not_written_yet_comes_back_without_the_disk)
{
    quota();
    EXPECT_EQ(allocate(a, 0, 1), 0);
    put(a, 0, 77);
    L4_Word_t read = swap_info(control).read, back = swap_info(control).recovered;
    EXPECT_EQ(out(a, 0, 1), 0);
    EXPECT_EQ(in(a, 0, 1), 0);
    EXPECT_EQ(get(a, 0), 77);
    EXPECT_EQ(swap_info(control).read, read);
    EXPECT_EQ(swap_info(control).recovered, back + 1);
}

/* The window's cells are used in a circle: what is behind 256 others must be read. */
static void push_out_of_the_window(void)
{
    L4_Word_t large, c;
    EXPECT_EQ(hurd_pm_control_split(pm, own_control, 300, 0, &large), 0);
    EXPECT_EQ(hurd_pm_swap_quota(pm, own_control, large, 280), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, large, 0, &c), 0);
    EXPECT_EQ(allocate(c, 0, 270), 0);
    for (unsigned page = 0; page < 270; page++) {
        EXPECT_EQ(hurd_pm_container_map(pm, c, HURD_PM_READ | HURD_PM_WRITE, window, page * PAGE, PAGE, NULL), 0);
        *at(0) = page;
    }
    EXPECT_EQ(out(c, 0, 270), 0);
    wait_for_writes();
    EXPECT_EQ(hurd_pm_control_destroy(pm, large), 0);
    hurd_cap_drop(pm, large);
    hurd_cap_drop(pm, c);
}

TEST(neighbours_are_read_together_and_clean_pages_go_without_a_write)
{
    quota();
    EXPECT_EQ(allocate(a, 0, 16), 0);
    fill(a, 0, 16, 0x3000);
    EXPECT_EQ(out(a, 0, 16), 0);
    wait_for_writes();
    push_out_of_the_window();
    struct hurd_pm_swap_info before = swap_info(control);
    EXPECT_EQ(in(a, 0, 16), 0);
    EXPECT_EQ(swap_info(control).read, before.read + 16);
    expect_filled(a, 0, 16, 0x3000);            /* only read */
    put(a, 5, 0x55);                            /* but for one */
    EXPECT_EQ(out(a, 0, 16), 0);
    wait_for_writes();
    struct hurd_pm_swap_info after = swap_info(control);
    EXPECT_EQ(after.clean, before.clean + 15);
    EXPECT_EQ(after.written, before.written + 1);
    EXPECT_EQ(in(a, 0, 16), 0);
    EXPECT_EQ(get(a, 5), 0x55);
    EXPECT_EQ(get(a, 6), 0x3006);
}

TEST(copies_are_written_once_and_share_a_frame_again)
{
    quota();
    EXPECT_EQ(allocate(a, 0, 1), 0);
    put(a, 0, 99);
    EXPECT_EQ(copy(a, 0, b, 0, 1, 0), 0);
    EXPECT_EQ(copy(a, 0, b, 1, 1, 0), 0);
    wait_for_writes();
    struct hurd_pm_swap_info before = swap_info(control);
    EXPECT_EQ(out(a, 0, 1), 0);
    EXPECT_EQ(get(b, 0), 99);
    EXPECT_EQ(out(b, 0, 2), 0);
    wait_for_writes();
    struct hurd_pm_swap_info after = swap_info(control);
    EXPECT_EQ(after.written, before.written + 1);
    EXPECT_EQ(after.used, before.used + 3);
    EXPECT_EQ(after.free, before.free - 1);
    L4_Word_t free = free_frames();
    EXPECT_EQ(in(a, 0, 1), 0);
    EXPECT_EQ(in(b, 0, 2), 0);
    EXPECT(free_frames() >= free - 1);          /* records apart, one frame for all */
    put(a, 0, 100);
    EXPECT_EQ(get(b, 0), 99);
    EXPECT_EQ(get(b, 1), 99);
    EXPECT_EQ(get(a, 0), 100);
}

TEST(a_copy_of_a_page_on_disk_is_on_disk)
{
    quota();
    EXPECT_EQ(allocate(a, 0, 2), 0);
    fill(a, 0, 2, 0x4000);
    EXPECT_EQ(out(a, 0, 1), 0);
    L4_Word_t used = control_info(control).used;
    EXPECT_EQ(copy(a, 0, b, 7, 2, 0), 0);
    EXPECT_EQ(control_info(control).used, used + 1);
    EXPECT_EQ(swap_info(control).used, 2);
    EXPECT_EQ(map(b, 7, 1, HURD_PM_READ), ENXIO);
    EXPECT_EQ(in(b, 7, 2), 0);
    put(b, 7, 1);
    EXPECT_EQ(in(a, 0, 1), 0);
    expect_filled(a, 0, 2, 0x4000);
    EXPECT_EQ(get(b, 8), 0x4001);
}

TEST(a_move_takes_the_page_on_disk_along)
{
    quota();
    EXPECT_EQ(allocate(a, 0, 3), 0);
    fill(a, 0, 3, 0x5000);
    EXPECT_EQ(out(a, 1, 2), 0);
    L4_Word_t used = control_info(control).used;
    EXPECT_EQ(copy(a, 0, b, 40, 3, HURD_PM_MOVE), 0);
    EXPECT_EQ(control_info(control).used, used);
    EXPECT_EQ(map(a, 1, 1, HURD_PM_READ), ENOENT);
    EXPECT_EQ(in(b, 40, 3), 0);
    EXPECT_EQ(get(b, 41), 0x5001);
    EXPECT_EQ(get(b, 42), 0x5002);
    EXPECT_EQ(swap_info(control).used, 0);
}

TEST(what_is_on_disk_goes_with_its_slots)
{
    L4_Word_t amount = 0, swapped = swap_info(control).swapped;
    quota();
    EXPECT_EQ(allocate(a, 0, 40), 0);
    fill(a, 0, 40, 0x6000);
    EXPECT_EQ(out(a, 0, 40), 0);
    EXPECT_EQ(deallocate(a, 0, 10, &amount), 0);
    EXPECT_EQ(amount, 10 * PAGE);
    EXPECT_EQ(swap_info(control).used, 30);
    EXPECT_EQ(hurd_pm_container_allocate(pm, a, HURD_PM_SQUASH, 10 * PAGE, 10 * PAGE, NULL), 0);
    EXPECT_EQ(swap_info(control).used, 20);
    EXPECT_EQ(get(a, 10), 0);
    EXPECT_EQ(copy(a, 10, a, 20, 10, HURD_PM_SQUASH), 0);
    EXPECT_EQ(swap_info(control).used, 10);
    EXPECT_EQ(hurd_pm_container_destroy(pm, a), 0);
    EXPECT_EQ(swap_info(control).used, 0);
    EXPECT_EQ(swap_info(control).swapped, swapped);
    wait_for_writes();
}

TEST(a_dead_task_leaves_no_page_on_disk)
{
    L4_Word_t theirs, theirs_a, swapped = swap_info(own_control).swapped;
    quota();
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_CAP_OPEN, FRIEND_SLOTS, 0), 0);
    EXPECT_EQ(hurd_cap_give(pm, control, friend_task, 7, 0, &theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(&theirs_a, HURD_PM_CONTAINER_CREATE, theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_ALLOCATE, theirs_a, 0, 0, 20 * PAGE), 0);
    for (unsigned page = 0; page < 20; page++) {
        EXPECT_EQ(friend_map(theirs_a, page, 1, HURD_PM_READ | HURD_PM_WRITE), 0);
        friend_poke(page, page);
    }
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_SWAP_OUT, theirs_a, 0, 20 * PAGE), 0);
    EXPECT_EQ(swap_info(own_control).swapped, swapped + 20);
    const L4_Word_t words[] = { theirs_a, 0, 20 * PAGE };
    friend_leave(HURD_PM_SWAP_IN, 3, words);
    friend_kill();
    EXPECT_EQ(swap_info(own_control).swapped, swapped);
}

TEST(quotas_are_parts_of_the_parents)
{
    struct hurd_pm_swap_info own = swap_info(own_control), theirs = swap_info(control);
    L4_Word_t sum = own.quota + theirs.quota;
    EXPECT_EQ(hurd_pm_swap_quota(pm, own_control, control, 50), 0);
    EXPECT_EQ(swap_info(control).quota, 50);
    EXPECT_EQ(swap_info(own_control).quota, sum - 50);
    EXPECT_EQ(hurd_pm_swap_quota(pm, own_control, control, 0), 0);
    EXPECT_EQ(swap_info(own_control).quota, sum);
    EXPECT_EQ(hurd_pm_swap_quota(pm, own_control, control, 64), 0);
    L4_Word_t child;
    EXPECT_EQ(hurd_pm_control_split(pm, control, 16, 0, &child), 0);
    EXPECT(swap_info(child).quota >= 16 && swap_info(child).quota <= 20);
    EXPECT_EQ(swap_info(child).quota + swap_info(control).quota, 64);
    EXPECT_EQ(hurd_pm_control_destroy(pm, child), 0);
    EXPECT_EQ(swap_info(control).quota, 64);
    hurd_cap_drop(pm, child);
}

TEST(a_long_range_goes_out_and_in_by_turns)
{
    L4_Word_t large, c;
    EXPECT_EQ(hurd_pm_control_split(pm, own_control, 650, 0, &large), 0);
    EXPECT_EQ(hurd_pm_swap_quota(pm, own_control, large, 600), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, large, 0, &c), 0);
    EXPECT_EQ(allocate(c, 0, 600), 0);
    for (unsigned page = 0; page < 600; page++) {
        EXPECT_EQ(hurd_pm_container_map(pm, c, HURD_PM_READ | HURD_PM_WRITE, window, page * PAGE, PAGE, NULL), 0);
        *at(0) = page ^ 0xabcd;
    }
    EXPECT_EQ(out(c, 0, 600), 0);
    EXPECT_EQ(swap_info(large).used, 600);
    EXPECT_EQ(in(c, 0, 600), 0);
    for (unsigned page = 0; page < 600; page++) {
        EXPECT_EQ(hurd_pm_container_map(pm, c, HURD_PM_READ, window, page * PAGE, PAGE, NULL), 0);
        EXPECT_EQ(*at(0), page ^ 0xabcd);
    }
    EXPECT_EQ(hurd_pm_control_destroy(pm, large), 0);
    hurd_cap_drop(pm, large);
    hurd_cap_drop(pm, c);
}

const struct test swap_tests[] = {
    T(pages_go_out_and_come_in_as_they_were),
    T(what_goes_out_can_be_allocated_again_at_once),
    T(a_page_that_is_not_written_yet_comes_back_without_the_disk),
    T(neighbours_are_read_together_and_clean_pages_go_without_a_write),
    T(copies_are_written_once_and_share_a_frame_again),
    T(a_copy_of_a_page_on_disk_is_on_disk),
    T(a_move_takes_the_page_on_disk_along),
    T(what_is_on_disk_goes_with_its_slots),
    T2(a_dead_task_leaves_no_page_on_disk),
    T(quotas_are_parts_of_the_parents),
    T(a_long_range_goes_out_and_in_by_turns),
    { 0, 0, 0 },
};
