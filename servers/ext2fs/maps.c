/* SPDX-License-Identifier: MIT */
/* Clients that see the cache's pages of a file: io_map and io_pages.  After: frames.c,
 * lib/pager. */
#include <errno.h>

#include <hurd/physmem.h>

#include "servers/ext2fs/server.h"

int serve_map(struct hurd_cap_call *call, struct handle *h)
{
    struct pager_file *file;
    struct handle *made;
    L4_Word_t rights = HURD_PM_READ | HURD_PM_EXECUTE, container;
    if (call->words != 2 || call->arg[1] & ~HURD_IO_MAP_WRITES)
        return EINVAL;
    if ((h->inode->mode & EXT2_TYPE) != EXT2_REGULAR)
        return ENODEV;
    if (!(h->flags & HURD_DIR_READS))
        return EACCES;
    if (call->arg[1] & HURD_IO_MAP_WRITES) {
        if (!(h->flags & HURD_DIR_WRITES))
            return EACCES;
        rights |= HURD_PM_WRITE;
    }
    ext2_inode_hold(h->inode);
    int err = handle_give_new(call, h->inode, h->flags, &made);
    if (err)
        return err;
    made->is_map = true;
    err = cache_of(made, &file);
    if (!err)
        err = hurd_pm_container_share(physmem(), file->container, call->task, rights, &container);
    if (err) {
        handle_take_back(call, call->reply[0]);
        return err;
    }
    call->reply[1] = container;
    call->reply_words = 2;
    return 0;
}

int serve_pages(struct hurd_cap_call *call, struct handle *h)
{
    struct pager_file *file;
    uint32_t done = 0;
    if (call->words != 4 || call->arg[2] == 0 || call->arg[2] > HURD_IO_PAGES_MOST ||
        call->arg[3] & ~HURD_IO_PAGE_WRITES)
        return EINVAL;
    if ((h->inode->mode & EXT2_TYPE) != EXT2_REGULAR)
        return ENODEV;
    bool writes = call->arg[3] & HURD_IO_PAGE_WRITES;
    if (!(h->flags & HURD_DIR_READS) || (writes && !(h->flags & HURD_DIR_WRITES)))
        return EACCES;
    uint64_t pages = (h->inode->size + PAGE - 1) / PAGE;
    if (pages > CACHE_PAGES)
        pages = CACHE_PAGES;
    if (call->arg[1] >= pages)
        return ENXIO;
    uint32_t left = (uint32_t) (pages - call->arg[1]);
    int err = cache_of(h, &file);
    if (!err)
        err = pager_bring(&cache, file, call->arg[1], left < call->arg[2] ? left : call->arg[2],
                          writes, &done);
    call->reply[0] = done;
    call->reply_words = 1;
    return done > 0 ? 0 : err;
}
