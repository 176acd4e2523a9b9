/* SPDX-License-Identifier: MIT */
/* Mounts and unmounts the root file system.  Called by main.c and filecommands.c; the hops after
 * it are programs.c (starts ext2fs), services.c (the RAM disk) and lib/file. */
#include "root.h"
#include "claims.h"
#include "complain.h"
#include "disks.h"
#include "programs.h"
#include "services.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/block.h>
#include <hurd/startup.h>
#include <hurd/task.h>

#define SERVER "ext2fs"

enum {
    SERVER_FRAMES = 640,
    RAM_FRAMES = (RAM_FILES_MB + RAM_SWAP_MB) * 256 + SERVER_FRAMES + 512,  /* and the driver's */
    RAM_TIMES = 3,              /* so many times RAM_FRAMES must be left: programs need room */
};

static struct files files;
static struct hurd_deva_extent sectors;         /* that are mounted */
static struct program server;   /* task == 0 <=> nothing is mounted */

static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

/* Puts the image into the files' part of the RAM disk.  Returns NULL, or why it cannot. */
static const char *ram_make(struct hurd_deva_extent *extent)
{
    static char text[96];
    size_t size;
    const void *image = programs_file(PROGRAMS_ROOT, &size);
    L4_Word_t frames = programs_share(8);
    if (!image)
        return "there is no " PROGRAMS_ROOT " among the programs";
    if (size > (size_t) RAM_FILES_MB << 20)
        return PROGRAMS_ROOT " is larger than its part of the RAM disk";
    if (frames < RAM_FRAMES * RAM_TIMES) {
        snprintf(text, sizeof text, "it takes %d KB, and %lu KB are left for all programs",
                 RAM_FRAMES * 4, frames * 4);
        return text;
    }
    const char *problem = services_ramdisk_part(RAM_FILES, extent);
    return problem ? problem : disks_write(extent->disk, image, size);
}

/* Starts the server for these sectors, and connects with it. */
static const char *server_start(const char *name, const struct hurd_deva_extent *extent)
{
    char argz[40];
    struct hurd_startup_cap memory = __hurd_startup_data->physmem_control;
    size_t length = sizeof SERVER;
    memcpy(argz, SERVER, length);
    length += snprintf(argz + length, sizeof argz - length, "%.20s", name) + 1;
    int err = program_start(argz, length, SERVER_FRAMES, &server);
    if (err) {
        server.task = 0;
        return err == ENOENT ? "there is no program " SERVER : strerror(err);
    }
    err = program_give_sectors(&server, extent);
    if (!err)
        err = files_connect(&files, server.thread, L4_ThreadIdOfRaw(memory.server), memory.cap);
    if (!err)
        return NULL;
    hurd_task_destroy(task_server(), server.handle, 1);
    hurd_task_release(task_server(), server.handle);
    server.task = 0;
    return err == EIO ? "the file server has said why not, or has failed" : strerror(err);
}

/* NULL, or why not. */
static const char *mount_sectors(const char *name)
{
    const char *use = claims_make(sectors.disk, sectors.first, sectors.sectors, "is mounted");
    if (use) {
        static char text[64];
        snprintf(text, sizeof text, "a part of it %s", use);
        return text;
    }
    const char *problem = server_start(name, &sectors);
    if (problem)
        claims_end(sectors.disk, sectors.first);
    return problem;
}

void root_mount(const char *name)
{
    if (server.task) {
        complain("mount: %s is mounted already\n", server.name);
        return;
    }
    const char *problem = !strcmp(name, "ram") ? ram_make(&sectors)
                                               : disks_parse(name, &sectors);
    if (!problem)
        problem = mount_sectors(name);
    if (problem)
        complain("init: root=%s is not mounted: %s\n", name, problem);
}

struct files *root_mounted(void)
{
    return server.task ? &files : NULL;
}

struct files *root_files(void)
{
    if (server.task)
        return &files;
    complain("No file system is mounted: `mount DISK` does it, and `disk` lists the disks.\n");
    return NULL;
}

unsigned root_output_flags(bool appends)
{
    return HURD_DIR_WRITES | HURD_DIR_CREATE | (appends ? HURD_DIR_APPEND : HURD_DIR_TRUNCATE);
}

bool root_end(void)
{
    L4_Word_t status, reason;
    if (!server.task)
        return true;
    int err = files_end(&files);
    if (err) {
        complain("init: the file system cannot be unmounted: %s\n", strerror(err));
        if (err == EBUSY)
            files_sync(&files);
        return false;
    }
    hurd_task_wait(task_server(), server.handle, 0, &status, &reason);
    hurd_task_release(task_server(), server.handle);
    files_disconnect(&files);
    server.task = 0;
    claims_end(sectors.disk, sectors.first);
    return true;
}

void root_report(void)
{
    struct hurd_fs_statfs s;
    if (!server.task) {
        printf("nothing is mounted\n");
        return;
    }
    int err = files_statfs(&files, &s);
    if (err)
        complain("mount: %s\n", strerror(err));
    else
        printf("%s on / type ext2 (%s)\n", s.device, s.flags & HURD_FS_READ_ONLY ? "ro" : "rw");
}
