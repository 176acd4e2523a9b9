/* SPDX-License-Identifier: MIT */
/* Block capabilities.  Each stands for a run of sectors of one disk, whichever driver the disk has.
 * deva never sends a message to a driver: clients ask deva which thread drives a disk, and the
 * driver asks deva what a client's handle is good for.  Before: master.c. */
#include "block.h"
#include "master.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <hurd/block.h>
#include <hurd/deva.h>
#include <l4/thread.h>

#define RIGHTS (HURD_BLOCK_READS | HURD_BLOCK_WRITES)

static struct disk {
    L4_ThreadId_t driver;       /* nil: the disk has no driver now */
    L4_Word_t drivers;          /* how many drivers it had so far */
} disks[HURD_BLOCK_DISKS];

struct extent {
    struct hurd_cap_object object;
    L4_Word_t disk, first, sectors;
    L4_Word_t serial;
};

static L4_Word_t last_serial;

static struct extent *extent_of(struct hurd_cap_object *object)
{
    return (struct extent *) object;
}

/* ---- requests of clients ---- */

static int serve_find(struct hurd_cap_call *call)
{
    if (call->words != 1)
        return EINVAL;
    const struct disk *disk = &disks[extent_of(call->cap->object)->disk];
    if (disk->drivers == 0)
        return ENODEV;
    call->reply[0] = disk->driver.raw;
    call->reply[1] = disk->drivers;
    call->reply_words = 2;
    return 0;
}

static int extent_serve(struct hurd_cap_call *call)
{
    switch (call->label) {
    case HURD_DEVA_BLOCK_FIND:
        return serve_find(call);
    case HURD_DEVA_INFO:
        if (call->words != 1)
            return EINVAL;
        call->reply[0] = HURD_DEVA_KIND_BLOCK;
        call->reply[1] = extent_of(call->cap->object)->disk;
        call->reply_words = 2;
        return 0;
    default:
        return EOPNOTSUPP;
    }
}

static void extent_unreferenced(struct hurd_cap_object *object)
{
    hurd_cap_object_revoke(object);
    free(object);
}

static const struct hurd_cap_class extent_class = {
    .name = "block",
    .serve = extent_serve,
    .unreferenced = extent_unreferenced,
};

/* ---- requests on the master capability ---- */

/* arg: 1 task, 2 disk, 3 first sector, 4 sectors, 5 rights. */
static bool extent_valid(const L4_Word_t *arg)
{
    return arg[1] > 0 && arg[1] <= L4_ID_VERSION_MASK && arg[2] < HURD_BLOCK_DISKS &&
           arg[4] <= UINT32_MAX - arg[3] && arg[5] != 0 && (arg[5] & ~RIGHTS) == 0;
}

int block_serve_grant(struct hurd_cap_call *call)
{
    if (call->words != 6 || !extent_valid(call->arg))
        return EINVAL;
    struct extent *extent = calloc(1, sizeof *extent);
    if (!extent)
        return ENOMEM;
    hurd_cap_object_init(&extent->object, &extent_class);
    extent->disk = call->arg[2];
    extent->first = call->arg[3];
    extent->sectors = call->arg[4];
    extent->serial = ++last_serial;
    uint32_t handle;
    int err = hurd_cap_insert(&deva.table, call->arg[1], &extent->object, call->arg[5], 0,
                              call->task, &handle);
    if (err) {
        free(extent);
        return err;
    }
    call->reply[0] = handle;
    call->reply_words = 1;
    return 0;
}

int block_serve_check(struct hurd_cap_call *call)
{
    if (call->words != 3)
        return EINVAL;
    struct hurd_cap *cap;
    if (call->arg[1] > L4_ID_VERSION_MASK ||
        hurd_cap_lookup(&deva.table, call->arg[1], call->arg[2], &cap) ||
        cap->object->class != &extent_class)
        return EBADF;
    const struct extent *extent = extent_of(cap->object);
    call->reply[0] = extent->disk;
    call->reply[1] = extent->first;
    call->reply[2] = extent->sectors;
    call->reply[3] = cap->rights;
    call->reply[4] = extent->serial;
    call->reply_words = 5;
    return 0;
}

int block_serve_register(struct hurd_cap_call *call)
{
    if (call->words != 4)
        return EINVAL;
    L4_ThreadId_t driver = { .raw = call->arg[1] };
    L4_Word_t first = call->arg[2], count = call->arg[3];
    bool none = L4_IsNilThread(driver);
    if (count == 0 || first >= HURD_BLOCK_DISKS || count > HURD_BLOCK_DISKS - first)
        return EINVAL;
    if (!none && (!L4_IsGlobalId(driver) || L4_Version(driver) != call->task))
        return EPERM;
    for (L4_Word_t i = first; i < first + count; i++) {
        if (!L4_IsNilThread(disks[i].driver) && !L4_IsThreadEqual(disks[i].driver, driver))
            return EBUSY;
    }
    for (L4_Word_t i = first; i < first + count; i++) {
        disks[i].driver = driver;
        disks[i].drivers = none ? 0 : disks[i].drivers + 1;
    }
    return 0;
}

void block_forget_task(unsigned task)
{
    for (unsigned i = 0; i < HURD_BLOCK_DISKS; i++) {
        if (!L4_IsNilThread(disks[i].driver) && L4_Version(disks[i].driver) == task)
            disks[i].driver = L4_nilthread;
    }
}
