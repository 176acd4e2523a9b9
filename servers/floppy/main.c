/* SPDX-License-Identifier: MIT */
/* The life of the floppy driver.  It gets the ports and the interrupt of the controller, and those
 * of its DMA channel, and serves two drives.  It ends with status 0 if there is no controller. */
#include "drive.h"
#include "fdc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/mm.h>

#include "lib/driver/driver.h"

enum {
    PAGE = 4096,
    DMA_LIMIT = 0x1000000,      /* the PC's DMA reaches no further */
    RANGES = 5,
};

static struct driver device;

/* The framework names the ranges in this order. */
static int take_ports(void)
{
    uint16_t *first[RANGES] = { &fdc.base, &fdc.rate, &fdc.dma, &fdc.dma_page, &fdc.dma_control };
    int err = 0;
    for (unsigned i = 0; i < RANGES && !err; i++)
        err = driver_ports(&device, i, first[i], NULL);
    return err;
}

static int take_memory(void)
{
    struct hurd_deva_dma dma;
    uintptr_t page = 0, window = 0;
    int err = hurd_deva_dma_pages(device.deva, device.handle, 1, DMA_LIMIT, &dma);
    if (!err)
        err = hurd_vm_map_container(&page, PAGE, 0, HURD_VM_READ | HURD_VM_WRITE, dma.container, 0);
    if (!err)
        err = hurd_vm_new_container(&window, DRIVE_PAGES * PAGE, &drive_memory.container);
    drive_memory.dma = (uint8_t *) page;
    drive_memory.dma_physical = dma.physical[0];
    drive_memory.window = (uint8_t *) window;
    return err;
}

static void take_line(void)
{
    for (unsigned i = 0; i < device.device.count; i++) {
        if (device.device.resource[i].kind == HURD_RESOURCE_IRQ)
            fdc.line = device.device.resource[i].base;
    }
}

int main(void)
{
    int err = driver_init(&device);
    if (!err)
        err = take_ports();
    if (!err)
        err = take_memory();
    take_line();
    if (!err)
        err = driver_interrupt(&device, 0);
    if (err) {
        printf("floppy: deva gives no ports, memory or interrupt: %s\n", strerror(err));
        return EXIT_FAILURE;
    }
    if (!fdc_reset()) {
        printf("floppy: there is no controller\n");
        return EXIT_SUCCESS;
    }
    err = block_server_run(&drive_driver, device.deva, device.handle);
    printf("floppy: deva refuses the disks: %s\n", strerror(err));
    return EXIT_FAILURE;
}
