/* SPDX-License-Identifier: MIT */
/* The life of the IDE driver.  It gets the ports, memory and interrupts of the controller that the
 * framework has found, looks for drives, and serves.
 *      ide [pio]       pio: it uses no bus master
 * It ends with status 0 if there are no drives. */
#include "channel.h"
#include "dma.h"
#include "drive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/mm.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#include "lib/driver/driver.h"

enum {
    PAGE = 4096,
    PORTS_MASTER = 2 * CHANNELS,        /* the number of the bus master's range of ports */
};

static struct driver device;

/* The framework names each channel's command ports, then its control port. */
static int take_channels(void)
{
    int err = 0;
    for (unsigned i = 0; i < CHANNELS && !err; i++) {
        err = driver_ports(&device, 2 * i, &channels[i].command, NULL);
        if (!err)
            err = driver_ports(&device, 2 * i + 1, &channels[i].control, NULL);
    }
    return err;
}

/* Without bus masters, the processor moves the data. */
static void take_bus_masters(void)
{
    uint16_t base;
    if (driver_ports(&device, PORTS_MASTER, &base, NULL))
        return;
    for (unsigned i = 0; i < CHANNELS; i++)
        channels[i].bus_master = base + 8 * i;
}

static int take_memory(void)
{
    uintptr_t address = 0;
    int err = hurd_deva_dma_pages(device.deva, device.handle, DMA_PAGES_MOST, 0, &dma_memory);
    if (err)                            /* a small machine, or an earlier driver got fewer */
        err = hurd_deva_dma_pages(device.deva, device.handle, DMA_PAGES_LEAST, 0, &dma_memory);
    if (!err)
        err = hurd_vm_map_container(&address, dma_memory.pages * PAGE, 0,
                                    HURD_VM_READ | HURD_VM_WRITE, dma_memory.container, 0);
    dma_pages = (uint8_t *) address;
    return err ? err : drives_memory();
}

/* Channels at the old places have a line each; native ones share the device's line. */
static void find_lines(void)
{
    unsigned found = 0;
    for (unsigned i = 0; i < device.device.count && found < CHANNELS; i++) {
        if (device.device.resource[i].kind == HURD_RESOURCE_IRQ)
            channels[found++].line = device.device.resource[i].base;
    }
    if (found == 1)
        channels[1].line = channels[0].line;
}

static int take_interrupts(void)
{
    int err = 0;
    for (unsigned i = 0; i < CHANNELS && !err; i++) {
        bool again = i > 0 && channels[0].present && channels[0].line == channels[i].line;
        if (channels[i].present && !again)
            err = hurd_deva_irq_attach(device.deva, device.handle, channels[i].line,
                                       L4_MyGlobalId());
    }
    return err;
}

static void announce(void)
{
    for (unsigned i = 0; i < DRIVES; i++) {
        const struct block_disk *disk = &drive_disks[i];
        if (disk->sectors)
            printf("ide: disk %u is %.40s, %lu MB, %s\n", i, disk->model,
                   (unsigned long) disk->sectors / 2048,
                   disk->flags & HURD_BLOCK_DMA ? "DMA" : "PIO");
    }
}

int main(int argc, char **argv)
{
    bool pio = argc > 1 && !strcmp(argv[1], "pio");
    int err = driver_init(&device);
    if (!err)
        err = take_channels();
    if (!err)
        err = take_memory();
    if (err) {
        printf("ide: deva gives no ports or no memory: %s. The framework starts this driver.\n",
               strerror(err));
        return EXIT_FAILURE;
    }
    take_bus_masters();
    find_lines();
    if (!drives_find(!pio)) {
        printf("ide: there are no disks\n");
        return EXIT_SUCCESS;
    }
    err = take_interrupts();
    if (!err) {
        announce();
        err = block_server_run(&drive_driver, device.deva, device.handle);
    }
    printf("ide: deva refuses the interrupts or the disks: %s\n", strerror(err));
    return EXIT_FAILURE;
}
