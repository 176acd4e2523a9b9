/* SPDX-License-Identifier: MIT */
/* links: servers/floppy/drive.c servers/floppy/fdc.c servers/floppy/format.c */
/* words: 32 */
/* The floppy driver on a controller made of C: good disks, none, changed, protected and damaged ones, lost
 * interrupts, heads that stick, a controller that does not answer. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "servers/floppy/drive.h"
#include "servers/floppy/fdc.h"
#include "servers/floppy/format.h"

enum { PAGE = 4096, PHYSICAL = 0x7000, SECTORS_MOST = 5760, WINDOW = DRIVE_PAGES * PAGE };

static uint8_t page[PAGE], window[WINDOW];

/* ---- the machine ---- */

static struct {
    uint8_t disk[SECTORS_MOST * 512];
    const struct format *format;        /* of the disk in drive 0; NULL: there is none */
    bool protected, changed;
    uint8_t output, rate;
    uint8_t command[9], result[7];
    unsigned sent, results, taken;      /* bytes */
    unsigned cylinder;
    bool interrupt;
    uint64_t clock;
    uint8_t mode;                       /* of the DMA channel */
    uint16_t address, count;
    bool second;                        /* the byte that comes next */
    /* What is wrong. */
    bool absent, stuck;                 /* stuck: the heads do not move */
    int lose;                           /* so many interrupts get lost */
    int bad;                            /* sector */
    int bad_tries;                      /* so often; -1: always */
    int hang;                           /* sector: the command never ends */
    unsigned resets, reads, writes, seeks;
    bool seek_pending;
    uint8_t seek_status;
    unsigned reset_senses;
} pc;

static void raise(void)
{
    if (pc.lose > 0)
        pc.lose--;
    else
        pc.interrupt = true;
}

static void answer(uint8_t st0, uint8_t st1, uint8_t cylinder)
{
    const uint8_t result[7] = { st0, st1, 0, cylinder, 0, 1, 2 };
    memcpy(pc.result, result, sizeof result);
    pc.results = sizeof result;
    raise();
}

static bool spins(unsigned drive)
{
    return pc.output >> drive & 0x10;
}

static void transfer(bool reads)
{
    const uint8_t *c = pc.command;
    unsigned bytes = pc.count + 1u, drive = c[1] & 3;
    assert_int_equal(pc.mode & 0x0C, reads ? 4 : 8);
    assert_true(spins(drive));
    assert_true(bytes % 512 == 0 && pc.address >= PHYSICAL && pc.address + bytes <= PHYSICAL + PAGE);
    assert_int_equal(c[3], c[1] >> 2 & 1);
    if (drive != 0 || !pc.format || pc.format->rate != pc.rate) {
        answer(0x40, 1, c[2]);
        return;
    }
    const struct format *f = pc.format;
    unsigned sector = (c[2] * 2u + c[3]) * f->sectors + c[4] - 1u;
    if (c[2] != pc.cylinder || c[4] + bytes / 512 - 1 > f->sectors) {
        answer(0x40, 4, c[2]);
        return;
    }
    assert_int_equal(c[5], 2);
    assert_true(sector + bytes / 512 <= format_sectors(f));
    pc.reads += reads;
    pc.writes += !reads;
    for (unsigned i = 0; i < bytes / 512; i++) {
        uint8_t *ram = page + (pc.address - PHYSICAL) + i * 512, *medium = pc.disk + (sector + i) * 512;
        if ((int) (sector + i) == pc.hang)
            return;
        if ((int) (sector + i) == pc.bad && pc.bad_tries != 0) {
            pc.bad_tries -= pc.bad_tries > 0;
            answer(0x40, 0x20, c[2]);
            return;
        }
        memcpy(reads ? ram : medium, reads ? medium : ram, 512);
    }
    answer(0, 0, c[2]);
}

static void seek(unsigned drive, unsigned cylinder)
{
    pc.seeks++;
    if (!pc.stuck && drive == 0)
        pc.cylinder = cylinder;
    if (pc.format && drive == 0)
        pc.changed = false;
    pc.seek_pending = true;
    pc.seek_status = (uint8_t) (drive | (pc.stuck || drive ? 0x70 : 0x20));
    raise();
}

