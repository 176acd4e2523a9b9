/* SPDX-License-Identifier: MIT */
/* Pages that devices write to.  A driver may be killed while its device transfers data.  If the
 * pages were the driver's, they would get a new owner while the device still writes to them.  So
 * the pages are deva's, pinned for ever, and drivers borrow them.  Before: master.c. */
#include "dma.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include <hurd/deva.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>

#define PAGE_SIZE 4096u

static struct {
    L4_Word_t container;
    L4_Word_t physical[HURD_DEVA_DMA_PAGES];
    bool made;
    unsigned task;              /* the task that has the pages; 0: none */
} memory;

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

static int pages_pin(void)
{
    for (unsigned i = 0; i < HURD_DEVA_DMA_PAGES; i++) {
        int err = hurd_pm_container_pin(physmem(), memory.container, i * PAGE_SIZE, PAGE_SIZE,
                                        &memory.physical[i], NULL);
        if (err)
            return err;
    }
    return 0;
}

static int memory_make(void)
{
    int err = hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap, 0,
                                       &memory.container);
    if (err)
        return err;
    err = hurd_pm_container_allocate(physmem(), memory.container, HURD_PM_DMA, 0,
                                     HURD_DEVA_DMA_PAGES * PAGE_SIZE, NULL);
    if (!err)
        err = pages_pin();
    if (err)
        hurd_pm_container_destroy(physmem(), memory.container);
    memory.made = !err;
    return err;
}

int dma_serve_memory(struct hurd_cap_call *call)
{
    if (call->words != 1)
        return EINVAL;
    if (memory.task != 0 && memory.task != call->task)
        return EBUSY;
    int err = memory.made ? 0 : memory_make();
    if (!err)
        err = hurd_cap_give(physmem(), memory.container, call->task, HURD_PM_READ | HURD_PM_WRITE,
                            0, &call->reply[0]);
    if (err)
        return err;
    memory.task = call->task;
    call->reply[1] = HURD_DEVA_DMA_PAGES;
    for (unsigned i = 0; i < HURD_DEVA_DMA_PAGES; i++)
        call->reply[2 + i] = memory.physical[i];
    call->reply_words = 2 + HURD_DEVA_DMA_PAGES;
    return 0;
}

void dma_forget_task(unsigned task)
{
    if (memory.task == task)
        memory.task = 0;
}
