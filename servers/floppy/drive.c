/* SPDX-License-Identifier: MIT */
/* Which disk is in a drive, and runs of sectors, piece by piece: a piece is a part of one track.
 * Before: lib/block/server.c.  After: fdc.c. */
#include "drive.h"
#include "fdc.h"
#include "format.h"

#include <stdio.h>
#include <string.h>

#include "lib/driver/driver.h"

enum {
    SECTOR = HURD_BLOCK_SECTOR,
    SIZE_512 = 2,               /* READ's code for a sector of 512 bytes */
    ANY_LENGTH = 0xFF,
    HEAD_SHIFT = 2,             /* of the head's bit in a command */
    RESULT_CYLINDER = 3,
    SPIN_UP = 500000,           /* us, as the next ones */
    SETTLE = 15000,             /* until the heads are still */
    TRANSFER_TIME = 2000000,    /* ten turns of the disk */
    ID_TIME = 1000000,
    MOTOR_TIME = 3000000,       /* so long after the last run */
    SHAKES = 2,                 /* tries to move the heads of a drive */
    NOWHERE = 0xFF,
};

struct drive_memory drive_memory;
struct block_disk drive_disks[DRIVES];

static struct drive {
    const struct format *format;        /* valid if drive_disks[].sectors is not 0 */
    uint8_t cylinder;                   /* where the heads are; NOWHERE: it is not known */
    bool found;                         /* once, they were somewhere */
} drives[DRIVES];
static uint64_t motors_off;             /* when the motors stop */

/* ---- motors and heads ---- */

static bool changed(void)
{
    return port_in8(fdc.rate) & FDC_CHANGED;
}

static void attend(unsigned d)
{
    motors_off = driver_clock() + MOTOR_TIME;
    fdc_select(d);
}

/* Returns whether the motor ran already. */
static bool motor_on(unsigned d)
{
    bool ran = fdc_motor_runs(d);
    attend(d);
    if (!ran)
        fdc_motor(d, true);
    return ran;
}

static void spin(unsigned d)
{
    if (!motor_on(d))
        driver_pause(SPIN_UP);
    attend(d);
}

/* A reset forgets where all heads are. */
static void recover(void)
{
    for (unsigned d = 0; d < DRIVES; d++)
        drives[d].cylinder = NOWHERE;
    fdc_reset();
}

/* A drive may need two recalibrations: one goes 79 steps at most. */
static bool heads_home(unsigned d)
{
    for (unsigned i = 0; i < SHAKES; i++) {
        if (fdc_recalibrate(d)) {
            drives[d].cylinder = 0;
            drives[d].found = true;
            return true;
        }
    }
    recover();
    return false;
}

static bool heads_to(unsigned d, uint8_t cylinder)
{
    if (drives[d].cylinder == NOWHERE && !heads_home(d))
        return false;
    if (drives[d].cylinder == cylinder)
        return true;
    drives[d].cylinder = NOWHERE;
    if (!fdc_seek(d, cylinder)) {
        recover();
        return false;
    }
    driver_pause(SETTLE);
    drives[d].cylinder = cylinder;
    return true;
}

/* ---- one command ---- */

static bool went_well(const uint8_t result[FDC_RESULTS])
{
    return !(result[0] & ST0_FAILED);
}

static bool read_id(unsigned d, uint8_t result[FDC_RESULTS])
{
    const uint8_t command[] = { FDC_READ_ID, (uint8_t) d };
    return fdc_run(command, sizeof command, result, ID_TIME) && went_well(result);
}

/* The data goes to or from the start of the page for DMA.  Pre: the heads are there. */
static bool transfer(unsigned d, const struct format *f, bool reads, struct place at,
                     uint32_t count)
{
    const uint8_t command[] = {
        reads ? FDC_READ : FDC_WRITE, (uint8_t) (at.head << HEAD_SHIFT | d), at.cylinder, at.head,
        at.sector, SIZE_512, f->sectors, f->gap, ANY_LENGTH,
    };
    uint8_t result[FDC_RESULTS];
    fdc_dma(drive_memory.dma_physical, count * SECTOR, reads);
    port_out8(fdc.rate, f->rate);
    return fdc_run(command, sizeof command, result, TRANSFER_TIME) && went_well(result);
}

/* ---- which disk it is ---- */

/* Its last sector can be read on the first cylinder, and there is a last cylinder. */
static bool format_fits(unsigned d, const struct format *f)
{
    const struct place last = { 0, 1, f->sectors };
    uint8_t result[FDC_RESULTS];
    port_out8(fdc.rate, f->rate);
    if (!heads_to(d, 0) || !read_id(d, result) || !transfer(d, f, true, last, 1)) {
        recover();
        return false;
    }
    bool fits = heads_to(d, f->cylinders - 1) && read_id(d, result) &&
                result[RESULT_CYLINDER] == f->cylinders - 1;
    if (!fits)
        recover();
    return fits;
}

