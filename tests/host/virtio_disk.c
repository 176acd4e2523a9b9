/* SPDX-License-Identifier: MIT */
/* links: servers/virtio/disk.c servers/virtio/ring.c */
/* words: 32 */
/* The virtio driver on a device made of C: a good one, and such as fail, lie, keep silent and lose interrupts. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "servers/virtio/disk.h"

enum { PAGE = 4096, SECTORS = 256, PHYSICAL = 0x400000, PORTS = 0xC000, READ_ONLY = 1 << 5, FLUSH = 1 << 9 };

static uint8_t memory[DISK_MEMORY * PAGE] __attribute__((aligned(4096))), staging[DISK_PAGES * PAGE];

static struct {
    uint8_t disk[SECTORS * 512];
    uint32_t features, wants, page;
    uint16_t entries, seen;
    uint8_t status, interrupt;
    uint64_t clock;
    unsigned requests, flushes, resets;
    /* What is wrong. */
    int bad;                    /* sector */
    bool silent;                /* no request is served */
    bool late;                  /* one is served, without an interrupt */
} pc;

static void *at(uint64_t physical, uint32_t bytes)
{
    assert_true(physical >= PHYSICAL && physical + bytes <= PHYSICAL + sizeof memory);
    return memory + (physical - PHYSICAL);
}

static void serve(void)
{
    const struct ring_piece *piece = at((uint64_t) pc.page * PAGE, 0);
    const uint16_t *offered = (const uint16_t *) (piece + pc.entries);
    uint32_t first = (uint32_t) pc.entries * 16 + 2u * pc.entries + 6;
    uint16_t *used = (uint16_t *) ((uint8_t *) piece + ((first + PAGE - 1) & ~(PAGE - 1u)));
    assert_int_equal(offered[1], (uint16_t) (pc.seen + 1));
    unsigned n = offered[2 + pc.seen % pc.entries];
    const uint32_t *head = at(piece[n].address, 16);
    uint32_t kind = head[0], sector = head[2];
    uint8_t answer = 0;
    assert_true(piece[n].bytes == 16 && piece[n].flags == PIECE_NEXT && head[3] == 0);
    for (n = piece[n].next; piece[n].flags & PIECE_NEXT; n = piece[n].next) {
        uint32_t size = piece[n].bytes;
        assert_true(n < pc.entries && size % 512 == 0 && size > 0 && kind <= 1);
        assert_int_equal(piece[n].flags & PIECE_WRITTEN ? 0 : 1, kind);
        assert_true(sector + size / 512 <= SECTORS);
        if (pc.bad >= (int) sector && pc.bad < (int) (sector + size / 512))
            answer = 1;
        else if (kind == 0)
            memcpy(at(piece[n].address, size), pc.disk + sector * 512, size);
        else
            memcpy(pc.disk + sector * 512, at(piece[n].address, size), size);
        sector += size / 512;
    }
    assert_true(piece[n].bytes == 1 && piece[n].flags == PIECE_WRITTEN);
    pc.flushes += kind == 4;
    *(uint8_t *) at(piece[n].address, 1) = answer;
    used[1] = ++pc.seen;
    pc.requests++;
    pc.interrupt = !pc.late;
}

uint8_t port_in8(uint16_t port)
{
    assert_int_equal(port, PORTS + 19);
    uint8_t value = pc.interrupt;
    pc.interrupt = 0;
    return value;
}

uint16_t port_in16(uint16_t port)
{
    assert_int_equal(port, PORTS + 12);
    return pc.entries;
}

uint32_t port_in32(uint16_t port)
{
    return port == PORTS ? pc.features | 1u << 28 : port == PORTS + 20 ? SECTORS : 0;
}

void port_out8(uint16_t port, uint8_t value)
{
    assert_int_equal(port, PORTS + 18);
    pc.status = value;
    if (value == 0) {
        pc.resets++;
        pc.seen = 0;
        pc.page = 0;
    }
}

void port_out16(uint16_t port, uint16_t value)
{
    assert_int_equal(value, 0);
    if (port == PORTS + 16) {
        assert_int_equal(pc.status, 7);
        if (!pc.silent)
            serve();
    }
}

void port_out32(uint16_t port, uint32_t value)
{
    *(port == PORTS + 4 ? &pc.wants : &pc.page) = value;
}

uint64_t driver_clock(void)
{
    return pc.clock;
}

/* ---- the server ---- */

struct hurd_block_counters block_counters;
static struct { unsigned finished, refused; uint32_t good; bool failed; } end;
static int fetch_error;

void block_server_finished(uint32_t good, bool failed, L4_Word_t container, L4_Word_t start)
{
    assert_true(container == 5 && start == (RING_PAGES + 1) * PAGE);
    end.finished++;
    end.good = good;
    end.failed = failed;
}

void block_server_refused(unsigned part, int error)
{
    assert_true(part == 2 && error == EFAULT);
    end.refused++;
}

int block_server_fetch(const struct queue_run *run, L4_Word_t container, L4_Word_t start, unsigned *bad)
{
    assert_true(container == 6 && start == 0);
    memset(staging, 0xEE, run->count * 512);
    *bad = 2;
    return fetch_error;
}

static struct queue_run run;

static void begin(enum queue_op op, uint32_t sector, uint32_t count)
{
    run = (struct queue_run) { .op = op, .disk = HURD_BLOCK_VIRTIO, .sector = sector, .count = count };
    memset(&end, 0, sizeof end);
    disk_driver.begin(&run);
}

