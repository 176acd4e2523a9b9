/* SPDX-License-Identifier: MIT */
/* The disks that there are: init has a capability for each number, and reads partition tables
 * through it.  Called by shell.c and services.c; the hop after is lib/block/client.c. */
#include "disks.h"
#include "claims.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <hurd/block.h>
#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>

#include "lib/block/mbr.h"

#define ALL_RIGHTS (HURD_BLOCK_READS | HURD_BLOCK_WRITES)
#define SECTORS_OF_MB 2048u
#define WINDOW (16 * HURD_MM_PAGE)

static struct {
    bool granted;
    L4_Word_t handle;
} capabilities[HURD_BLOCK_DISKS];

static L4_Word_t container;     /* some pages, through which we read and write */
static uint8_t *page;

static L4_ThreadId_t deva(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->deva_master.server);
}

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

static int capability_for(L4_Word_t disk)
{
    const struct hurd_deva_extent whole = { .disk = disk, .rights = ALL_RIGHTS };
    if (capabilities[disk].granted)
        return 0;
    int err = hurd_deva_block_grant(deva(), __hurd_startup_data->deva_master.cap, HURD_TASK_INIT,
                                    &whole, &capabilities[disk].handle);
    capabilities[disk].granted = !err;
    return err;
}

L4_Word_t disks_drivers(L4_Word_t disk)
{
    L4_ThreadId_t thread;
    L4_Word_t drivers;
    int err = capability_for(disk);
    if (!err)
        err = hurd_deva_block_find(deva(), capabilities[disk].handle, &thread, &drivers);
    return err ? 0 : drivers;
}

static int page_make(void)
{
    uintptr_t address = 0;
    if (page)
        return 0;
    int err = hurd_vm_new_container(&address, WINDOW, &container);
    page = (uint8_t *) address;
    return err;
}

/* What is known of a disk.  Its partition table may be wrong; then the table says so. */
struct disk {
    struct hurd_block_info info;
    struct mbr_partition partition[MBR_PARTITIONS];
    const char *problem;
};

/* Opens a disk, with the page as the place of its data.  Returns 0, or an errno; ENODEV: there is
 * no such disk. */
static int disk_open(L4_Word_t number, struct hurd_block *block)
{
    int err = capability_for(number);
    if (!err)
        err = page_make();
    if (!err)
        err = hurd_block_open(block, deva(), capabilities[number].handle);
    if (err)
        return err;
    err = hurd_block_use(block, physmem(), container, HURD_PM_READ | HURD_PM_WRITE);
    if (err)
        hurd_block_close(block);
    return err;
}

/* Errors as disk_open(), and those of the disk. */
static int disk_read(L4_Word_t number, struct disk *disk)
{
    static struct hurd_block block;
    int err = disk_open(number, &block);
    if (err)
        return err;
    err = hurd_block_info(&block, &disk->info);
    if (!err)
        err = hurd_block_read(&block, 0, 0, 1, NULL);
    if (!err)
        disk->problem = mbr_read(page, disk->info.disk_sectors, disk->partition);
    hurd_block_close(&block);
    return err;
}

/* ---- for the shell ---- */

/* Reads "3", "3.1", "/dev/hd3" or "/dev/hd3p1": one digit each.  False: the word is neither. */
static bool parse(const char *word, unsigned *number, unsigned *partition)
{
    static const char device[] = "/dev/hd";
    bool is_device = !strncmp(word, device, sizeof device - 1);
    if (is_device)
        word += sizeof device - 1;
    *number = (unsigned) word[0] - '0';
    *partition = 0;
    if (*number >= HURD_BLOCK_DISKS)
        return false;
    if (word[1] == '\0')
        return true;
    if (word[1] != (is_device ? 'p' : '.') || word[2] < '1' || word[2] > '0' + MBR_PARTITIONS ||
        word[3] != '\0')
        return false;
    *partition = (unsigned) word[2] - '0';
    return true;
}

