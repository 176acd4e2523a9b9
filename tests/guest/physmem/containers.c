/* SPDX-License-Identifier: MIT */
/* create, allocate, deallocate, map, destroy: what works, and every refusal. */
#include "suite.h"

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

/* ---- handles and messages that are none ---- */

TEST(physmem_refuses_handles_that_name_nothing)
{
    const L4_Word_t handles[] = { BAD_HANDLE, a ^ 0x100, 0xffffffff, 0x3ffff, 0x80000000 | a };
    for (unsigned i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_CREATE, handles[i]), EBADF);
        EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, handles[i], 0, 0, PAGE), EBADF);
        EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP, handles[i], 4, window, 0, PAGE), EBADF);
        EXPECT_EQ(REQUEST(HURD_CAP_DROP, handles[i]), EBADF);
    }
}

TEST(physmem_refuses_handles_of_other_tasks)
{
    for (L4_Word_t client = 0; client < 4; client++) {
        if (client == a >> 18)
            continue;
        EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_DEALLOCATE, client << 18, 0, PAGE), EBADF);
        EXPECT_EQ(REQUEST(HURD_PM_CONTROL_INFO, client << 18 | 2), EBADF);
    }
}

TEST(physmem_refuses_handles_of_the_wrong_kind)
{
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, control, 0, 0, PAGE), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP, control, 4, window, 0, PAGE), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_COPY, a, 0, control, 0, PAGE, 0), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_SPLIT, a, 1), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_DESTROY, a), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_DEBUG_REVOKE, a, 1), EBADF);
}

TEST(physmem_refuses_unknown_labels)
{
    const L4_Word_t labels[] = { 0, 1, 127, 129, 151, 255, 513, 0x108, 0x7fff, 0xfeff };
    for (unsigned i = 0; i < sizeof labels / sizeof labels[0]; i++)
        EXPECT_EQ(REQUEST(labels[i], a), EOPNOTSUPP);
    EXPECT_EQ(REQUEST(HURD_CAP_GET_ROOT, a), ENOSYS);
    EXPECT_EQ(REQUEST(HURD_CAP_CANCEL, L4_MyGlobalId().raw), ESRCH);
}

TEST(physmem_refuses_a_wrong_number_of_words)
{
    static const struct { L4_Word_t label; unsigned least, most; } ops[] = {
        { HURD_PM_CONTAINER_CREATE, 1, 2 },      { HURD_PM_CONTAINER_SHARE, 1, 3 },
        { HURD_PM_CONTAINER_ALLOCATE, 4, 4 },    { HURD_PM_CONTAINER_DEALLOCATE, 3, 3 },
        { HURD_PM_CONTAINER_MAP, 4, 5 },         { HURD_PM_CONTAINER_MAP_OLD, 4, 5 },
        { HURD_PM_CONTAINER_COPY, 6, 6 },        { HURD_PM_CONTAINER_DESTROY, 1, 1 },
        { HURD_PM_CONTAINER_REVOKE, 2, 2 },      { HURD_PM_CONTAINER_RELEASE, 3, 3 },
        { HURD_PM_CONTAINER_PIN, 3, 3 },         { HURD_PM_CONTAINER_UNPIN, 3, 3 },
        { HURD_PM_CONTAINER_INFO, 1, 1 },        { HURD_PM_STATISTICS, 1, 1 },
        { HURD_PM_TASK_STATISTICS, 2, 2 },       { HURD_PM_CAP_INFO, 1, 1 },
        { HURD_PM_CONTAINER_LIST, 3, 3 },        { HURD_CAP_GIVE, 2, 4 },
    };
    L4_Word_t words[63] = { a };
    for (unsigned i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        EXPECT_EQ(request_words(ops[i].label, 0, words, NULL), EINVAL);
        if (ops[i].least > 1)
            EXPECT_EQ(request_words(ops[i].label, ops[i].least - 1, words, NULL), EINVAL);
        EXPECT_EQ(request_words(ops[i].label, ops[i].most + 1, words, NULL), EINVAL);
        EXPECT_EQ(request_words(ops[i].label, 63, words, NULL), EINVAL);
    }
    EXPECT_EQ(request_words(HURD_PM_CONTROL_SPLIT, 1, &control, NULL), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_INFO, control, 0), EINVAL);
}

