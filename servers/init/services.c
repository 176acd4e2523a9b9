/* SPDX-License-Identifier: MIT */
/* For each driver, init has a thread that waits for the driver's end.  It starts the driver anew,
 * unless this ended by itself with status 0.  Called by main.c; the hops after it are programs.c,
 * and deva, which knows which driver drives which disk. */
#include "services.h"
#include "claims.h"
#include "devices.h"
#include "disks.h"
#include "programs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/block.h>
#include <hurd/bus.h>
#include <hurd/deva.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/thread.h>

enum {
    DRIVER_FRAMES = 256,
    FABRICA_FRAMES = 1400,      /* for the framework and its drivers, with the same part of kernel
                                   memory, of which each takes some 60 KB */
    FABRICA_ASKED = 5,          /* on a small machine, it gets so many eighths of what is left if */
    FABRICA_UNASKED = 4,        /* it shall start the disks' driver, or if not */
    BOOKS_SHARE = 32,           /* physmem takes less than so a part of a program's frames beside
                                   them, for its records */
    SWAPPER_FRAMES = 64,
    SWAP_LEAST = 384,           /* frames, with which programs are better off with swap */
    WINDOW_SHARE = 16,          /* the swap window is so a part of what is left for programs, */
    WINDOW_MOST_KB = 1024,      /* and at most this; init pays for it */
    MEGABYTE_FRAMES = 256,
    MEGABYTE_SECTORS = 2048,
    MEGABYTES_MOST = 4096,      /* with more, it gets no memory for its disk, and refuses */
    PAUSE = 10000,              /* us between two looks, or two starts */
    START_LOOKS = 3000,
    VAIN_STARTS = 5,            /* starts in a row without serving: then init gives up */
};

struct service {
    char argz[120];
    size_t length;
    L4_Word_t frames;
    L4_Word_t disk, disks;      /* the disks that it drives */
    /* equip() gives it what it needs; served() says how many drivers have served so far, the
     * present one included; after give_up() no thread waits for it any more. */
    int (*equip)(const struct program *program);
    L4_Word_t (*served)(const struct service *s);
    void (*give_up)(struct service *s);
    bool driver;                /* its program is in deva's archive */
    volatile L4_ThreadId_t thread;      /* its first one; nil before it was started */
    volatile bool over;         /* it will not be started again */
};

static void add_word(struct service *s, const char *word)
{
    size_t size = strlen(word) + 1;
    if (size <= sizeof s->argz - s->length) {
        memcpy(s->argz + s->length, word, size);
        s->length += size;
    }
}

static L4_Word_t disk_served(const struct service *s)
{
    return disks_drivers(s->disk);
}

