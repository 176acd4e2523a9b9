/* SPDX-License-Identifier: MIT */
/* links: servers/ide/drive.c servers/ide/channel.c servers/ide/dma.c servers/ide/identify.c */
/* words: 32 */
/* The IDE driver on drives made of C: good ones, and such as hang, fail, and lose interrupts. */
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

/* ---- the tests ---- */

static int fresh(void **state)
{
    (void) state;
    memset(&pc, 0, sizeof pc);
    pc.bad = pc.hang = NOWHERE;
    pc.status = 0x50;
    for (unsigned i = 0; i < sizeof pc.disk; i++)
        pc.disk[i] = (uint8_t) (i / 512 * 7 + i);
    memset(identity_words, 0, sizeof identity_words);
    identity_words[49] = 0x0300;
    identity_words[53] = 7;
    identity_words[60] = SECTORS;
    identity_words[88] = 7;
    memset(memory, 0xA5, sizeof memory);
    memset(fetched, 0x5A, sizeof fetched);
    dma_pages = memory;
    dma_memory.pages = DMA_PAGES_MOST;
    for (int i = 0; i < DMA_PAGES_MOST; i++)
        dma_memory.physical[i] = PHYSICAL + i * PAGE;
    memset(drive_disks, 0, sizeof drive_disks);
    memset(&block_counters, 0, sizeof block_counters);
    channels[0].bus_master = MASTER;
    channels[1].bus_master = 0;
    fetch_error = 0;
    drives_memory();
    return 0;
}

static void find(bool dma)
{
    assert_int_equal(drives_find(dma), 1);
    assert_int_equal(drive_disks[0].sectors, SECTORS);
    assert_int_equal(drive_disks[0].flags, dma ? HURD_BLOCK_DMA : 0);
    pc.resets = pc.commands = 0;
}

static struct queue_run run;

/* Until the run has ended: how many us that took. */
static uint64_t perform(enum queue_op op, uint32_t sector, uint32_t count)
{
    uint64_t start = pc.clock;
    run = (struct queue_run) { .op = op, .sector = sector, .count = count, .parts = 1 };
    memset(&outcome, 0, sizeof outcome);
    drive_driver.begin(&run);
    while (!outcome.finished) {
        assert_true(pc.clock - start < 60000000);
        if (pc.interrupt) {
            pc.interrupt = false;
            drive_driver.interrupt(14);
        } else if (drive_driver.patience() == 0) {
            drive_driver.late();
        } else {
            pc.clock += drive_driver.patience();
        }
    }
    assert_int_equal(drive_driver.patience(), UINT32_MAX);
    return pc.clock - start;
}

static void expect_good(uint32_t good, bool failed)
{
    assert_int_equal(outcome.good, good);
    assert_int_equal(outcome.failed, failed);
}

static void it_still_works(void)
{
    perform(QUEUE_READ, 40, 8);
    expect_good(8, false);
    assert_memory_equal(memory, pc.disk + 40 * 512, 8 * 512);
}

static void sectors_are_read_by_hand(void **state)
{
    (void) state;
    find(false);
    perform(QUEUE_READ, 3, 11);
    expect_good(11, false);
    assert_memory_equal(memory, pc.disk + 3 * 512, 11 * 512);
    for (int i = 11 * 512; i < 2 * PAGE; i++)
        assert_int_equal(memory[i], 0);
    assert_int_equal(memory[2 * PAGE], 0xA5);
    assert_int_equal(block_counters.interrupts, 11);
    assert_int_equal(pc.resets, 0);
}

static void sectors_are_written_by_hand(void **state)
{
    (void) state;
    find(false);
    for (unsigned i = 0; i < sizeof fetched; i++)
        fetched[i] = (uint8_t) (i / 512);
    perform(QUEUE_WRITE, 20, 32);
    expect_good(32, false);
    assert_memory_equal(pc.disk + 20 * 512, fetched, 32 * 512);
    assert_int_equal(pc.disk[19 * 512 + 511], (uint8_t) (19 * 7 + 511 + 19 * 512));
}

