/* SPDX-License-Identifier: MIT */
/* Weak references, capabilities given away, and the death of a task.  Most need the friend. */
#include "suite.h"

#include <l4/thread.h>

static L4_Word_t weak;                  /* as its holder names it */

static void share(L4_Word_t task, L4_Word_t rights)
{
    EXPECT_EQ(hurd_pm_container_share(pm, a, task, rights, &weak), 0);
}

TEST(a_weak_reference_maps_and_does_nothing_else)
{
    EXPECT_EQ(allocate(a, 0, 4), 0);
    put(a, 0, 5);
    share(0, HURD_PM_READ);
    EXPECT(weak != a);
    EXPECT_EQ(get(weak, 0), 5);
    EXPECT_EQ(map(weak, 0, 1, HURD_PM_READ | HURD_PM_WRITE), EACCES);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, weak, 0, 8 * PAGE, PAGE), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_DEALLOCATE, weak, 0, PAGE), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_SHARE, weak), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_DESTROY, weak), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_REVOKE, weak, 0), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_RELEASE, weak, 0, PAGE), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_PIN, weak, 0, PAGE), EPERM);
    EXPECT_EQ(REQUEST(HURD_CAP_GIVE, weak, HURD_TASK_TASK), EPERM);
    EXPECT_EQ(hurd_cap_drop(pm, weak), 0);
    EXPECT_EQ(get(a, 0), 5);
}

TEST(a_weak_reference_copies_within_its_rights)
{
    EXPECT_EQ(allocate(a, 0, 2), 0);
    EXPECT_EQ(allocate(b, 10, 1), 0);
    put(a, 0, 5);
    share(0, HURD_PM_READ);
    EXPECT_EQ(copy(weak, 0, b, 0, 1, 0), 0);
    EXPECT_EQ(get(b, 0), 5);
    EXPECT_EQ(copy(weak, 0, b, 1, 1, HURD_PM_SHARED), EPERM);
    EXPECT_EQ(copy(weak, 0, b, 1, 1, HURD_PM_MOVE), EPERM);
    EXPECT_EQ(copy(b, 10, weak, 0, 1, HURD_PM_SQUASH), EACCES);
    hurd_cap_drop(pm, weak);
    share(0, HURD_PM_READ | HURD_PM_WRITE);
    EXPECT_EQ(copy(b, 0, weak, 8, 1, 0), EPERM);        /* the owner's container would grow */
    EXPECT_EQ(copy(b, 0, weak, 1, 1, HURD_PM_SQUASH | HURD_PM_SHARED), EPERM);
    EXPECT_EQ(copy(b, 0, weak, 1, 1, HURD_PM_SQUASH), 0);
    EXPECT_EQ(get(a, 1), 5);
    hurd_cap_drop(pm, weak);
}

TEST(container_share_checks_target_and_rights)
{
    share(0, HURD_PM_READ);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_SHARE, a, 0, 8), EACCES);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_SHARE, a, 12345, 4), ESRCH);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_SHARE, a, 0xffffffff, 4), ESRCH);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_REVOKE, a, 0xffffffff), ESRCH);
    EXPECT_EQ(REQUEST(HURD_CAP_GIVE, a, 12345), ESRCH);
    EXPECT_EQ(REQUEST(HURD_CAP_GIVE, a, HURD_TASK_TASK, 7, 2), EINVAL);
    hurd_cap_drop(pm, weak);
}

TEST(sharing_twice_gives_the_same_handle_again)
{
    L4_Word_t again, left;
    share(0, HURD_PM_READ);
    EXPECT_EQ(hurd_pm_container_share(pm, a, 0, HURD_PM_READ, &again), 0);
    EXPECT_EQ(again, weak);
    EXPECT_EQ(request_words(HURD_CAP_DROP, 1, &weak, &left), 0);
    EXPECT_EQ(left, 1);
    EXPECT_EQ(request_words(HURD_CAP_DROP, 1, &weak, &left), 0);
    EXPECT_EQ(left, 0);
    EXPECT_EQ(hurd_cap_drop(pm, weak), EBADF);
}