TEST(physmem_refuses_typed_items)
{
    L4_LoadMR(0, L4_MakeTag(HURD_PM_CONTAINER_CREATE, 1, 2).raw);
    L4_LoadMR(1, control);
    L4_LoadMR(2, 8);
    L4_LoadMR(3, window | 12 << 4 | 7);
    L4_MsgTag_t tag = L4_Call_Timeouts(pm, L4_Never, L4_TimePeriod(100000));
    EXPECT(L4_IpcFailed(tag) || L4_Label(tag) == EINVAL);
    EXPECT_EQ(allocate(a, 0, 1), 0);
}

TEST(physmem_does_not_wait_for_clients_that_do_not_listen)
{
    for (unsigned i = 0; i < 20; i++) {
        L4_LoadMR(0, L4_MakeTag(HURD_PM_STATISTICS, 1, 0).raw);
        L4_LoadMR(1, control);
        EXPECT(L4_IpcSucceeded(L4_Send(pm)));
    }
    EXPECT_EQ(allocate(a, 0, 1), 0);
}

TEST(physmem_ignores_messages_in_the_kernels_name)
{
    const L4_Word_t labels[] = { 0xffe2, 0xfff0, 0xffb0, 0xffd0 };
    for (unsigned i = 0; i < 4; i++) {
        L4_LoadMR(0, L4_MakeTag(labels[i], 2, 0).raw);
        L4_LoadMR(1, 0x400000);
        L4_LoadMR(2, 0x400000);
        EXPECT(L4_IpcFailed(L4_Call_Timeouts(pm, L4_Never, L4_TimePeriod(20000))));
    }
    EXPECT_EQ(REQUEST(HURD_CAP_TASK_DIED, HURD_TASK_INIT), EPERM);
}

/* ---- create ---- */

TEST(container_create_gives_the_lowest_free_handle)
{
    L4_Word_t c, d;
    EXPECT_EQ(hurd_pm_container_create(pm, control, 0, &c), 0);
    EXPECT_EQ(hurd_cap_drop(pm, c), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, control, 0, &d), 0);
    EXPECT_EQ(c, d);
    EXPECT_EQ(d >> 18, a >> 18);
}

TEST(container_create_takes_a_container_for_its_control)
{
    L4_Word_t c;
    EXPECT_EQ(hurd_pm_container_create(pm, a, 0, &c), 0);
    EXPECT_EQ(control_info(control).containers, 3);
}

TEST(container_create_refuses_flags_and_weak_references)
{
    L4_Word_t weak;
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_CREATE, control, 1), EINVAL);
    EXPECT_EQ(hurd_pm_container_share(pm, a, 0, 0, &weak), 0);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_CREATE, weak), EACCES);
    hurd_cap_drop(pm, weak);
}

TEST(container_create_ends_with_the_guarantee)
{
    L4_Word_t tiny, c;
    unsigned n = 0;
    EXPECT_EQ(hurd_pm_control_split(pm, control, 1, 0, &tiny), 0);
    while (n < 500 && hurd_pm_container_create(pm, tiny, 0, &c) == 0)
        n++;
    EXPECT(n > 10 && n < 500);
    EXPECT_EQ(hurd_pm_container_create(pm, tiny, 0, &c), ENOMEM);
    EXPECT_EQ(hurd_pm_control_destroy(pm, tiny), 0);
    for (L4_Word_t h = b + 1; h <= c; h++)
        hurd_cap_drop(pm, h);
}

/* ---- allocate ---- */

TEST(container_allocate_promises_without_binding)
{
    L4_Word_t before = free_frames(), amount;
    EXPECT_EQ(hurd_pm_container_allocate(pm, a, 0, 0, 40 * PAGE, &amount), 0);
    EXPECT_EQ(amount, 40 * PAGE);
    EXPECT(before - free_frames() <= 1);                /* a page of records at most */
    EXPECT_EQ(control_info(control).used, 40);
}

