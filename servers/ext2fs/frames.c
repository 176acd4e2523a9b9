/* SPDX-License-Identifier: MIT */
/* The file server's page cache: what lib/pager asks of physmem and of the file system.  Pages of
 * files lie in extra frames, which physmem may take back; the server touches them only where a
 * client may write at the same time (frames_poke).  Before: contents.c and maps.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#include "servers/ext2fs/server.h"

enum {
    RECORDS = 4096,                     /* pages of the cache at most: 16 MB */
    PROMISED_MOST = 96,                 /* pages of it that our guarantee pays for */
};

struct pager cache;
static L4_Word_t stage;                 /* a container */
static L4_ThreadId_t main_thread;

static L4_Word_t bytes_of(uint32_t pages)
{
    return (L4_Word_t) pages * PAGE;
}

/* ---- pages of a file: containers ---- */

static int frames_create(void *unused, uintptr_t *container)
{
    (void) unused;
    return hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap, 0,
                                    (L4_Word_t *) container);
}

static void frames_destroy(void *unused, uintptr_t container)
{
    (void) unused;
    hurd_pm_container_destroy(physmem(), container);
}

static void frames_drop(void *unused, uintptr_t container, uint32_t page, uint32_t count)
{
    (void) unused;
    hurd_pm_container_deallocate(physmem(), container, bytes_of(page), bytes_of(count), NULL);
}

static int pages_promise(uintptr_t container, uint32_t page, uint32_t count, bool *promised)
{
    int err = hurd_pm_container_allocate(physmem(), container, HURD_PM_EXTRA | HURD_PM_SQUASH,
                                         bytes_of(page), bytes_of(count), NULL);
    *promised = err == ENOMEM && cache.promised + count <= PROMISED_MOST;
    if (*promised)
        err = hurd_pm_container_allocate(physmem(), container, HURD_PM_SQUASH, bytes_of(page),
                                         bytes_of(count), NULL);
    return err;
}

/* Pages come into being in the landing, get their contents there, and move to the file then.  So no
 * client sees a page of a file without its contents. */
static bool landing_promised;           /* as pages_promise() says of those in the landing */

static int landing_begin(uint32_t page, uint32_t count)
{
    L4_Word_t offset, landing = device_landing(page, &offset);
    return pages_promise(landing, offset / PAGE, count, &landing_promised);
}

static void landing_drop(uint32_t page, uint32_t count)
{
    L4_Word_t offset, landing = device_landing(page, &offset);
    frames_drop(NULL, landing, offset / PAGE, count);
}

static int frames_settle(void *unused, uintptr_t container, uint32_t page, uint32_t count,
                         bool *promised)
{
    L4_Word_t offset, landing = device_landing(page, &offset);
    (void) unused;
    *promised = landing_promised;
    int err = hurd_pm_container_copy(physmem(), landing, offset, container, bytes_of(page),
                                     bytes_of(count), HURD_PM_MOVE, NULL);
    if (err)
        landing_drop(page, count);
    return err;
}

static int frames_put(void *unused, uintptr_t container, uint32_t page, uint32_t count,
                      bool *promised)
{
    L4_Word_t offset, landing = device_landing(page, &offset);
    int err = landing_begin(page, count);
    if (err)
        return err;
    err = hurd_pm_container_copy(physmem(), stage, 0, landing, offset, bytes_of(count),
                                 HURD_PM_SQUASH, NULL);
    if (err)
        landing_drop(page, count);
    return err ? err : frames_settle(unused, container, page, count, promised);
}

/* The stage is wired, so physmem makes real copies; but first it takes the right to write. */
static int frames_get(void *unused, uintptr_t container, uint32_t page, uint32_t count)
{
    (void) unused;
    return hurd_pm_container_copy(physmem(), container, bytes_of(page), stage, 0, bytes_of(count),
                                  HURD_PM_SQUASH, NULL);
}

static int frames_check(void *unused, uintptr_t container, uint32_t page, uint32_t count,
                        bool promise, uint32_t *good)
{
    L4_Word_t done = 0;
    (void) unused;
    int err = hurd_pm_container_harden(physmem(), container, promise ? 0 : HURD_PM_EXTRA,
                                       bytes_of(page), bytes_of(count), &done);
    *good = done / PAGE;
    return err == ENOENT || err == ESTALE ? 0 : err;
}

/* A promised page becomes an extra one by way of a soft reference. */
static int frames_release(void *unused, uintptr_t container, uint32_t page, uint32_t count)
{
    int err = hurd_pm_container_return(physmem(), container, bytes_of(page), bytes_of(count), NULL);
    if (!err)
        err = hurd_pm_container_harden(physmem(), container, HURD_PM_EXTRA, bytes_of(page),
                                       bytes_of(count), NULL);
    if (err)
        frames_drop(unused, container, page, count);
    return err;
}

static int frames_poke(void *unused, uintptr_t container, uint32_t page, uint32_t offset,
                       const uint8_t *from, uint32_t size)
{
    uintptr_t at = 0;
    (void) unused;
    int err = hurd_vm_map_container(&at, PAGE, 0, HURD_VM_READ | HURD_VM_WRITE, container,
                                    bytes_of(page));
    if (err)
        return err;
    if (from)
        memcpy((uint8_t *) at + offset, from, size);
    else
        memset((uint8_t *) at + offset, 0, size);
    return hurd_vm_deallocate(at, PAGE);
}