TEST(revoked_references_are_dead_until_dropped)
{
    L4_Word_t count, other;
    EXPECT_EQ(allocate(a, 0, 1), 0);
    put(a, 0, 5);
    share(0, HURD_PM_READ);
    EXPECT_EQ(get(weak, 0), 5);
    EXPECT_EQ(hurd_pm_container_revoke(pm, a, 0, &count), 0);
    EXPECT_EQ(count, 1);
    EXPECT_EQ(*at(0), 0);                               /* the mapping went as well */
    EXPECT_EQ(map(weak, 0, 1, HURD_PM_READ), EBADF);
    EXPECT_EQ(hurd_pm_container_create(pm, control, 0, &other), 0);
    EXPECT(other != weak);
    EXPECT_EQ(hurd_cap_drop(pm, weak), 0);
    EXPECT_EQ(hurd_cap_drop(pm, other), 0);
    EXPECT_EQ(get(a, 0), 5);
}

TEST(pinned_pages_stay_mapped_through_a_revocation)
{
    EXPECT_EQ(allocate(a, 0, 2), 0);
    share(0, HURD_PM_READ);
    put(a, 0, 5);
    EXPECT_EQ(hurd_pm_container_pin(pm, a, PAGE, PAGE, NULL, NULL), 0);
    put(a, 1, 6);
    EXPECT_EQ(map(weak, 1, 1, HURD_PM_READ), EBUSY);
    EXPECT_EQ(hurd_pm_container_revoke(pm, a, 0, NULL), 0);
    EXPECT_EQ(*at(0), 0);
    EXPECT_EQ(*at(1), 6);
    EXPECT_EQ(hurd_cap_drop(pm, weak), 0);
}

/* ---- with the friend ---- */

TEST(another_task_cannot_use_our_handles)
{
    EXPECT_EQ(allocate(a, 0, 1), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_DEALLOCATE, a, 0, PAGE), EBADF);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTROL_DESTROY, control), EBADF);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_CAP_DROP, a), EBADF);
    EXPECT_EQ(friend_map(a, 0, 1, HURD_PM_READ), EBADF);
    EXPECT_EQ(map(a, 0, 1, HURD_PM_READ), 0);
}

TEST(two_tasks_see_each_others_writes_in_a_shared_container)
{
    EXPECT_EQ(allocate(a, 0, 2), 0);
    put(a, 0, 5);
    share(friend_task, HURD_PM_READ | HURD_PM_WRITE);
    EXPECT_EQ(friend_map(weak, 0, 2, HURD_PM_READ | HURD_PM_WRITE), 0);
    EXPECT_EQ(friend_peek(0), 5);
    *at(0) = 6;
    EXPECT_EQ(friend_peek(0), 6);
    friend_poke(1, 7);
    EXPECT_EQ(get(a, 1), 7);
}

TEST(revocation_takes_mappings_and_handle_from_the_other_task)
{
    L4_Word_t count;
    EXPECT_EQ(allocate(a, 0, 1), 0);
    put(a, 0, 5);
    share(friend_task, HURD_PM_READ);
    EXPECT_EQ(friend_map(weak, 0, 1, HURD_PM_READ), 0);
    EXPECT_EQ(friend_peek(0), 5);
    EXPECT_EQ(hurd_pm_container_revoke(pm, a, friend_task, &count), 0);
    EXPECT_EQ(count, 1);
    EXPECT_EQ(friend_peek(0), 0);
    EXPECT_EQ(friend_map(weak, 0, 1, HURD_PM_READ), EBADF);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_CAP_DROP, weak), 0);
    EXPECT_EQ(get(a, 0), 5);
}

TEST(deallocated_pages_leave_the_other_tasks_space)
{
    EXPECT_EQ(allocate(a, 0, 1), 0);
    put(a, 0, 5);
    share(friend_task, HURD_PM_READ);
    EXPECT_EQ(friend_map(weak, 0, 1, HURD_PM_READ), 0);
    EXPECT_EQ(friend_peek(0), 5);
    EXPECT_EQ(deallocate(a, 0, 1, NULL), 0);
    EXPECT_EQ(friend_peek(0), 0);
    EXPECT_EQ(friend_map(weak, 0, 1, HURD_PM_READ), ENOENT);
}

