/* SPDX-License-Identifier: MIT */
/* Runs the tests one by one, TAP on the console.  `only=PART` runs those whose name has that part.
 * */
#include "suite.h"

#include <hurd/mm.h>
#include <hurd/startup.h>
#include <l4/space.h>
#include <stdio.h>
#include <string.h>

#ifndef GROUPS                          /* another room's list: tests/guest/swap */
#define GROUPS container_tests, copy_tests, control_tests, share_tests, turn_tests, extra_tests
#endif

L4_ThreadId_t pm;
L4_Word_t own_control, control, a, b;
uintptr_t window;

static bool failed;

void expect_eq(L4_Word_t is, L4_Word_t wanted, const char *what, const char *file, int line)
{
    if (is == wanted)
        return;
    failed = true;
    printf("# %s:%d: %s is %#lx, wanted %#lx\n", file, line, what, is, wanted);
}

int request_words(L4_Word_t label, unsigned n, const L4_Word_t *words, L4_Word_t *word)
{
    L4_Word_t first = 0;
    int err = hurd_cap_rpc(pm, label, n, words, 1, &first, NULL);
    if (word)
        *word = first;
    return err;
}

int map(L4_Word_t container, unsigned page, unsigned n, unsigned rights)
{
    return hurd_pm_container_map(pm, container, rights, window + page * PAGE, page * PAGE, n * PAGE, NULL);
}

volatile uint32_t *at(unsigned page)
{
    return (volatile uint32_t *) (window + page * PAGE);
}

void window_clear(void)
{
    for (unsigned page = 0; page < WINDOW_PAGES; page++)
        L4_Flush(L4_FpageAddRights(L4_Fpage(window + page * PAGE, PAGE), L4_FullyAccessible));
}

int allocate(L4_Word_t container, unsigned page, unsigned n)
{
    return hurd_pm_container_allocate(pm, container, 0, page * PAGE, n * PAGE, NULL);
}

int deallocate(L4_Word_t container, unsigned page, unsigned n, L4_Word_t *amount)
{
    return hurd_pm_container_deallocate(pm, container, page * PAGE, n * PAGE, amount);
}

int copy(L4_Word_t from, unsigned page, L4_Word_t to, unsigned to_page, unsigned n, L4_Word_t flags)
{
    return hurd_pm_container_copy(pm, from, page * PAGE, to, to_page * PAGE, n * PAGE, flags, NULL);
}

void put(L4_Word_t container, unsigned page, uint32_t value)
{
    EXPECT_EQ(map(container, page, 1, HURD_PM_READ | HURD_PM_WRITE), 0);
    *at(page) = value;
}

uint32_t get(L4_Word_t container, unsigned page)
{
    EXPECT_EQ(map(container, page, 1, HURD_PM_READ), 0);
    return *at(page);
}

L4_Word_t free_frames(void)
{
    struct hurd_pm_statistics s = { 0 };
    EXPECT_EQ(hurd_pm_statistics(pm, own_control, &s), 0);
    return s.free;
}

struct hurd_pm_control_info control_info(L4_Word_t handle)
{
    struct hurd_pm_control_info info = { 0 };
    EXPECT_EQ(hurd_pm_control_info(pm, handle, &info), 0);
    return info;
}

static void run(const struct test *test)
{
    window = 0;
    EXPECT_EQ(hurd_vm_allocate(&window, WINDOW_PAGES * PAGE, 0, 0), 0);
    EXPECT_EQ(hurd_pm_control_split(pm, own_control, FRAMES, 0, &control), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, control, 0, &a), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, control, 0, &b), 0);
    if (test->friend)
        friend_start();
    if (!failed)
        test->run();
    if (test->friend)
        friend_kill();
    hurd_pm_control_destroy(pm, control);       /* some tests have done it */
    hurd_cap_drop(pm, control);
    hurd_cap_drop(pm, a);
    hurd_cap_drop(pm, b);
    hurd_vm_deallocate(window, WINDOW_PAGES * PAGE);
}

static void run_group(const struct test *test, const char *only, unsigned *number, unsigned *failures)
{
    for (; test->name; test++) {
        if (!strstr(test->name, only))
            continue;
        failed = false;
        run(test);
        *failures += failed;
        printf("%sok %u - %s\n", failed ? "not " : "", ++*number, test->name);
    }
}

int main(int argc, char **argv)
{
    const struct test *const groups[] = { GROUPS };
    unsigned number = 0, failures = 0;
    pm = L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
    own_control = __hurd_startup_data->physmem_control.cap;
    if (argc > 1 && !strncmp(argv[1], "friend=", 7))
        return friend_main(argv[1] + 7);
    const char *only = argc > 1 && !strncmp(argv[1], "only=", 5) ? argv[1] + 5 : "";
    for (unsigned i = 0; i < sizeof groups / sizeof groups[0]; i++)
        run_group(groups[i], only, &number, &failures);
    printf("1..%u\n# done\n", number);
    return failures > 0;
}
