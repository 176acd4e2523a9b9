/* SPDX-License-Identifier: MIT */
/* Each error of each request about swap that a program can meet. */
#include "swap.h"

#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>

static void one_page_out(void)
{
    quota();
    EXPECT_EQ(allocate(a, 0, 2), 0);
    fill(a, 0, 2, 0x100);
    EXPECT_EQ(out(a, 0, 1), 0);
}

TEST(ranges_and_flags_are_checked)
{
    quota();
    for (L4_Word_t label = HURD_PM_SWAP_OUT; label <= HURD_PM_SWAP_IN; label++) {
        EXPECT_EQ(REQUEST(label, a, 0, 0), EINVAL);
        EXPECT_EQ(REQUEST(label, a, 5, PAGE), EINVAL);
        EXPECT_EQ(REQUEST(label, a, 0, PAGE + 1), EINVAL);
        EXPECT_EQ(REQUEST(label, a, 0u - PAGE, 2 * PAGE), EINVAL);
        EXPECT_EQ(REQUEST(label, a, 0, PAGE, 2), EINVAL);
        EXPECT_EQ(REQUEST(label, a, 0), EINVAL);
        EXPECT_EQ(REQUEST(label, a, 0, PAGE, 0, 0), EINVAL);
        EXPECT_EQ(REQUEST(label, control, 0, PAGE), EBADF);
        EXPECT_EQ(REQUEST(label, BAD_HANDLE, 0, PAGE), EBADF);
        EXPECT_EQ(REQUEST(label, a, 0, PAGE), 0);           /* a hole: nothing to do */
    }
}

TEST(a_page_on_disk_cannot_be_mapped_pinned_or_shared)
{
    L4_Word_t wired, weak;
    one_page_out();
    EXPECT_EQ(map(a, 0, 1, HURD_PM_READ), ENXIO);
    EXPECT_EQ(hurd_pm_container_pin(pm, a, 0, PAGE, NULL, NULL), ENXIO);
    EXPECT_EQ(copy(a, 0, b, 0, 1, HURD_PM_SHARED), ENXIO);
    EXPECT_EQ(hurd_pm_container_create(pm, control, HURD_PM_WIRED, &wired), 0);
    EXPECT_EQ(copy(a, 0, wired, 0, 1, 0), ENXIO);
    EXPECT_EQ(hurd_pm_container_share(pm, a, 0, 0, &weak), 0);
    EXPECT_EQ(copy(weak, 0, b, 0, 1, 0), ENXIO);
    EXPECT_EQ(copy(b, 0, weak, 0, 1, HURD_PM_SQUASH), ENOENT);
    EXPECT_EQ(allocate(b, 0, 1), 0);
    EXPECT_EQ(copy(b, 0, weak, 0, 1, HURD_PM_SQUASH), EPERM);   /* the page would have to be charged */
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_IN, weak, 0, PAGE), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_OUT, weak, 0, PAGE), EPERM);
    EXPECT_EQ(hurd_pm_container_release(pm, a, 0, PAGE, NULL), 0);
    EXPECT_EQ(in(a, 0, 1), 0);
    EXPECT_EQ(get(a, 0), 0x100);
    hurd_cap_drop(pm, weak);
    hurd_cap_drop(pm, wired);
}

TEST(map_gives_what_is_before_the_page_on_disk)
{
    L4_Word_t amount = 0;
    quota();
    EXPECT_EQ(allocate(a, 0, 4), 0);
    fill(a, 0, 4, 1);
    EXPECT_EQ(out(a, 2, 1), 0);
    EXPECT_EQ(hurd_pm_container_map_once(pm, a, HURD_PM_READ, window, 0, 4 * PAGE, &amount), 0);
    EXPECT_EQ(amount, 2 * PAGE);
    EXPECT_EQ(hurd_pm_container_map(pm, a, HURD_PM_READ, window, 0, 4 * PAGE, &amount), ENXIO);
    EXPECT_EQ(amount, 2 * PAGE);
}

TEST(pinned_wired_and_shared_pages_stay)
{
    L4_Word_t wired, amount = 1;
    quota();
    EXPECT_EQ(allocate(a, 0, 4), 0);
    fill(a, 0, 4, 1);
    EXPECT_EQ(hurd_pm_container_pin(pm, a, 2 * PAGE, PAGE, NULL, NULL), 0);
    EXPECT_EQ(hurd_pm_swap_out(pm, a, 0, 4 * PAGE, 0, &amount), EBUSY);
    EXPECT_EQ(amount, 2 * PAGE);
    EXPECT_EQ(swap_info(control).used, 2);
    EXPECT_EQ(hurd_pm_container_unpin(pm, a, 2 * PAGE, PAGE), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, control, HURD_PM_WIRED, &wired), 0);
    EXPECT_EQ(allocate(wired, 0, 1), 0);
    EXPECT_EQ(out(wired, 0, 1), EBUSY);
    EXPECT_EQ(copy(a, 3, b, 0, 1, HURD_PM_SHARED), 0);
    EXPECT_EQ(out(a, 3, 1), EBUSY);
    EXPECT_EQ(deallocate(b, 0, 1, NULL), 0);
    EXPECT_EQ(out(a, 3, 1), 0);                     /* the only one left */
    EXPECT_EQ(in(a, 0, 4), 0);
    expect_filled(a, 0, 4, 1);
    hurd_cap_drop(pm, wired);
}