static void several_sectors_are_moved_at_each_interrupt(void **state)
{
    (void) state;
    identity_words[47] = 0x8008;
    find(false);
    perform(QUEUE_READ, 3, 21);
    expect_good(21, false);
    assert_memory_equal(memory, pc.disk + 3 * 512, 21 * 512);
    assert_int_equal(block_counters.interrupts, 3);
    perform(QUEUE_WRITE, 20, 32);
    expect_good(32, false);
    assert_memory_equal(pc.disk + 20 * 512, fetched, 32 * 512);
    pc.bad = 30;
    perform(QUEUE_WRITE, 16, 24);
    expect_good(0, true);               /* perhaps the drive means the first piece */
    assert_int_equal(pc.multiple, 8);   /* set again after the reset */
    perform(QUEUE_READ, 16, 24);
    expect_good(8, true);
    pc.lose = 1;
    perform(QUEUE_READ, 0, 24);
    expect_good(24, false);
    it_still_works();
}

static void a_drive_that_takes_no_set_multiple_interrupts_for_each_sector(void **state)
{
    (void) state;
    identity_words[47] = 0x8010;
    pc.refuses_multiple = true;
    find(false);
    perform(QUEUE_READ, 0, 8);
    expect_good(8, false);
    assert_int_equal(block_counters.interrupts, 8);
}

static void sectors_are_moved_by_the_bus_master(void **state)
{
    (void) state;
    find(true);
    perform(QUEUE_READ, 5, 19);
    expect_good(19, false);
    assert_memory_equal(memory, pc.disk + 5 * 512, 19 * 512);
    assert_int_equal(memory[19 * 512], 0);
    assert_int_equal(block_counters.interrupts, 1);
    perform(QUEUE_WRITE, 32, 32);
    expect_good(32, false);
    assert_memory_equal(pc.disk + 32 * 512, fetched, 32 * 512);
}

static void a_flush_is_one_command(void **state)
{
    (void) state;
    find(true);
    perform(QUEUE_FLUSH, 0, 0);
    expect_good(0, false);
    assert_int_equal(pc.commands, 1);
}

static void drives_that_are_not_there_are_not_found(void **state)
{
    (void) state;
    pc.absent = true;
    assert_int_equal(drives_find(true), 0);
    pc.absent = false;
    pc.floating = true;
    assert_int_equal(drives_find(true), 0);
    pc.floating = false;
    pc.atapi = true;
    assert_int_equal(drives_find(true), 0);
    pc.atapi = false;
    identity_words[49] = 0;
    assert_int_equal(drives_find(true), 0);
    assert_true(pc.clock < 10000000);
}

static void a_drive_that_was_left_in_the_middle_is_found(void **state)
{
    (void) state;
    find(false);
    for (int i = 0; i < 3; i++)
        pc.lba[i] = 0;
    pc.count = 8;
    pc.select = 0xE0;
    begin(ATA_WRITE);
    assert_int_equal(pc.status, 0x58);
    find(false);
    it_still_works();
}

static void a_lost_interrupt_costs_time_and_nothing_else(void **state)
{
    (void) state;
    for (int dma = 0; dma < 2; dma++) {
        for (int op = QUEUE_READ; op <= QUEUE_FLUSH; op++) {
            fresh(NULL);
            find(dma);
            pc.lose = 1;
            uint64_t took = perform(op, 8, op == QUEUE_FLUSH ? 0 : 4);
            expect_good(op == QUEUE_FLUSH ? 0 : 4, false);
            assert_true(took >= 5000000 && took < 6000000);
            assert_int_equal(block_counters.timeouts, 1);
            assert_int_equal(block_counters.errors, 0);
            assert_int_equal(pc.resets, 0);
            it_still_works();
        }
    }
}

static void a_drive_that_hangs_is_reset(void **state)
{
    (void) state;
    for (int dma = 0; dma < 2; dma++) {
        for (int op = QUEUE_READ; op <= QUEUE_WRITE; op++) {
            fresh(NULL);
            find(dma);
            unsigned modes = pc.modes;
            pc.hang = 10;
            uint64_t took = perform(op, 8, 8);
            expect_good(dma ? 0 : op == QUEUE_READ ? 2 : 1, true);
            assert_true(took < 7000000);
            assert_int_equal(block_counters.timeouts, 1);
            assert_int_equal(block_counters.errors, 1);
            assert_int_equal(pc.resets, 1);
            assert_int_equal(pc.modes - modes, dma);
            it_still_works();
        }
    }
}

static void a_sector_that_fails_is_told_and_the_drive_reset(void **state)
{
    (void) state;
    for (int dma = 0; dma < 2; dma++) {
        for (int op = QUEUE_READ; op <= QUEUE_WRITE; op++) {
            fresh(NULL);
            find(dma);
            pc.bad = 12;
            perform(op, 8, 8);
            expect_good(dma ? 0 : op == QUEUE_READ ? 4 : 3, true);
            assert_int_equal(block_counters.timeouts, 0);
            assert_int_equal(block_counters.errors, 1);
            assert_int_equal(pc.resets, 1);
            it_still_works();
        }
    }
}

