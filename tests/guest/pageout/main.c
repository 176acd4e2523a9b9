/* SPDX-License-Identifier: MIT */
/* pageout_test [only=PART]: one task a case. */
#include "cases.h"

#include <hurd/task.h>
#include <stdio.h>
#include <l4/ipc.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 128, SWAP = 700 };

struct hurd_mm_counters counters(void)
{
    struct hurd_mm_counters c;
    hurd_mm_counters(&c);
    return c;
}

/* ---- memory ---- */

unsigned in_core(const char *at, unsigned pages)
{
    unsigned n = 0;
    for (unsigned i = 0; i < pages; i++) {
        L4_Word_t bit = 0;
        NEED(hurd_vm_resident((uintptr_t)at + i * PAGE, PAGE, &bit) == 0);
        n += bit & 1;
    }
    return n;
}

static volatile char *hog;
static unsigned hog_pages;

void frames_free(void)
{
    NEED(hurd_vm_deallocate((uintptr_t)hog, hog_pages * PAGE) == 0);
    hog = NULL;
}

/* As many pages as the task has frames, used again and again, forwards and backwards: with a loop in
 * one direction alone, two pages of another region were seen to stay in all rounds. */
void push_out(const char *at, unsigned pages)
{
    struct hurd_pm_control_info info;
    NEED(hurd_pm_control_info(physmem(), control(), &info) == 0);
    hog_pages = (unsigned)info.guarantee;
    if (!hog)
        hog = pages_new(hog_pages);
    for (unsigned round = 0; round < 20 && in_core(at, pages); round++)
        for (unsigned i = 0; i < info.guarantee; i++)
            hog[(round & 1 ? info.guarantee - 1 - i : i) * PAGE]++;
    NEED(in_core(at, pages) == 0);
}

/* ---- cases ---- */

static const struct test_case *const chapters[] = {memory_cases, thread_cases};

static int child(const char *name)
{
    for (unsigned c = 0; c < sizeof chapters / sizeof *chapters; c++)
        for (const struct test_case *t = chapters[c]; t->name; t++)
            if (!strcmp(t->name, name))
                return t->run();
    return 99;
}

/* True: it ended as it had to, and left nothing on disk. */
static bool run(const struct test_case *t)
{
    L4_ThreadId_t task = L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
    struct hurd_task_created created;
    struct hurd_pm_swap_info before, after;
    L4_Word_t status = 0, why = 0;
    char argz[120];
    int length = snprintf(argz, sizeof argz, "pageout_test/child%ccase=%s%c", 0, t->name, 0);
    int error = hurd_pm_swap_info(physmem(), control(), &before);
    if (!error)
        error = hurd_spawn_self_swap(t->frames ? t->frames : FRAMES, t->swap ? t->swap : SWAP, argz,
                                     (L4_Word_t)length, &created);
    if (!error)
        error = hurd_task_wait(task, created.handle, 0, &status, &why);
    if (error) {
        printf("# it could not be started: %s\n", strerror(error));
        return false;
    }
    hurd_task_release(task, created.handle);
    bool back = false;
    for (int i = 0; i < 500 && !back; i++) {
        back = !hurd_pm_swap_info(physmem(), control(), &after) &&
               after.quota == before.quota && after.free == before.free;
        if (!back)
            L4_Sleep(L4_TimePeriod(10000));
    }
    if ((int)status != t->status)
        printf("# its status is %lu, wanted %d\n", status, t->status);
    if (!back)
        printf("# %lu blocks are free, %lu before\n", after.free, before.free);
    return back && (int)status == t->status;
}

int main(int argc, char **argv)
{
    const char *only = "";
    unsigned number = 0, failures = 0;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "case=", 5) == 0)
            return child(argv[i] + 5);
        if (strncmp(argv[i], "only=", 5) == 0)
            only = argv[i] + 5;
    }
    if (hurd_spawn_prepare())
        printf("# no copy of the image\n");
    for (unsigned c = 0; c < sizeof chapters / sizeof *chapters; c++) {
        for (const struct test_case *t = chapters[c]; t->name; t++) {
            if (!strstr(t->name, only))
                continue;
            bool good = run(t);
            failures += !good;
            printf("%sok %u - %s\n", good ? "" : "not ", ++number, t->name);
        }
    }
    printf("1..%u\n# done\n", number);
    return failures ? 1 : 0;
}