TEST(a_reader_in_another_task_never_sees_a_later_write_through_a_copy)
{
    L4_Word_t theirs;
    EXPECT_EQ(allocate(a, 0, 1), 0);
    put(a, 0, 5);
    EXPECT_EQ(copy(a, 0, b, 0, 1, 0), 0);
    EXPECT_EQ(hurd_pm_container_share(pm, b, friend_task, HURD_PM_READ, &theirs), 0);
    EXPECT_EQ(friend_map(theirs, 0, 1, HURD_PM_READ), 0);
    put(a, 0, 6);
    EXPECT_EQ(friend_map(theirs, 0, 1, HURD_PM_READ), 0);
    EXPECT_EQ(friend_peek(0), 5);
}

TEST(a_container_given_away_belongs_to_both)
{
    L4_Word_t theirs;
    EXPECT_EQ(hurd_cap_give(pm, a, friend_task, 7, 0, &theirs), 0);
    EXPECT_EQ(allocate(a, 0, 2), 0);
    put(a, 1, 5);
    EXPECT_EQ(friend_map(theirs, 1, 1, HURD_PM_READ | HURD_PM_WRITE), 0);
    EXPECT_EQ(friend_peek(1), 5);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_DEALLOCATE, theirs, 0, PAGE), 0);
    EXPECT_EQ(hurd_cap_drop(pm, a), 0);
    EXPECT_EQ(control_info(control).used, 1);           /* it lives, and we pay */
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_CAP_DROP, theirs), 0);
    EXPECT_EQ(control_info(control).used, 0);
}

TEST(nobody_but_the_owner_spends_a_guarantee)
{
    L4_Word_t theirs, own, memory, other;
    EXPECT_EQ(allocate(a, 0, 2), 0);
    EXPECT_EQ(hurd_cap_give(pm, a, friend_task, 7, 0, &theirs), 0);
    EXPECT_EQ(hurd_pm_control_split(pm, control, 10, friend_task, &memory), 0);
    EXPECT_EQ(FRIEND_REQUEST(&own, HURD_PM_CONTAINER_CREATE, memory), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_ALLOCATE, own, 0, 0, 2 * PAGE), 0);
    L4_Word_t used = control_info(control).used, guarantee = control_info(control).guarantee;
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_ALLOCATE, theirs, 0, 8 * PAGE, PAGE), EPERM);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_ALLOCATE, theirs, HURD_PM_SQUASH, 0, PAGE), EPERM);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_COPY, own, 0, theirs, 8 * PAGE, PAGE, 0), EPERM);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_COPY, own, 0, theirs, 8 * PAGE, PAGE, HURD_PM_MOVE), EPERM);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_COPY, own, 0, theirs, 8 * PAGE, PAGE, HURD_PM_SHARED), EPERM);
    EXPECT_EQ(FRIEND_REQUEST(&other, HURD_PM_CONTAINER_CREATE, theirs), EPERM);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_COPY, own, 0, theirs, 0, PAGE, HURD_PM_SQUASH), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_COPY, theirs, PAGE, own, 4 * PAGE, PAGE, HURD_PM_SHARED), 0);
    EXPECT_EQ(control_info(control).used, used);
    EXPECT_EQ(control_info(control).guarantee, guarantee);
    EXPECT_EQ(allocate(a, 8, 1), 0);
    EXPECT_EQ(copy(a, 0, a, 9, 1, 0), 0);
}

TEST(pins_are_the_tasks_that_pinned)
{
    L4_Word_t theirs;
    EXPECT_EQ(allocate(a, 0, 2), 0);
    EXPECT_EQ(hurd_cap_give(pm, a, friend_task, 7, 0, &theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_PIN, theirs, 0, PAGE), 0);
    EXPECT_EQ(hurd_pm_container_unpin(pm, a, 0, PAGE), EINVAL);
    EXPECT_EQ(deallocate(a, 0, 1, NULL), EBUSY);
    EXPECT_EQ(hurd_pm_container_pin(pm, a, PAGE, PAGE, NULL, NULL), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_UNPIN, theirs, PAGE, PAGE), EINVAL);
    friend_kill();
    EXPECT_EQ(deallocate(a, 0, 1, NULL), 0);
    EXPECT_EQ(deallocate(a, 1, 1, NULL), EBUSY);
    EXPECT_EQ(hurd_pm_container_unpin(pm, a, PAGE, PAGE), 0);
    EXPECT_EQ(deallocate(a, 1, 1, NULL), 0);
}