static void a_drive_that_wants_no_data_fails(void **state)
{
    (void) state;
    find(false);
    pc.no_data = true;
    assert_true(perform(QUEUE_WRITE, 0, 8) < 4000000);
    expect_good(0, true);
    it_still_works();
}

static void a_bus_master_that_fails_or_has_heard_no_interrupt_is_no_success(void **state)
{
    (void) state;
    find(true);
    pc.master_fails = true;
    perform(QUEUE_READ, 0, 8);
    expect_good(0, true);
    pc.master_fails = false;
    pc.short_dma = true;                /* the status is 50, as if all were well */
    assert_true(perform(QUEUE_READ, 0, 8) < 7000000);
    expect_good(0, true);
    assert_int_equal(block_counters.timeouts, 1);
    pc.short_dma = false;
    it_still_works();
}

static void a_drive_that_does_not_come_back_fails_each_time_and_in_time(void **state)
{
    (void) state;
    find(false);
    pc.hang = 0;
    pc.deaf = true;
    assert_true(perform(QUEUE_READ, 0, 8) < 15000000);
    expect_good(0, true);
    assert_true(perform(QUEUE_READ, 0, 8) < 15000000);
    expect_good(0, true);
    pc.deaf = false;
    perform(QUEUE_READ, 0, 8);
    it_still_works();
}

static void interrupts_that_mean_nothing_change_nothing(void **state)
{
    (void) state;
    find(true);
    drive_driver.interrupt(14);
    drive_driver.interrupt(15);
    drive_driver.interrupt(3);
    run = (struct queue_run) { .op = QUEUE_READ, .sector = 0, .count = 8, .parts = 1 };
    memset(&outcome, 0, sizeof outcome);
    pc.hang = 0;
    drive_driver.begin(&run);
    drive_driver.interrupt(14);         /* the drive is busy */
    drive_driver.interrupt(15);
    assert_false(outcome.finished);
    assert_int_equal(drive_driver.patience(), 5000000);
    assert_true(drive_driver.patience() <= 5000000);    /* from the second time on by the clock */
    pc.clock += 5000001;
    assert_int_equal(drive_driver.patience(), 0);
    drive_driver.late();
    expect_good(0, true);
    it_still_works();
}

static void a_write_whose_pages_are_not_there_is_not_begun(void **state)
{
    (void) state;
    find(true);
    fetch_error = EFAULT;
    perform(QUEUE_WRITE, 0, 8);
    assert_int_equal(outcome.refused, EFAULT);
    assert_int_equal(pc.commands, 0);
    fetch_error = 0;
    it_still_works();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sectors_are_read_by_hand, fresh),
        cmocka_unit_test_setup(sectors_are_written_by_hand, fresh),
        cmocka_unit_test_setup(several_sectors_are_moved_at_each_interrupt, fresh),
        cmocka_unit_test_setup(a_drive_that_takes_no_set_multiple_interrupts_for_each_sector, fresh),
        cmocka_unit_test_setup(sectors_are_moved_by_the_bus_master, fresh),
        cmocka_unit_test_setup(a_flush_is_one_command, fresh),
        cmocka_unit_test_setup(drives_that_are_not_there_are_not_found, fresh),
        cmocka_unit_test_setup(a_drive_that_was_left_in_the_middle_is_found, fresh),
        cmocka_unit_test_setup(a_lost_interrupt_costs_time_and_nothing_else, fresh),
        cmocka_unit_test_setup(a_drive_that_hangs_is_reset, fresh),
        cmocka_unit_test_setup(a_sector_that_fails_is_told_and_the_drive_reset, fresh),
        cmocka_unit_test_setup(a_drive_that_wants_no_data_fails, fresh),
        cmocka_unit_test_setup(a_bus_master_that_fails_or_has_heard_no_interrupt_is_no_success, fresh),
        cmocka_unit_test_setup(a_drive_that_does_not_come_back_fails_each_time_and_in_time, fresh),
        cmocka_unit_test_setup(interrupts_that_mean_nothing_change_nothing, fresh),
        cmocka_unit_test_setup(a_write_whose_pages_are_not_there_is_not_begun, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