TEST(container_allocate_refuses_bad_ranges)
{
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, 0, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, 0, 1, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, 0, 0, PAGE + 4), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, 0, 0xfffff000, 2 * PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, 0, PAGE, 0xfffff000), ENOMEM);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, 0, 2 * PAGE, 0xfffff000), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, 0, 0xfffff000, PAGE), 0);
}

TEST(container_allocate_refuses_bad_flags)
{
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, 1, 0, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, HURD_PM_SHARED, 0, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, 0x80000000, 0, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, HURD_PM_PARTIAL | HURD_PM_ALL_OR_NONE, 0, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, HURD_PM_EXTRA, 0, PAGE + 1), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, HURD_PM_DMA | HURD_PM_ALL_OR_NONE, 0, PAGE), 0);
}

TEST(container_allocate_is_all_or_nothing_without_partial)
{
    L4_Word_t amount = 77;
    EXPECT_EQ(allocate(a, 5, 1), 0);
    EXPECT_EQ(hurd_pm_container_allocate(pm, a, 0, 0, 10 * PAGE, &amount), EEXIST);
    EXPECT_EQ(amount, 0);
    EXPECT_EQ(hurd_pm_container_allocate(pm, b, 0, 0, FRAMES * PAGE, &amount), ENOMEM);
    EXPECT_EQ(amount, 0);
    EXPECT_EQ(control_info(control).used, 1);
    EXPECT_EQ(map(a, 4, 1, HURD_PM_READ), ENOENT);
}

TEST(container_allocate_partially_tells_error_and_amount)
{
    L4_Word_t amount;
    EXPECT_EQ(allocate(a, 5, 1), 0);
    EXPECT_EQ(hurd_pm_container_allocate(pm, a, HURD_PM_PARTIAL, 0, 10 * PAGE, &amount), EEXIST);
    EXPECT_EQ(amount, 5 * PAGE);
    EXPECT_EQ(hurd_pm_container_allocate(pm, b, HURD_PM_PARTIAL, 0, 100 * PAGE, &amount), ENOMEM);
    EXPECT_EQ(amount, (FRAMES - 6) * PAGE);
}

TEST(container_allocate_with_squash_replaces_contents)
{
    EXPECT_EQ(allocate(a, 0, 4), 0);
    put(a, 2, 0x1234);
    EXPECT_EQ(hurd_pm_container_allocate(pm, a, HURD_PM_SQUASH, 0, 8 * PAGE, NULL), 0);
    EXPECT_EQ(control_info(control).used, 8);
    EXPECT_EQ(get(a, 2), 0);
}

TEST(every_promised_page_can_be_bound)
{
    EXPECT_EQ(allocate(a, 0, FRAMES), 0);
    EXPECT_EQ(allocate(b, 0, 1), ENOMEM);
    for (unsigned page = 0; page < FRAMES; page++)
        put(a, page, 0x100 + page);
    for (unsigned page = 0; page < FRAMES; page++)
        EXPECT_EQ(get(a, page), 0x100 + page);
}

TEST(memory_is_zero_whoever_had_it_before)
{
    for (unsigned round = 0; round < 3; round++) {
        EXPECT_EQ(allocate(a, 0, FRAMES), 0);
        for (unsigned page = 0; page < FRAMES; page++) {
            EXPECT_EQ(map(a, page, 1, HURD_PM_READ | HURD_PM_WRITE), 0);
            for (unsigned i = 0; i < PAGE / 4; i += 41) {
                if (at(page)[i])
                    EXPECT_EQ(at(page)[i], 0);
                at(page)[i] = 0xdeadbeef;
            }
        }
        EXPECT_EQ(deallocate(a, 0, FRAMES, NULL), 0);
    }
}

/* ---- deallocate ---- */

