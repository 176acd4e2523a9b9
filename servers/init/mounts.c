/* SPDX-License-Identifier: MIT */
/* `mount DISK DIRECTORY`: a second file server, in an address space of its own.  The server of the
 * directory gets to know it (hurd/dir.h, dir_mount) and sends clients there.  A server that has
 * died is taken out of its directory when the next mount comes.  Before: filecommands.c.  After:
 * programs.c, lib/file. */
#include "mounts.h"
#include "claims.h"
#include "lib/shell/language.h"
#include "disks.h"
#include "root.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/startup.h>
#include <hurd/task.h>

#define SERVER "ext2fs"

enum { SERVER_FRAMES = 640, MOUNTS = 4, PATH_MOST = 100 };

static struct mount {
    bool used;
    char path[PATH_MOST + 1];
    struct program server;
    L4_ThreadId_t parent;               /* the server of the directory */
    struct hurd_deva_extent sectors;
} mounts[MOUNTS];

static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

/* ---- file servers ---- */

const char *fileserver_start(const char *disk, const char *path,
                             const struct hurd_deva_extent *sectors, struct program *server)
{
    static char text[64];
    char argz[PATH_MOST + 80];
    const char *use = claims_make(sectors->disk, sectors->first, sectors->sectors, "is mounted");
    if (use) {
        snprintf(text, sizeof text, "a part of it %s", use);
        return text;
    }
    size_t length = sizeof SERVER;
    memcpy(argz, SERVER, length);
    length += (size_t) snprintf(argz + length, sizeof argz - length, "%.20s", disk) + 1;
    if (path) {
        length += (size_t) snprintf(argz + length, sizeof argz - length, "%lx",
                                    root_mounted()->server.raw) + 1;
        length += (size_t) snprintf(argz + length, sizeof argz - length, "%s", path) + 1;
    }
    int err = program_start(argz, length, SERVER_FRAMES, server);
    if (!err) {
        err = program_give_sectors(server, sectors);
        if (!err)
            return NULL;
        fileserver_stop(server, sectors, true);
    } else
        claims_end(sectors->disk, sectors->first);
    server->task = 0;
    return err == ENOENT ? "there is no program " SERVER : strerror(err);
}

void fileserver_stop(struct program *server, const struct hurd_deva_extent *sectors, bool kill)
{
    L4_Word_t status, reason;
    if (kill)
        hurd_task_destroy(task_server(), server->handle, 1);
    else
        hurd_task_wait(task_server(), server->handle, 0, &status, &reason);
    hurd_task_release(task_server(), server->handle);
    server->task = 0;
    claims_end(sectors->disk, sectors->first);
}

/* ---- the directory's server ---- */

static int attach(const struct file *directory, L4_ThreadId_t server)
{
    const L4_Word_t in[] = { directory->handle, server.raw };
    return hurd_cap_rpc(directory->server, HURD_DIR_MOUNT, 2, in, 0, NULL, NULL);
}

static void detach(const struct mount *m)
{
    struct files *parent;
    if (files_of(root_mounted(), m->parent, &parent))
        return;                         /* it is dead itself */
    const L4_Word_t in[] = { parent->root, m->server.thread.raw };
    hurd_cap_rpc(parent->server, HURD_DIR_UNMOUNT, 2, in, 0, NULL, NULL);
}

/* ---- mount ---- */

/* EIO: the server has ended. */
static int statfs_of(const struct mount *m, struct hurd_fs_statfs *s)
{
    struct files *files;
    int err = files_of(root_mounted(), m->server.thread, &files);
    return err ? err : files_statfs(files, s);
}

static void dead_forget(void)
{
    struct hurd_fs_statfs unused;
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (m->used && statfs_of(m, &unused) == EIO) {
            detach(m);
            fileserver_stop(&m->server, &m->sectors, false);
            m->used = false;
        }
    }
}

static struct mount *mount_free(void)
{
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (!m->used)
            return m;
    }
    return NULL;
}

static const char *mount_in(struct mount *m, const char *disk, const struct file *directory)
{
    struct files *files;
    const char *problem = fileserver_start(disk, m->path, &m->sectors, &m->server);
    if (problem)
        return problem;
    int err = files_of(root_mounted(), m->server.thread, &files);   /* it has mounted it then */
    bool failed = err == EIO;
    if (!err)
        err = attach(directory, m->server.thread);
    if (!err) {
        m->parent = directory->files->server;
        m->used = true;
        return NULL;
    }
    fileserver_stop(&m->server, &m->sectors, true);
    return failed ? "the file server has said why not, or has failed" : strerror(err);
}

static const char *mount(const char *disk, const char *path)
{
    struct file directory;
    if (*path != '/' || strlen(path) > PATH_MOST)
        return "the directory must be a whole path, from / on, of 100 letters at most";
    dead_forget();
    struct mount *m = mount_free();
    if (!m)
        return "there are too many file systems";
    const char *problem = disks_parse(disk, &m->sectors);
    if (problem)
        return problem;
    int err = file_open(root_mounted(), &directory, path, HURD_DIR_DIRECTORY, 0);
    if (err)
        return strerror(err);
    strcpy(m->path, path);
    problem = mount_in(m, disk, &directory);
    file_close(&directory);
    return problem;
}

void mounts_make(const char *disk, const char *path)
{
    const char *problem = root_files() ? mount(disk, path) : "";
    if (problem && *problem)
        complain("mount: %s is not mounted in %s: %s\n", disk, path, problem);
}

/* ---- umount ---- */

static int end(struct mount *m, bool kill)
{
    struct files *files;
    int err = files_of(root_mounted(), m->server.thread, &files);
    if (!err)
        err = files_end(files);
    if (err && err != EIO && !kill)
        return err;
    detach(m);
    fileserver_stop(&m->server, &m->sectors, err != 0);
    m->used = false;
    return 0;
}

void mounts_end(const char *path)
{
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (!m->used || strcmp(m->path, path))
            continue;
        int err = end(m, false);
        if (err)
            complain("umount: %s: %s\n", path, strerror(err));
        return;
    }
    complain("umount: nothing is mounted in %s\n", path);
}

/* The last one first: it may be in another one. */
void mounts_end_all(void)
{
    for (struct mount *m = mounts + MOUNTS; m-- > mounts; ) {
        if (m->used)
            end(m, true);
    }
}

void mounts_sync(void)
{
    struct files *files;
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (m->used && !files_of(root_mounted(), m->server.thread, &files))
            files_sync(files);
    }
}

void mounts_report(void)
{
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        struct hurd_fs_statfs s;
        int err = m->used ? statfs_of(m, &s) : 0;
        if (err)
            printf("%s in %s: %s\n", m->server.name, m->path, strerror(err));
        else if (m->used)
            printf("%s on %s type ext2 (%s)\n", s.device, m->path,
                   s.flags & HURD_FS_READ_ONLY ? "ro" : "rw");
    }
}