const char *disks_parse(const char *word, struct hurd_deva_extent *extent)
{
    static struct disk disk;
    unsigned number, partition;
    if (!parse(word, &number, &partition))
        return "a disk is a digit, a partition of it DIGIT.DIGIT; `disk` lists them";
    int err = disk_read(number, &disk);
    if (err)
        return err == ENODEV ? "there is no such disk" : strerror(err);
    *extent = (struct hurd_deva_extent) { .disk = number, .sectors = disk.info.disk_sectors,
                                          .rights = ALL_RIGHTS };
    if (partition == 0)
        return NULL;
    const struct mbr_partition *p = &disk.partition[partition - 1];
    if (p->type == 0)
        return disk.problem ? disk.problem : "there is no such partition";
    extent->first = p->first;
    extent->sectors = p->count;
    return NULL;
}

const char *disks_parse_free(const char *word, struct hurd_deva_extent *extent)
{
    static char text[64];
    const char *problem = disks_parse(word, extent);
    const char *use = problem ? NULL : claims_find(extent->disk, extent->first, extent->sectors);
    if (!use)
        return problem;
    snprintf(text, sizeof text, "a part of it %s", use);
    return text;
}

const char *disks_find_swap(char name[DISK_NAME])
{
    static struct disk disk;
    for (unsigned number = 0; number < HURD_BLOCK_DISKS; number++) {
        if (disk_read(number, &disk))
            continue;
        for (unsigned i = 0; i < MBR_PARTITIONS; i++) {
            if (disk.partition[i].type == MBR_TYPE_SWAP) {
                snprintf(name, DISK_NAME, "%u.%u", number, i + 1);
                return NULL;
            }
        }
    }
    return "no disk has a swap partition (type 82)";
}

const char *disks_write(L4_Word_t number, const void *data, size_t size)
{
    static struct hurd_block block;
    int err = disk_open(number, &block);
    if (err)
        return strerror(err);
    for (size_t at = 0, n; at < size && !err; at += n) {
        n = size - at < WINDOW ? size - at : WINDOW;
        memcpy(page, (const char *) data + at, n);
        err = hurd_block_write(&block, 0, at / HURD_BLOCK_SECTOR,
                               (n + HURD_BLOCK_SECTOR - 1) / HURD_BLOCK_SECTOR, NULL);
    }
    hurd_block_close(&block);
    return err ? strerror(err) : NULL;
}

static void report_size(uint32_t sectors)
{
    if (sectors >= SECTORS_OF_MB)
        printf("%6lu MB", (unsigned long) sectors / SECTORS_OF_MB);
    else
        printf("%6lu KB", (unsigned long) sectors / 2);
}

static void report_disk(unsigned number, const struct disk *disk)
{
    printf("  %u    ", number);
    report_size(disk->info.disk_sectors);
    printf("  %.40s (%s%s)\n", disk->info.model,
           disk->info.flags & HURD_BLOCK_VOLATILE ? "until it ends"
           : disk->info.flags & HURD_BLOCK_DMA    ? "DMA" : "PIO",
           disk->info.flags & HURD_BLOCK_PROTECTED ? ", protected" : "");
    for (unsigned i = 0; i < MBR_PARTITIONS; i++) {
        const struct mbr_partition *p = &disk->partition[i];
        const char *name = mbr_type_name(p->type);
        if (p->type == 0)
            continue;
        printf("  %u.%u  ", number, i + 1);
        report_size(p->count);
        printf("  %s%stype %02x, sectors %lu to %lu\n", name ? name : "", name ? ", " : "", p->type,
               (unsigned long) p->first, (unsigned long) p->first + p->count - 1);
    }
    if (disk->problem)
        printf("       %s\n", disk->problem);
}

void disks_report(void)
{
    static struct disk disk;
    unsigned found = 0;
    for (unsigned number = 0; number < HURD_BLOCK_DISKS; number++) {
        int err = disk_read(number, &disk);
        if (err == ENODEV)
            continue;
        found++;
        if (err)
            printf("  %u    %s\n", number, strerror(err));
        else
            report_disk(number, &disk);
    }
    if (!found)
        printf("There are no disks.  (The machine's are looked for with init's option disk.)\n");
}