TEST(container_deallocate_takes_any_part_and_skips_holes)
{
    L4_Word_t amount;
    EXPECT_EQ(allocate(a, 0, 20), 0);
    for (unsigned page = 0; page < 20; page++)
        put(a, page, 0x40 + page);
    EXPECT_EQ(deallocate(a, 0, 3, &amount), 0);
    EXPECT_EQ(amount, 3 * PAGE);
    EXPECT_EQ(deallocate(a, 8, 4, &amount), 0);
    EXPECT_EQ(amount, 4 * PAGE);
    EXPECT_EQ(deallocate(a, 18, 40, &amount), 0);
    EXPECT_EQ(amount, 2 * PAGE);
    for (unsigned page = 0; page < 20; page++) {
        bool gone = page < 3 || (page >= 8 && page < 12) || page >= 18;
        if (gone)
            EXPECT_EQ(map(a, page, 1, HURD_PM_READ), ENOENT);
        else
            EXPECT_EQ(get(a, page), 0x40 + page);
    }
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_DEALLOCATE, a, 0, 0xfffff000), 0);
    EXPECT_EQ(control_info(control).used, 0);
}

TEST(container_deallocate_refuses_bad_ranges)
{
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_DEALLOCATE, a, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_DEALLOCATE, a, 5, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_DEALLOCATE, a, 0, 5), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_DEALLOCATE, a, 0xfffff000, 0x80000000), EINVAL);
}

TEST(container_deallocate_takes_the_mapping_away)
{
    EXPECT_EQ(allocate(a, 0, 4), 0);
    EXPECT_EQ(map(a, 0, 4, HURD_PM_READ | HURD_PM_WRITE), 0);
    for (unsigned page = 0; page < 4; page++)
        *at(page) = 9;
    EXPECT_EQ(deallocate(a, 1, 2, NULL), 0);
    EXPECT_EQ(*at(0), 9);
    EXPECT_EQ(*at(1), 0);                               /* our own anonymous page shows */
    EXPECT_EQ(*at(2), 0);
    EXPECT_EQ(*at(3), 9);
}

TEST(frames_return_to_the_free_list_exactly)
{
    EXPECT_EQ(allocate(a, 0, 50), 0);
    EXPECT_EQ(map(a, 0, 50, HURD_PM_READ | HURD_PM_WRITE), 0);
    L4_Word_t before = free_frames();
    EXPECT_EQ(deallocate(a, 10, 30, NULL), 0);
    EXPECT_EQ(free_frames(), before + 30);
}

/* ---- map ---- */

TEST(container_map_refuses_holes)
{
    EXPECT_EQ(map(a, 0, 1, HURD_PM_READ), ENOENT);
    EXPECT_EQ(allocate(a, 1, 1), 0);
    EXPECT_EQ(map(a, 0, 2, HURD_PM_READ), ENOENT);
    EXPECT_EQ(map(a, 2, 1, HURD_PM_READ), ENOENT);
}

TEST(container_map_reaches_the_first_hole)
{
    L4_Word_t amount;
    EXPECT_EQ(allocate(a, 0, 5), 0);
    EXPECT_EQ(hurd_pm_container_map_once(pm, a, HURD_PM_READ, window, 0, 8 * PAGE, &amount), 0);
    EXPECT_EQ(amount, 5 * PAGE);
    EXPECT_EQ(hurd_pm_container_map(pm, a, HURD_PM_READ, window, 0, 8 * PAGE, &amount), ENOENT);
    EXPECT_EQ(amount, 5 * PAGE);
}

TEST(container_map_refuses_bad_arguments)
{
    EXPECT_EQ(allocate(a, 0, 2), 0);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP, a, 0, window, 0, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP, a, 8, window, 0, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP, a, 4, window + 4, 0, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP, a, 4, window, 4, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP, a, 4, window, 0, 4), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP, a, 4, window, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP, a, 4, 0xfffff000, 0, 2 * PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP, a, 4, window, 0xfffff000, 2 * PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP_OLD, a, 0, PAGE, window), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP_OLD, a, 4, 0, window), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP_OLD, a, 4, 0xffffffff, window), EINVAL);
}

