/* SPDX-License-Identifier: MIT */
/* What a page costs that comes from a disk or goes there: client, driver, physmem and kernel
 * together, of the whole machine, as in pages.c.  The waits are taken off: a thread of the lowest
 * priority counts its rounds of two instructions while nobody else has anything to do.  The ticks
 * during a wait are not taken off, and a disk on a busy machine lets us wait for many: so the least
 * of all samples counts. */
#include <errno.h>
#include <hurd/block.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/samples.h"

enum {
    PAGE = 4096,
    SAMPLES = 33,
    RUN = 4,                    /* pages of a longer run: what one command takes */
    TRIES = 100,
    PAUSE = 10000,              /* us */
};

static uint32_t samples[SAMPLES];
static volatile uint32_t idle;
static struct hurd_block block;

static void count_idle(void *unused)
{
    (void) unused;
    __asm__ volatile("1: addl $1, %0\n\tjmp 1b" : "+m"(idle));
}

static uint32_t least(void)
{
    uint32_t found = samples[0];
    for (int i = 1; i < SAMPLES; i++)
        found = samples[i] < found ? samples[i] : found;
    return found;
}

static int measure(const char *disk, const char *what, L4_Word_t pages, int write)
{
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t idle_before = idle, before = instructions();
        int err = write ? hurd_block_write(&block, 0, i * pages * HURD_BLOCK_PER_PAGE,
                                           pages * HURD_BLOCK_PER_PAGE, NULL)
                        : hurd_block_read(&block, 0, i * pages * HURD_BLOCK_PER_PAGE,
                                          pages * HURD_BLOCK_PER_PAGE, NULL);
        uint32_t after = instructions(), idle_after = idle;
        if (err)
            return err;
        samples[i] = after - before - 2 * (idle_after - idle_before);
    }
    printf("bench block.%s.%s %lu instr\n", disk, what, (unsigned long) (least() / pages));
    return 0;
}

static int get_ready(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_ThreadId_t deva = L4_ThreadIdOfRaw(data->console.server), counter;
    L4_ThreadId_t physmem = L4_ThreadIdOfRaw(data->physmem_control.server);
    L4_Word_t capability, container;
    int err = ENOENT;
    for (int i = 0; err && i < TRIES; i++) {
        err = hurd_block_capability(deva, data->console.cap, &capability);
        if (err)
            L4_Sleep(L4_TimePeriod(PAUSE));
    }
    if (!err)
        err = hurd_block_open(&block, deva, capability);
    if (!err)
        err = hurd_pm_container_create(physmem, data->physmem_control.cap, 0, &container);
    if (!err)
        err = hurd_pm_container_allocate(physmem, container, 0, 0, RUN * PAGE, NULL);
    if (!err)
        err = hurd_block_use(&block, physmem, container, HURD_PM_READ | HURD_PM_WRITE);
    if (!err)
        err = hurd_thread_start(&counter, count_idle, NULL, 0);
    if (!err)
        err = hurd_task_thread_priority(L4_ThreadIdOfRaw(data->task.server), data->task.cap,
                                        counter, 1);
    return err;
}

int main(void)
{
    struct hurd_block_info info;
    int err = get_ready();
    if (!err)
        err = hurd_block_info(&block, &info);
    const char *disk = info.flags & HURD_BLOCK_VOLATILE ? "ram"
                       : info.flags & HURD_BLOCK_DMA ? "dma" : "pio";
    if (!err)
        err = measure(disk, "write", 1, 1);
    if (!err)
        err = measure(disk, "read", 1, 0);
    if (!err)
        err = measure(disk, "read4", RUN, 0);
    if (err)
        printf("not ok - a disk: error %d\n", err);
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
