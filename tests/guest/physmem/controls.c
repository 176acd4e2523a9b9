/* SPDX-License-Identifier: MIT */
/* Memory control capabilities, statistics, and what others may not do. */
#include "suite.h"

TEST(control_split_moves_frames_to_the_child)
{
    L4_Word_t child;
    EXPECT_EQ(hurd_pm_control_split(pm, control, 20, 0, &child), 0);
    struct hurd_pm_control_info parent_info = control_info(control), info = control_info(child);
    EXPECT_EQ(info.guarantee, 20);
    EXPECT(info.books >= 1 && info.books <= 3);
    EXPECT_EQ(parent_info.guarantee, FRAMES - 20 - info.books);
    EXPECT_EQ(parent_info.split, 20);
    EXPECT_EQ(allocate(a, 0, FRAMES - 19), ENOMEM);
    EXPECT_EQ(hurd_cap_drop(pm, child), 0);
    EXPECT_EQ(control_info(control).guarantee, FRAMES);
}

TEST(control_split_refuses_more_than_is_unused)
{
    L4_Word_t child;
    EXPECT_EQ(allocate(a, 0, 30), 0);
    EXPECT_EQ(hurd_pm_control_split(pm, control, FRAMES - 29, 0, &child), ENOMEM);
    EXPECT_EQ(hurd_pm_control_split(pm, control, 0xffffffff, 0, &child), ENOMEM);
    EXPECT_EQ(control_info(control).guarantee, FRAMES);
    EXPECT_EQ(hurd_pm_control_split(pm, control, 0, 0, &child), 0);     /* all of the rest */
    EXPECT_EQ(control_info(child).guarantee, FRAMES - 30 - control_info(child).books);
    EXPECT_EQ(control_info(control).used, 30);
    EXPECT_EQ(control_info(control).guarantee, 30);
    hurd_pm_control_destroy(pm, child);
    hurd_cap_drop(pm, child);
}

TEST(control_split_refuses_strange_targets)
{
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_SPLIT, control, 1, 12345), ESRCH);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_SPLIT, control, 1, 0x4000), ESRCH);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_SPLIT, control, 1, 0xffffffff), ESRCH);
    EXPECT_EQ(control_info(control).guarantee, FRAMES);
}

TEST(control_split_has_an_end)
{
    L4_Word_t child, first = 0;
    unsigned n = 0;
    int err;
    while (!(err = hurd_pm_control_split(pm, control, 1, 0, &child)) && n < 300)
        first = n++ ? first : child;
    EXPECT(err == EAGAIN || err == ENOMEM);
    EXPECT(n > 2);
    hurd_pm_control_destroy(pm, control);
    for (L4_Word_t h = first; n > 0; n--, h++)
        hurd_cap_drop(pm, h);
}

/* From a control to one that is two below it; what is in between stays as it is. */
TEST(control_passes_frames_down)
{
    L4_Word_t child, below, beside;
    EXPECT_EQ(hurd_pm_control_split(pm, control, 20, 0, &child), 0);
    EXPECT_EQ(hurd_pm_control_split(pm, child, 10, 0, &below), 0);
    EXPECT_EQ(hurd_pm_control_split(pm, control, 2, 0, &beside), 0);
    struct hurd_pm_control_info top = control_info(control), middle = control_info(child);
    EXPECT_EQ(hurd_pm_control_pass(pm, control, below, 5), 0);
    EXPECT_EQ(control_info(below).guarantee, 15);
    EXPECT_EQ(control_info(child).guarantee, middle.guarantee);
    EXPECT_EQ(control_info(child).split, 15);
    EXPECT_EQ(control_info(control).guarantee, top.guarantee - 5);
    EXPECT_EQ(control_info(control).split, top.split + 5);
    EXPECT_EQ(hurd_pm_control_pass(pm, control, below, 0xffffffff), ENOMEM);
    EXPECT_EQ(hurd_pm_control_pass(pm, control, below, top.guarantee), ENOMEM);
    EXPECT_EQ(hurd_pm_control_pass(pm, below, control, 1), EPERM);
    EXPECT_EQ(hurd_pm_control_pass(pm, beside, below, 1), EPERM);
    EXPECT_EQ(hurd_pm_control_pass(pm, control, control, 1), EPERM);
    EXPECT_EQ(hurd_pm_control_pass(pm, control, 0x7777, 1), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_PASS, control, below), EINVAL);
    struct hurd_pm_control_info its = control_info(below);
    hurd_cap_drop(pm, below);
    EXPECT_EQ(control_info(child).guarantee, middle.guarantee + 15 + its.books);
    hurd_cap_drop(pm, child);
    hurd_cap_drop(pm, beside);
}