/* The form of January 2005: index and rights in one word, everything rounded. */
TEST(container_map_in_four_words_rounds_as_in_2005)
{
    EXPECT_EQ(allocate(a, 0, 3), 0);
    put(a, 1, 0x77);
    put(a, 2, 0x78);
    window_clear();
    const L4_Word_t words[] = { a, PAGE + 0x120 + 4, PAGE + 1, window + 0x321 };
    L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
    L4_LoadMR(0, L4_MakeTag(HURD_PM_CONTAINER_MAP, 4, 0).raw);
    L4_LoadMRs(1, 4, words);
    L4_MsgTag_t tag = L4_Call(pm);
    L4_Accept(L4_UntypedWordsAcceptor);
    EXPECT_EQ(L4_Label(tag), 0);
    EXPECT_EQ(L4_UntypedWords(tag), 0);
    EXPECT(L4_TypedWords(tag) == 2 || L4_TypedWords(tag) == 4);
    EXPECT_EQ(*at(0), 0x77);
    EXPECT_EQ(*at(1), 0x78);
}

TEST(container_map_gives_only_the_rights_asked_for)
{
    EXPECT_EQ(allocate(a, 0, 1), 0);
    put(a, 0, 5);
    window_clear();
    EXPECT_EQ(map(a, 0, 1, HURD_PM_READ), 0);
    *at(0) = 6;                                         /* faults: our pager puts its own page there */
    EXPECT_EQ(get(a, 0), 5);
}

TEST(container_map_of_a_large_range_comes_in_parts)
{
    L4_Word_t amount;
    EXPECT_EQ(allocate(a, 0, FRAMES), 0);
    for (unsigned page = 0; page < FRAMES; page += 2)   /* bound one by one: nothing is contiguous */
        EXPECT_EQ(map(a, page, 1, HURD_PM_READ), 0);
    for (unsigned page = FRAMES - 1; page < FRAMES; page -= 2)
        EXPECT_EQ(map(a, page, 1, HURD_PM_READ), 0);
    EXPECT_EQ(hurd_pm_container_map_once(pm, a, HURD_PM_READ, window, 0, FRAMES * PAGE, &amount), 0);
    EXPECT(amount > 0);
    EXPECT_EQ(hurd_pm_container_map(pm, a, HURD_PM_READ, window, 0, FRAMES * PAGE, &amount), 0);
    EXPECT_EQ(amount, FRAMES * PAGE);
}

/* ---- the end of containers ---- */

/* ---- allocate and map in one request ---- */

TEST(container_allocate_map_does_both)
{
    L4_Word_t amount = 0;
    L4_Word_t used = control_info(control).used;
    EXPECT_EQ(hurd_pm_container_allocate_map(pm, a, HURD_PM_READ | HURD_PM_WRITE, window + PAGE,
                                             5 * PAGE, 3 * PAGE, &amount), 0);
    EXPECT_EQ(amount, 3 * PAGE);
    EXPECT_EQ(control_info(control).used, used + 3);
    EXPECT_EQ(*at(2), 0);
    *at(2) = 77;
    window_clear();
    EXPECT_EQ(get(a, 6), 77);
}

/* 64 single frames are more than a reply holds only if they do not follow each other. */
TEST(container_allocate_map_allocates_all_though_the_items_end)
{
    L4_Word_t amount = 0;
    EXPECT_EQ(hurd_pm_container_allocate_map(pm, a, HURD_PM_READ, window + PAGE, 0, 40 * PAGE,
                                             &amount), 0);
    EXPECT(amount > 0 && amount <= 40 * PAGE);
    EXPECT_EQ(deallocate(a, 0, 40, &amount), 0);
    EXPECT_EQ(amount, 40 * PAGE);
}