static void machine(uint16_t entries, uint32_t features)
{
    memset(&pc, 0, sizeof pc);
    pc.bad = -1;
    pc.entries = entries;
    pc.features = features;
    for (unsigned i = 0; i < sizeof pc.disk; i++)
        pc.disk[i] = (uint8_t) (i / 512);
    disk_site.ports = PORTS;
    disk_site.memory = memory;
    disk_site.container = 5;
    disk_site.staging = staging;
    disk_site.staging_container = 6;
    for (unsigned i = 0; i < DISK_MEMORY; i++)
        disk_site.physical[i] = PHYSICAL + i * PAGE;
    memset(&block_counters, 0, sizeof block_counters);
    fetch_error = 0;
}

static void start(uint16_t entries, uint32_t features)
{
    machine(entries, features);
    assert_true(disk_start());
    assert_int_equal(disk_disk.sectors, SECTORS);
    assert_int_equal(pc.wants, features);
}

static void finish(bool well, uint32_t count)
{
    assert_true(disk_driver.interrupt(10));
    assert_true(end.finished == 1 && end.failed == !well && end.good == (well ? count : 0));
    assert_false(disk_driver.interrupt(10));
}

static const uint8_t *data(void)
{
    return memory + (RING_PAGES + 1) * PAGE;
}

/* ---- tests ---- */

static void rings_of_all_sizes_go_round(void **state)
{
    (void) state;
    for (uint16_t entries = 8; entries <= RING_MOST; entries *= 2) {
        start(entries, FLUSH);
        for (uint32_t i = 0; i < 70000 / entries; i++) {
            uint32_t sector = i * 7 % 200;
            begin(QUEUE_READ, sector, 27);
            finish(true, 27);
            for (unsigned k = 0; k < 27; k++)
                assert_int_equal(data()[k * 512], sector + k);
            for (unsigned k = 27 * 512; k < 28 * 512; k++)
                assert_int_equal(data()[k], 0);
        }
    }
}

static void a_ring_that_is_too_large_or_no_power_of_two_is_refused(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 5; i++) {
        machine((const uint16_t[]) { 0, 4, 24, 512, 1024 }[i], 0);
        assert_false(disk_start());
    }
}

static void a_write_reaches_its_sectors_and_no_others(void **state)
{
    (void) state;
    start(128, FLUSH);
    begin(QUEUE_WRITE, 100, 9);
    finish(true, 9);
    for (unsigned i = 0; i < SECTORS; i++)
        assert_int_equal(pc.disk[i * 512 + 511], i >= 100 && i < 109 ? 0xEE : i);
}

static void a_sector_that_fails_fails_the_run(void **state)
{
    (void) state;
    start(256, 0);
    pc.bad = 20;
    begin(QUEUE_READ, 0, 32);
    finish(false, 0);
    assert_int_equal(block_counters.errors, 1);
    begin(QUEUE_READ, 0, 8);
    finish(true, 8);
}

static void a_lost_interrupt_is_found_in_the_ring(void **state)
{
    (void) state;
    start(256, 0);
    pc.late = true;
    begin(QUEUE_READ, 0, 8);
    assert_int_equal(end.finished, 0);
    uint32_t us = disk_driver.patience();
    assert_true(us > 0 && us < UINT32_MAX);
    pc.clock += us;
    assert_int_equal(disk_driver.patience(), 0);
    disk_driver.late();
    assert_true(end.finished == 1 && !end.failed);
    assert_int_equal(disk_driver.patience(), UINT32_MAX);
    assert_int_equal(block_counters.timeouts, 0);
}

static void a_device_that_keeps_silent_is_reset(void **state)
{
    (void) state;
    start(256, FLUSH);
    pc.silent = true;
    begin(QUEUE_WRITE, 0, 8);
    disk_driver.late();
    assert_true(end.finished == 1 && end.failed && end.good == 0 && pc.resets == 2);
    assert_int_equal(block_counters.timeouts, 1);
    pc.silent = false;
    begin(QUEUE_WRITE, 0, 8);
    finish(true, 8);
}

static void a_flush_goes_to_devices_that_know_it(void **state)
{
    (void) state;
    start(256, FLUSH);
    begin(QUEUE_FLUSH, 0, 0);
    finish(true, 0);
    assert_int_equal(pc.flushes, 1);
    start(256, 0);
    begin(QUEUE_FLUSH, 0, 0);
    assert_true(end.finished == 1 && !end.failed && pc.flushes == 0);
}

static void a_device_that_may_not_be_written_says_so(void **state)
{
    (void) state;
    start(256, READ_ONLY);
    assert_int_equal(disk_disk.flags, HURD_BLOCK_DMA | HURD_BLOCK_PROTECTED);
    fetch_error = EFAULT;
    begin(QUEUE_WRITE, 0, 8);
    assert_true(end.refused == 1 && pc.requests == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rings_of_all_sizes_go_round),
        cmocka_unit_test(a_ring_that_is_too_large_or_no_power_of_two_is_refused),
        cmocka_unit_test(a_write_reaches_its_sectors_and_no_others),
        cmocka_unit_test(a_sector_that_fails_fails_the_run),
        cmocka_unit_test(a_lost_interrupt_is_found_in_the_ring),
        cmocka_unit_test(a_device_that_keeps_silent_is_reset),
        cmocka_unit_test(a_flush_goes_to_devices_that_know_it),
        cmocka_unit_test(a_device_that_may_not_be_written_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
