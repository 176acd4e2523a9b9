/* SPDX-License-Identifier: MIT */
/* deaths_test: children with pages on disk end at their n-th IPC, each at another n.  Whatever they
 * were at, nothing of them is left: no frame, no block, no record, no thread.    deaths=N seed=N */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/thread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mortal.h"

enum {
    PAGE = 4096, DEATHS = 200, LATEST = 900, FRAMES = 70, SWAP = 260, SURVIVED = 98,
    PAGES = 90,                             /* of anonymous memory: more than there are frames */
    LONG = 80,                              /* pages of a request that goes in parts */
};

static L4_ThreadId_t physmem, task;
static L4_Word_t control, self;

/* ---- the child: it does a bit of everything, again and again ---- */

static void use_memory(void)
{
    uintptr_t at = 0;
    if (hurd_vm_allocate(&at, PAGES * PAGE, 0, 0))
        return;
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < PAGES; i++)
            ((volatile uint32_t *)(at + i * PAGE))[round] = i;
    for (unsigned i = 0; i < PAGES; i++)
        if (((volatile uint32_t *)(at + i * PAGE))[1] != i)
            exit(SURVIVED);
    hurd_vm_deallocate(at, PAGES * PAGE);
}

static void use_containers(void)
{
    L4_Word_t a, b, weak, part, physical, contiguous;
    uintptr_t at = 0;
    if (hurd_pm_container_create(physmem, control, 0, &a) || hurd_pm_container_create(physmem, control, 0, &b))
        return;
    hurd_pm_container_share(physmem, a, 0, 0, &weak);
    hurd_pm_container_allocate(physmem, a, 0, 0, 16 * PAGE, NULL);
    if (!hurd_vm_map_container(&at, 8 * PAGE, 0, HURD_VM_READ | HURD_VM_WRITE, a, 0))
        memset((void *)at, 7, 8 * PAGE);
    hurd_pm_container_copy(physmem, a, 0, b, 0, 8 * PAGE, 0, NULL);
    hurd_pm_container_copy(physmem, a, 8 * PAGE, b, 8 * PAGE, 4 * PAGE, HURD_PM_SHARED, NULL);
    hurd_pm_swap_out(physmem, a, 0, 8 * PAGE, 0, NULL);
    hurd_pm_swap_out(physmem, b, 0, 8 * PAGE, 0, NULL);
    hurd_pm_container_copy(physmem, a, 0, b, 20 * PAGE, 6 * PAGE, 0, NULL);
    hurd_pm_container_lock(physmem, weak, 1000);
    hurd_pm_swap_in(physmem, a, 0, 8 * PAGE, 0, NULL);
    hurd_pm_container_pin(physmem, a, 2 * PAGE, 2 * PAGE, &physical, &contiguous);
    hurd_pm_container_copy(physmem, b, 20 * PAGE, a, 40 * PAGE, 6 * PAGE, HURD_PM_MOVE, NULL);
    hurd_pm_container_return(physmem, a, 8 * PAGE, 2 * PAGE, NULL);
    hurd_pm_container_harden(physmem, a, 0, 8 * PAGE, 2 * PAGE, NULL);
    if (!hurd_pm_control_split(physmem, control, 4, 0, &part))
        hurd_pm_control_destroy(physmem, part);
    hurd_pm_container_allocate(physmem, b, HURD_PM_EXTRA, 100 * PAGE, LONG * PAGE, NULL);
    hurd_pm_container_deallocate(physmem, b, 100 * PAGE, LONG * PAGE, NULL);
    if (at)
        hurd_vm_deallocate(at, 8 * PAGE);
    hurd_pm_container_destroy(physmem, a);
    hurd_pm_container_destroy(physmem, b);
    hurd_cap_drop(physmem, weak);
    hurd_cap_drop(physmem, part);
    hurd_cap_drop(physmem, a);
    hurd_cap_drop(physmem, b);
}

static void nothing(void *argument)
{
    (void)argument;
}

static int child(L4_Word_t last)
{
    L4_ThreadId_t thread;
    use_memory();                           /* so there are workers, and pages on disk */
    mortal_arm(last);
    for (unsigned i = 0; i < 50; i++) {
        use_containers();
        use_memory();
        hurd_thread_start(&thread, nothing, NULL, 0);
    }
    return SURVIVED;
}

/* ---- the parent ---- */

struct figures {
    L4_Word_t promised, meta, unassigned, used, swapped, blocks, tasks, threads;
};

