/* SPDX-License-Identifier: MIT */
/* links: servers/ide/drive.c servers/ide/channel.c servers/ide/dma.c servers/ide/identify.c */
/* words: 32 */
/* The IDE driver on drives made of C: good ones, and such as hang, fail, and lose interrupts. */
#include "tests/host/ide_machine.h"

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
