/* SPDX-License-Identifier: MIT */
/* A PC with one IDE drive, made of C: a good one, or one that hangs, fails, or loses interrupts.  And
 * what the driver asks of the rest of the system. */
#ifndef IDE_MACHINE_H
#define IDE_MACHINE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>

#include "servers/ide/channel.h"
#include "servers/ide/dma.h"
#include "servers/ide/drive.h"
#include "servers/ide/ports.h"

enum { PAGE = 4096, SECTORS = 64, PHYSICAL = 0x100000, MASTER = 0xC000, NOWHERE = -1 };

/* ---- the machine: one drive, master of the first channel ---- */

static struct {
    uint8_t disk[SECTORS * 512];
    uint64_t clock;
    bool interrupt, quiet, asserted;    /* asserted: until the status is read */
    uint8_t status, error, control, features, count, lba[3], select;
    uint8_t command;
    uint32_t sector, left, piece;       /* of the transfer; piece: sectors between two interrupts */
    uint32_t multiple;                  /* as SET MULTIPLE said; a reset forgets it */
    uint8_t master_command, master_status;
    uint32_t table;
    /* What is wrong with it. */
    bool absent, atapi, floating, deaf;         /* deaf: a reset does not help */
    int bad;                            /* sector */
    int hang;                           /* at this sector it says busy for ever */
    int lose;                           /* so many interrupts get lost */
    bool no_data, short_dma, master_fails, refuses_multiple;
    unsigned resets, modes, commands;
} pc;

static uint8_t memory[DMA_PAGES_MOST * PAGE];
static uint16_t identity_words[IDENTIFY_WORDS];

static bool selected(void)
{
    return !pc.absent && !(pc.select & 0x10);
}

static void raise_interrupt(void)
{
    pc.asserted = true;
    pc.master_status |= 4;
    if (pc.lose > 0)
        pc.lose--;
    else if (!pc.quiet)
        pc.interrupt = true;
}

static void sector_fails(void)
{
    pc.status = 0x51;
    pc.error = 0x40;
    pc.left = 0;
    raise_interrupt();
}

static uint32_t piece(void)
{
    return pc.left < pc.piece ? pc.left : pc.piece;
}

static bool is_next(int sector)
{
    return sector >= (int) pc.sector && sector < (int) (pc.sector + (piece() ? piece() : 1));
}

/* The next sectors are there, or wanted, or they are not. */
static void next_piece(bool interrupts)
{
    if (is_next(pc.hang)) {
        pc.status = 0x80;
        return;
    }
    if (is_next(pc.bad)) {
        sector_fails();
        return;
    }
    pc.status = pc.left ? 0x58 : 0x50;
    if (interrupts)
        raise_interrupt();
}

static void transfer_dma(void)
{
    bool reads = pc.command == ATA_READ_DMA;
    const uint32_t *piece = (const uint32_t *) (memory + (pc.table - PHYSICAL));
    uint32_t bytes = 0, total = pc.left * 512;
    if (!(pc.master_command & 1) || (pc.command != ATA_READ_DMA && pc.command != ATA_WRITE_DMA))
        return;
    assert_int_equal(pc.master_command & 8, reads ? 8 : 0);
    for (int last = 0; !last; piece += 2) {
        uint32_t size = piece[1] & 0xFFFF;
        uint8_t *at = memory + (piece[0] - PHYSICAL);
        assert_true(size > 0 && size <= PAGE && at + size <= memory + dma_data_pages() * PAGE);
        if (reads)
            memcpy(at, pc.disk + pc.sector * 512 + bytes, size);
        else
            memcpy(pc.disk + pc.sector * 512 + bytes, at, size);
        bytes += size;
        last = piece[1] >> 31;
    }
    assert_int_equal(bytes, total);
    if (pc.hang >= (int) pc.sector && pc.hang < (int) (pc.sector + pc.left)) {
        pc.status = 0x80;
        return;
    }
    pc.status = 0x50;
    pc.master_status = pc.master_fails ? 2 : 0;
    if (pc.short_dma)
        return;
    if (pc.bad >= (int) pc.sector && pc.bad < (int) (pc.sector + pc.left))
        sector_fails();
    else
        raise_interrupt();
}

static void begin(uint8_t command)
{
    assert_int_equal(pc.status & 0x88, 0);      /* not in the middle of something */
    pc.command = command;
    pc.commands++;
    pc.sector = pc.lba[0] | pc.lba[1] << 8 | pc.lba[2] << 16 | (pc.select & 15u) << 24;
    pc.left = pc.count ? pc.count : 256;
    pc.asserted = false;
    pc.piece = 1;
    switch (command) {
    case ATA_READ_MULTIPLE:
    case ATA_WRITE_MULTIPLE:
        assert_true(pc.multiple > 1);
        pc.piece = pc.multiple;
        next_piece(command == ATA_READ_MULTIPLE);
        return;
    case ATA_SET_MULTIPLE:
        pc.multiple = pc.refuses_multiple ? 0 : pc.count;
        assert_true(pc.count > 1 && pc.count <= (identity_words[47] & 0xFF));
        pc.status = pc.multiple ? 0x50 : 0x51;
        raise_interrupt();
        return;
    case ATA_IDENTIFY:
        pc.left = 1;
        if (pc.atapi) {
            pc.status = 0x51;
            pc.error = 4;
            return;
        }
        pc.sector = 1000000;
        next_piece(true);
        return;
    case ATA_READ:
        next_piece(true);
        return;
    case ATA_WRITE:
        if (pc.no_data)
            pc.status = 0x50;
        else
            next_piece(false);
        return;
    case ATA_READ_DMA:
    case ATA_WRITE_DMA:
        pc.status = 0x58;
        return;
    case ATA_SET_FEATURES:
        assert_int_equal(pc.features, FEATURE_TRANSFER_MODE);
        assert_int_equal(pc.count, 0x42);
        pc.modes++;
        pc.status = 0x50;
        raise_interrupt();
        return;
    case ATA_FLUSH:
        pc.sector = 2000000;
        pc.left = 0;
        next_piece(true);
        return;
    default:
        fail_msg("command %x", command);
    }
}

