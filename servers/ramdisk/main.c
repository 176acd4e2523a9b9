/* SPDX-License-Identifier: MIT */
/* The RAM disk: where there is no other, and for tests.  ramdisk MEGABYTES.  The hop before is
 * lib/block/server.c, the hop after physmem. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>

#include "lib/block/server.h"

enum {
    PAGE = 4096,
    RUN_PAGES = 16,
    MOST_MEGABYTES = 1024,      /* it is mapped as a whole */
};

static struct block_disk disk = { .flags = HURD_BLOCK_VOLATILE, .model = "RAM" };
static L4_Word_t contents, window;      /* containers */
static uint8_t *bytes, *pages;          /* the same, mapped */

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

static int container_make(uintptr_t size, L4_Word_t *container, uint8_t **at)
{
    uintptr_t address = 0;
    int err = hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap, 0,
                                       container);
    if (!err)
        err = hurd_pm_container_allocate(physmem(), *container, 0, 0, size, NULL);
    if (!err)
        err = hurd_vm_map_container(&address, size, 0, HURD_VM_READ | HURD_VM_WRITE, *container, 0);
    *at = (uint8_t *) address;
    return err;
}

/* Where the run's data lies in the disk; on pages, it can be copied as it is. */
static void begin(const struct queue_run *run)
{
    uint32_t start = run->sector * HURD_BLOCK_SECTOR, size = run->count * HURD_BLOCK_SECTOR;
    bool whole = start % PAGE == 0 && size % PAGE == 0;
    L4_Word_t container = whole ? contents : window, at = whole ? start : 0;
    unsigned bad;
    if (run->op == QUEUE_WRITE) {
        int err = block_server_fetch(run, container, at, &bad);
        if (err) {
            block_server_refused(bad, err);
            return;
        }
        if (!whole)
            memcpy(bytes + start, pages, size);
    } else if (run->op == QUEUE_READ && !whole) {
        memcpy(pages, bytes + start, size);
        memset(pages + size, 0, -size % PAGE);
    }
    block_server_finished(run->count, false, container, at);
}

static const struct block_driver driver = {
    .disks = &disk,
    .first = HURD_BLOCK_RAM,
    .count = 1,
    .most = RUN_PAGES * QUEUE_PER_PAGE,
    .begin = begin,
};

int main(int argc, char **argv)
{
    L4_ThreadId_t deva;
    L4_Word_t master;
    unsigned long megabytes = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    if (megabytes == 0 || megabytes > MOST_MEGABYTES) {
        printf("ramdisk: say how many megabytes, 1 to %d\n", MOST_MEGABYTES);
        return EXIT_FAILURE;
    }
    int err = container_make(megabytes << 20, &contents, &bytes);
    if (!err)
        err = container_make(RUN_PAGES * PAGE, &window, &pages);
    if (!err)
        err = block_server_master(&deva, &master);
    disk.sectors = (megabytes << 20) / HURD_BLOCK_SECTOR;
    if (!err)
        err = block_server_run(&driver, deva, master);
    printf("ramdisk: %s\n", strerror(err));
    return EXIT_FAILURE;
}
