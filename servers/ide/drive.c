/* SPDX-License-Identifier: MIT */
/* One run of sectors: from the queue to the drive, interrupt by interrupt, and back.  If a command
 * fails, its channel is reset; the queue decides whether to try again.  Before: lib/block/server.c.
 * After: channel.c, and dma.c if the drive moves the data itself. */
#include "drive.h"
#include "channel.h"
#include "dma.h"
#include "ports.h"

#include <errno.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>

enum {
    PAGE = 4096,
    SECTOR_WORDS = HURD_BLOCK_SECTOR / 2,
    IDENTIFY_TIME = 2000000,    /* in us, as the three that follow */
    DATA_TIME = 2000000,        /* until the drive asks for the first sector of a write */
    COMMAND_TIME = 5000000,     /* from one interrupt to the next */
    FEATURE_TIME = 1000000,
};

struct block_disk drive_disks[DRIVES];
static struct identity identities[DRIVES];
static uint32_t sectors_at_once[DRIVES];        /* between two interrupts, if the processor moves
                                                   the data */
static L4_Word_t staging;       /* a container: the pages of a write, as physmem copied them */
static uint8_t *staging_pages;

/* The run that the drive does now. */
static struct {
    const struct queue_run *run;        /* NULL: there is none */
    const struct channel *channel;
    bool dma;
    uint32_t moved;                     /* sectors that went through the data port, */
    uint32_t heard;                     /* and those of them before the drive's last interrupt */
    bool waited;                        /* since the last step, drive_patience() was called */
    uint64_t deadline;                  /* 0: it is not set yet */
} now;

static struct channel *channel_of(unsigned drive)
{
    return &channels[drive / 2];
}

/* ---- finding the drives ---- */

static bool set(unsigned drive, uint8_t command, uint8_t feature, uint8_t value)
{
    const struct channel *c = channel_of(drive);
    if (!channel_select(c, drive % 2))
        return false;
    channel_command(c, drive % 2, command, feature, 0, value);
    return channel_wait(c, STATUS_ERROR | STATUS_DATA, 0, FEATURE_TIME);
}

/* A reset may have undone these modes.  If a drive does not take SET MULTIPLE, it interrupts for
 * each sector. */
static bool set_modes(unsigned drive, bool dma)
{
    bool multiple = identities[drive].multiple > 1 &&
                    set(drive, ATA_SET_MULTIPLE, 0, identities[drive].multiple);
    sectors_at_once[drive] = multiple ? identities[drive].multiple : 1;
    return dma && set(drive, ATA_SET_FEATURES, FEATURE_TRANSFER_MODE, identities[drive].dma_mode);
}

/* If a drive is absent, its status reads as 00 or FF, or as that of the other drive, which does not
 * reply for it. */
static bool identify(unsigned drive)
{
    const struct channel *c = channel_of(drive);
    uint16_t words[IDENTIFY_WORDS];
    if (!channel_select(c, drive % 2) || channel_look(c) == 0)
        return false;
    channel_command(c, drive % 2, ATA_IDENTIFY, 0, 0, 0);
    if (channel_look(c) == 0 ||
        !channel_wait(c, STATUS_DATA | STATUS_ERROR, STATUS_DATA, IDENTIFY_TIME))
        return false;
    port_in_words(c->command + REGISTER_DATA, words, IDENTIFY_WORDS);
    port_in8(c->command + REGISTER_STATUS);
    identify_read(words, &identities[drive]);
    return identities[drive].sectors > 0;
}

static void drive_find(unsigned drive, bool dma)
{
    struct block_disk *disk = &drive_disks[drive];
    if (!identify(drive))
        return;
    disk->sectors = identities[drive].sectors;
    memcpy(disk->model, identities[drive].model, sizeof disk->model);
    if (set_modes(drive, dma && channel_of(drive)->bus_master && identities[drive].dma_mode))
        disk->flags |= HURD_BLOCK_DMA;
}

