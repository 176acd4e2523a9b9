/* SPDX-License-Identifier: MIT */
/* The device's registers, and one run at a time: a request of three parts (what to do, the data,
 * how it went) in the ring, then an interrupt.  Before: lib/block/server.c.  After: the device. */
#include "disk.h"

#include <stddef.h>
#include <string.h>

#include "lib/driver/driver.h"

/* Ports of the legacy interface. */
enum {
    OFFERS = 0,                 /* 32 bits: features that the device has, */
    WANTS = 4,                  /* and those that the driver uses */
    QUEUE_PAGE = 8,             /* 32 bits: the ring's physical page number */
    QUEUE_ENTRIES = 12,         /* 16 bits, as the next two */
    QUEUE_SELECT = 14,
    QUEUE_NOTIFY = 16,
    STATUS = 18,
    INTERRUPT = 19,             /* reading it takes the interrupt back */
    SIZE = 20,                  /* 64 bits: sectors */
};

enum {
    STATUS_FOUND = 1,
    STATUS_DRIVER = 2,
    STATUS_WORKS = 4,
    FEATURE_READ_ONLY = 1 << 5,
    FEATURE_FLUSH = 1 << 9,
    INTERRUPT_QUEUE = 1,
};

enum { REQUEST_READ = 0, REQUEST_WRITE = 1, REQUEST_FLUSH = 4 };

struct request {
    uint32_t kind, priority;
    uint64_t sector;
};
_Static_assert(sizeof(struct request) == 16, "a request's head is 16 bytes");

enum {
    DATA = RING_PAGES + 1,      /* the first page of data; the request is on the page before */
    ANSWER = 16,                /* on the request's page: one byte, */
    ANSWER_NONE = 0xFF,         /* which the device sets to 0 if all is well */
    COMMAND_TIME = 10000000,    /* us; the host's disk may be slow */
    PAGE = RING_PAGE,
    SECTOR = HURD_BLOCK_SECTOR,
};

struct disk_site disk_site;
struct block_disk disk_disk;
static struct ring ring;
static bool can_flush;
static const struct queue_run *now;     /* NULL: the device does nothing */
static uint64_t deadline;               /* valid if `now` is not NULL */

static volatile uint8_t *request_page(void)
{
    return disk_site.memory + RING_PAGES * PAGE;
}

/* ---- start ---- */

static void status(uint8_t value)
{
    port_out8(disk_site.ports + STATUS, value);
}

/* After a reset, the device writes nowhere any more. */
static bool device_start(void)
{
    status(0);
    status(STATUS_FOUND);
    status(STATUS_FOUND | STATUS_DRIVER);
    uint32_t features = port_in32(disk_site.ports + OFFERS) & (FEATURE_READ_ONLY | FEATURE_FLUSH);
    port_out32(disk_site.ports + WANTS, features);
    port_out16(disk_site.ports + QUEUE_SELECT, 0);
    if (!ring_make(&ring, disk_site.memory, port_in16(disk_site.ports + QUEUE_ENTRIES)) ||
        ring.entries < DISK_PAGES + 2)
        return false;
    port_out32(disk_site.ports + QUEUE_PAGE, (uint32_t) disk_site.physical[0] / PAGE);
    status(STATUS_FOUND | STATUS_DRIVER | STATUS_WORKS);
    can_flush = features & FEATURE_FLUSH;
    disk_disk.flags = HURD_BLOCK_DMA | (features & FEATURE_READ_ONLY ? HURD_BLOCK_PROTECTED : 0);
    return true;
}

bool disk_start(void)
{
    if (!device_start())
        return false;
    uint32_t low = port_in32(disk_site.ports + SIZE), high = port_in32(disk_site.ports + SIZE + 4);
    disk_disk.sectors = high ? UINT32_MAX : low;
    memcpy(disk_disk.model, "virtio", sizeof "virtio");
    return true;
}

/* ---- runs ---- */

static void run_ends(bool well)
{
    const struct queue_run *run = now;
    uint32_t bytes = run->count * SECTOR;
    now = NULL;
    if (run->op == QUEUE_READ && well)
        memset(disk_site.memory + DATA * PAGE + bytes, 0, -bytes % PAGE);
    block_counters.errors += !well;
    block_server_finished(well ? run->count : 0, !well, disk_site.container, DATA * PAGE);
}

static void device_restart(void)
{
    block_counters.resets++;
    if (!device_start())
        disk_disk.sectors = 0;          /* nobody can open it any more */
}

static void look(void)
{
    if (now && ring_done(&ring))
        run_ends(request_page()[ANSWER] == 0);
}

static bool disk_interrupt(unsigned line)
{
    (void) line;
    bool mine = port_in8(disk_site.ports + INTERRUPT) & INTERRUPT_QUEUE;
    block_counters.interrupts += mine;
    look();
    return mine;
}

/* An interrupt may get lost, so the ring is looked at once more. */
static void disk_late(void)
{
    look();
    if (!now)
        return;
    block_counters.timeouts++;
    device_restart();
    run_ends(false);
}

static uint32_t disk_patience(void)
{
    if (!now)
        return UINT32_MAX;
    uint64_t clock = driver_clock();
    return clock < deadline ? (uint32_t) (deadline - clock) : 0;
}

static void request_offer(const struct queue_run *run, uint32_t kind)
{
    const struct request head = { kind, 0, run->op == QUEUE_FLUSH ? 0 : run->sector };
    L4_Word_t page = disk_site.physical[RING_PAGES];
    uint32_t bytes = run->op == QUEUE_FLUSH ? 0 : run->count * SECTOR;
    unsigned n = 0;
    memcpy((void *) request_page(), &head, sizeof head);
    request_page()[ANSWER] = ANSWER_NONE;
    ring_add(&ring, n++, page, sizeof head, false, false);
    for (unsigned i = 0; bytes > 0; i++) {
        uint32_t size = bytes < PAGE ? bytes : PAGE;
        ring_add(&ring, n++, disk_site.physical[DATA + i], size, kind == REQUEST_READ, false);
        bytes -= size;
    }
    ring_add(&ring, n, page + ANSWER, 1, true, true);
    ring_offer(&ring);
    port_out16(disk_site.ports + QUEUE_NOTIFY, 0);
}

static bool fetch(const struct queue_run *run)
{
    unsigned bad;
    int err = block_server_fetch(run, disk_site.staging_container, 0, &bad);
    if (err) {
        block_server_refused(bad, err);
        return false;
    }
    memcpy(disk_site.memory + DATA * PAGE, disk_site.staging, run->count * SECTOR);
    return true;
}

static void disk_begin(const struct queue_run *run)
{
    static const uint32_t kinds[] = { [QUEUE_READ] = REQUEST_READ, [QUEUE_WRITE] = REQUEST_WRITE,
                                      [QUEUE_FLUSH] = REQUEST_FLUSH };
    if (run->op == QUEUE_WRITE && !fetch(run))
        return;
    now = run;
    deadline = driver_clock() + COMMAND_TIME;
    if (run->op == QUEUE_FLUSH && !can_flush)
        run_ends(true);                 /* a device without it writes through */
    else
        request_offer(run, kinds[run->op]);
}

const struct block_driver disk_driver = {
    .disks = &disk_disk,
    .first = HURD_BLOCK_VIRTIO,
    .count = 1,
    .most = DISK_PAGES * QUEUE_PER_PAGE,
    .begin = disk_begin,
    .interrupt = disk_interrupt,
    .late = disk_late,
    .patience = disk_patience,
};