TEST(a_container_given_with_fewer_rights_stays_so)
{
    L4_Word_t theirs;
    EXPECT_EQ(allocate(a, 0, 1), 0);
    EXPECT_EQ(hurd_cap_give(pm, a, friend_task, HURD_PM_READ, 0, &theirs), 0);
    EXPECT_EQ(friend_map(theirs, 0, 1, HURD_PM_READ | HURD_PM_WRITE), EACCES);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_ALLOCATE, theirs, 0, 8 * PAGE, PAGE), EACCES);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_DEALLOCATE, theirs, 0, PAGE), EACCES);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_DESTROY, theirs), EACCES);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_SHARE, theirs, 0, 6), EACCES);
    EXPECT_EQ(friend_map(theirs, 0, 1, HURD_PM_READ), 0);

    L4_Word_t back = 0;                         /* given on, with all rights that there are */
    struct hurd_pm_container_info info = { .rights = 0 };
    EXPECT_EQ(hurd_cap_open(pm, 1, friend_task), 0);
    EXPECT_EQ(FRIEND_REQUEST(&back, HURD_CAP_GIVE, theirs, L4_Version(L4_MyGlobalId()), 7), 0);
    EXPECT_EQ(hurd_pm_container_info(pm, back, &info), 0);
    EXPECT_EQ(info.rights, HURD_PM_READ);
    EXPECT_EQ(hurd_cap_drop(pm, back), 0);
}

TEST(a_handle_moved_away_is_gone_here)
{
    L4_Word_t theirs;
    EXPECT_EQ(hurd_cap_give(pm, a, friend_task, 7, HURD_CAP_GIVE_MOVE, &theirs), 0);
    EXPECT_EQ(allocate(a, 0, 1), EBADF);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_INFO, theirs), 0);
}

TEST(a_control_split_for_another_task_is_charged_there)
{
    L4_Word_t theirs, c;
    EXPECT_EQ(hurd_pm_control_split(pm, control, 10, friend_task, &theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(&c, HURD_PM_CONTAINER_CREATE, theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_ALLOCATE, c, 0, 0, 11 * PAGE), ENOMEM);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_ALLOCATE, c, 0, 0, 10 * PAGE), 0);
    EXPECT_EQ(control_info(control).used, 0);
    EXPECT_EQ(control_info(control).split, 10);
}

TEST(a_dead_task_leaves_nothing_behind)
{
    L4_Word_t theirs, c, before, split;
    EXPECT_EQ(hurd_pm_control_split(pm, control, 20, friend_task, &theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(&c, HURD_PM_CONTAINER_CREATE, theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_ALLOCATE, c, 0, 0, 20 * PAGE), 0);
    EXPECT_EQ(friend_map(c, 0, 20, HURD_PM_READ | HURD_PM_WRITE), 0);
    before = free_frames();
    split = control_info(own_control).split;
    friend_kill();
    EXPECT(free_frames() >= before + 20);
    EXPECT_EQ(control_info(control).split, 0);
    EXPECT_EQ(control_info(control).guarantee, FRAMES);
    EXPECT(control_info(own_control).split < split);    /* its own control came back as well */
}

TEST(a_weak_reference_dies_with_its_owner)
{
    L4_Word_t theirs, c, handle, task = control_info(control).task;
    EXPECT_EQ(hurd_pm_control_split(pm, control, 5, friend_task, &theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(&c, HURD_PM_CONTAINER_CREATE, theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_ALLOCATE, c, 0, 0, PAGE), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_SHARE, c, task, 6), EPERM);
    EXPECT_EQ(hurd_cap_open(pm, 1, friend_task), 0);
    EXPECT_EQ(FRIEND_REQUEST(&handle, HURD_PM_CONTAINER_SHARE, c, task, 6), 0);
    put(handle, 0, 9);
    friend_kill();
    EXPECT_EQ(*at(0), 0);
    EXPECT_EQ(map(handle, 0, 1, HURD_PM_READ), EBADF);
    EXPECT_EQ(hurd_cap_drop(pm, handle), 0);
}

TEST(only_the_task_server_announces_a_death)
{
    L4_Word_t me = control_info(control).task;
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_CAP_TASK_DIED, me), EPERM);
    EXPECT_EQ(REQUEST(HURD_CAP_TASK_DIED, friend_task), EPERM);
    EXPECT_EQ(allocate(a, 0, 1), 0);
}