static void sense(void)
{
    if (pc.reset_senses) {
        pc.result[0] = (uint8_t) (0xC0 + 4 - pc.reset_senses--);
        pc.result[1] = 0;
        pc.results = 2;
    } else if (pc.seek_pending) {
        pc.result[0] = pc.seek_status;
        pc.result[1] = (uint8_t) pc.cylinder;
        pc.results = 2;
        pc.seek_pending = false;
    } else {
        pc.result[0] = 0x80;
        pc.results = 1;
    }
}

static void obey(void)
{
    const uint8_t *c = pc.command;
    switch (c[0]) {
    case FDC_SPECIFY: case FDC_CONFIGURE:
        break;
    case FDC_SENSE:
        sense();
        break;
    case FDC_RECALIBRATE:
        seek(c[1], 0);
        break;
    case FDC_SEEK:
        seek(c[1], c[2]);
        break;
    case FDC_DRIVE_STATUS:
        pc.result[0] = pc.protected ? 0x79 : 0x39;
        pc.results = 1;
        break;
    case FDC_READ_ID:
        answer(pc.format && pc.format->rate == pc.rate && c[1] == 0 ? 0 : 0x40, 0, (uint8_t) pc.cylinder);
        break;
    case FDC_READ:
        transfer(true);
        break;
    default:
        assert_int_equal(c[0], FDC_WRITE);
        transfer(false);
    }
}

static unsigned length(uint8_t command)
{
    switch (command) {
    case FDC_SPECIFY: case FDC_SEEK: return 3;
    case FDC_SENSE: return 1;
    case FDC_RECALIBRATE: case FDC_READ_ID: case FDC_DRIVE_STATUS: return 2;
    case FDC_CONFIGURE: return 4;
    default: return 9;
    }
}

uint8_t port_in8(uint16_t port)
{
    if (pc.absent)
        return 0xFF;
    switch (port) {
    case 0x3F4:
        return pc.taken < pc.results ? 0xD0 : pc.hang >= 0 && pc.sent == 9 ? 0x10 : 0x80;
    case 0x3F5: {
        assert_true(pc.taken < pc.results);
        uint8_t value = pc.result[pc.taken++];
        if (pc.taken == pc.results)
            pc.taken = pc.results = pc.sent = 0;
        return value;
    }
    default:
        assert_int_equal(port, 0x3F7);
        return spins(0) && (pc.output & 3) == 0 && !pc.changed ? 0 : 0x80;
    }
}

static void put_output(uint8_t value)
{
    if (value & 4 && !(pc.output & 4)) {
        pc.resets++;
        pc.sent = pc.results = pc.taken = 0;
        pc.seek_pending = false;
        pc.reset_senses = 4;
        raise();
    }
    pc.output = value;
}

static void put_data(uint8_t value)
{
    assert_int_equal(pc.results, 0);
    pc.command[pc.sent++] = value;
    if (pc.sent == length(pc.command[0])) {
        pc.sent = pc.command[0] == FDC_READ || pc.command[0] == FDC_WRITE ? 9 : 0;
        obey();
    }
}

static void put_half(uint16_t *word, uint8_t value)
{
    *word = pc.second ? (uint16_t) ((*word & 0xFF) | value << 8) : (uint16_t) ((*word & 0xFF00) | value);
    pc.second = !pc.second;
}

void port_out8(uint16_t port, uint8_t value)
{
    switch (port) {
    case 0x3F2: put_output(value); break;
    case 0x3F5: put_data(value); break;
    case 0x3F7: pc.rate = value; break;
    case 0x04: put_half(&pc.address, value); break;
    case 0x05: put_half(&pc.count, value); break;
    case 0x81: assert_int_equal(value, 0); break;
    case 0x0A: break;
    case 0x0B: pc.mode = value; break;
    case 0x0C: pc.second = false; break;
    default: fail_msg("port %x", port);
    }
}

bool fdc_interrupt(uint32_t us)
{
    bool came = pc.interrupt;
    pc.interrupt = false;
    pc.clock += came ? 0 : us;
    return came;
}

uint64_t driver_clock(void)
{
    return pc.clock;
}

void driver_pause(uint32_t us)
{
    pc.clock += us;
}

/* ---- the server ---- */

struct hurd_block_counters block_counters;
static struct { unsigned finished, refused, changed; uint32_t good; bool failed; } end;
static uint8_t fetched[WINDOW];
static int fetch_error;