/* EBUSY: deva has not learned yet that the last driver is dead. */
static void disk_give_up(struct service *s)
{
    struct hurd_startup_cap master = __hurd_startup_data->deva_master;
    for (int i = 0; i < START_LOOKS; i++) {
        int err = hurd_deva_block_register(L4_ThreadIdOfRaw(master.server), master.cap,
                                           L4_nilthread, s->disk, s->disks);
        if (err != EBUSY)
            break;
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
}

static struct service
    ramdisk = { .frames = DRIVER_FRAMES, .disk = HURD_BLOCK_RAM, .disks = 1,
                .equip = program_give_devices, .served = disk_served, .give_up = disk_give_up };

/* The framework gives back what it does not need, so when it has ended, there may be less than it
 * had at first, but enough. */
static L4_Word_t frames_of(const struct service *s)
{
    L4_Word_t left = programs_left(), most = left - left / BOOKS_SHARE;
    return s->frames < most ? s->frames : most;
}

/* Runs it until it has ended.  Returns 0, or why it did not start. */
static int service_live(struct service *s, L4_Word_t *status, L4_Word_t *reason)
{
    struct program program;
    int err = s->driver ? program_start_driver(s->argz, s->length, frames_of(s), &program)
                        : program_start(s->argz, s->length, s->frames, &program);
    if (err)
        return err;
    s->thread = program.thread;
    err = s->equip(&program);
    if (err)
        printf("init: %s does not get what it needs: %s\n", s->argz, strerror(err));
    L4_ThreadId_t task = L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
    err = hurd_task_wait(task, program.handle, 0, status, reason);
    if (!err)
        hurd_task_release(task, program.handle);
    return err;
}

static void service_thread(void *argument)
{
    struct service *s = argument;
    unsigned vain = 0, lives = 0;
    char how[HURD_TASK_OUTCOME];
    while (vain < VAIN_STARTS) {
        L4_Word_t status = 0, reason = 0, before = s->served(s);
        int err = service_live(s, &status, &reason);
        if (err) {
            printf("init: cannot start %s: %s\n", s->argz, strerror(err));
            break;
        }
        if (reason == HURD_TASK_EXITED && status == 0)
            break;
        vain = s->served(s) == before ? vain + 1 : 0;
        printf("init: %s has ended (%s); start number %u\n", s->argz,
               hurd_task_outcome(status, reason, how), ++lives + 1);
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
    if (vain == VAIN_STARTS)
        printf("init: %s ends before it serves; it is not started again\n", s->argz);
    s->give_up(s);
    s->over = true;
}

static void service_start(struct service *s)
{
    L4_ThreadId_t thread;
    int err = hurd_thread_start(&thread, service_thread, s, 0);
    if (err) {
        printf("init: no thread for %s: %s\n", s->argz, strerror(err));
        return;
    }
    for (int i = 0; i < START_LOOKS && !s->over && s->served(s) == 0; i++)
        L4_Sleep(L4_TimePeriod(PAUSE));
}

/* ---- the framework, and the drivers that it starts ---- */

static L4_Word_t fabrica_served(const struct service *s)
{
    struct hurd_bus_device root;
    return !L4_IsNilThread(s->thread) && !hurd_bus_device(s->thread, 0, &root) ? 1 : 0;
}

static void fabrica_give_up(struct service *s)
{
    (void) s;
}

static struct service fabrica = { .frames = FABRICA_FRAMES, .driver = true,
                                  .equip = program_give_devices, .served = fabrica_served,
                                  .give_up = fabrica_give_up };

static char fabrica_words[80];          /* with colons between them */

void services_fabrica_words(const char *words)
{
    snprintf(fabrica_words, sizeof fabrica_words, "%s", words);
}

/* more: NULL, or one word more. */
static void fabrica_start(const char *more)
{
    L4_Word_t most = programs_left() / 8 * (more ? FABRICA_ASKED : FABRICA_UNASKED);
    if (fabrica.frames > most)
        fabrica.frames = most;
    add_word(&fabrica, "fabrica");
    if (more)
        add_word(&fabrica, more);
    size_t first = fabrica.length;
    if (*fabrica_words)
        add_word(&fabrica, fabrica_words);
    for (size_t i = first; i < fabrica.length; i++) {
        if (fabrica.argz[i] == ':')
            fabrica.argz[i] = '\0';
    }
    service_start(&fabrica);
}

bool services_fabrica(L4_ThreadId_t *thread)
{
    if (fabrica.length == 0)
        fabrica_start(NULL);
    *thread = fabrica.thread;
    return !fabrica.over && !L4_IsNilThread(fabrica.thread);
}

void services_start_ide(const char *argument)
{
    char word[24];
    snprintf(word, sizeof word, "ide%s%s", *argument ? "=" : "", argument);
    fabrica_start(word);
    devices_settle();
}

void services_start_ramdisk(const char *arguments)
{
    add_word(&ramdisk, "ramdisk");
    size_t first = ramdisk.length;
    add_word(&ramdisk, arguments);
    for (size_t i = first; i < ramdisk.length; i++) {
        if (ramdisk.argz[i] == ':')
            ramdisk.argz[i] = '\0';
    }
    unsigned long megabytes = strtoul(arguments, NULL, 10);
    ramdisk.frames = DRIVER_FRAMES;
    if (megabytes <= MEGABYTES_MOST)
        ramdisk.frames += megabytes * MEGABYTE_FRAMES;
    service_start(&ramdisk);
}

const char *services_ramdisk_part(enum ram_part part, struct hurd_deva_extent *extent)
{
    static unsigned size[RAM_PARTS];    /* megabytes; the files come first */
    if (ramdisk.length == 0) {
        char megabytes[8];
        size[RAM_FILES] = part == RAM_FILES ? RAM_FILES_MB : 0;
        size[RAM_SWAP] = RAM_SWAP_MB;
        snprintf(megabytes, sizeof megabytes, "%u", size[RAM_FILES] + size[RAM_SWAP]);
        services_start_ramdisk(megabytes);
    }
    if (size[part] == 0)
        return "the RAM disk has no room for it";
    if (ramdisk.over)
        return "there is no RAM disk";
    *extent = (struct hurd_deva_extent) {
        .disk = HURD_BLOCK_RAM,
        .first = part == RAM_FILES ? 0 : size[RAM_FILES] * MEGABYTE_SECTORS,
        .sectors = size[part] * MEGABYTE_SECTORS,
        .rights = HURD_BLOCK_READS | HURD_BLOCK_WRITES,
    };
    return NULL;
}

/* ---- the swap server ---- */

static struct hurd_deva_extent swap_sectors;

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

/* init pays for its window, which stays when the server ends. */
static int swap_equip(const struct program *program)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_Word_t theirs;
    int err = program_give_sectors(program, &swap_sectors);
    if (!err)
        err = hurd_pm_swap_grant(physmem(), data->physmem_master.cap, program->task,
                                 data->physmem_control.cap, &theirs);
    return err;
}

static L4_Word_t swap_served(const struct service *s)
{
    struct hurd_pm_swap_info info;
    (void) s;
    return hurd_pm_swap_info(physmem(), __hurd_startup_data->physmem_control.cap, &info)
           ? 0 : info.attaches;
}

static void swap_give_up(struct service *s)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    (void) s;
    hurd_pm_swap_grant(physmem(), data->physmem_master.cap, 0, data->physmem_control.cap, NULL);
}

