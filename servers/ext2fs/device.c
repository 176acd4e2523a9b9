/* SPDX-License-Identifier: MIT */
/* The disk below the file system: lib/ext2's three functions, by the block protocol.  Data goes
 * through a few pages of ours, because blocks need not be pages. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include <hurd/block.h>
#include <hurd/deva.h>
#include <hurd/device.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>

#include "servers/ext2fs/server.h"

enum {
    STAGE = EXT2_RUN * PAGE,            /* behind it in the container is the landing */
    CAPABILITIES = 4,                   /* that the server may have of deva, beside its console */
    LOOKS = 100,                        /* for the capability, which comes a little late */
    PAUSE = 10000,                      /* us */
    MICROSECONDS = 1000000,
};

static struct hurd_block disk;
static uint8_t *stage;
static L4_Word_t landing;               /* the container of the stage and the landing */
static_assert(EXT2_RUN % PAGER_LANDING == 0, "frames are aligned in the landing as in the file");

static int disk_read(void *context, uint32_t block, uint32_t size, uint32_t count,
                     uint8_t *const *data)
{
    (void) context;
    uint32_t sectors = size / HURD_BLOCK_SECTOR;
    int err = hurd_block_read(&disk, 0, block * sectors, count * sectors, NULL);
    for (uint32_t i = 0; i < count && !err; i++)
        memcpy(data[i], stage + i * size, size);
    return err ? EIO : 0;
}

static int disk_write(void *context, uint32_t block, uint32_t size, uint32_t count,
                      uint8_t *const *data)
{
    (void) context;
    uint32_t sectors = size / HURD_BLOCK_SECTOR;
    for (uint32_t i = 0; i < count; i++)
        memcpy(stage + i * size, data[i], size);
    return hurd_block_write(&disk, 0, block * sectors, count * sectors, NULL) ? EIO : 0;
}

L4_Word_t device_landing(uint32_t page, L4_Word_t *offset)
{
    *offset = STAGE + page % PAGER_LANDING * PAGE;
    return landing;
}

/* The disk shows all that lib/ext2 has written, for the driver does requests in order. */
int device_land(uint64_t where, uint32_t page, uint32_t count)
{
    L4_Word_t offset;
    device_landing(page, &offset);
    return where % HURD_BLOCK_SECTOR ? EINVAL
        : hurd_block_read(&disk, offset, (L4_Word_t) (where / HURD_BLOCK_SECTOR),
                          count * HURD_BLOCK_PER_PAGE, NULL);
}

static int disk_flush(void *context)
{
    (void) context;
    return hurd_block_flush(&disk) ? EIO : 0;
}

/* The time of day.  If nothing knows it, or the disk has later times already: seconds since we
 * began, behind the newest time on the disk. */
static int64_t disk_now(void *context)
{
    static int64_t base;
    (void) context;
    int64_t seconds = (int64_t) (L4_SystemClock().raw / MICROSECONDS), day = clock_seconds();
    if (base == 0)
        base = fs.time_least - seconds;
    return day > base + seconds ? day : base + seconds;
}

static int capability_find(L4_ThreadId_t deva, L4_Word_t *capability)
{
    for (unsigned i = 0; i < LOOKS; i++) {
        if (!hurd_block_capability(deva, __hurd_startup_data->console.cap, capability))
            return 0;
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
    return ENOENT;
}

/* deva tells clients which thread serves files now.  init has given the capability for that before
 * the disk's; another starter need not. */
void device_announce(void)
{
    struct hurd_startup_cap console = __hurd_startup_data->console;
    L4_ThreadId_t deva = L4_ThreadIdOfRaw(console.server);
    L4_Word_t kind, class;
    for (L4_Word_t handle = console.cap + 1; handle <= console.cap + CAPABILITIES; handle++) {
        if (!hurd_deva_info(deva, handle, &kind, &class) && kind == HURD_DEVA_KIND_DEVICE &&
            class == HURD_DEVICE_FILES)
            hurd_driver_register(deva, handle, L4_MyGlobalId());
    }
}

int device_open(struct ext2_device *device, const char **problem)
{
    L4_ThreadId_t deva = L4_ThreadIdOfRaw(__hurd_startup_data->console.server);
    L4_Word_t capability;
    *problem = "there is no disk for it";
    int err = capability_find(deva, &capability);
    if (err)
        return err;
    *problem = "the disk's driver does not answer";
    err = hurd_block_open(&disk, deva, capability);
    if (!err)
        err = pages_make(STAGE, &landing, &stage);
    if (!err)
        err = hurd_block_use(&disk, physmem(), landing, HURD_PM_READ | HURD_PM_WRITE);
    *device = (struct ext2_device) {
        .bytes = (uint64_t) disk.sectors * HURD_BLOCK_SECTOR,
        .read_only = !(disk.rights & HURD_BLOCK_WRITES),
        .read = disk_read, .write = disk_write, .flush = disk_flush, .now = disk_now,
    };
    return err;
}