TEST(control_gives_its_parent_back_what_is_unused)
{
    L4_Word_t child, c, given = 1;
    EXPECT_EQ(hurd_pm_control_split(pm, control, 40, 0, &child), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, child, 0, &c), 0);
    EXPECT_EQ(allocate(c, 0, 10), 0);
    L4_Word_t left = control_info(control).guarantee;
    EXPECT_EQ(hurd_pm_control_give_back(pm, child, 31, &given), ENOMEM);
    EXPECT_EQ(hurd_pm_control_give_back(pm, child, 0xffffffff, NULL), ENOMEM);
    EXPECT_EQ(control_info(child).guarantee, 40);
    EXPECT_EQ(hurd_pm_control_give_back(pm, child, 12, &given), 0);
    EXPECT_EQ(given, 12);
    EXPECT_EQ(control_info(child).guarantee, 28);
    EXPECT_EQ(control_info(control).guarantee, left + 12);
    EXPECT_EQ(control_info(control).split, 28);
    EXPECT_EQ(allocate(c, 10, 19), ENOMEM);
    EXPECT_EQ(hurd_pm_control_give_back(pm, child, 0, &given), 0);      /* all of the rest */
    EXPECT_EQ(given, 18);
    EXPECT_EQ(hurd_pm_control_give_back(pm, child, 0, &given), 0);
    EXPECT_EQ(given, 0);
    EXPECT_EQ(allocate(c, 10, 1), ENOMEM);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_GIVE_BACK, child), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_GIVE_BACK, c, 1), EBADF);
    hurd_cap_drop(pm, c);
    hurd_cap_drop(pm, child);
    EXPECT_EQ(control_info(control).guarantee, FRAMES);
    EXPECT_EQ(control_info(control).split, 0);
}

TEST(control_destroy_takes_containers_and_children)
{
    L4_Word_t child, grandchild, c;
    EXPECT_EQ(hurd_pm_control_split(pm, control, 40, 0, &child), 0);
    EXPECT_EQ(hurd_pm_control_split(pm, child, 20, 0, &grandchild), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, grandchild, 0, &c), 0);
    EXPECT_EQ(allocate(c, 0, 10), 0);
    put(c, 0, 5);
    EXPECT_EQ(hurd_pm_control_destroy(pm, child), 0);
    EXPECT_EQ(*at(0), 0);
    EXPECT_EQ(allocate(c, 20, 1), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_INFO, grandchild), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_INFO, child), EBADF);
    EXPECT_EQ(control_info(control).guarantee, FRAMES);
    EXPECT_EQ(control_info(control).split, 0);
    hurd_cap_drop(pm, child);
    hurd_cap_drop(pm, grandchild);
    hurd_cap_drop(pm, c);
}

TEST(a_control_lives_as_long_as_its_containers)
{
    L4_Word_t child, c;
    EXPECT_EQ(hurd_pm_control_split(pm, control, 20, 0, &child), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, child, 0, &c), 0);
    EXPECT_EQ(hurd_cap_drop(pm, child), 0);
    EXPECT_EQ(allocate(c, 0, 20), 0);
    EXPECT(control_info(control).guarantee < FRAMES - 20);
    EXPECT_EQ(hurd_cap_drop(pm, c), 0);
    EXPECT_EQ(control_info(control).guarantee, FRAMES);
}

