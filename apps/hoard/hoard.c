/* SPDX-License-Identifier: MIT */
/* Makes others keep things in mind: it starts copies of itself until there is no memory for one more,
 * and each asks physmem for as many handles, controls, scattered pages or shared pages as it gets.
 * Everybody else must have what was guaranteed to them all the same, which `hoard due` finds out:
 * it takes its guarantee page by page, writes to each, and exits with 0 if all of it was there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>

#define PAGE        HURD_MM_PAGE
#define COPY_FRAMES 120u

static L4_ThreadId_t pm;
static L4_Word_t control;

static L4_Word_t unused(void)
{
    struct hurd_pm_control_info info;
    if (hurd_pm_control_info(pm, control, &info) || info.used >= info.guarantee)
        return 0;
    return info.guarantee - info.used;
}

/* ---- what copies ask for: each returns how many it got */

static unsigned take_handles(void)
{
    L4_Word_t c, weak;
    unsigned n = 0;
    while (!hurd_pm_container_create(pm, control, 0, &c)
           && !hurd_pm_container_share(pm, c, 0, HURD_PM_READ, &weak))
        n += 2;
    return n;
}

static unsigned take_controls(void)
{
    L4_Word_t child;
    unsigned n = 0;
    while (!hurd_pm_control_split(pm, control, 1, 0, &child))
        n++;
    return n;
}

/* A tree for each page, of which every eighth is kept: holes in the pages of records. */
static unsigned take_holes(void)
{
    L4_Word_t c;
    unsigned n = 0, kept = 0;
    if (hurd_pm_container_create(pm, control, 0, &c))
        return 0;
    while (n < 1000 && !hurd_pm_container_allocate(pm, c, 0, n * 0x400000u, PAGE, NULL))
        n++;
    for (unsigned i = 0; i < n; i++) {
        if (i % 8 == 0)
            kept++;
        else
            hurd_pm_container_deallocate(pm, c, i * 0x400000u, PAGE, NULL);
    }
    return kept;
}

static unsigned take_shared_pages(void)
{
    L4_Word_t from, to, got = 0, half = unused() / 2 * PAGE;
    if (half == 0 || hurd_pm_container_create(pm, control, 0, &from)
        || hurd_pm_container_create(pm, control, 0, &to))
        return 0;
    hurd_pm_container_allocate(pm, from, HURD_PM_PARTIAL, 0, half, &got);
    hurd_pm_container_copy(pm, from, 0, to, 0, half, HURD_PM_SHARED | HURD_PM_PARTIAL, &got);
    return got / PAGE;
}

static unsigned (*const kinds[])(void) = {
    take_handles, take_controls, take_holes, take_shared_pages,
};

/* ---- the tree of copies */

static _Noreturn void take(unsigned kind)
{
    kinds[kind]();                  /* there may be no memory left to say how many */
    for (;;)
        L4_Sleep(L4_Never);
}

static _Noreturn void start_copies(void)
{
    unsigned n = 0;
    int err = 0;
    while (!err && n < 100) {
        struct hurd_task_created created;
        char argz[32];
        int length = snprintf(argz, sizeof argz, "hoard%ccopy%c%u", 0, 0, n % 4);
        err = hurd_spawn_self(COPY_FRAMES, argz, length + 1, &created);
        n += !err;
        L4_Sleep(L4_TimePeriod(20000));
    }
    printf("hoard: %u copies take handles, controls and pages; then: %s\n", n, strerror(err));
    for (;;)
        L4_Sleep(L4_Never);
}

/* ---- what is due to it */

static int take_due(void)
{
    uintptr_t window = 0;
    L4_Word_t c, n = 0, due = unused();
    printf("hoard: %lu pages are due\n", due);
    if (hurd_vm_allocate(&window, due * PAGE, 0, 0) || hurd_pm_container_create(pm, control, 0, &c))
        return EXIT_FAILURE;
    due = unused();
    while (n < due && !hurd_pm_container_allocate(pm, c, 0, n * PAGE, PAGE, NULL)
           && !hurd_pm_container_map(pm, c, HURD_PM_READ | HURD_PM_WRITE, window + n * PAGE,
                                     n * PAGE, PAGE, NULL)) {
        *(volatile L4_Word_t *) (window + n * PAGE) = n;
        n++;
    }
    printf("hoard: %lu of %lu pages were there\n", n, due);
    return n == due ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    pm = L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
    control = __hurd_startup_data->physmem_control.cap;
    if (argc > 2 && !strcmp(argv[1], "copy"))
        take(strtoul(argv[2], NULL, 10) % 4);
    if (argc > 1 && !strcmp(argv[1], "due"))
        return take_due();
    start_copies();
}
