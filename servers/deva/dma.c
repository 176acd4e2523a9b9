/* SPDX-License-Identifier: MIT */
/* Pages that devices write to.  A driver may be killed while its device transfers data.  If the
 * pages were the driver's, they would get a new owner while the device still writes to them.  So
 * the pages are deva's, pinned for ever, and drivers borrow them.  A device may still write when
 * another device's driver comes, so each device has pages of its own.  Before: master.c. */
#include "dma.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include <hurd/deva.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>

#define PAGE_SIZE 4096u

static struct loan {
    L4_Word_t pages;            /* 0: this place is free */
    uint32_t device;
    L4_Word_t container;
    L4_Word_t physical[HURD_DEVA_DMA_MOST];
    unsigned task;              /* the task that has the pages; 0: none */
} loans[HURD_DEVA_DMA_LOANS];

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

/* In one request, so that they may follow each other; then physmem says of each where it is, and
 * each has one pin. */
static int pages_pin(struct loan *l, L4_Word_t limit)
{
    int err = hurd_pm_container_pin_below(physmem(), l->container, 0, l->pages * PAGE_SIZE, limit,
                                          NULL, NULL);
    for (unsigned i = 0; i < l->pages && !err; i++) {
        err = hurd_pm_container_pin(physmem(), l->container, i * PAGE_SIZE, PAGE_SIZE,
                                    &l->physical[i], NULL);
        if (!err)
            err = hurd_pm_container_unpin(physmem(), l->container, i * PAGE_SIZE, PAGE_SIZE);
    }
    return err;
}

static int loan_make(struct loan *l, L4_Word_t limit)
{
    int err = hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap, 0,
                                       &l->container);
    if (err)
        return err;
    err = hurd_pm_container_allocate(physmem(), l->container, HURD_PM_DMA, 0,
                                     l->pages * PAGE_SIZE, NULL);
    if (!err)
        err = pages_pin(l, limit);
    if (err)
        hurd_pm_container_destroy(physmem(), l->container);
    return err;
}

/* The device's loan, or a new one.  Returns 0 or an errno. */
static int loan_find(uint32_t device, L4_Word_t pages, L4_Word_t limit, struct loan **loan)
{
    struct loan *unused = NULL;
    for (struct loan *l = loans; l < loans + HURD_DEVA_DMA_LOANS; l++) {
        if (l->pages && l->device == device) {
            *loan = l;
            return 0;
        }
        if (!l->pages && !unused)
            unused = l;
    }
    if (!unused)
        return ENOSPC;
    *unused = (struct loan) { .pages = pages, .device = device };
    int err = loan_make(unused, limit);
    if (err)
        unused->pages = 0;
    *loan = unused;
    return err;
}

int dma_serve_memory(struct hurd_cap_call *call, uint32_t device)
{
    L4_Word_t pages = call->words == 3 ? call->arg[1] : HURD_DEVA_DMA_PAGES;
    L4_Word_t limit = call->words == 3 ? call->arg[2] : 0;
    if ((call->words != 1 && call->words != 3) || pages == 0 || pages > HURD_DEVA_DMA_MOST)
        return EINVAL;
    struct loan *loan;
    int err = loan_find(device, pages, limit, &loan);
    if (!err && loan->task != 0 && loan->task != call->task)
        err = EBUSY;
    if (!err)
        err = hurd_cap_give(physmem(), loan->container, call->task, HURD_PM_READ | HURD_PM_WRITE,
                            0, &call->reply[0]);
    if (err)
        return err;
    loan->task = call->task;
    call->reply[1] = loan->pages;
    for (unsigned i = 0; i < loan->pages; i++)
        call->reply[2 + i] = loan->physical[i];
    call->reply_words = 2 + loan->pages;
    return 0;
}

void dma_forget_task(unsigned task)
{
    for (struct loan *l = loans; l < loans + HURD_DEVA_DMA_LOANS; l++) {
        if (l->task == task)
            l->task = 0;
    }
}