TEST(container_allocate_map_refuses_what_either_half_refuses)
{
    L4_Word_t weak, theirs, amount, used = control_info(control).used;
    const L4_Word_t label = HURD_PM_CONTAINER_ALLOCATE_MAP;
    EXPECT_EQ(REQUEST(label, a, 6, window, 0), EINVAL);
    EXPECT_EQ(REQUEST(label, a, 0, window, 0, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(label, a, 8, window, 0, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(label, a, 6, window + 4, 0, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(label, a, 6, window, 4, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(label, a, 6, window, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(label, a, 6, 0xfffff000, 0, 2 * PAGE), EINVAL);
    EXPECT_EQ(REQUEST(label, a, 6, window, 0xfffff000, 2 * PAGE), EINVAL);
    EXPECT_EQ(REQUEST(label, a, 6, window, 0, (FRAMES + 1) * PAGE), ENOMEM);
    EXPECT_EQ(REQUEST(label, control, 6, window, 0, PAGE), EBADF);
    EXPECT_EQ(REQUEST(label, BAD_HANDLE, 6, window, 0, PAGE), EBADF);
    EXPECT_EQ(hurd_pm_container_share(pm, a, 0, 0, &weak), 0);
    EXPECT_EQ(REQUEST(label, weak, 6, window, 0, PAGE), EPERM);
    hurd_cap_drop(pm, weak);
    EXPECT_EQ(hurd_cap_give(pm, a, friend_task, HURD_PM_RIGHTS, 0, &theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, label, theirs, 6, window, 0, PAGE), EPERM);
    EXPECT_EQ(control_info(control).used, used);
    EXPECT_EQ(allocate(a, 1, 1), 0);
    EXPECT_EQ(REQUEST(label, a, 6, window, 0, 2 * PAGE), EEXIST);
    EXPECT_EQ(deallocate(a, 0, 2, &amount), 0);
    EXPECT_EQ(amount, PAGE);
}

TEST(container_destroy_frees_pages_and_kills_handles)
{
    struct hurd_pm_control_info info;
    EXPECT_EQ(allocate(a, 0, 20), 0);
    EXPECT_EQ(map(a, 0, 20, HURD_PM_READ | HURD_PM_WRITE), 0);
    L4_Word_t before = free_frames();
    EXPECT_EQ(hurd_pm_container_destroy(pm, a), 0);
    EXPECT_EQ(free_frames(), before + 20);
    EXPECT_EQ(allocate(a, 0, 1), EBADF);
    info = control_info(control);
    EXPECT_EQ(info.containers, 1);
    EXPECT_EQ(info.used, 0);
}

TEST(dropping_the_last_handle_destroys_the_container)
{
    EXPECT_EQ(allocate(a, 0, 20), 0);
    EXPECT_EQ(map(a, 0, 20, HURD_PM_READ | HURD_PM_WRITE), 0);
    L4_Word_t before = free_frames();
    EXPECT_EQ(hurd_cap_drop(pm, a), 0);
    EXPECT_EQ(free_frames(), before + 20);
    EXPECT_EQ(hurd_cap_drop(pm, a), EBADF);
    EXPECT_EQ(control_info(control).containers, 1);
}

/* ---- wired, pinned ---- */

TEST(wired_containers_are_bound_at_once_and_capped)
{
    L4_Word_t wired, before = free_frames();
    struct hurd_pm_container_info info;
    EXPECT_EQ(hurd_pm_container_create(pm, control, HURD_PM_WIRED, &wired), 0);
    EXPECT_EQ(allocate(wired, 0, 1 + HURD_PM_WIRED_MAX / PAGE), EAGAIN);
    EXPECT_EQ(allocate(wired, 0, 1), 0);
    EXPECT(free_frames() < before);
    EXPECT_EQ(hurd_pm_container_info(pm, wired, &info), 0);
    EXPECT_EQ(info.flags, HURD_PM_INFO_WIRED);
    EXPECT_EQ(info.pinned, PAGE);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_SHARE, wired), EPERM);
    EXPECT_EQ(copy(wired, 0, a, 0, 1, HURD_PM_SHARED), EBUSY);
    EXPECT_EQ(copy(wired, 0, a, 0, 1, HURD_PM_MOVE), EBUSY);
    put(wired, 0, 3);
    EXPECT_EQ(copy(wired, 0, a, 0, 1, 0), 0);
    EXPECT_EQ(get(a, 0), 3);
    EXPECT_EQ(hurd_cap_drop(pm, wired), 0);
}

TEST(container_pin_tells_physical_addresses)
{
    L4_Word_t first, bytes, second;
    EXPECT_EQ(hurd_pm_container_pin(pm, a, 0, PAGE, &first, &bytes), ENOENT);
    EXPECT_EQ(allocate(a, 0, 40), 0);
    EXPECT_EQ(hurd_pm_container_pin(pm, a, 0, HURD_PM_WIRED_MAX + PAGE, &first, &bytes), EAGAIN);
    EXPECT_EQ(hurd_pm_container_pin(pm, a, 0, 2 * PAGE, &first, &bytes), 0);
    EXPECT_EQ(first % PAGE, 0);
    EXPECT(first != 0 && bytes >= PAGE && bytes <= 2 * PAGE);
    EXPECT_EQ(hurd_pm_container_pin(pm, a, PAGE, PAGE, &second, NULL), 0);
    if (bytes == 2 * PAGE)
        EXPECT_EQ(second, first + PAGE);
    EXPECT_EQ(deallocate(a, 1, 1, NULL), EBUSY);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, a, HURD_PM_SQUASH, 0, PAGE), EBUSY);
    EXPECT_EQ(hurd_pm_container_unpin(pm, a, 2 * PAGE, PAGE), EINVAL);
    EXPECT_EQ(hurd_pm_container_unpin(pm, a, 0, 2 * PAGE), 0);
    EXPECT_EQ(hurd_pm_container_unpin(pm, a, 0, PAGE), EINVAL);
    EXPECT_EQ(hurd_pm_container_unpin(pm, a, PAGE, PAGE), 0);
    EXPECT_EQ(deallocate(a, 0, 40, NULL), 0);
}

static uint32_t pinned(void)
{
    struct hurd_pm_container_info info;
    EXPECT_EQ(hurd_pm_container_info(pm, a, &info), 0);
    return info.pinned;
}

TEST(container_map_pins_what_it_maps_if_it_shall)
{
    L4_Word_t amount = 0;
    EXPECT_EQ(hurd_pm_container_allocate_pinned(pm, a, HURD_PM_READ | HURD_PM_WRITE, window + PAGE,
                                                PAGE, 2 * PAGE, &amount), 0);
    EXPECT_EQ(amount, 2 * PAGE);
    *at(1) = 78;
    EXPECT_EQ(pinned(), 2 * PAGE);
    EXPECT_EQ(hurd_pm_container_map_pinned(pm, a, HURD_PM_READ, window, 2 * PAGE, PAGE, &amount),
              0);
    EXPECT_EQ(pinned(), 3 * PAGE);
    EXPECT_EQ(deallocate(a, 1, 1, NULL), EBUSY);
    EXPECT_EQ(hurd_pm_container_unpin(pm, a, PAGE, 2 * PAGE), 0);
    EXPECT_EQ(hurd_pm_container_unpin(pm, a, 2 * PAGE, PAGE), 0);
    window_clear();
    EXPECT_EQ(get(a, 1), 78);
    L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP, a, 6, window, PAGE, PAGE, 0), 0);     /* no flag */
    L4_Accept(L4_UntypedWordsAcceptor);
    EXPECT_EQ(pinned(), 0);
}

