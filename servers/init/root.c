/* SPDX-License-Identifier: MIT */
/* Mounts and unmounts the root file system.  Called by main.c and filecommands.c; the hops after
 * it are programs.c (starts ext2fs), services.c (the RAM disk) and lib/file. */
#include "root.h"
#include "claims.h"
#include "lib/shell/language.h"
#include "disks.h"
#include "mounts.h"
#include "programs.h"
#include "services.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/block.h>
#include <hurd/device.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>

#define SERVER "ext2fs"

enum {
    SERVER_FRAMES = 640,
    RAM_FRAMES = (RAM_FILES_MB + RAM_SWAP_MB) * 256 + SERVER_FRAMES + 512,  /* and the driver's */
    DEVICE = 0x10000,           /* its number for deva: fabrica's are smaller */
    VAIN_STARTS = 5,
    PAUSE = 10000,              /* us */
    RAM_TIMES = 3,              /* so many times RAM_FRAMES must be left: programs need room */
};

static struct files files;
static bool connected;                          /* files is valid */
static struct hurd_deva_extent sectors;         /* that are mounted */

/* The server that runs.  The watcher is a thread that waits for its end, and starts it again. */
static struct program server;
static volatile enum { DOWN, STARTING, UP } state;
static char mounted_name[24];
static volatile bool ending;                    /* it is meant to end */
static L4_ThreadId_t watcher;

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

static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

/* Starts the server for the sectors, after the one that has ended (nil: none).  deva learns which
 * of its tasks serves files: a client asks there when its server has gone. */
static const char *server_start(const char *name, L4_ThreadId_t old)
{
    static const struct hurd_device device = { .number = DEVICE, .class = HURD_DEVICE_FILES };
    struct hurd_startup_cap master = __hurd_startup_data->deva_master;
    char argz[40 + MOUNTS_WORDS];
    L4_Word_t theirs;
    size_t length = sizeof SERVER;
    memcpy(argz, SERVER, length);
    length += snprintf(argz + length, sizeof argz - length, "%.20s%c0%c", name, 0, 0) + 1;
    length += mounts_words(argz + length, sizeof argz - length, old, "");
    int err = program_start(argz, length, SERVER_FRAMES, &server);
    if (err)
        return err == ENOENT ? "there is no program " SERVER : strerror(err);
    err = hurd_device_grant(L4_ThreadIdOfRaw(master.server), master.cap, server.task, &device,
                            &theirs);
    if (!err)
        err = program_give_sectors(&server, &sectors);
    if (!err)
        return NULL;
    hurd_task_destroy(task_server(), server.handle, 1);
    hurd_task_release(task_server(), server.handle);
    return strerror(err);
}

/* ---- the watcher ---- */

static L4_Word_t servers_so_far(void)
{
    struct hurd_startup_cap console = __hurd_startup_data->console;
    struct hurd_driver driver;
    return hurd_driver_find(L4_ThreadIdOfRaw(console.server), console.cap, HURD_DEVICE_ANY, DEVICE,
                            &driver) ? 0 : driver.drivers;
}

/* Waits for the server's end.  True: it is to be started again. */
static bool server_wait(void)
{
    L4_Word_t status = 0, reason = 0;
    int err = hurd_task_wait(task_server(), server.handle, 0, &status, &reason);
    if (err || ending || (reason == HURD_TASK_EXITED && status == 0)) {
        hurd_task_release(task_server(), server.handle);
        return false;
    }
    state = STARTING;
    hurd_task_release(task_server(), server.handle);
    printf("init: " SERVER " %s\n", program_outcome(status, reason));
    return true;
}

static void watch(void *argument)
{
    unsigned vain = 0;
    L4_Word_t served = servers_so_far();
    (void) argument;
    while (server_wait()) {
        vain = servers_so_far() == served ? vain + 1 : 0;
        served = servers_so_far();
        const char *problem = vain < VAIN_STARTS ? NULL : "it ends before it serves";
        L4_Sleep(L4_TimePeriod(PAUSE));
        L4_ThreadId_t old = server.thread;
        if (!problem)
            problem = server_start(mounted_name, old);
        if (problem) {
            printf("init: " SERVER " is not started again: %s\n", problem);
            break;
        }
        printf("init: " SERVER " is started again\n");
        state = UP;
        mounts_adopt(old, server.thread, true);
    }
    claims_end(sectors.disk, sectors.first);
    state = DOWN;
}

/* ---- mount ---- */

static const char *server_connect(void)
{
    struct hurd_startup_cap memory = __hurd_startup_data->physmem_control;
    int err = files_connect(&files, server.thread, L4_ThreadIdOfRaw(memory.server), memory.cap);
    connected = !err;
    ending = false;
    state = UP;
    if (!err)
        err = hurd_thread_start(&watcher, watch, NULL, 0);
    if (!err)
        return NULL;
    state = DOWN;
    if (connected)
        files_disconnect(&files);
    connected = false;
    hurd_task_destroy(task_server(), server.handle, 1);
    hurd_task_release(task_server(), server.handle);
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
    snprintf(mounted_name, sizeof mounted_name, "%s", name);
    const char *problem = server_start(name, L4_nilthread);
    if (!problem)
        problem = server_connect();
    if (problem)
        claims_end(sectors.disk, sectors.first);
    return problem;
}

void root_mount(const char *name)
{
    if (root_mounted()) {
        complain("mount: %s is mounted already in /; "
                 "`mount DISK DIRECTORY` mounts one more in it\n",
                 mounted_name);
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
    if (L4_IsThreadEqual(L4_Myself(), watcher) || mounts_watch())
        return NULL;                            /* a file server itself gets no files */
    while (state == STARTING)
        L4_Sleep(L4_TimePeriod(PAUSE));
    if (connected && state == DOWN) {
        connected = false;
        files_disconnect(&files);
    }
    if (connected && !L4_IsThreadEqual(files.server, server.thread) &&
        files_reconnect(&files, server.thread))
        return NULL;                            /* the next caller tries again */
    return connected && state == UP ? &files : NULL;
}

struct files *root_files(void)
{
    struct files *mounted = root_mounted();
    if (!mounted)
        complain("No file system is mounted: `mount DISK` does it, and `disk` lists the disks;\n"
                 "`mount ram` makes one in memory\n");
    return mounted;
}

unsigned root_output_flags(bool appends)
{
    return HURD_DIR_WRITES | HURD_DIR_CREATE | (appends ? HURD_DIR_APPEND : HURD_DIR_TRUNCATE);
}

bool root_end(void)
{
    if (!root_mounted())
        return true;
    ending = true;
    int err = files_end(&files);
    if (err) {
        ending = false;
        mounts_say_busy("/", files.server, err);
        if (err == EBUSY)
            files_sync(&files);
        return false;
    }
    while (state != DOWN)
        L4_Sleep(L4_TimePeriod(PAUSE));
    files_disconnect(&files);
    connected = false;
    return true;
}

static void report(const char *path, int err, const struct hurd_fs_statfs *s)
{
    if (err)
        complain("mount: %s: %s\n", path, strerror(err));
    else
        printf("%s on %s type ext2 (%s)\n", s->device, path,
               s->flags & HURD_FS_READ_ONLY ? "ro" : "rw");
}

void root_report(void)
{
    struct hurd_fs_statfs s;
    struct mounted mounted;
    if (!root_mounted()) {
        printf("nothing is mounted\n");
        return;
    }
    report("/", files_statfs(&files, &s), &s);
    for (unsigned n = 0; mounts_next(&n, &mounted); )
        report(mounted.path, mounted.err, &mounted.statfs);
}