unsigned drives_find(bool dma)
{
    unsigned found = 0;
    for (unsigned drive = 0; drive < DRIVES; drive++) {
        struct channel *c = channel_of(drive);
        if (drive % 2 == 0) {
            dma_stop(c);
            c->present = channel_reset(c);
        }
        if (c->present)
            drive_find(drive, dma);
        found += drive_disks[drive].sectors > 0;
    }
    for (unsigned i = 0; i < CHANNELS; i++) {
        struct channel *c = &channels[i];
        c->present = c->present && (drive_disks[2 * i].sectors || drive_disks[2 * i + 1].sectors);
        if (c->present)
            channel_interrupts(c, true);
    }
    return found;
}

int drives_memory(void)
{
    L4_ThreadId_t physmem = L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
    uintptr_t address = 0, size = dma_data_pages() * PAGE;
    int err = hurd_pm_container_create(physmem, __hurd_startup_data->physmem_control.cap, 0,
                                       &staging);
    if (!err)
        err = hurd_pm_container_allocate(physmem, staging, 0, 0, size, NULL);
    if (!err)
        err = hurd_vm_map_container(&address, size, 0, HURD_VM_READ, staging, 0);
    staging_pages = (uint8_t *) address;
    drive_driver.most = dma_data_pages() * QUEUE_PER_PAGE;
    return err;
}

/* ---- the end of a run ---- */

static void run_done(void)
{
    const struct queue_run *run = now.run;
    uint32_t bytes = run->count * HURD_BLOCK_SECTOR;
    if (run->op == QUEUE_READ)
        memset(dma_pages + bytes, 0, -bytes % PAGE);
    now.run = NULL;
    block_server_finished(run->count, false, dma_memory.container, 0);
}

/* The drives of the channel have forgotten everything, so their modes are set again. */
static void channel_recover(const struct channel *c)
{
    block_counters.resets++;
    dma_stop(c);
    if (channel_reset(c)) {
        for (unsigned drive = 0; drive < DRIVES; drive++) {
            if (channel_of(drive) == c && drive_disks[drive].sectors)
                set_modes(drive, drive_disks[drive].flags & HURD_BLOCK_DMA);
        }
    }
    port_in8(c->command + REGISTER_STATUS);
    channel_interrupts(c, true);
}

static void run_failed(void)
{
    const struct queue_run *run = now.run;
    uint32_t good = now.moved;
    if (run->op == QUEUE_WRITE)
        good = now.heard;               /* the drive has not confirmed those behind it */
    block_counters.errors++;
    channel_recover(now.channel);
    now.run = NULL;
    block_server_finished(good, true, dma_memory.container, 0);
}

/* ---- the steps of a run ---- */

static void time_begins(void)
{
    now.waited = false;
    now.deadline = 0;
}

/* Moves as many sectors as the drive takes between two interrupts. */
static void move_sectors(void)
{
    uint16_t port = now.channel->command + REGISTER_DATA;
    uint8_t *at = dma_pages + now.moved * HURD_BLOCK_SECTOR;
    uint32_t count = now.run->count - now.moved, most = sectors_at_once[now.run->disk];
    if (count > most)
        count = most;
    if (now.run->op == QUEUE_READ)
        port_in_words(port, at, count * SECTOR_WORDS);
    else
        port_out_words(port, at, count * SECTOR_WORDS);
    now.moved += count;
    time_begins();
}

static void step_dma(uint8_t status)
{
    bool failed = dma_failed(now.channel) || status & (STATUS_ERROR | STATUS_FAULT);
    dma_stop(now.channel);
    if (failed)
        run_failed();
    else
        run_done();
}

/* A read makes an interrupt before each piece, a write after each piece, a flush at its end. */
static void step_pio(uint8_t status)
{
    uint32_t count = now.run->count;
    bool reads = now.run->op == QUEUE_READ, data = status & STATUS_DATA;
    if (status & (STATUS_ERROR | STATUS_FAULT)) {
        run_failed();
        return;
    }
    now.heard = now.moved;
    if (data && now.moved < count)
        move_sectors();
    else if (now.moved < count)
        return; /* the interrupt came too early: wait for the next one, or the deadline */
    else if (!reads)
        run_done();
    if (reads && now.run && now.moved == count)
        run_done();
}