/* ---- gifts ---- */

TEST(boot_servers_take_no_gifts_but_task_and_few)
{
    L4_Word_t c[6], theirs[6], used = control_info(control).used;
    unsigned n = 0;
    int err = 0;
    for (unsigned server = HURD_TASK_DEVA; server <= HURD_TASK_ROOT; server++) {
        EXPECT_EQ(hurd_pm_container_share(pm, a, server, HURD_PM_READ, &theirs[0]), EPERM);
        EXPECT_EQ(hurd_cap_give(pm, a, server, 7, 0, &theirs[0]), EPERM);
        EXPECT_EQ(hurd_cap_give(pm, control, server, 7, HURD_CAP_GIVE_MOVE, &theirs[0]), EPERM);
        EXPECT_EQ(REQUEST(HURD_PM_CONTROL_SPLIT, control, 1, server), EPERM);
    }
    while (n < 6 && !err) {
        EXPECT_EQ(hurd_pm_container_create(pm, control, 0, &c[n]), 0);
        err = hurd_pm_container_share(pm, c[n], HURD_TASK_TASK, HURD_PM_READ, &theirs[n]);
        n++;
    }
    EXPECT_EQ(err, EMFILE);
    EXPECT_EQ(n, 5);
    EXPECT_EQ(hurd_cap_give(pm, a, HURD_TASK_TASK, 7, 0, &theirs[5]), EMFILE);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_SPLIT, control, 1, HURD_TASK_TASK), EMFILE);
    EXPECT_EQ(control_info(control).guarantee, FRAMES);
    EXPECT_EQ(hurd_cap_take_back(pm, HURD_TASK_TASK, theirs[0]), 0);
    EXPECT_EQ(hurd_cap_give(pm, a, HURD_TASK_TASK, 7, 0, &theirs[0]), 0);
    for (unsigned i = 0; i < 4; i++)
        EXPECT_EQ(hurd_cap_take_back(pm, HURD_TASK_TASK, theirs[i]), 0);
    while (n > 0)
        hurd_cap_drop(pm, c[--n]);
    EXPECT_EQ(control_info(control).used, used);
}

TEST(a_gift_needs_an_open_slot)
{
    L4_Word_t theirs, c[FRIEND_SLOTS];
    for (unsigned i = 0; i < FRIEND_SLOTS; i++) {
        EXPECT_EQ(hurd_pm_container_create(pm, control, 0, &c[i]), 0);
        EXPECT_EQ(hurd_pm_container_share(pm, c[i], friend_task, HURD_PM_READ, &theirs), 0);
    }
    EXPECT_EQ(hurd_pm_container_share(pm, a, friend_task, HURD_PM_READ, &theirs), EPERM);
    EXPECT_EQ(hurd_cap_give(pm, a, friend_task, 7, 0, &theirs), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_SPLIT, control, 5, friend_task), EPERM);
    EXPECT_EQ(control_info(control).guarantee, FRAMES);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_CAP_OPEN, 1), 0);
    EXPECT_EQ(hurd_cap_give(pm, a, friend_task, 7, 0, &theirs), 0);
    EXPECT_EQ(hurd_cap_give(pm, a, friend_task, 7, 0, &theirs), EPERM);
    for (unsigned i = 0; i < FRIEND_SLOTS; i++)
        hurd_cap_drop(pm, c[i]);
}

