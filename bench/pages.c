/* SPDX-License-Identifier: MIT */
/* What paging costs a task that pages itself: an ordinary program, started by init under `-icount
 * shift=0`, where the time-stamp counter counts instructions of the whole machine: ours, our
 * pager's, physmem's and the kernel's. */
#include <errno.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/space.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/samples.h"

enum {
    SAMPLES = 33,
    BATCH = 64,                 /* pages of one mmap */
    NULL_LABEL = 0x7F0,         /* no operation of physmem: the shortest way there and back */
};

extern struct hurd_startup_data *__hurd_startup_data;

static uint32_t samples[SAMPLES];

/* The middle one: a timer tick in one of them does not show. */
static uint32_t median(void)
{
    samples_sort(samples, SAMPLES);
    return samples[SAMPLES / 2];
}

static void report(const char *name, uint32_t value, uint32_t divisor)
{
    printf("bench %s %lu.%lu instr\n", name, (unsigned long)(value / divisor),
           (unsigned long)(value % divisor * 10 / divisor));
}

static bool give_up(const char *what, int error)
{
    printf("not ok - %s: error %d\n", what, error);
    return false;
}

/* From before a write to behind it; the caller takes off what that costs when nothing faults. */
static uint32_t touch(uintptr_t address)
{
    uint32_t before = instructions();
    *(volatile uint8_t *)address = 1;
    return instructions() - before;
}

/* Ten nops more must count ten more. */
static bool meter_is_exact(void)
{
    uint32_t start = instructions();
    uint32_t none = instructions() - start;
    start = instructions();
    __asm__ volatile("nop; nop; nop; nop; nop; nop; nop; nop; nop; nop");
    uint32_t ten = instructions() - start;
    return ten == none + 10 || give_up("the counter counts no instructions", (int)(ten - none));
}

/* Regions of one page each with a gap behind, so that no neighbour comes along. */
static bool single_pages(uintptr_t *page, int map_now)
{
    uintptr_t at = 0x40000000;
    for (int i = 0; i < SAMPLES; i++) {
        page[i] = at + (uintptr_t)i * 2 * HURD_MM_PAGE;
        int error = hurd_vm_allocate(&page[i], HURD_MM_PAGE, HURD_VM_HERE, map_now);
        if (error)
            return give_up("hurd_vm_allocate", error);
    }
    return true;
}

static bool release(const uintptr_t *page)
{
    for (int i = 0; i < SAMPLES; i++)
        if (hurd_vm_deallocate(page[i], HURD_MM_PAGE))
            return give_up("hurd_vm_deallocate", 0);
    return true;
}

/* Faults on these pages: the frame is ours already, only the mapping is gone. */
static uint32_t faults_owned(const uintptr_t *page)
{
    for (int i = 0; i < SAMPLES; i++) {
        L4_Flush(L4_FpageAddRights(L4_FpageLog2(page[i], 12), L4_FullyAccessible));
        uint32_t fault = touch(page[i]);
        samples[i] = fault - touch(page[i]);
    }
    return median();
}

static bool fault_owned(void)
{
    uintptr_t page[SAMPLES];
    if (!single_pages(page, 1))
        return false;
    report("mm.fault.owned", faults_owned(page), 1);
    return release(page);
}

/* The first touch: physmem has to find and clear a frame. */
static bool fault_physmem(void)
{
    uintptr_t page[SAMPLES];
    if (!single_pages(page, 0))
        return false;
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t fault = touch(page[i]);
        samples[i] = fault - touch(page[i]);
    }
    report("mm.fault.physmem", median(), 1);
    return release(page);
}

/* Memory that is mapped at once, then touched. */
static bool mmap_and_touch(void)
{
    for (int i = 0; i < SAMPLES; i++) {
        uintptr_t at = 0x48000000;
        uint32_t before = instructions();
        int error = hurd_vm_allocate(&at, BATCH * HURD_MM_PAGE, 0, 1);
        if (error)
            return give_up("hurd_vm_allocate at once", error);
        for (uintptr_t page = at; page < at + BATCH * HURD_MM_PAGE; page += HURD_MM_PAGE)
            *(volatile uint8_t *)page = 1;
        samples[i] = instructions() - before;
        error = hurd_vm_deallocate(at, BATCH * HURD_MM_PAGE);
        if (error)
            return give_up("hurd_vm_deallocate", error);
    }
    report("mm.touch", median(), BATCH);
    return true;
}

/* Memory that was touched goes back. */
static bool unmap_touched(void)
{
    for (int i = 0; i < SAMPLES; i++) {
        uintptr_t at = 0x48000000;
        int error = hurd_vm_allocate(&at, BATCH * HURD_MM_PAGE, 0, 1);
        if (error)
            return give_up("hurd_vm_allocate at once", error);
        for (uintptr_t page = at; page < at + BATCH * HURD_MM_PAGE; page += HURD_MM_PAGE)
            *(volatile uint8_t *)page = 1;
        uint32_t before = instructions();
        error = hurd_vm_deallocate(at, BATCH * HURD_MM_PAGE);
        samples[i] = instructions() - before;
        if (error)
            return give_up("hurd_vm_deallocate", error);
    }
    report("mm.unmap", median(), BATCH);
    return true;
}

/* ---- fork(): a child that ends at once and is waited for; then a write to a page that the child
 * has, too ---- */