/* ---- contents of files: lib/ext2 ---- */

/* How many of the bytes lie before the file's end. */
static uint32_t bytes_before_end(const struct ext2_inode *inode, uint32_t page, uint32_t count)
{
    uint64_t at = (uint64_t) page * PAGE, size = (uint64_t) count * PAGE;
    if (at >= inode->size)
        return 0;
    return (uint32_t) (size < inode->size - at ? size : inode->size - at);
}

static int store_read(void *inode, uint32_t page, uint32_t count, uint8_t *to)
{
    uint32_t size = bytes_before_end(inode, page, count), done;
    if (size == 0)
        return ENXIO;
    memset(to + size, 0, bytes_of(count) - size);
    return ext2_read(inode, (uint64_t) page * PAGE, to, size, &done);
}

static int store_write(void *inode, uint32_t page, uint32_t count, const uint8_t *from)
{
    uint32_t size = bytes_before_end(inode, page, count), done;
    return size ? ext2_write(inode, (uint64_t) page * PAGE, from, size, &done) : 0;
}

static int store_reserve(void *inode, uint32_t page, uint32_t count)
{
    uint32_t size = bytes_before_end(inode, page, count);
    return size ? ext2_reserve(inode, (uint64_t) page * PAGE, size) : ENXIO;
}

/* Whole pages that lie on the disk one behind the other need not go through lib/ext2's cache.  If
 * the disk fails, lib/ext2 finds out what can be read. */
static uint32_t store_land(void *inode, uint32_t page, uint32_t count)
{
    uint32_t left = PAGER_LANDING - page % PAGER_LANDING, most = count < left ? count : left, run;
    uint64_t where;
    if (ext2_extent(inode, (uint64_t) page * PAGE, bytes_of(most), &where, &run) || run < PAGE)
        return 0;
    int err = landing_begin(page, run / PAGE);
    if (err == ENOMEM && pager_return(&cache, run / PAGE) > 0)
        err = landing_begin(page, run / PAGE);
    if (err)
        return 0;
    if (!device_land(where, page, run / PAGE))
        return run / PAGE;
    landing_drop(page, run / PAGE);
    return 0;
}

static const struct pager_frames frames = {
    .create = frames_create, .destroy = frames_destroy, .put = frames_put,
    .settle = frames_settle, .get = frames_get, .check = frames_check,
    .release = frames_release, .drop = frames_drop, .poke = frames_poke,
};
static const struct pager_store store = {
    .read_page = store_read, .write_page = store_write, .reserve = store_reserve,
    .land = store_land,
};

/* ---- frames go back ---- */

/* In a thread of the library: the cache is the main thread's, which may be busy.  If it does not
 * listen until then, physmem takes the frames itself. */
static void give_back(void *unused, L4_Word_t pages, uint64_t until)
{
    (void) unused, (void) until;
    L4_LoadMR(1, pages);
    L4_LoadMR(0, L4_MakeTag(HURD_PM_RETURN_FRAMES, 1, 0).raw);
    L4_Send_Timeout(main_thread, L4_TimePeriod(HURD_PM_RETURN_TIME));
}

bool cache_returns(L4_ThreadId_t from, L4_MsgTag_t tag)
{
    if (L4_Label(tag) != HURD_PM_RETURN_FRAMES || !L4_IsLocalId(from))
        return false;
    const uint32_t wanted = L4_MR(1), returned = pager_return(&cache, wanted);
    text_return(wanted - returned);
    return true;
}

/* ---- files ---- */

int cache_of(struct handle *h, struct pager_file **file)
{
    int err = h->cached ? 0 : pager_open(&cache, h->inode->number, h->inode, &h->cached);
    *file = h->cached;
    return err;
}

void inode_leave(struct ext2_inode *inode)
{
    if (inode->links == 0)
        images_leave(inode);
    if (inode->links == 0)
        weak_maps_end(inode, inode->opens - 1);
    if (inode->links == 0 && inode->opens == 1)
        pager_forget(&cache, inode->number);    /* its number may soon be another file's */
    ext2_inode_put(inode);
}

int frames_init(void)
{
    uintptr_t at = 0;
    void *memory = malloc(pager_memory(RECORDS));
    if (!memory)
        return ENOMEM;
    int err = hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap,
                                       HURD_PM_WIRED, &stage);
    if (!err)
        err = hurd_pm_container_allocate(physmem(), stage, 0, 0, bytes_of(PAGER_RUN), NULL);
    if (!err)
        err = hurd_vm_map_container(&at, bytes_of(PAGER_RUN), 0, HURD_VM_READ | HURD_VM_WRITE,
                                    stage, 0);
    if (err)
        return err;
    pager_init(&cache, &store, &frames, NULL, (uint8_t *) at, memory, RECORDS);
    main_thread = L4_MyGlobalId();
    hurd_mm_extra(give_back, NULL);     /* without a thread, physmem takes the frames at once */
    return 0;
}