TEST(a_gift_goes_back_until_it_is_used)
{
    L4_Word_t theirs;
    EXPECT_EQ(allocate(a, 0, 1), 0);
    EXPECT_EQ(hurd_cap_give(pm, a, friend_task, 7, 0, &theirs), 0);
    EXPECT_EQ(hurd_cap_take_back(pm, friend_task, theirs), 0);
    EXPECT_EQ(friend_map(theirs, 0, 1, HURD_PM_READ), EBADF);
    EXPECT_EQ(hurd_cap_take_back(pm, friend_task, theirs), EBADF);
    EXPECT_EQ(hurd_cap_give(pm, a, friend_task, 7, 0, &theirs), 0);
    EXPECT_EQ(friend_map(theirs, 0, 1, HURD_PM_READ), 0);
    EXPECT_EQ(hurd_cap_take_back(pm, friend_task, theirs), EPERM);
    EXPECT_EQ(friend_map(theirs, 0, 1, HURD_PM_READ), 0);
    EXPECT_EQ(hurd_cap_take_back(pm, 0x4000, theirs), ESRCH);
    EXPECT_EQ(REQUEST(HURD_CAP_TAKE_BACK, friend_task), EINVAL);
    EXPECT_EQ(hurd_cap_take_back(pm, control_info(control).task, a), EPERM);    /* ours, and no gift */
}

TEST(gifts_are_listed_with_giver_and_kind)
{
    struct hurd_cap_gift gift[4];
    L4_Word_t theirs, c, memory, mine;
    unsigned n;
    EXPECT_EQ(hurd_pm_control_split(pm, control, 5, friend_task, &memory), 0);
    EXPECT_EQ(FRIEND_REQUEST(&c, HURD_PM_CONTAINER_CREATE, memory), 0);
    EXPECT_EQ(hurd_cap_open(pm, 2, 0), 0);
    EXPECT_EQ(FRIEND_REQUEST(&theirs, HURD_CAP_GIVE, c, control_info(control).task), 0);
    EXPECT_EQ(FRIEND_REQUEST(&mine, HURD_PM_CONTAINER_SHARE, c, control_info(control).task, 4), 0);
    EXPECT_EQ(hurd_cap_list(pm, 0, gift, 4, &n), 0);
    EXPECT_EQ(n, 2);
    EXPECT(gift[0].handle == theirs && gift[0].giver == friend_task);
    EXPECT_EQ(gift[0].flags, HURD_PM_KIND_CONTAINER);
    EXPECT(gift[1].handle == mine && gift[1].giver == friend_task);
    EXPECT_EQ(gift[1].flags, HURD_PM_KIND_CONTAINER | HURD_CAP_LIST_WEAK);
    EXPECT_EQ(map(mine, 0, 1, HURD_PM_READ), ENOENT);
    EXPECT_EQ(hurd_cap_drop(pm, theirs), 0);
    EXPECT_EQ(hurd_cap_list(pm, (theirs & 0x3ffff) + 1, gift, 4, &n), 0);
    EXPECT_EQ(n, 1);
    EXPECT_EQ(gift[0].flags, HURD_PM_KIND_CONTAINER | HURD_CAP_LIST_WEAK | HURD_CAP_LIST_USED);
    friend_kill();
    EXPECT_EQ(hurd_cap_list(pm, 0, gift, 4, &n), 0);
    EXPECT_EQ(n, 1);                                    /* its container died with it */
    EXPECT_EQ(gift[0].flags, HURD_CAP_LIST_DEAD | HURD_CAP_LIST_WEAK | HURD_CAP_LIST_USED);
    EXPECT_EQ(hurd_cap_drop(pm, mine), 0);
    EXPECT_EQ(REQUEST(HURD_CAP_LIST, 0xffffffff), 0);
}

TEST(a_gift_that_was_not_used_dies_with_its_giver)
{
    L4_Word_t c, d, used, unused, memory, me = control_info(control).task;
    EXPECT_EQ(hurd_pm_control_split(pm, control, 10, friend_task, &memory), 0);
    EXPECT_EQ(FRIEND_REQUEST(&c, HURD_PM_CONTAINER_CREATE, memory), 0);
    EXPECT_EQ(FRIEND_REQUEST(&d, HURD_PM_CONTAINER_CREATE, memory), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_ALLOCATE, c, 0, 0, PAGE), 0);
    EXPECT_EQ(hurd_cap_open(pm, 2, friend_task), 0);
    EXPECT_EQ(FRIEND_REQUEST(&used, HURD_CAP_GIVE, c, me), 0);
    EXPECT_EQ(FRIEND_REQUEST(&unused, HURD_CAP_GIVE, d, me), 0);
    put(used, 0, 5);
    friend_kill();
    EXPECT_EQ(get(used, 0), 5);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_INFO, unused), EBADF);
    EXPECT_EQ(hurd_cap_drop(pm, unused), 0);
    EXPECT_EQ(control_info(control).split, 10);         /* the used one keeps its control */
    EXPECT_EQ(allocate(used, 1, 1), 0);                 /* which is its parent's owner's now */
    EXPECT_EQ(hurd_cap_drop(pm, used), 0);
    EXPECT_EQ(control_info(control).split, 0);
}

