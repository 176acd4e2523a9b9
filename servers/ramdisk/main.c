/* SPDX-License-Identifier: MIT */
/* The RAM disk.  It serves where there is no other disk, and in measurements that must be the same
 * on every machine.
 *      ramdisk MEGABYTES [SEEK [PAGE]]
 * With SEEK and PAGE, a run takes SEEK us, unless it begins where the last run ended, and PAGE us
 * for each page.  Before: lib/block/server.c.  After: physmem. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/schedule.h>

#include "lib/block/server.h"

enum {
    PAGE = 4096,
    RUN_PAGES = 16,
    MOST_MEGABYTES = 1024,      /* the whole disk is mapped */
    MOST_US = 1000000,
};

static struct block_disk disk = { .flags = HURD_BLOCK_VOLATILE, .model = "RAM" };
static L4_Word_t contents, window;      /* containers */
static uint8_t *bytes, *pages;          /* where they are mapped */

/* Does a run.  If its data is whole pages on the disk, physmem copies it directly; otherwise it
 * goes through the window. */
static void work(const struct queue_run *run)
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

/* ---- as slow as a disk ---- */

static unsigned long seek_time, page_time;      /* us */
static uint32_t head;                           /* the sector after the last run */
static const struct queue_run *slow_run;        /* NULL: none is under way */
static uint64_t slow_end;

static void begin(const struct queue_run *run)
{
    uint64_t time = (run->sector == head ? 0 : seek_time) +
                    (uint64_t) page_time * ((run->count + QUEUE_PER_PAGE - 1) / QUEUE_PER_PAGE);
    head = run->sector + run->count;
    if (time == 0) {
        work(run);
        return;
    }
    slow_run = run;
    slow_end = L4_SystemClock().raw + time;
}

static void late(void)
{
    const struct queue_run *run = slow_run;
    slow_run = NULL;
    work(run);
}

static uint32_t patience(void)
{
    if (!slow_run)
        return UINT32_MAX;
    uint64_t now = L4_SystemClock().raw;
    return now < slow_end ? (uint32_t) (slow_end - now) : 0;
}

static const struct block_driver driver = {
    .disks = &disk,
    .first = HURD_BLOCK_RAM,
    .count = 1,
    .most = RUN_PAGES * QUEUE_PER_PAGE,
    .begin = begin,
    .late = late,
    .patience = patience,
};

static unsigned long argument(int argc, char **argv, int n)
{
    return argc > n ? strtoul(argv[n], NULL, 10) : 0;
}

int main(int argc, char **argv)
{
    L4_ThreadId_t deva;
    L4_Word_t master;
    unsigned long megabytes = argument(argc, argv, 1);
    seek_time = argument(argc, argv, 2);
    page_time = argument(argc, argv, 3);
    if (megabytes == 0 || megabytes > MOST_MEGABYTES || seek_time > MOST_US ||
        page_time > MOST_US) {
        printf("ramdisk: say how many megabytes, 1 to %d, and perhaps the us of a seek and of a "
               "page, up to %d\n",
               MOST_MEGABYTES, MOST_US);
        return EXIT_SUCCESS;    /* as if there were no disk: init must not start the driver again */
    }
    uintptr_t bytes_at = 0, pages_at = 0;
    int err = hurd_vm_new_container(&bytes_at, megabytes << 20, &contents);
    if (!err)
        err = hurd_vm_new_container(&pages_at, RUN_PAGES * PAGE, &window);
    bytes = (uint8_t *) bytes_at;
    pages = (uint8_t *) pages_at;
    if (!err)
        err = block_server_master(&deva, &master);
    disk.sectors = (megabytes << 20) / HURD_BLOCK_SECTOR;
    if (!err)
        err = block_server_run(&driver, deva, master);
    printf("ramdisk: there is not enough memory, or deva refuses the disk: %s\n", strerror(err));
    return EXIT_FAILURE;
}