static struct service swapper = { .frames = SWAPPER_FRAMES, .equip = swap_equip,
                                  .served = swap_served, .give_up = swap_give_up };

/* Gives the whole quota to init's control, from which programs get theirs. */
static void swap_share(const char *disk)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    struct hurd_pm_swap_info info;
    int err = hurd_pm_swap_info(physmem(), data->physmem_master.cap, &info);
    if (!err && info.blocks == 0)
        return;                 /* it has said why */
    if (!err)
        err = hurd_pm_swap_quota(physmem(), data->physmem_master.cap, data->physmem_control.cap,
                                 info.quota);
    if (err)
        printf("init: no swap for programs: %s\n", strerror(err));
    else
        printf("init: %lu KB of swap on disk %s\n", info.quota * (HURD_MM_PAGE / 1024), disk);
}

/* The KB that may be on their way to the disk at a time. */
static L4_Word_t swap_window(void)
{
    L4_Word_t least = HURD_PM_SWAP_WINDOW_LEAST / 1024;
    L4_Word_t kb = programs_left() / WINDOW_SHARE * (HURD_MM_PAGE / 1024);
    return kb < least ? least : kb > WINDOW_MOST_KB ? WINDOW_MOST_KB : kb;
}

void services_start_swap_at(const char *name, const struct hurd_deva_extent *sectors)
{
    char window[12];
    const char *use = claims_make(sectors->disk, sectors->first, sectors->sectors,
                                  "is used for swapping");
    if (use) {
        printf("init: no swap on disk %s: a part of it %s\n", name, use);
        return;
    }
    if (programs_left() < SWAP_LEAST) {
        claims_end(sectors->disk, sectors->first);
        printf("init: no swap on disk %s: it takes memory, and programs have only %lu KB\n", name,
               programs_left() * (HURD_MM_PAGE / 1024));
        return;
    }
    swap_sectors = *sectors;
    add_word(&swapper, "swapper");
    snprintf(window, sizeof window, "%lu", swap_window());
    add_word(&swapper, window);
    service_start(&swapper);
    swap_share(name);
}

void services_start_swap(const char *disk)
{
    char found[DISK_NAME] = "";
    struct hurd_deva_extent sectors;
    const char *problem = *disk ? NULL : disks_find_swap(found), *name = *disk ? disk : found;
    if (!problem)
        problem = disks_parse(name, &sectors);
    if (problem)
        printf("init: no swap: %s\n", problem);
    else
        services_start_swap_at(name, &sectors);
}

/* ---- the policy server ---- */

static L4_Word_t policies;              /* how many were started */

static int policy_equip(const struct program *program)
{
    int err = program_give_policy(program);
    policies += !err;
    return err;
}

/* physmem does not say whether one serves.  So many are started at most. */
static L4_Word_t policy_served(const struct service *s)
{
    (void) s;
    return policies < VAIN_STARTS ? policies : VAIN_STARTS;
}

static void policy_give_up(struct service *s)
{
    (void) s;                           /* physmem has a rule of its own */
}

static struct service policy = { .frames = DRIVER_FRAMES, .equip = policy_equip,
                                 .served = policy_served, .give_up = policy_give_up };

void services_start_policy(void)
{
    add_word(&policy, "policy");
    service_start(&policy);
}
