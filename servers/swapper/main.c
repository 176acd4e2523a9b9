/* SPDX-License-Identifier: MIT */
/* The swap server: it stores pages for physmem in a partition, or on the RAM disk.
 *      swapper [WINDOW]
 * physmem decides everything; this program asks it for one job after the other, and lets the driver
 * of the disk do it.  WINDOW: the most KB that are on their way at a time.  The hop before is
 * servers/physmem/jobs.c, the hop after is lib/block/client.c. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/assert.h>
#include <hurd/block.h>
#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>

#include "lib/swap/slots.h"

enum {
    PAGE = 4096,
    RESERVED = 1,               /* block 0 has the partition's header, and is never written */
    WINDOW_KB = 1024,
    DISK_SHIFT = 28,            /* identity: the disk's number above, the first sector below */
    LOOKS = 500,                /* how often it looks for the gifts of init, which come later */
    PAUSE = 10000,              /* us */
    HANDLES = 16,               /* from our control on, where it looks for the gift */
    ASK_AGAIN = 3,              /* attempts to attach, if physmem has forgotten us */
};

static L4_ThreadId_t physmem, deva;
static L4_Word_t control;
static struct hurd_block disk;

/* ---- what init gives ---- */

static int find_swap(L4_Word_t *handle)
{
    struct hurd_pm_cap_info info;
    for (*handle = control; *handle < control + HANDLES; ++*handle) {
        if (!hurd_pm_cap_info(physmem, *handle, &info) && info.kind == HURD_PM_KIND_SWAP)
            return 0;
    }
    return ENOENT;
}

static int find_gifts(L4_Word_t *swap, L4_Word_t *sectors)
{
    L4_Word_t console = __hurd_startup_data->console.cap;
    for (int i = 0; i < LOOKS; i++) {
        if (!find_swap(swap) && !hurd_block_capability(deva, console, sectors))
            return 0;
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
    return ENOENT;
}

/* ---- the partition ---- */

/* NULL, or why no program may write to the partition. */
static const char *header_problem(void)
{
    L4_Word_t container;
    uintptr_t address = 0;
    int err = hurd_pm_container_create(physmem, control, 0, &container);
    if (!err)
        err = hurd_pm_container_allocate(physmem, container, 0, 0, PAGE, NULL);
    if (!err)
        err = hurd_block_use(&disk, physmem, container, HURD_PM_READ | HURD_PM_WRITE);
    if (!err)
        err = hurd_block_read(&disk, 0, 0, HURD_BLOCK_PER_PAGE, NULL);
    if (!err)
        err = hurd_vm_map_container(&address, PAGE, 0, HURD_VM_READ, container, 0);
    return err ? strerror(err) : swap_header_problem((const uint8_t *) address);
}

static int attach(L4_Word_t swap, L4_Word_t window)
{
    struct hurd_block_info info;
    L4_Word_t container;
    int err = hurd_block_info(&disk, &info);
    if (!err)
        err = hurd_block_flush(&disk);  /* first, all that an earlier server has written */
    if (!err)
        err = hurd_pm_swap_attach(physmem, swap, info.sectors / HURD_BLOCK_PER_PAGE, RESERVED,
                                  info.disk << DISK_SHIFT ^ info.first, window, &container);
    if (!err)
        err = hurd_block_use(&disk, physmem, container, HURD_PM_READ | HURD_PM_WRITE);
    return err;
}

/* ---- jobs ---- */

static int job_do(const struct hurd_pm_swap_job *job, L4_Word_t *pages)
{
    L4_Word_t sector = job->block * HURD_BLOCK_PER_PAGE, count = job->pages * HURD_BLOCK_PER_PAGE;
    L4_Word_t done;
    int err = job->operation == HURD_PM_SWAP_WRITE
              ? hurd_block_write(&disk, job->offset, sector, count, &done)
              : hurd_block_read(&disk, job->offset, sector, count, &done);
    if (done > count) {                 /* the driver's word for it is nonsense */
        done = 0;
        err = EPROTO;
    }
    *pages = done / HURD_BLOCK_PER_PAGE;
    return err;
}

/* Returns only when physmem refuses: its error. */
static int serve(L4_Word_t swap)
{
    struct hurd_pm_swap_job job = { .tag = 0 };
    L4_Word_t pages = 0;
    int err = 0;
    for (;;) {
        int refused = hurd_pm_swap_wait(physmem, swap, err, pages, &job);
        if (refused)
            return refused;
        err = job_do(&job, &pages);
        assert_is(pages, <=, job.pages);
    }
}

static int fail(const char *what, const char *why)
{
    printf("swapper: %s: %s\n", what, why);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    L4_Word_t swap, sectors, window = (argc > 1 ? strtoul(argv[1], NULL, 10) : WINDOW_KB) * 1024;
    physmem = L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
    control = __hurd_startup_data->physmem_control.cap;
    deva = L4_ThreadIdOfRaw(__hurd_startup_data->console.server);
    int err = find_gifts(&swap, &sectors);
    if (err)
        return fail("init starts this server, if it has the option `swap`", strerror(err));
    err = hurd_block_open(&disk, deva, sectors);
    if (err)
        return fail("the disk", strerror(err));
    const char *problem = header_problem();
    if (problem) {
        fail("the partition", problem);
        return EXIT_SUCCESS;            /* it will not get better: init must not start us again */
    }
    for (int i = 0; !err && i < ASK_AGAIN; i++) {
        err = attach(swap, window);
        if (!err && serve(swap) != EINVAL)
            break;
    }
    fail("physmem", strerror(err ? err : EIO));
    return err == ENOMEM ? EXIT_SUCCESS : EXIT_FAILURE;     /* nor will this get better */
}