TEST(statistics_add_up)
{
    struct hurd_pm_statistics s;
    EXPECT_EQ(hurd_pm_statistics(pm, a, &s), 0);
    EXPECT_EQ(s.free + s.bound + s.meta, s.total);
    EXPECT(s.bound <= s.promised);
    EXPECT(s.largest >= 12 && s.largest < 32);
    EXPECT_EQ(REQUEST(HURD_PM_STATISTICS, BAD_HANDLE), EBADF);
}

TEST(containers_of_a_task_are_listed_each_once)
{
    struct hurd_pm_listed list[HURD_PM_LISTED_MOST];
    struct hurd_pm_task_statistics s;
    L4_Word_t me = control_info(control).task, n, number = 0, pages = 0, mine;
    EXPECT_EQ(hurd_pm_container_create(pm, control, 0, &mine), 0);
    EXPECT_EQ(hurd_pm_container_allocate(pm, mine, 0, 0, 3 * PAGE, NULL), 0);
    bool found = false;
    do {
        EXPECT_EQ(hurd_pm_container_list(pm, a, me, number, list, &n), 0);
        for (L4_Word_t i = 0; i < n; i++) {
            pages += list[i].pages;
            found |= list[i].pages == 3 && list[i].maker == me && list[i].swapped == 0;
        }
        number += n;
    } while (n > 0 && number < 1000);
    EXPECT(found);
    EXPECT(number >= 2);
    EXPECT_EQ(hurd_pm_task_statistics(pm, a, me, &s), 0);
    EXPECT_EQ(pages, s.promised);
    EXPECT_EQ(hurd_pm_container_list(pm, a, me, number, list, &n), 0);
    EXPECT_EQ(n, 0);
    EXPECT_EQ(hurd_pm_container_list(pm, a, me, 0xffffffff, list, &n), 0);
    EXPECT_EQ(n, 0);
    EXPECT_EQ(hurd_pm_container_list(pm, a, 0, 0, list, &n), EINVAL);
    EXPECT_EQ(hurd_pm_container_list(pm, a, 0x4000, 0, list, &n), EINVAL);
    EXPECT_EQ(hurd_pm_container_list(pm, BAD_HANDLE, me, 0, list, &n), EBADF);
    EXPECT_EQ(hurd_pm_container_destroy(pm, mine), 0);
}

TEST(task_statistics_list_the_tasks_in_order)
{
    struct hurd_pm_task_statistics s;
    L4_Word_t task = 0, n = 0, me = control_info(control).task;
    bool found = false;
    while (hurd_pm_task_statistics(pm, a, task, &s) == 0) {
        EXPECT(s.task >= task);
        EXPECT(s.used <= s.guarantee);
        found |= s.task == me && s.guarantee >= FRAMES;
        task = s.task + 1;
        n++;
    }
    EXPECT(found);
    EXPECT(n >= 3);
    EXPECT_EQ(REQUEST(HURD_PM_TASK_STATISTICS, a, 0xffffffff), ENOENT);
    EXPECT_EQ(REQUEST(HURD_PM_TASK_STATISTICS, a, 0x4000), ENOENT);
}

TEST(the_first_control_is_not_ours_to_play_with)
{
    EXPECT_EQ(REQUEST(HURD_PM_DEBUG_REVOKE, control, 1), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_DEBUG_REVOKE, own_control, 1), EPERM);
}