/* Takes in what the drive says.  Reading the status takes its interrupt back.  If the bus master
 * has not seen the interrupt, it has not moved all data, whatever the status says. */
static void step(void)
{
    if (now.dma && !dma_interrupted(now.channel))
        return;
    uint8_t status = port_in8(now.channel->command + REGISTER_STATUS);
    if (status & STATUS_BUSY)
        return;
    if (now.dma)
        step_dma(status);
    else
        step_pio(status);
}

static bool drive_interrupt(unsigned line)
{
    bool mine = false;
    block_counters.interrupts++;
    for (unsigned i = 0; i < CHANNELS; i++) {
        if (channels[i].line != line || !channels[i].present)
            continue;
        bool runs = now.run && now.channel == &channels[i];
        mine |= runs && (!now.dma || dma_interrupted(now.channel));
        if (runs)
            step();
        else
            port_in8(channels[i].command + REGISTER_STATUS);
    }
    return mine;
}

/* An interrupt may get lost.  So the drive is looked at once more before the run fails. */
static void drive_late(void)
{
    uint32_t moved = now.moved;
    const struct queue_run *run = now.run;
    block_counters.timeouts++;
    step();
    if (now.run == run && now.moved == moved)
        run_failed();
}

/* Returns how long to wait for the drive, in us.  Most runs end before a second call, so only the
 * second call reads the clock; then the drive gets a little more time. */
static uint32_t drive_patience(void)
{
    if (!now.run)
        return UINT32_MAX;
    if (!now.waited) {
        now.waited = true;
        return COMMAND_TIME;
    }
    uint64_t clock = port_clock();
    if (now.deadline == 0)
        now.deadline = clock + COMMAND_TIME;
    return clock < now.deadline ? (uint32_t) (now.deadline - clock) : 0;
}

/* ---- the beginning of a run ---- */

static void command(const struct queue_run *run, uint8_t code)
{
    channel_command(now.channel, run->disk % 2, code, 0, run->sector, run->count);
}

static bool command_dma(const struct queue_run *run)
{
    bool reads = run->op == QUEUE_READ;
    dma_prepare(now.channel, run->count * HURD_BLOCK_SECTOR, reads);
    command(run, reads ? ATA_READ_DMA : ATA_WRITE_DMA);
    dma_start(now.channel, reads);
    return true;
}

static bool command_pio(const struct queue_run *run)
{
    if (run->op == QUEUE_FLUSH) {
        channel_command(now.channel, run->disk % 2, ATA_FLUSH, 0, 0, 0);
        return true;
    }
    bool several = sectors_at_once[run->disk] > 1;
    command(run, run->op == QUEUE_READ ? several ? ATA_READ_MULTIPLE : ATA_READ
                                       : several ? ATA_WRITE_MULTIPLE : ATA_WRITE);
    if (run->op == QUEUE_READ)
        return true;
    if (!channel_wait(now.channel, STATUS_DATA | STATUS_ERROR, STATUS_DATA, DATA_TIME))
        return false;
    move_sectors();
    return true;
}

static bool fetch(const struct queue_run *run)
{
    unsigned bad;
    int err = block_server_fetch(run, staging, 0, &bad);
    if (err) {
        block_server_refused(bad, err);
        return false;
    }
    memcpy(dma_pages, staging_pages, run->count * HURD_BLOCK_SECTOR);
    return true;
}

static void drive_begin(const struct queue_run *run)
{
    if (run->op == QUEUE_WRITE && !fetch(run))
        return;
    now.run = run;
    now.channel = channel_of(run->disk);
    now.dma = run->op != QUEUE_FLUSH && drive_disks[run->disk].flags & HURD_BLOCK_DMA;
    now.moved = now.heard = 0;
    time_begins();
    if (!channel_select(now.channel, run->disk % 2) ||
        !(now.dma ? command_dma(run) : command_pio(run)))
        run_failed();
}

struct block_driver drive_driver = {
    .disks = drive_disks,
    .first = HURD_BLOCK_IDE,
    .count = DRIVES,
    .begin = drive_begin,
    .interrupt = drive_interrupt,
    .late = drive_late,
    .patience = drive_patience,
};
