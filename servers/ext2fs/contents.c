/* SPDX-License-Identifier: MIT */
/* The io and file protocols.  Bytes go through the window, pages of ours that physmem copies to and
 * from the client's container: neither side ever sees the other's memory. */
#include <errno.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/physmem.h>

#include "servers/ext2fs/server.h"

enum { AHEAD_LEAST = 4 * PAGE };        /* bytes of a read for which pages come before it */

static L4_Word_t window;
static uint8_t *window_at;

int window_init(void)
{
    return pages_make(HURD_IO_MOST, &window, &window_at);
}

uint8_t *window_bytes(void)
{
    return window_at;
}

static L4_Word_t whole_pages(uint32_t size)
{
    return (size + PAGE - 1) & ~(L4_Word_t) (PAGE - 1);
}

static int copy_error(int err)
{
    return err == 0 || err == EACCES || err == EBUSY || err == ENOMEM ? err : EFAULT;
}

bool window_takes(L4_Word_t offset, uint32_t size)
{
    return offset % PAGE == 0 && size > 0 && size <= HURD_IO_MOST && offset <= 0u - HURD_IO_MOST;
}

int window_fetch(L4_Word_t container, L4_Word_t offset, uint32_t size, uint8_t **bytes)
{
    if (!window_takes(offset, size))
        return EINVAL;
    *bytes = window_at;
    return copy_error(hurd_pm_container_copy(physmem(), container, offset, window, 0,
                                             whole_pages(size), HURD_PM_SQUASH, NULL));
}

int window_deliver(L4_Word_t container, L4_Word_t offset, uint32_t size)
{
    if (size == 0)
        return 0;
    memset(window_at + size, 0, whole_pages(size) - size);
    return copy_error(hurd_pm_container_copy(physmem(), window, 0, container, offset,
                                             whole_pages(size), HURD_PM_SQUASH, NULL));
}

/* ---- io ---- */

static uint64_t wide(const L4_Word_t *word)
{
    return word[0] | (uint64_t) word[1] << 32;
}

static void narrow(uint64_t value, L4_Word_t *word)
{
    word[0] = (L4_Word_t) value;
    word[1] = (L4_Word_t) (value >> 32);
}

/* ---- the file system and the page cache show the same bytes ---- */

/* The disk's cache has what clients have written through maps. */
static int read_bytes(struct handle *h, uint64_t at, void *to, uint32_t size, uint32_t *done)
{
    struct pager_file *file = h->cached ? h->cached : pager_find(&cache, h->inode->number);
    int err = file && cache.dirty > 0 ? pager_sync(&cache, file) : 0;
    *done = 0;
    if (!special_is(h->inode))
        return err ? err : ext2_read(h->inode, at, to, size, done);
    special_read(h->inode, to, size, done);
    return 0;
}

/* What clients see through maps is changed where it is.  Behind the old end there are zeros. */
static int write_bytes(struct handle *h, uint64_t at, const void *from, uint32_t size,
                       uint32_t *done)
{
    struct pager_file *file = h->cached ? h->cached : pager_find(&cache, h->inode->number);
    uint64_t end = h->inode->size;
    if (special_is(h->inode))
        return special_write(h->inode, size, done);
    int err = ext2_write(h->inode, at, from, size, done);
    if (!file || *done == 0)
        return err;
    if (at > end && end % PAGE)
        pager_changed(&cache, file, end, NULL, PAGE - end % PAGE);
    int changed = pager_changed(&cache, file, at, from, *done);
    return err ? err : changed;
}

int contents_cut(struct ext2_inode *inode, uint64_t size)
{
    struct pager_file *file = pager_find(&cache, inode->number);
    uint64_t before = inode->size;
    if (special_is(inode))
        return 0;
    int err = ext2_truncate(inode, size);
    if (err || !file)
        return err;
    return pager_cut(&cache, file, size < before ? size : before);
}

int contents_sync(struct pager_file *file)
{
    int err = cache.dirty > 0 ? pager_sync(&cache, file) : 0;
    int synced = ext2_sync(&fs);
    return err ? err : synced;
}

/* Whole pages of the cache go to the client's container by a logical copy: no byte is moved.
 * EAGAIN: they cannot be cached, or vanish as fast as they come. */
static int read_pages(struct handle *h, uint64_t at, uint32_t size, L4_Word_t container,
                      L4_Word_t offset, uint32_t *done)
{
    enum { TRIES = 3 };
    struct pager_file *file;
    uint32_t page = (uint32_t) (at / PAGE), n = whole_pages(size) / PAGE, good;
    L4_Word_t copied = 0;
    int err = page > CACHE_PAGES - n ? EAGAIN : cache_of(h, &file);
    for (unsigned i = 0; !err && i < TRIES; i++) {
        err = (i ? pager_bring(&cache, file, page, n, false, &good)
                 : pager_want(&cache, file, page, n, &good));
        if (err)
            break;
        err = hurd_pm_container_copy(physmem(), file->container, page * PAGE, container, offset,
                                     n * PAGE, HURD_PM_SQUASH, &copied);
        if (!err)
            *done = size;
        if (err != ENOENT && err != ESTALE)
            return copy_error(err);
        err = 0;
    }
    return err && err != ENOMEM && err != ENFILE ? err : EAGAIN;
}

