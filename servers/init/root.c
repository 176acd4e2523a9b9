/* SPDX-License-Identifier: MIT */
/* Mounts and unmounts the root file system.  Called by main.c and filecommands.c; the hops after
 * it are programs.c (starts ext2fs), services.c (the RAM disk) and lib/file. */
#include "root.h"
#include "complain.h"
#include "disks.h"
#include "mounts.h"
#include "programs.h"
#include "services.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/block.h>
#include <hurd/startup.h>

enum {
    SERVER_FRAMES = 640,
    RAM_FRAMES = (RAM_FILES_MB + RAM_SWAP_MB) * 256 + SERVER_FRAMES + 512,  /* and the driver's */
    RAM_TIMES = 3,              /* so many times RAM_FRAMES must be left: programs need room */
};

static struct files files;
static struct hurd_deva_extent sectors;         /* that are mounted */
static struct program server;   /* task == 0 <=> nothing is mounted */

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

/* NULL, or why not. */
static const char *mount_sectors(const char *name)
{
    struct hurd_startup_cap memory = __hurd_startup_data->physmem_control;
    const char *problem = fileserver_start(name, NULL, &sectors, &server);
    if (problem)
        return problem;
    int err = files_connect(&files, server.thread, L4_ThreadIdOfRaw(memory.server), memory.cap);
    if (!err)
        return NULL;
    fileserver_stop(&server, &sectors, true);
    return err == EIO ? "the file server has said why not, or has failed" : strerror(err);
}

/* A server that has died leaves its place to another one, and those below it have lost theirs. */
static void dead_forget(void)
{
    struct hurd_fs_statfs unused;
    if (!server.task || files_statfs(&files, &unused) != EIO)
        return;
    mounts_end_all();
    fileserver_stop(&server, &sectors, false);
    files_disconnect(&files);
}

void root_mount(const char *name)
{
    dead_forget();
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
    if (!server.task)
        return true;
    dead_forget();
    if (!server.task)
        return true;
    int err = files_end(&files);
    if (err) {
        complain("init: the file system cannot be unmounted: %s\n", strerror(err));
        if (err == EBUSY)
            files_sync(&files);
        return false;
    }
    fileserver_stop(&server, &sectors, false);
    files_disconnect(&files);
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
    mounts_report();
}