void block_server_finished(uint32_t good, bool failed, L4_Word_t container, L4_Word_t at)
{
    assert_true(container == 77 && at == 0);
    end.finished++;
    end.good = good;
    end.failed = failed;
}

void block_server_refused(unsigned part, int error)
{
    assert_true(part == 1 && error == EFAULT);
    end.refused++;
}

void block_server_changed(void)
{
    end.changed++;
}

int block_server_fetch(const struct queue_run *run, L4_Word_t container, L4_Word_t at, unsigned *bad)
{
    assert_true(container == 77 && at == 0);
    *bad = 1;
    memcpy(window, fetched, run->count * 512);
    return fetch_error;
}

static void run(enum queue_op op, uint32_t sector, uint32_t count)
{
    const struct queue_run r = { .op = op, .disk = HURD_BLOCK_FLOPPY, .sector = sector, .count = count };
    memset(&end, 0, sizeof end);
    drive_driver.begin(&r);
    assert_int_equal(end.finished + end.refused + end.changed, 1);
}

/* A machine with a disk of that format, whose sector n holds the bytes n. */
static void machine(const struct format *f)
{
    uint32_t change = drive_disks[0].change;
    memset(&pc, 0, sizeof pc);
    pc.format = f;
    pc.bad = pc.hang = -1;
    pc.bad_tries = -1;
    pc.changed = true;
    pc.cylinder = 40;
    for (unsigned i = 0; f && i < format_sectors(f); i++)
        memset(pc.disk + i * 512, (int) (i % 251), 512);
    fdc = (struct fdc) { 0x3F0, 0x3F7, 4, 0x81, 0x0A, 6 };
    drive_memory = (struct drive_memory) { page, PHYSICAL, window, 77 };
    memset(&block_counters, 0, sizeof block_counters);
    memset(drive_disks, 0, sizeof drive_disks);
    drive_disks[0].change = change;
    fetch_error = 0;
    drive_driver.late();
}

static void with_disk(const struct format *f)
{
    machine(f);
    assert_true(fdc_reset());
    drive_driver.look(0);
    assert_int_equal(drive_disks[0].sectors, f ? format_sectors(f) : 0);
}

static void expect_read(uint32_t sector, uint32_t count)
{
    run(QUEUE_READ, sector, count);
    assert_true(end.finished && !end.failed && end.good == count);
    for (uint32_t i = 0; i < count * 512; i++)
        assert_int_equal(window[i], (sector + i / 512) % 251);
    for (uint32_t i = count * 512; i < WINDOW; i++)
        assert_int_equal(window[i], 0);
}

/* ---- tests ---- */

static void each_format_is_found_and_read_to_its_last_sector(void **state)
{
    (void) state;
    for (unsigned i = 0; i < FORMATS; i++) {
        with_disk(&formats[i]);
        uint32_t sectors = format_sectors(&formats[i]);
        for (uint32_t at = 0; at < sectors; at += 32)
            expect_read(at, sectors - at < 32 ? sectors - at : 32);
        assert_int_equal(block_counters.errors, 0);
    }
}

static void a_write_reaches_its_sectors_and_no_others(void **state)
{
    (void) state;
    with_disk(&formats[1]);
    static uint8_t before[SECTORS_MOST * 512];
    memcpy(before, pc.disk, sizeof before);
    memset(fetched, 0xEE, sizeof fetched);
    run(QUEUE_WRITE, 30, 27);           /* across a track and a cylinder */
    assert_true(end.finished && !end.failed && end.good == 27);
    memset(before + 30 * 512, 0xEE, 27 * 512);
    assert_memory_equal(before, pc.disk, sizeof before);
    assert_int_equal(drive_disks[0].flags, HURD_BLOCK_DMA);
}

static void an_empty_drive_and_an_absent_one_have_no_disk(void **state)
{
    (void) state;
    with_disk(NULL);
    drive_driver.look(1);
    assert_int_equal(drive_disks[1].sectors, 0);
    assert_true(pc.clock < 30000000);
}

static void a_controller_that_is_absent_is_noticed(void **state)
{
    (void) state;
    machine(&formats[1]);
    pc.absent = true;
    assert_false(fdc_reset());
    drive_driver.look(0);
    assert_int_equal(drive_disks[0].sectors, 0);
}

