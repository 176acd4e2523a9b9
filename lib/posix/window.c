/* SPDX-License-Identifier: MIT */
/* A file that is read again and again is mapped, and its bytes come from there: the server only
 * says how many there are and where, and moves the position.  The map stays when the file is
 * closed, for the next open(); it does not keep the file (HURD_IO_MAP_WEAK), and when the server
 * takes it away, bytes come in the ordinary way.  Before: transfer.c.  After: mapping.c. */
#include "lib/posix/descriptors.h"

#include <errno.h>
#include <sys/stat.h>

#include <hurd/cap.h>
#include <hurd/mm.h>

#include "lib/posix/mapping.h"

enum {
    READS = 3,                          /* so many reads of one file, and it is mapped */
    LEAST = 1024,                       /* bytes of a read that counts */
    MOST = 64 << 20,                    /* bytes that are mapped: of a larger file, from the */
    PLACE = 64 << 10,                   /* last multiple of this before the read */
    WINDOWS = 4,                        /* each is one more handle at the server */
};

/* A file that was read lately. */
static struct window {
    L4_ThreadId_t server;
    L4_Word_t inode;                    /* 0: the record is free */
    const uint8_t *at;                  /* NULL: it is not mapped */
    uintptr_t from, size;               /* the bytes of the file that are */
    unsigned reads;                     /* so far, READS at most */
    unsigned users;                     /* descriptions */
    unsigned used;                      /* when a description came */
} windows[WINDOWS];

static void window_unmap(struct window *w)
{
    if (w->at)
        hurd_vm_deallocate((uintptr_t) w->at, w->size);
    w->at = NULL;
    w->reads = 0;
}

static int stat_of(const struct description *d, struct hurd_file_stat *s)
{
    *s = (struct hurd_file_stat) { 0 };
    return hurd_cap_rpc(d->server, HURD_IO_STAT, 1, &d->handle, sizeof *s / sizeof(L4_Word_t),
                        (L4_Word_t *) s, NULL);
}

/* Of a file that is not too large all is mapped, else a part.  The server maps no byte behind 4
 * GB. */
static bool window_map(struct window *w, const struct description *d, uint64_t where)
{
    struct hurd_file_stat s;
    if (stat_of(d, &s))
        return false;
    uint64_t size = s.size[0] | (uint64_t) s.size[1] << 32;
    uint64_t from = size > MOST ? where & ~(uint64_t) (PLACE - 1) : 0;
    if (from >= size || from > UINT32_MAX - MOST)
        return false;
    size = size - from < MOST ? size - from : MOST;
    const struct hurd_mm_file_map map = {
        .shared = 1, .rights = HURD_VM_READ, .offset = from,
        .size = ((uintptr_t) size + HURD_MM_PAGE - 1) & ~(uintptr_t) (HURD_MM_PAGE - 1),
    };
    uintptr_t address = 0;
    if (mapping_make(d, &map, HURD_IO_MAP_WEAK, &address))
        return false;
    w->at = (const uint8_t *) address;
    w->from = (uintptr_t) from;
    w->size = map.size;
    return true;
}

/* The record of this file; else a free one, or the one that nobody came to for longest.  NULL: all
 * are in use for others. */
static struct window *window_find(const struct description *d)
{
    struct window *old = NULL;
    for (struct window *w = windows; w < windows + WINDOWS; w++) {
        if (w->inode == d->inode && w->server.raw == d->server.raw)
            return w;
        if (w->users == 0 && (!old || !w->inode || (old->inode && (int) (w->used - old->used) < 0)))
            old = w;
    }
    if (!old)
        return NULL;
    window_unmap(old);
    old->server = d->server;
    old->inode = d->inode;
    return old;
}

static bool window_join(struct description *d)
{
    static unsigned joins;
    struct hurd_file_stat s;
    if (!d->inode && !stat_of(d, &s))
        d->inode = s.inode;             /* it was inherited */
    d->window = d->inode ? window_find(d) : NULL;
    if (!d->window)
        return false;
    d->window->users++;
    d->window->used = ++joins;
    return true;
}

void window_close(struct description *d)
{
    if (d->window)
        d->window->users--;
    d->window = NULL;
}

void windows_unmap(void)
{
    for (struct window *w = windows; w < windows + WINDOWS; w++)
        window_unmap(w);
}

bool window_ready(struct description *d, size_t size)
{
    if (d->window && d->window->at)
        return true;
    if (size < LEAST || !S_ISREG(d->mode) || !(d->window || window_join(d)))
        return false;
    struct window *w = d->window;
    return w->at || (w->reads < READS && ++w->reads == READS);      /* one try */
}

/* The first one maps.  If the map does not reach there, or has gone, there may be another one after
 * some more reads. */
int window_read(const struct description *d, uint8_t *data, L4_Word_t size, uint64_t position,
                L4_Word_t *bytes, uint64_t *where)
{
    struct window *w = d->window;
    const L4_Word_t in[] = { d->handle, size, (L4_Word_t) position, (L4_Word_t) (position >> 32) };
    L4_Word_t out[3] = { 0, (L4_Word_t) position, (L4_Word_t) (position >> 32) };
    int err = hurd_cap_rpc(d->server, HURD_IO_WHERE, 4, in, 3, out, NULL);
    if (!err && out[0] > size)
        err = EIO;
    if (err)
        return err;
    *bytes = out[0];
    *where = out[1] | (uint64_t) out[2] << 32;
    if (!w->at && !window_map(w, d, *where))
        return EAGAIN;
    if (*bytes == 0)
        return 0;
    L4_Word_t into = out[1] - w->from;          /* huge, if it is before */
    if (out[2] == 0 && into <= w->size && *bytes <= w->size - into &&
        !hurd_vm_copy(data, w->at + into, *bytes))
        return 0;
    window_unmap(w);
    return EAGAIN;
}