static struct figures figures(void)
{
    struct hurd_pm_statistics s = {0};
    struct hurd_pm_control_info own = {0};
    struct hurd_pm_swap_info swap = {0};
    struct hurd_task_budget budget[HURD_BUDGETS] = {{0, 0}};
    hurd_pm_statistics(physmem, control, &s);
    hurd_pm_control_info(physmem, control, &own);
    hurd_pm_swap_info(physmem, control, &swap);
    hurd_task_budget(task, self, 0, budget);
    return (struct figures){s.promised, s.meta, s.unassigned, own.used, swap.swapped, swap.free,
                            budget[HURD_BUDGET_TASKS].limit - budget[HURD_BUDGET_TASKS].used,
                            budget[HURD_BUDGET_THREADS].limit - budget[HURD_BUDGET_THREADS].used};
}

/* When nothing has changed for a tenth of a second, no page of a child is being written any more. */
static struct figures settled(void)
{
    struct figures now = figures(), earlier;
    do {
        earlier = now;
        L4_Sleep(L4_TimePeriod(100000));
        now = figures();
    } while (memcmp(&now, &earlier, sizeof now));
    return now;
}

/* What was being written when the child ended is given back when it is written. */
static bool all_is_back(const struct figures *before)
{
    struct figures now = figures();
    for (int i = 0; i < 300 && memcmp(&now, before, sizeof now); i++) {
        L4_Sleep(L4_TimePeriod(10000));
        now = figures();
    }
    if (!memcmp(&now, before, sizeof now))
        return true;
    const L4_Word_t *was = (const L4_Word_t *)before, *is = (const L4_Word_t *)&now;
    static const char *const names[] = {"promised", "records", "unassigned", "used", "on disk", "free blocks",
                                        "tasks", "threads"};
    for (unsigned i = 0; i < sizeof now / sizeof(L4_Word_t); i++)
        if (is[i] != was[i])
            printf("# %s: %lu, before %lu\n", names[i], is[i], was[i]);
    return false;
}

/* The child's status; -1: it could not be started. */
static int death(L4_Word_t last)
{
    struct hurd_task_created created;
    L4_Word_t status, reason;
    char argz[48];
    int n = snprintf(argz, sizeof argz, "deaths_test/child%cdie=%lu%c", 0, last, 0);
    int err = hurd_spawn_self_swap(FRAMES, SWAP, argz, (L4_Word_t)n, &created);
    if (err) {
        printf("# no child: %s\n", strerror(err));
        return -1;
    }
    err = hurd_task_wait(task, created.handle, 0, &status, &reason);
    hurd_task_release(task, created.handle);
    return err ? -1 : (int)status;
}

static L4_Word_t value(int argc, char **argv, const char *name, L4_Word_t otherwise)
{
    size_t length = strlen(name);
    for (int i = 1; i < argc; i++)
        if (!strncmp(argv[i], name, length))
            return strtoul(argv[i] + length, NULL, 10);
    return otherwise;
}

static uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7FEB352D;
    x ^= x >> 15;
    x *= 0x846CA68B;
    return x ^ x >> 16;
}

int main(int argc, char **argv)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    physmem = L4_ThreadIdOfRaw(data->physmem_control.server);
    control = data->physmem_control.cap;
    task = L4_ThreadIdOfRaw(data->task.server);
    self = data->task.cap;
    L4_Word_t last = value(argc, argv, "die=", 0), deaths = value(argc, argv, "deaths=", DEATHS);
    uint32_t seed = (uint32_t)value(argc, argv, "seed=", 1);
    if (last)
        return child(last);
    unsigned kept = 0, others = 0;
    for (int warm = 0; warm < 3; warm++)
        death(LATEST);
    struct figures before = settled();
    for (L4_Word_t i = 0; i < deaths && kept < 3; i++) {
        L4_Word_t n = 1 + mix(seed * 2654435761u + i) % LATEST;
        int status = death(n);
        bool back = all_is_back(&before);
        if (!back || status != MORTAL_STATUS)
            printf("# at IPC %lu: status %d\n", n, status);
        kept += !back;
        others += status != MORTAL_STATUS;
        if (!back)
            before = settled();
        if (i % 20 == 19)
            printf("# %lu of %lu\n", i + 1, deaths);
    }
    printf("# %lu deaths\n", deaths);
    printf("%sok 1 - a_task_that_ends_at_any_ipc_leaves_nothing_behind\n", kept ? "not " : "");
    printf("%sok 2 - every_task_that_was_to_end_has_ended_so\n1..2\n# done\n", others ? "not " : "");
    return kept || others;
}
