/* SPDX-License-Identifier: MIT */
/* A file that is read again and again is mapped, and its bytes come from there: the server only
 * says how many there are and where, and moves the position.  Before: transfer.c.  After:
 * mapping.c. */
#include "lib/posix/descriptors.h"

#include <errno.h>
#include <sys/stat.h>

#include <hurd/cap.h>
#include <hurd/mm.h>

#include "lib/posix/mapping.h"

enum {
    READS = 3,                          /* so many reads of one description, and it is mapped */
    LEAST = 1024,                       /* bytes of a read that counts */
    MOST = 64 << 20,                    /* bytes of a file that is mapped */
    WINDOWS = 4,                        /* each is one more open file to the server */
};

static unsigned windows;

static void window_open(struct description *d)
{
    struct hurd_file_stat s;
    if (windows == WINDOWS || hurd_cap_rpc(d->server, HURD_IO_STAT, 1, &d->handle,
                                           sizeof s / sizeof(L4_Word_t), (L4_Word_t *) &s, NULL))
        return;
    if (s.size[1] || s.size[0] == 0 || s.size[0] > MOST)
        return;
    const struct hurd_mm_file_map map = {
        .shared = 1, .rights = HURD_VM_READ,
        .size = (s.size[0] + HURD_MM_PAGE - 1) & ~(uintptr_t) (HURD_MM_PAGE - 1),
    };
    uintptr_t address = 0;
    if (mapping_make(d, &map, &address))
        return;
    d->window = (const uint8_t *) address;
    d->window_size = map.size;
    windows++;
}

void window_close(struct description *d)
{
    if (!d->window)
        return;
    hurd_vm_deallocate((uintptr_t) d->window, d->window_size);
    d->window = NULL;
    d->reads = 0;
    windows--;
}

bool window_ready(struct description *d, size_t size)
{
    if (d->window)
        return true;
    if (size < LEAST || !S_ISREG(d->mode) || d->reads > READS || ++d->reads < READS)
        return false;
    window_open(d);
    d->reads++;                         /* one try */
    return d->window;
}

int window_read(const struct description *d, uint8_t *data, L4_Word_t size, uint64_t position,
                L4_Word_t *bytes, uint64_t *where)
{
    const L4_Word_t in[] = { d->handle, HURD_IO_NO_BUFFER, 0, size, (L4_Word_t) position,
                             (L4_Word_t) (position >> 32) };
    L4_Word_t out[3] = { 0, 0, 0 };
    int err = hurd_cap_rpc(d->server, HURD_IO_READ, 6, in, 3, out, NULL);
    if (!err && out[0] > size)
        err = EIO;
    if (err)
        return err;
    *bytes = out[0];
    *where = out[1] | (uint64_t) out[2] << 32;
    if (*bytes == 0)
        return 0;
    if (*where > d->window_size || *bytes > d->window_size - *where ||
        hurd_vm_copy(data, d->window + *where, *bytes))
        return EAGAIN;
    return 0;
}