static int read_to(struct handle *h, uint64_t at, uint32_t size, L4_Word_t container,
                   L4_Word_t offset, uint32_t *done)
{
    bool regular = (h->inode->mode & EXT2_TYPE) == EXT2_REGULAR;
    int err = EAGAIN;
    *done = 0;
    if (regular && at >= h->inode->size)
        return 0;
    if (regular && size > h->inode->size - at)
        size = (uint32_t) (h->inode->size - at);
    if (regular && at % PAGE == 0)
        err = read_pages(h, at, size, container, offset, done);
    if (err != EAGAIN)
        return err;
    err = read_bytes(h, at, window_at, size, done);
    return *done > 0 ? window_deliver(container, offset, *done) : err;
}

/* The caller will touch these pages next.  If they have to come, they come now, and not by a fault
 * of its own; if the last one is here, the others most likely are. */
static void bring_ahead(struct handle *h, uint64_t at, uint32_t size)
{
    struct pager_file *file;
    uint32_t first = (uint32_t) (at / PAGE), last = (uint32_t) ((at + size - 1) / PAGE), done;
    if ((at + size - 1) / PAGE < CACHE_PAGES && !cache_of(h, &file) &&
        !pager_page_find(&cache, file, last))
        pager_want(&cache, file, first, last - first + 1, &done);   /* else a fault says why not */
}

int serve_where(struct hurd_cap_call *call, struct handle *h)
{
    const struct ext2_inode *i = h->inode;
    L4_Word_t size = call->arg[1];
    uint64_t at = wide(&call->arg[2]);
    if (call->words != 4 || (i->mode & EXT2_TYPE) != EXT2_REGULAR)
        return EINVAL;
    if (!(h->flags & HURD_DIR_READS))
        return EBADF;
    bool here = at == HURD_IO_HERE;
    if (here)
        at = h->position->at;
    uint64_t left = at < i->size ? i->size - at : 0;
    if (size > left)
        size = (L4_Word_t) left;
    if (size >= AHEAD_LEAST && size <= HURD_IO_MOST)
        bring_ahead(h, at, size);
    call->reply[0] = size;
    call->reply_words = 1;
    if (here) {
        narrow(at, &call->reply[1]);
        call->reply_words = 3;
        h->position->at = at + size;
    }
    return 0;
}

static int serve_read(struct hurd_cap_call *call, struct handle *h)
{
    L4_Word_t container, size = call->arg[3];
    uint32_t done = 0;
    if (call->words != 6 || !window_takes(call->arg[2], size))
        return EINVAL;
    if (!(h->flags & HURD_DIR_READS))
        return EBADF;
    uint64_t at = wide(&call->arg[4]);
    if (buffer_named(call, 1, &container))
        return EBADF;
    int err = read_to(h, at == HURD_IO_HERE ? h->position->at : at, size, container, call->arg[2],
                      &done);
    if (!err && at == HURD_IO_HERE)
        h->position->at += done;
    call->reply[0] = done;
    call->reply_words = 1;
    return err;
}

static int serve_write(struct hurd_cap_call *call, struct handle *h)
{
    L4_Word_t container;
    uint8_t *bytes;
    uint32_t done = 0;
    if (call->words != 6)
        return EINVAL;
    if (!(h->flags & HURD_DIR_WRITES) || buffer_named(call, 1, &container))
        return EBADF;
    int err = window_fetch(container, call->arg[2], call->arg[3], &bytes);
    if (err)
        return err;
    uint64_t at = wide(&call->arg[4]);
    bool here = at == HURD_IO_HERE;
    if (here)
        at = h->position->at;
    if (h->flags & HURD_DIR_APPEND)
        at = h->inode->size;
    err = write_bytes(h, at, bytes, call->arg[3], &done);
    if (here && done > 0)
        h->position->at = at + done;
    call->reply[0] = done;
    narrow(at + done, &call->reply[1]);
    call->reply_words = 3;
    return done > 0 ? 0 : err;
}

void contents_stat(struct hurd_cap_call *call, const struct ext2_inode *i)
{
    struct hurd_file_stat s = { .inode = i->number, .mode = i->mode, .links = i->links,
                                .uid = i->uid, .gid = i->gid, .sectors = i->sectors,
                                .block_size = fs.block_size };
    narrow(i->size, s.size);
    narrow((uint64_t) i->atime, s.atime);
    narrow((uint64_t) i->mtime, s.mtime);
    narrow((uint64_t) i->ctime, s.ctime);
    memcpy(call->reply, &s, sizeof s);
    call->reply_words = sizeof s / sizeof(L4_Word_t);
}