TEST(cap_info_tells_kind_giver_and_size)
{
    struct hurd_pm_cap_info info;
    L4_Word_t weak, me = control_info(control).task;
    EXPECT_EQ(allocate(a, 0, 3), 0);
    EXPECT_EQ(hurd_pm_cap_info(pm, a, &info), 0);
    EXPECT_EQ(info.kind, HURD_PM_KIND_CONTAINER);
    EXPECT_EQ(info.giver, me);
    EXPECT_EQ(info.amount, 3 * PAGE);
    EXPECT_EQ(info.rights, 7);
    EXPECT_EQ(hurd_pm_cap_info(pm, control, &info), 0);
    EXPECT_EQ(info.kind, HURD_PM_KIND_CONTROL);
    EXPECT_EQ(info.amount, FRAMES);
    EXPECT_EQ(hurd_pm_container_share(pm, a, 0, HURD_PM_READ, &weak), 0);
    EXPECT_EQ(hurd_pm_cap_info(pm, weak, &info), 0);
    EXPECT_EQ(info.kind, HURD_PM_KIND_WEAK);
    EXPECT_EQ(info.rights, HURD_PM_READ);
    hurd_cap_drop(pm, weak);
}

static uint32_t seed;

static uint32_t pick(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

/* A word as a request might hold it: good and bad handles, addresses, sizes, flags, nonsense. */
static L4_Word_t random_word(L4_Word_t newest, L4_Word_t me)
{
    const L4_Word_t words[] = {
        a, b, control, newest, newest - pick(8), BAD_HANDLE, 0, 1, HURD_TASK_ROOT, me,
        pick(40) * PAGE, pick(40) * PAGE, pick(8), 1u << pick(16), window, 0xfffff000, 0xffffffff, seed,
    };
    return words[pick(sizeof words / sizeof words[0])];
}

/* The rows that died with the control are still ours: live ones answer CAP_INFO and stay. */
static void drop_dead_handles(void)
{
    for (L4_Word_t h = a >> 18 << 18; h < (a >> 18 << 18) + 1024; h++)
        if (REQUEST(HURD_PM_CAP_INFO, h) == EBADF)
            while (hurd_cap_drop(pm, h) == 0)
                ;
}

TEST(random_requests_with_real_handles_do_no_harm)
{
    L4_Word_t safe, words[8], newest = b, me = control_info(own_control).task;
    struct hurd_pm_statistics s;
    unsigned answered = 0;
    seed = 20050111;
    EXPECT_EQ(hurd_pm_container_create(pm, own_control, 0, &safe), 0);
    EXPECT_EQ(allocate(safe, 0, 1), 0);
    put(safe, 0, 0x600d);
    for (unsigned i = 0; i < 5000; i++) {
        L4_Word_t word, label = pick(8) ? HURD_PM_CONTAINER_MAP_OLD + pick(23) : HURD_CAP_CANCEL + pick(6);
        for (unsigned k = 0; k < 7; k++)
            words[k] = random_word(newest, me);
        if (pick(4))
            words[0] = pick(2) ? a : pick(2) ? control : newest;
        if (words[0] == own_control || (label == HURD_PM_CONTROL_DESTROY && words[0] == control))
            continue;
        int err = request_words(label, pick(8), words, &word);
        if (!err && label == HURD_PM_CONTAINER_CREATE)
            newest = word;
        answered += err != EIO;
    }
    EXPECT(answered > 3000);                            /* EIO: map items that we did not accept */
    EXPECT_EQ(hurd_pm_statistics(pm, own_control, &s), 0);
    EXPECT_EQ(s.free + s.bound + s.meta, s.total);
    window_clear();
    EXPECT_EQ(get(safe, 0), 0x600d);
    hurd_pm_control_destroy(pm, control);
    hurd_cap_drop(pm, safe);
    drop_dead_handles();
}

const struct test control_tests[] = {
    T(control_split_moves_frames_to_the_child),
    T(control_split_refuses_more_than_is_unused),
    T(control_split_refuses_strange_targets),
    T(control_split_has_an_end),
    T(control_passes_frames_down),
    T(control_gives_its_parent_back_what_is_unused),
    T(control_destroy_takes_containers_and_children),
    T(a_control_lives_as_long_as_its_containers),
    T(statistics_add_up),
    T(containers_of_a_task_are_listed_each_once),
    T(task_statistics_list_the_tasks_in_order),
    T(the_first_control_is_not_ours_to_play_with),
    T(cap_info_tells_kind_giver_and_size),
    T(random_requests_with_real_handles_do_no_harm),
    { 0 },
};