static bool is_protected(unsigned d)
{
    const uint8_t command[] = { FDC_DRIVE_STATUS, (uint8_t) d };
    uint8_t status;
    return fdc_send(command, sizeof command) && fdc_results(&status, 1) == 1 &&
           status & ST3_PROTECTED;
}

static void disk_found(unsigned d, const struct format *f)
{
    struct block_disk *disk = &drive_disks[d];
    drives[d].format = f;
    disk->sectors = format_sectors(f);
    disk->flags = HURD_BLOCK_DMA | (is_protected(d) ? HURD_BLOCK_PROTECTED : 0);
    snprintf(disk->model, sizeof disk->model, "floppy in drive %c, %u KB", 'A' + (char) d,
             (unsigned) disk->sectors / 2);
}

/* The line says that the disk was out until the heads step while there is a disk. */
static bool disk_is_there(unsigned d)
{
    return heads_home(d) && heads_to(d, 1) && heads_to(d, 0) && !changed();
}

static void identify(unsigned d)
{
    for (unsigned i = 0; i < FORMATS; i++) {
        if (format_fits(d, &formats[i])) {
            disk_found(d, &formats[i]);
            return;
        }
    }
    printf("floppy: the disk in drive %c has no format that is known\n", 'A' + (char) d);
}

/* Post: returns whether it is the disk that it was. */
static bool same_disk(unsigned d)
{
    motor_on(d);
    if (drive_disks[d].sectors && !changed())
        return true;
    drive_disks[d].sectors = 0;
    drive_disks[d].flags = 0;
    drive_disks[d].change++;
    return false;
}

static void drive_look(unsigned d)
{
    if (same_disk(d))
        return;
    spin(d);
    if (disk_is_there(d))
        identify(d);
    attend(d);
}

/* ---- runs ---- */

/* Moves the next piece of a run, of which `done` sectors went through.  Returns the number of its
 * sectors; 0: it failed. */
static uint32_t piece(unsigned d, const struct queue_run *run, uint32_t done)
{
    const struct format *f = drives[d].format;
    struct place at = format_place(f, run->sector + done);
    uint32_t count = format_run(f, at, run->count - done, QUEUE_PER_PAGE);
    uint8_t *data = drive_memory.window + done * SECTOR;
    bool reads = run->op == QUEUE_READ;
    if (!reads)
        memcpy(drive_memory.dma, data, count * SECTOR);
    if (!heads_to(d, at.cylinder) || !transfer(d, f, reads, at, count))
        return 0;
    if (reads)
        memcpy(data, drive_memory.dma, count * SECTOR);
    return count;
}

static void run_through(unsigned d, const struct queue_run *run)
{
    uint32_t done = 0, count = 1;
    spin(d);
    while (done < run->count && count > 0) {
        count = piece(d, run, done);
        done += count;
    }
    if (done < run->count) {
        block_counters.errors++;
        block_counters.resets++;
        recover();
        if (!same_disk(d)) {
            block_server_changed();
            return;
        }
    }
    if (run->op == QUEUE_READ)
        memset(drive_memory.window + done * SECTOR, 0,
               DRIVE_PAGES * HURD_BLOCK_PER_PAGE * SECTOR - done * SECTOR);
    block_server_finished(done, done < run->count, drive_memory.container, 0);
}

static void drive_begin(const struct queue_run *run)
{
    unsigned d = run->disk - HURD_BLOCK_FLOPPY, bad;
    int err = 0;
    if (!same_disk(d)) {
        block_server_changed();
    } else if (run->op == QUEUE_WRITE &&
               (err = block_server_fetch(run, drive_memory.container, 0, &bad)) != 0) {
        block_server_refused(bad, err);
    } else {
        run_through(d, run);
    }
}

/* The controller interrupts nobody but the command that waits, so this one came late. */
static bool drive_interrupt(unsigned line)
{
    (void) line;
    return false;
}

static bool motors_run(void)
{
    return fdc_motor_runs(0) || fdc_motor_runs(1);
}

static void drive_late(void)
{
    for (unsigned d = 0; d < DRIVES; d++)
        fdc_motor(d, false);
}

static uint32_t drive_patience(void)
{
    uint64_t clock = driver_clock();
    if (!motors_run())
        return UINT32_MAX;
    return clock < motors_off ? (uint32_t) (motors_off - clock) : 0;
}

const struct block_driver drive_driver = {
    .disks = drive_disks,
    .first = HURD_BLOCK_FLOPPY,
    .count = DRIVES,
    .most = DRIVE_PAGES * QUEUE_PER_PAGE,
    .begin = drive_begin,
    .interrupt = drive_interrupt,
    .late = drive_late,
    .patience = drive_patience,
    .look = drive_look,
};