static void control(uint8_t value)
{
    if (!(value & 4) && pc.control & 4) {
        pc.resets++;
        pc.multiple = 0;
        pc.status = pc.deaf ? 0x80 : 0x50;
        pc.select = 0;
        pc.interrupt = pc.asserted = false;
        pc.hang = pc.deaf ? pc.hang : NOWHERE;
    }
    pc.control = value;
    pc.quiet = value & 2;
}

uint8_t port_in8(uint16_t port)
{
    pc.clock++;
    if (port == MASTER + 2)
        return pc.master_status;
    if ((port & 0xFF0) == 0x370 || (port & 0xFF0) == 0x170)
        return 0xFF;                    /* nobody on the second channel */
    if (pc.floating)
        return 0xFF;
    if (!selected())
        return 0;
    if (port == 0x3F6)
        return pc.status;
    assert_true(port >= 0x1F0 && port <= 0x1F7);
    if (port == 0x1F7)
        pc.asserted = pc.interrupt = false;
    return port == 0x1F7 ? pc.status : port == 0x1F1 ? pc.error : 0;
}

void port_out8(uint16_t port, uint8_t value)
{
    pc.clock++;
    switch (port) {
    case 0x3F6: control(value); return;
    case 0x1F1: pc.features = value; return;
    case 0x1F2: pc.count = value; return;
    case 0x1F3: case 0x1F4: case 0x1F5: pc.lba[port - 0x1F3] = value; return;
    case 0x1F6: pc.select = value; return;
    case 0x1F7:
        if (selected() && !pc.floating)
            begin(value);
        return;
    case MASTER:
        pc.master_command = value;
        transfer_dma();
        return;
    case MASTER + 2: pc.master_status &= ~(value & 6); return;
    default:
        return;
    }
}

void port_out32(uint16_t port, uint32_t value)
{
    assert_int_equal(port, MASTER + 4);
    pc.table = value;
}

uint16_t port_in16(uint16_t port)
{
    return port_in8(port);
}

uint32_t port_in32(uint16_t port)
{
    return port_in8(port);
}

void port_in_words(uint16_t port, void *to, uint32_t words)
{
    assert_int_equal(port, 0x1F0);
    uint32_t count = piece();
    assert_int_equal(words, count * 256);
    assert_int_equal(pc.status & 0x88, 0x08);
    if (pc.command == ATA_IDENTIFY)
        memcpy(to, identity_words, 512);
    else
        memcpy(to, pc.disk + pc.sector * 512, count * 512);
    pc.sector += count;
    pc.left -= count;
    if (pc.left)
        next_piece(true);
    else
        pc.status = 0x50;
}

void port_out_words(uint16_t port, const void *from, uint32_t words)
{
    assert_int_equal(port, 0x1F0);
    uint32_t count = piece();
    assert_int_equal(words, count * 256);
    assert_int_equal(pc.status & 0x88, 0x08);
    memcpy(pc.disk + pc.sector * 512, from, count * 512);
    pc.sector += count;
    pc.left -= count;
    next_piece(true);
}

uint64_t port_clock(void)
{
    return pc.clock++;
}

void port_pause(uint32_t us)
{
    pc.clock += us;
}

/* ---- the rest of the system ---- */

static struct hurd_startup_data startup;
struct hurd_startup_data *__hurd_startup_data = &startup;
struct hurd_block_counters block_counters;

static struct { bool finished, failed; uint32_t good; int refused; } outcome;
static uint8_t fetched[(DMA_PAGES_MOST - 1) * PAGE];
static int fetch_error;

int hurd_pm_container_create(L4_ThreadId_t pm, L4_Word_t c, L4_Word_t flags, L4_Word_t *made)
{
    (void) pm, (void) c, (void) flags;
    *made = 77;
    return 0;
}

int hurd_pm_container_allocate(L4_ThreadId_t pm, L4_Word_t c, L4_Word_t flags, L4_Word_t start,
                               L4_Word_t size, L4_Word_t *amount)
{
    (void) pm, (void) c, (void) flags, (void) start, (void) size, (void) amount;
    return 0;
}

int hurd_vm_map_container(uintptr_t *addr, uintptr_t size, unsigned flags, unsigned rights,
                          L4_Word_t c, uintptr_t offset)
{
    (void) flags, (void) rights, (void) c, (void) offset;
    assert_int_equal(size, sizeof fetched);
    *addr = (uintptr_t) fetched;
    return 0;
}

int block_server_fetch(const struct queue_run *run, L4_Word_t container, L4_Word_t at, unsigned *bad)
{
    (void) run, (void) container, (void) at;
    *bad = 0;
    return fetch_error;
}

void block_server_refused(unsigned part, int error)
{
    (void) part;
    outcome.refused = error;
    outcome.finished = true;
}

void block_server_finished(uint32_t good, bool failed, L4_Word_t container, L4_Word_t at)
{
    (void) container;
    assert_false(outcome.finished);
    assert_int_equal(at, 0);
    outcome.finished = true;
    outcome.good = good;
    outcome.failed = failed;
}

#endif
