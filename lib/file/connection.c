/* SPDX-License-Identifier: MIT */
/* A program's connection with a file server: one container for data and long paths, which the
 * server sees by a weak reference, and the requests. */
#include <errno.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <l4/ipc.h>
#include <l4/thread.h>

#include "lib/file/request.h"

enum {
    SLOT_TRIES = 200,           /* others may take the slot before it is used */
    SLOT_PAUSE = 1000,          /* us, times a number up to SLOT_SPREAD that is not the others' */
    SLOT_SPREAD = 32,
};

static int container_make(struct files *f, L4_Word_t control)
{
    uintptr_t address = 0;
    int err = hurd_pm_container_create(f->physmem, control, 0, &f->container);
    if (err)
        return err;
    err = hurd_pm_container_allocate(f->physmem, f->container, 0, 0, FILES_BYTES, NULL);
    if (!err)
        err = hurd_vm_map_container(&address, FILES_BYTES, 0, HURD_VM_READ | HURD_VM_WRITE,
                                    f->container, 0);
    if (err)
        hurd_pm_container_destroy(f->physmem, f->container);
    f->bytes = (uint8_t *) address;
    return err;
}

static int container_show(struct files *f)
{
    L4_Word_t theirs;
    int err = EPERM;
    for (unsigned i = 0; err == EPERM && i < SLOT_TRIES; i++) {
        if (i > 0)
            L4_Sleep(L4_TimePeriod(SLOT_PAUSE * (1 + (L4_Version(L4_MyGlobalId()) + i * i) % SLOT_SPREAD)));
        err = hurd_cap_rpc(f->server, HURD_FS_SLOT, 0, NULL, 0, NULL, NULL);
        if (!err)
            err = hurd_pm_container_share(f->physmem, f->container, L4_Version(f->server),
                                          HURD_PM_READ | HURD_PM_WRITE, &theirs);
    }
    if (!err)
        err = hurd_cap_rpc(f->server, HURD_FS_BUFFER, 1, &theirs, 1, &f->buffer, NULL);
    return err;
}

int files_connect(struct files *f, L4_ThreadId_t server, L4_ThreadId_t physmem, L4_Word_t control)
{
    memset(f, 0, sizeof *f);
    f->server = server;
    f->physmem = physmem;
    f->control = control;
    f->home = f->at = f;
    int err = container_make(f, control);
    if (err)
        return err;
    err = container_show(f);
    if (!err)
        err = hurd_cap_rpc(server, HURD_CAP_GET_ROOT, 0, NULL, 1, &f->root, NULL);
    if (err)
        files_disconnect(f);
    f->current = f->root;
    return err;
}

void files_disconnect(struct files *f)
{
    if (f->home == f)
        files_disconnect_others(f);
    if (f->current != f->root)
        hurd_cap_drop(f->server, f->current);
    hurd_cap_drop(f->server, f->root);
    hurd_cap_drop(f->server, f->buffer);
    hurd_vm_deallocate((uintptr_t) f->bytes, FILES_BYTES);
    hurd_pm_container_destroy(f->physmem, f->container);
    memset(f, 0, sizeof *f);
}

/* `n` words, then one or two paths; a long text lies behind the data in the container. */
int files_request(struct files *f, unsigned label, unsigned n, L4_Word_t *word, const char *text,
                  uint32_t length, unsigned max, L4_Word_t *out)
{
    if (length > HURD_DIR_PATH)
        return ENAMETOOLONG;
    if (length <= HURD_DIR_INLINE) {
        memset(&word[n], 0, (length + 3) / 4 * 4);
        memcpy(&word[n], text, length);
        n += (length + 3) / 4;
    } else {
        memcpy(f->bytes + HURD_IO_MOST, text, length);
        word[n++] = f->buffer;
        word[n++] = HURD_IO_MOST;
    }
    return hurd_cap_rpc(f->server, label, n, word, max, out, NULL);
}

int files_statfs(struct files *f, struct hurd_fs_statfs *statfs)
{
    return hurd_cap_rpc(f->server, HURD_FS_STATFS, 1, &f->root, sizeof *statfs / sizeof(L4_Word_t),
                        (L4_Word_t *) statfs, NULL);
}

int files_sync(struct files *f)
{
    return hurd_cap_rpc(f->server, HURD_FS_SYNC, 1, &f->root, 0, NULL, NULL);
}

int files_end(struct files *f)
{
    return hurd_cap_rpc(f->server, HURD_FS_END, 1, &f->root, 0, NULL, NULL);
}