TEST(container_map_refuses_to_pin_what_pin_refuses)
{
    const L4_Word_t map = HURD_PM_CONTAINER_MAP, make = HURD_PM_CONTAINER_ALLOCATE_MAP,
                    used = control_info(control).used;
    L4_Word_t weak, reader;
    EXPECT_EQ(REQUEST(map, a, 4, window, 0, PAGE, HURD_PM_PINNED), ENOENT);
    EXPECT_EQ(REQUEST(make, a, 4, window, 0, PAGE, HURD_PM_PINNED | 1), EINVAL);
    EXPECT_EQ(REQUEST(make, a, 4, window, 0, PAGE, HURD_PM_PINNED, 0), EINVAL);
    EXPECT_EQ(REQUEST(make, a, 4, window, 0, HURD_PM_WIRED_MAX + PAGE, HURD_PM_PINNED), EAGAIN);
    EXPECT_EQ(control_info(control).used, used);
    EXPECT_EQ(allocate(a, 0, 1), 0);
    EXPECT_EQ(REQUEST(map, a, 4, window, 0, PAGE, ~HURD_PM_PINNED), EINVAL);
    EXPECT_EQ(REQUEST(map, a, 4, window, 0, 2 * PAGE, HURD_PM_PINNED), ENOENT);
    EXPECT_EQ(hurd_pm_container_share(pm, a, 0, 0, &weak), 0);
    EXPECT_EQ(REQUEST(map, weak, 4, window, 0, PAGE, HURD_PM_PINNED), EPERM);
    hurd_cap_drop(pm, weak);
    EXPECT_EQ(hurd_cap_give(pm, a, friend_task, HURD_PM_READ, 0, &reader), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, map, reader, 4, window, 0, PAGE, HURD_PM_PINNED), EACCES);
    EXPECT_EQ(pinned(), 0);
}