static int serve_seek(struct hurd_cap_call *call, struct handle *h)
{
    int64_t from = 0, to;
    if (call->words != 4 || call->arg[1] > HURD_IO_FROM_END)
        return EINVAL;
    if (call->arg[1] == HURD_IO_FROM_HERE)
        from = (int64_t) h->position->at;
    if (call->arg[1] == HURD_IO_FROM_END)
        from = (int64_t) h->inode->size;
    if (__builtin_add_overflow(from, (int64_t) wide(&call->arg[2]), &to) || to < 0)
        return EINVAL;
    h->position->at = (uint64_t) to;
    narrow((uint64_t) to, call->reply);
    call->reply_words = 2;
    return 0;
}

/* Bytes in the message, at the file's own position: requests of deva's protocol. */
int serve_pieces(struct hurd_cap_call *call)
{
    struct handle *h = handle_of(call);
    bool reads = call->label == HURD_DEVA_READ_MANY;
    L4_Word_t size = call->words > 1 ? call->arg[1] : 0;
    uint32_t done = 0;
    if (size == 0 || size > HURD_DEVA_CHUNK || call->words != (reads ? 3 : 2 + (size + 3) / 4))
        return EINVAL;
    if (!(h->flags & (reads ? HURD_DIR_READS : HURD_DIR_WRITES)))
        return EBADF;
    if (!reads && h->flags & HURD_DIR_APPEND)
        h->position->at = h->inode->size;
    memset(&call->reply[1], 0, HURD_DEVA_CHUNK);
    int err = reads ? read_bytes(h, h->position->at, &call->reply[1], size, &done)
                    : write_bytes(h, h->position->at, &call->arg[2], size, &done);
    h->position->at += done;
    call->reply[0] = done;
    call->reply_words = 1 + (reads ? (done + 3) / 4 : 0);
    return done > 0 ? 0 : err;
}

int serve_io(struct hurd_cap_call *call)
{
    struct handle *h = handle_of(call);
    switch (call->label) {
    case HURD_IO_READ:
        return serve_read(call, h);
    case HURD_IO_WRITE:
        return serve_write(call, h);
    case HURD_IO_STAT:
        if (call->words != 1)
            return EINVAL;
        contents_stat(call, h->inode);
        return 0;
    case HURD_IO_SEEK:
        return serve_seek(call, h);
    default:
        return call->words == 1 ? contents_sync(h->cached) : EINVAL;
    }
}

/* ---- file ---- */

static int serve_readlink(struct hurd_cap_call *call, struct handle *h)
{
    L4_Word_t container;
    uint32_t done;
    if (call->words != 3 || !window_takes(call->arg[2], PAGE))
        return EINVAL;
    if (buffer_named(call, 1, &container))
        return EBADF;
    int err = ext2_readlink(h->inode, window_at, PAGE, &done);
    if (!err)
        err = window_deliver(container, call->arg[2], done);
    call->reply[0] = done;
    call->reply_words = 1;
    return err;
}

static int64_t time_meant(uint64_t time, int64_t before)
{
    if (time == (uint64_t) HURD_FILE_KEEP)
        return before;
    return time == (uint64_t) HURD_FILE_NOW ? ext2_now(&fs) : (int64_t) time;
}

int serve_file(struct hurd_cap_call *call)
{
    struct handle *h = handle_of(call);
    static const uint8_t words[] = { 3, 2, 3, 5, 3 };
    if (call->words != words[call->label - HURD_FILE_TRUNCATE])
        return EINVAL;
    if (special_is_of_no_disk(h->inode) && call->label != HURD_FILE_TRUNCATE)
        return call->label == HURD_FILE_READLINK ? EINVAL : EPERM;
    switch (call->label) {
    case HURD_FILE_TRUNCATE:
        if (!(h->flags & HURD_DIR_WRITES))
            return h->inode->mode >> 12 == 4 ? EISDIR : EBADF;
        return contents_cut(h->inode, wide(&call->arg[1]));
    case HURD_FILE_CHMOD:
        return call->arg[1] > 07777 ? EINVAL : ext2_set_mode(h->inode, call->arg[1]);
    case HURD_FILE_CHOWN:
        return ext2_set_owner(h->inode, call->arg[1], call->arg[2]);
    case HURD_FILE_UTIMES:
        return ext2_set_times(h->inode, time_meant(wide(&call->arg[1]), h->inode->atime),
                              time_meant(wide(&call->arg[3]), h->inode->mtime));
    default:
        return serve_readlink(call, h);
    }
}