TEST(what_a_dead_task_gave_to_task_is_gone)
{
    L4_Word_t memory, theirs, c;
    EXPECT_EQ(hurd_pm_control_split(pm, control, 10, friend_task, &memory), 0);
    EXPECT_EQ(FRIEND_REQUEST(&c, HURD_PM_CONTAINER_CREATE, memory), 0);
    EXPECT_EQ(FRIEND_REQUEST(&theirs, HURD_CAP_GIVE, memory, HURD_TASK_TASK), 0);
    EXPECT_EQ(FRIEND_REQUEST(&theirs, HURD_CAP_GIVE, c, HURD_TASK_TASK), 0);
    EXPECT_EQ(control_info(control).split, 10);
    friend_kill();
    EXPECT_EQ(control_info(control).split, 0);
    EXPECT_EQ(control_info(control).guarantee, FRAMES);
}

TEST(slots_are_opened_within_limits)
{
    EXPECT_EQ(hurd_cap_open(pm, 257, 0), EINVAL);
    EXPECT_EQ(hurd_cap_open(pm, 1, control_info(control).task), EINVAL);
    EXPECT_EQ(hurd_cap_open(pm, 1, 0x4000), ESRCH);
    EXPECT_EQ(request_words(HURD_CAP_OPEN, 0, NULL, NULL), EINVAL);
    for (unsigned from = 1000; from < 1004; from++)
        EXPECT_EQ(hurd_cap_open(pm, 256, from), 0);
    EXPECT_EQ(hurd_cap_open(pm, 1, 1004), EMFILE);
    EXPECT_EQ(hurd_cap_open(pm, 2, 1003), 0);
    EXPECT_EQ(hurd_cap_open(pm, 0, 1003), 0);
    EXPECT_EQ(hurd_cap_open(pm, 1, 1004), 0);
    for (unsigned from = 1000; from < 1005; from++)
        EXPECT_EQ(hurd_cap_open(pm, 0, from), 0);
}

const struct test share_tests[] = {
    T(a_weak_reference_maps_and_does_nothing_else),
    T(a_weak_reference_copies_within_its_rights),
    T(container_share_checks_target_and_rights),
    T(sharing_twice_gives_the_same_handle_again),
    T(revoked_references_are_dead_until_dropped),
    T(pinned_pages_stay_mapped_through_a_revocation),
    T2(another_task_cannot_use_our_handles),
    T2(two_tasks_see_each_others_writes_in_a_shared_container),
    T2(revocation_takes_mappings_and_handle_from_the_other_task),
    T2(deallocated_pages_leave_the_other_tasks_space),
    T2(a_reader_in_another_task_never_sees_a_later_write_through_a_copy),
    T2(a_container_given_away_belongs_to_both),
    T2(nobody_but_the_owner_spends_a_guarantee),
    T2(pins_are_the_tasks_that_pinned),
    T2(a_container_given_with_fewer_rights_stays_so),
    T2(a_handle_moved_away_is_gone_here),
    T2(a_control_split_for_another_task_is_charged_there),
    T2(a_dead_task_leaves_nothing_behind),
    T2(a_weak_reference_dies_with_its_owner),
    T(boot_servers_take_no_gifts_but_task_and_few),
    T(slots_are_opened_within_limits),
    T2(a_gift_needs_an_open_slot),
    T2(a_gift_goes_back_until_it_is_used),
    T2(gifts_are_listed_with_giver_and_kind),
    T2(a_gift_that_was_not_used_dies_with_its_giver),
    T2(what_a_dead_task_gave_to_task_is_gone),
    T2(only_the_task_server_announces_a_death),
    { 0 },
};
