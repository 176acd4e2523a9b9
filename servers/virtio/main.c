/* SPDX-License-Identifier: MIT */
/* The life of the virtio driver: it gets the device's ports, line and memory, starts the device,
 * and serves its disk.  It ends with status 0 if the device is none that it knows. */
#include "disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/mm.h>

#include "lib/driver/driver.h"

_Static_assert(DISK_MEMORY <= HURD_DEVA_DMA_MOST, "deva lends so many pages");

static struct driver device;

/* The device finds the ring by the number of its first page. */
static bool ring_is_whole(void)
{
    for (unsigned i = 1; i < RING_PAGES; i++) {
        if (disk_site.physical[i] != disk_site.physical[0] + i * RING_PAGE)
            return false;
    }
    return true;
}

static int take_memory(void)
{
    struct hurd_deva_dma dma;
    uintptr_t memory = 0, staging = 0;
    int err = hurd_deva_dma_pages(device.deva, device.handle, DISK_MEMORY, 0, &dma);
    if (err)
        return err;
    memcpy(disk_site.physical, dma.physical, sizeof disk_site.physical);
    if (!ring_is_whole())
        return ENOMEM;
    disk_site.container = dma.container;
    err = hurd_vm_map_container(&memory, DISK_MEMORY * RING_PAGE, 0, HURD_VM_READ | HURD_VM_WRITE,
                                dma.container, 0);
    if (!err)
        err = hurd_vm_new_container(&staging, DISK_PAGES * RING_PAGE, &disk_site.staging_container);
    disk_site.memory = (uint8_t *) memory;
    disk_site.staging = (uint8_t *) staging;
    return err;
}

int main(void)
{
    int err = driver_init(&device);
    if (!err)
        err = driver_ports(&device, 0, &disk_site.ports, NULL);
    if (!err)
        err = take_memory();
    if (err) {
        printf("virtio: deva gives no ports, or no memory in one piece: %s\n", strerror(err));
        return EXIT_FAILURE;
    }
    if (!disk_start()) {
        printf("virtio: the device has a queue that is too large\n");
        return EXIT_SUCCESS;
    }
    err = driver_interrupt(&device, 0);
    if (!err)
        err = block_server_run(&disk_driver, device.deva, device.handle);
    printf("virtio: deva refuses the interrupt or the disk: %s\n", strerror(err));
    return EXIT_FAILURE;
}