TEST(the_quota_and_the_guarantee_are_limits)
{
    L4_Word_t amount = 1;
    EXPECT_EQ(hurd_pm_swap_quota(pm, own_control, control, 3), 0);
    EXPECT_EQ(allocate(a, 0, 5), 0);
    fill(a, 0, 5, 7);
    EXPECT_EQ(hurd_pm_swap_out(pm, a, 0, 5 * PAGE, 0, &amount), ENOMEM);
    EXPECT_EQ(amount, 3 * PAGE);
    EXPECT_EQ(copy(a, 0, b, 0, 1, 0), ENOMEM);      /* one more on disk */
    EXPECT_EQ(swap_info(control).used, 3);
    L4_Word_t room = FRAMES - control_info(control).used;
    EXPECT_EQ(allocate(b, 0, room - 2), 0);
    EXPECT_EQ(hurd_pm_swap_in(pm, a, 0, 5 * PAGE, 0, &amount), ENOMEM);
    EXPECT_EQ(amount, 0);
    EXPECT_EQ(swap_info(control).used, 3);
    EXPECT_EQ(in(a, 0, 2), 0);
    EXPECT_EQ(deallocate(b, 0, 1, NULL), 0);
    EXPECT_EQ(in(a, 0, 5), 0);
    expect_filled(a, 0, 5, 7);
}

TEST(others_do_not_spend_the_guarantee)
{
    L4_Word_t theirs;
    one_page_out();
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_CAP_OPEN, FRIEND_SLOTS, 0), 0);
    EXPECT_EQ(hurd_cap_give(pm, a, friend_task, HURD_PM_READ | HURD_PM_WRITE, 0, &theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_SWAP_IN, theirs, 0, PAGE), EPERM);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_SWAP_OUT, theirs, PAGE, PAGE), EPERM);
    EXPECT_EQ(hurd_cap_give(pm, b, friend_task, HURD_PM_READ, 0, &theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_SWAP_IN, theirs, 0, PAGE), EACCES);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_SWAP_OUT, theirs, 0, PAGE), EACCES);
    EXPECT_EQ(in(a, 0, 1), 0);
    EXPECT_EQ(get(a, 0), 0x100);
}

TEST(a_request_that_must_not_wait_says_so)
{
    L4_Word_t amount = 9;
    quota();
    EXPECT_EQ(allocate(a, 0, 1), 0);
    put(a, 0, 5);
    EXPECT_EQ(hurd_pm_swap_out(pm, a, 0, PAGE, HURD_PM_SWAP_NOWAIT, &amount), 0);
    wait_for_writes();
    /* It is in the window still, or must be read: then it is asked for until it is there. */
    int err;
    while ((err = hurd_pm_swap_in(pm, a, 0, PAGE, HURD_PM_SWAP_NOWAIT, &amount)) == EAGAIN)
        EXPECT_EQ(amount, 0);
    EXPECT_EQ(err, 0);
    EXPECT_EQ(get(a, 0), 5);
}

TEST(pages_that_somebody_has_locked_do_not_go_out)
{
    L4_Word_t amount, weak;
    quota();
    EXPECT_EQ(allocate(a, 0, 1), 0);
    put(a, 0, 5);
    EXPECT_EQ(hurd_pm_container_share(pm, a, 0, 0, &weak), 0);
    L4_Word64_t from = L4_SystemClock().raw;
    EXPECT_EQ(hurd_pm_container_lock(pm, weak, HURD_PM_LOCK_TIME), 0);
    EXPECT_EQ(hurd_pm_swap_out(pm, a, 0, PAGE, HURD_PM_SWAP_NOWAIT, &amount), EAGAIN);
    EXPECT_EQ(amount, 0);
    EXPECT_EQ(hurd_pm_swap_out(pm, a, 0, PAGE, 0, &amount), 0);
    EXPECT(L4_SystemClock().raw - from >= HURD_PM_LOCK_TIME);
    EXPECT_EQ(amount, PAGE);
    EXPECT_EQ(in(a, 0, 1), 0);
    EXPECT_EQ(get(a, 0), 5);
    hurd_cap_drop(pm, weak);
}

TEST(quotas_can_be_refused)
{
    L4_Word_t child;
    one_page_out();
    EXPECT_EQ(hurd_pm_control_split(pm, control, 4, 0, &child), 0);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_QUOTA, own_control, child, 1), EPERM);     /* a grandchild */
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_QUOTA, control, own_control, 1), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_QUOTA, control, a, 1), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_QUOTA, control, BAD_HANDLE, 1), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_QUOTA, a, control, 1), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_QUOTA, control, child), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_QUOTA, control, child, QUOTA + 1), ENOMEM);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_QUOTA, control, child, ~0u), ENOMEM);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_QUOTA, own_control, control, 0), EBUSY);
    hurd_cap_drop(pm, child);
}

TEST(only_inits_swap_server_is_served)
{
    L4_Word_t self = L4_Version(L4_MyGlobalId());
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_GRANT, own_control, self, own_control), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_GRANT, a, self, own_control), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_ATTACH, own_control, 100, 1, 0, 16 * PAGE), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_WAIT, own_control, 0, 0, 0), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_WAIT, a, 0, 0, 0), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_INFO, BAD_HANDLE), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_INFO, a, 0), EINVAL);
}

const struct test swap_errors[] = {
    T(ranges_and_flags_are_checked),
    T(a_page_on_disk_cannot_be_mapped_pinned_or_shared),
    T(map_gives_what_is_before_the_page_on_disk),
    T(pinned_wired_and_shared_pages_stay),
    T(the_quota_and_the_guarantee_are_limits),
    T2(others_do_not_spend_the_guarantee),
    T(a_request_that_must_not_wait_says_so),
    T(pages_that_somebody_has_locked_do_not_go_out),
    T(quotas_can_be_refused),
    T(only_inits_swap_server_is_served),
    { 0, 0, 0 },
};
