/* SPDX-License-Identifier: MIT */
/* The life of the IDE driver.  It gets ports, memory and interrupts from deva, looks for drives,
 * and serves.
 *      ide [pio]       pio: it uses no bus master
 * It ends with status 0 if there are no drives. */
#include "channel.h"
#include "dma.h"
#include "drive.h"
#include "pci.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/mm.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

enum {
    PAGE = 4096,
    COMMAND_LOG2 = 3,           /* numbers of ports, as powers of two */
    CONTROL_LOG2 = 0,
    MASTER_LOG2 = 4,
    PCI_LOG2 = 3,
    PORT_PCI = 0xCF8,
};

static L4_ThreadId_t deva;
static L4_Word_t master;

static int take_ports(uint16_t first, int log2)
{
    L4_Accept(L4_MapGrantItems(L4_CompleteIoSpace));
    int err = hurd_deva_ports_map(deva, master, L4_IoFpageLog2(first, log2).raw);
    L4_Accept(L4_UntypedWordsAcceptor);
    return err;
}

static int take_channels(void)
{
    for (unsigned i = 0; i < CHANNELS; i++) {
        int err = take_ports(channels[i].command, COMMAND_LOG2);
        if (!err)
            err = take_ports(channels[i].control, CONTROL_LOG2);
        if (err)
            return err;
    }
    return 0;
}

/* Without bus masters, the processor moves the data. */
static void take_bus_masters(void)
{
    uint16_t base = take_ports(PORT_PCI, PCI_LOG2) ? 0 : pci_bus_master();
    if (!base || take_ports(base, MASTER_LOG2))
        return;
    for (unsigned i = 0; i < CHANNELS; i++)
        channels[i].bus_master = base + 8 * i;
}

static int take_memory(void)
{
    uintptr_t address = 0;
    int err = hurd_deva_dma_memory(deva, master, &dma_memory);
    if (!err)
        err = hurd_vm_map_container(&address, HURD_DEVA_DMA_PAGES * PAGE, 0,
                                    HURD_VM_READ | HURD_VM_WRITE, dma_memory.container, 0);
    dma_pages = (uint8_t *) address;
    return err ? err : drives_memory();
}

static int take_interrupts(void)
{
    int err = 0;
    for (unsigned i = 0; i < CHANNELS && !err; i++) {
        if (channels[i].present)
            err = hurd_deva_irq_attach(deva, master, channels[i].line, L4_MyGlobalId());
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
    int err = block_server_master(&deva, &master);
    if (!err)
        err = take_channels();
    if (!err)
        err = take_memory();
    if (err) {
        printf("ide: deva gives no ports or no memory: %s. Start the driver with run -d.\n",
               strerror(err));
        return EXIT_FAILURE;
    }
    take_bus_masters();
    if (!drives_find(!pio)) {
        printf("ide: there are no disks\n");
        return EXIT_SUCCESS;
    }
    err = take_interrupts();
    if (!err) {
        announce();
        err = block_server_run(&drive_driver, deva, master);
    }
    printf("ide: deva refuses the interrupts or the disks: %s\n", strerror(err));
    return EXIT_FAILURE;
}
