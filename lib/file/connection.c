/* SPDX-License-Identifier: MIT */
/* A program's connection with a file server: one container for data and long paths, which the
 * server sees by a weak reference, and the requests. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/device.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/thread.h>

#include "lib/file/request.h"

enum {
    PAUSE = 10000,              /* us between two looks for a server */
};

int files_ready(struct files *f)
{
    uintptr_t address = 0;
    if (f->bytes)
        return 0;
    int err = hurd_pm_container_allocate(f->physmem, f->container, 0, 0, FILES_BYTES, NULL);
    if (!err || err == EEXIST)          /* the program before made them, or we have hidden them */
        err = hurd_vm_map_container(&address, FILES_BYTES, 0, HURD_VM_READ | HURD_VM_WRITE,
                                    f->container, 0);
    f->bytes = (uint8_t *) address;
    return err;
}

void files_hide(struct files *f)
{
    if (f->bytes)
        hurd_vm_deallocate((uintptr_t) f->bytes, FILES_BYTES);
    f->bytes = NULL;
}

struct showing {
    const struct files *files;
    L4_Word_t theirs;           /* what the server calls the container */
};

static int slot_use(void *showing)
{
    struct showing *s = showing;
    const struct files *f = s->files;
    int err = hurd_cap_rpc(f->server, HURD_FS_SLOT, 0, NULL, 0, NULL, NULL);
    return err ? err : hurd_pm_container_share(f->physmem, f->container, L4_Version(f->server),
                                               HURD_PM_READ | HURD_PM_WRITE, &s->theirs);
}

static int container_show(struct files *f)
{
    struct showing s = { f, 0 };
    int err = hurd_cap_slot_use(slot_use, &s);
    if (!err)
        err = hurd_cap_rpc(f->server, HURD_FS_BUFFER, 1, &s.theirs, 1, &f->buffer, NULL);
    return err;
}

int files_connect(struct files *f, L4_ThreadId_t server, L4_ThreadId_t physmem, L4_Word_t control)
{
    memset(f, 0, sizeof *f);
    f->server = server;
    f->physmem = physmem;
    f->control = control;
    f->home = f->at = f;
    int err = hurd_pm_container_create(physmem, control, 0, &f->container);
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
    files_hide(f);
    hurd_pm_container_destroy(f->physmem, f->container);
    memset(f, 0, sizeof *f);
}

/* ---- the server has gone ---- */

int files_reconnect(struct files *f, L4_ThreadId_t server)
{
    L4_Word_t root;
    L4_ThreadId_t old = f->server;
    f->server = server;
    int err = container_show(f);
    if (!err)
        err = hurd_cap_rpc(server, HURD_CAP_GET_ROOT, 0, NULL, 1, &root, NULL);
    if (err) {
        f->server = old;
        return err;
    }
    f->lost = f->lost || f->current != f->root;
    f->root = f->current = root;
    return 0;
}

bool server_is_alive(L4_ThreadId_t server)
{
    unsigned n;
    return hurd_cap_list(server, 0, NULL, 0, &n) != EIO;
}

/* Waits for a server that is not the old one.  deva knows it, but may hear late that the old one
 * has ended. */
static int server_next(L4_ThreadId_t old, L4_ThreadId_t *server)
{
    struct hurd_startup_cap console = __hurd_startup_data->console;
    struct hurd_driver driver;
    for (unsigned us = 0; us < FILES_PATIENCE; us += PAUSE) {
        if (hurd_driver_find(L4_ThreadIdOfRaw(console.server), console.cap, HURD_DEVICE_FILES, 0,
                             &driver))
            return EIO;
        bool is_old = L4_IsThreadEqual(driver.thread, old);
        if (is_old && server_is_alive(old))
            return EIO;                 /* the error is one of the disk */
        if (!is_old && !L4_IsNilThread(driver.thread)) {
            *server = driver.thread;
            return 0;
        }
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
    return EIO;
}

static int revive(struct files *f)
{
    L4_ThreadId_t server;
    int err = server_next(f->server, &server);
    return err ? err : files_reconnect(f, server);
}

/* Does a path of the request begin at the current directory? */
static bool is_relative(unsigned label, const L4_Word_t *word, const char *text, uint32_t length)
{
    uint32_t second = label == HURD_DIR_RENAME ? word[2] : label == HURD_DIR_SYMLINK ? word[1] : 0;
    bool first = label != HURD_DIR_SYMLINK && (length == 0 || text[0] != '/');
    return first || second >= length || text[second] != '/';
}

/* A request whose first words are handles, of the root and the current directory among others. */
static int request_send(struct files *f, unsigned label, unsigned n, L4_Word_t *word, bool relative,
                        unsigned max, L4_Word_t *out)
{
    L4_Word_t root = f->root, current = f->current;
    if (f->lost && relative)
        return ESTALE;
    int err = hurd_cap_rpc(f->server, label, n, word, max, out, NULL);
    if (err != EIO || f->home != f || revive(f))
        return err;
    if (f->lost && relative)
        return ESTALE;
    unsigned handles = label == HURD_DIR_RENAME ? 2 : 1;
    for (unsigned i = 0; i < handles; i++) {
        if (word[i] == root || word[i] == current)
            word[i] = f->root;
    }
    return hurd_cap_rpc(f->server, label, n, word, max, out, NULL);
}

/* `n` words, then one or two paths; a long text lies behind the data in the container. */
int files_request(struct files *f, unsigned label, unsigned n, L4_Word_t *word, const char *text,
                  uint32_t length, unsigned max, L4_Word_t *out)
{
    if (length > HURD_DIR_PATH)
        return ENAMETOOLONG;
    bool relative = is_relative(label, word, text, length);
    if (length <= HURD_DIR_INLINE) {
        memset(&word[n], 0, (length + 3) / 4 * 4);
        memcpy(&word[n], text, length);
        n += (length + 3) / 4;
    } else {
        int err = files_ready(f);
        if (err)
            return err;
        memcpy(f->bytes + HURD_IO_MOST, text, length);
        word[n++] = f->buffer;
        word[n++] = HURD_IO_MOST;
    }
    return request_send(f, label, n, word, relative, max, out);
}

static int root_request(struct files *f, unsigned label, unsigned max, L4_Word_t *out)
{
    L4_Word_t word[] = { f->root };
    return request_send(f, label, 1, word, false, max, out);
}

int files_statfs(struct files *f, struct hurd_fs_statfs *statfs)
{
    memset(statfs, 0, sizeof *statfs);
    int err = root_request(f, HURD_FS_STATFS, sizeof *statfs / sizeof(L4_Word_t),
                           (L4_Word_t *) statfs);
    statfs->device[sizeof statfs->device - 1] = '\0';
    for (char *c = statfs->device; *c; c++)
        *c = isgraph((unsigned char) *c) ? *c : '?';
    return err;
}

int files_sync(struct files *f)
{
    return root_request(f, HURD_FS_SYNC, 0, NULL);
}

int files_end(struct files *f)
{
    return root_request(f, HURD_FS_END, 0, NULL);
}