TEST(container_pin_with_a_limit_binds_pages_below_it)
{
    const L4_Word_t isa = 0x1000000;
    L4_Word_t first;
    EXPECT_EQ(allocate(a, 0, 3), 0);
    EXPECT_EQ(hurd_pm_container_pin_below(pm, a, 0, PAGE, PAGE, &first, NULL), ENOMEM);
    EXPECT_EQ(hurd_pm_container_pin_below(pm, a, 0, 2 * PAGE, isa, &first, NULL), 0);
    EXPECT(first + PAGE <= isa);
    EXPECT_EQ(get(a, 1), 0);
    EXPECT_EQ(hurd_pm_container_pin_below(pm, a, 0, PAGE, first, NULL, NULL), EBUSY);
    EXPECT_EQ(hurd_pm_container_pin_below(pm, a, 0, PAGE, first + PAGE, NULL, NULL), 0);
    EXPECT_EQ(hurd_pm_container_unpin(pm, a, 0, 2 * PAGE), 0);
    EXPECT_EQ(hurd_pm_container_unpin(pm, a, 0, PAGE), 0);
    EXPECT_EQ(deallocate(a, 0, 3, NULL), 0);
}

const struct test container_tests[] = {
    T(physmem_refuses_handles_that_name_nothing),
    T(physmem_refuses_handles_of_other_tasks),
    T(physmem_refuses_handles_of_the_wrong_kind),
    T(physmem_refuses_unknown_labels),
    T(physmem_refuses_a_wrong_number_of_words),
    T(physmem_refuses_typed_items),
    T(physmem_does_not_wait_for_clients_that_do_not_listen),
    T(physmem_ignores_messages_in_the_kernels_name),
    T(container_create_gives_the_lowest_free_handle),
    T(container_create_takes_a_container_for_its_control),
    T(container_create_refuses_flags_and_weak_references),
    T(container_create_ends_with_the_guarantee),
    T(container_allocate_promises_without_binding),
    T(container_allocate_refuses_bad_ranges),
    T(container_allocate_refuses_bad_flags),
    T(container_allocate_is_all_or_nothing_without_partial),
    T(container_allocate_partially_tells_error_and_amount),
    T(container_allocate_with_squash_replaces_contents),
    T(every_promised_page_can_be_bound),
    T(memory_is_zero_whoever_had_it_before),
    T(container_deallocate_takes_any_part_and_skips_holes),
    T(container_deallocate_refuses_bad_ranges),
    T(container_deallocate_takes_the_mapping_away),
    T(frames_return_to_the_free_list_exactly),
    T(container_map_refuses_holes),
    T(container_map_reaches_the_first_hole),
    T(container_map_refuses_bad_arguments),
    T(container_map_in_four_words_rounds_as_in_2005),
    T(container_map_gives_only_the_rights_asked_for),
    T(container_map_of_a_large_range_comes_in_parts),
    T(container_allocate_map_does_both),
    T(container_allocate_map_allocates_all_though_the_items_end),
    T2(container_allocate_map_refuses_what_either_half_refuses),
    T(container_destroy_frees_pages_and_kills_handles),
    T(dropping_the_last_handle_destroys_the_container),
    T(wired_containers_are_bound_at_once_and_capped),
    T(container_pin_tells_physical_addresses),
    T(container_map_pins_what_it_maps_if_it_shall),
    T2(container_map_refuses_to_pin_what_pin_refuses),
    T(container_pin_with_a_limit_binds_pages_below_it),
    { 0 },
};