static void a_protected_disk_says_so(void **state)
{
    (void) state;
    with_disk(&formats[1]);
    pc.protected = pc.changed = true;
    drive_driver.look(0);
    assert_int_equal(drive_disks[0].flags, HURD_BLOCK_DMA | HURD_BLOCK_PROTECTED);
}

static void a_bad_sector_fails_after_those_before_it(void **state)
{
    (void) state;
    with_disk(&formats[1]);
    pc.bad = 14;
    run(QUEUE_READ, 0, 24);
    assert_true(end.finished && end.failed);
    assert_int_equal(end.good, 8);
    assert_int_equal(block_counters.errors, 1);
    pc.bad_tries = 1;
    run(QUEUE_READ, 8, 8);
    assert_true(end.failed && end.good == 0);
    expect_read(8, 8);                  /* the queue tries again */
}

static void lost_interrupts_cost_time_only(void **state)
{
    (void) state;
    with_disk(&formats[1]);
    pc.lose = 5;
    expect_read(700, 32);
    assert_int_equal(pc.lose, 0);
}

static void a_command_that_never_ends_is_ended_by_a_reset(void **state)
{
    (void) state;
    with_disk(&formats[1]);
    unsigned resets = pc.resets;
    pc.hang = 20;
    run(QUEUE_READ, 18, 8);
    assert_true(end.failed && end.good == 0 && pc.resets > resets);
    pc.hang = -1;
    expect_read(18, 8);
}

static void heads_that_stick_are_an_error(void **state)
{
    (void) state;
    with_disk(&formats[1]);
    pc.stuck = true;
    run(QUEUE_READ, 360, 8);
    assert_true(end.failed && end.good == 0);
    assert_true(pc.clock < 30000000);
    pc.stuck = false;
    expect_read(360, 8);
}

static void another_disk_is_not_written_to(void **state)
{
    (void) state;
    with_disk(&formats[1]);
    uint32_t change = drive_disks[0].change;
    unsigned writes = pc.writes;
    pc.changed = true;
    run(QUEUE_WRITE, 0, 8);
    assert_true(end.changed && pc.writes == writes && drive_disks[0].change != change);
    run(QUEUE_READ, 0, 8);
    assert_true(end.changed);           /* until somebody looks */
    pc.format = &formats[3];
    drive_driver.look(0);
    assert_int_equal(drive_disks[0].sectors, format_sectors(&formats[3]));
    expect_read(1000, 16);
}

static void the_motor_stops_after_a_while(void **state)
{
    (void) state;
    with_disk(&formats[1]);
    expect_read(0, 8);
    assert_true(pc.output & 0x10);
    uint32_t us = drive_driver.patience();
    assert_true(us > 0 && us < 10000000);
    pc.clock += us;
    assert_int_equal(drive_driver.patience(), 0);
    drive_driver.late();
    assert_int_equal(pc.output & 0xF0, 0);
    assert_int_equal(drive_driver.patience(), UINT32_MAX);
    expect_read(50, 8);                 /* the same disk, without a look */
    assert_false(drive_driver.interrupt(6));
}

static void data_that_is_not_to_be_had_is_not_written(void **state)
{
    (void) state;
    with_disk(&formats[1]);
    unsigned writes = pc.writes;
    fetch_error = EFAULT;
    run(QUEUE_WRITE, 0, 8);
    assert_true(end.refused && pc.writes == writes);
    run(QUEUE_FLUSH, 0, 0);
    assert_true(end.finished && !end.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_format_is_found_and_read_to_its_last_sector),
        cmocka_unit_test(a_write_reaches_its_sectors_and_no_others),
        cmocka_unit_test(an_empty_drive_and_an_absent_one_have_no_disk),
        cmocka_unit_test(a_controller_that_is_absent_is_noticed),
        cmocka_unit_test(a_protected_disk_says_so),
        cmocka_unit_test(a_bad_sector_fails_after_those_before_it),
        cmocka_unit_test(lost_interrupts_cost_time_only),
        cmocka_unit_test(a_command_that_never_ends_is_ended_by_a_reset),
        cmocka_unit_test(heads_that_stick_are_an_error),
        cmocka_unit_test(another_disk_is_not_written_to),
        cmocka_unit_test(the_motor_stops_after_a_while),
        cmocka_unit_test(data_that_is_not_to_be_had_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