static bool fork_and_wait(void)
{
    for (int i = 0; i < SAMPLES; i++) {
        int status = -1;
        uint32_t before = instructions();
        pid_t child = fork();
        if (child == 0)
            _Exit(0);
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
            return give_up("fork", child < 0 ? errno : status);
        samples[i] = instructions() - before;
    }
    report("mm.fork", median(), 1);
    return true;
}

static bool fault_copy(void)
{
    uintptr_t page[SAMPLES];
    if (!single_pages(page, 1))
        return false;
    for (int i = 0; i < SAMPLES; i++)
        touch(page[i]);
    struct hurd_task_created child;
    int error = hurd_fork(0, &child);
    if (error)
        return give_up("fork", error);
    if (child.id == 0) {
        L4_Sleep(L4_Never);
        _Exit(1);
    }
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t fault = touch(page[i]);
        samples[i] = fault - touch(page[i]);
    }
    report("mm.fault.copy", median(), 1);
    L4_ThreadId_t task = L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
    hurd_task_destroy(task, child.handle, 0);
    return waitpid((pid_t)child.id, NULL, 0) == (pid_t)child.id && release(page);
}

/* ---- pages of a store: in core already, and fetched in place of another one ---- */

static int fetch_nothing(void *hook, uintptr_t offset, void *const *page, unsigned pages)
{
    (void)hook, (void)offset, (void)page, (void)pages;
    return 0;
}

static bool fault_paged(void)
{
    enum { FRAMES = 16, PAGES = FRAMES + SAMPLES };
    static const struct hurd_store_ops ops = {.fetch = fetch_nothing, .rights = HURD_VM_READ};
    struct hurd_store store;
    unsigned policy;
    uintptr_t at = 0;
    int error = hurd_store_create(&store, NULL, &ops);
    if (!error)
        error = hurd_store_bind_to_vm(&store, 0, PAGES * HURD_MM_PAGE, 0, HURD_VM_READ, &at);
    if (!error)
        error = hurd_policy_create(&hurd_policy_clock, FRAMES, 0, &policy);
    if (!error)
        error = hurd_vm_set_policy(at, PAGES * HURD_MM_PAGE, policy);
    if (error)
        return give_up("a store", error);
    for (int i = 0; i < PAGES; i++) {
        uint32_t before = instructions();
        (void)*(volatile uint8_t *)(at + (uintptr_t)i * HURD_MM_PAGE);
        if (i >= FRAMES)
            samples[i - FRAMES] = instructions() - before;
    }
    report("mm.fault.paged", median(), 1);
    return true;
}

static bool rpc_null(void)
{
    L4_ThreadId_t physmem = {.raw = __hurd_startup_data->physmem_control.server};
    for (int i = 0; i < SAMPLES; i++) {
        L4_MsgTag_t tag = {.raw = NULL_LABEL << 16 | 1};
        L4_LoadMR(1, __hurd_startup_data->physmem_control.cap);
        L4_Set_MsgTag(tag);
        uint32_t before = instructions();
        tag = L4_Call(physmem);
        samples[i] = instructions() - before;
        if (L4_IpcFailed(tag))
            return give_up("IPC to physmem", (int)L4_ErrorCode());
    }
    report("rpc.null", median(), 1);
    return true;
}

/* ---- how a fault grows (growth.py): with the frames and the containers that the task has ---- */

static void report_growth(const char *by, uint32_t n, uint32_t value)
{
    printf("bench growth.fault.%s.%lu %lu instr\n", by, (unsigned long)n, (unsigned long)value);
}

static bool grow_frames(const uintptr_t *page)
{
    uintptr_t at = 0x50000000, have = 0;
    for (uint32_t n = 10; n <= 100000; n *= 10) {
        int error = hurd_vm_allocate(&at, (n - have) * HURD_MM_PAGE, HURD_VM_HERE, 1);
        if (error)
            return give_up("hurd_vm_allocate of many pages", error);
        at += (n - have) * HURD_MM_PAGE;
        have = n;
        report_growth("frames", n, faults_owned(page));
    }
    return true;
}

static bool grow_containers(const uintptr_t *page)
{
    L4_ThreadId_t physmem = {.raw = __hurd_startup_data->physmem_control.server};
    uint32_t have = 0;
    for (uint32_t n = 10; n <= 1000; n *= 10) {
        for (; have < n; have++) {
            L4_Word_t container;
            int error = hurd_pm_container_create(physmem, __hurd_startup_data->physmem_control.cap,
                                                 0, &container);
            if (!error)
                error = hurd_pm_container_allocate(physmem, container, 0, 0, HURD_MM_PAGE, NULL);
            if (error)
                return give_up("a container", error);
        }
        report_growth("containers", n, faults_owned(page));
    }
    return true;
}

static bool grow(void)
{
    uintptr_t page[SAMPLES];
    return single_pages(page, 1) && grow_containers(page) && grow_frames(page);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "grow") == 0) {
        bool grown = meter_is_exact() && grow();
        printf("# done\n");
        return grown ? 0 : 1;
    }
    report("boot.demo", instructions(), 1); /* init has started us in the demo's place */
    bool good = meter_is_exact() && rpc_null() && fault_owned() && fault_physmem() &&
                mmap_and_touch() && unmap_touched() && fork_and_wait() &&
                fault_copy() && fault_paged();
    printf("# done\n");
    return good ? 0 : 1;
}
