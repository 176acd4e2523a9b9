/* SPDX-License-Identifier: MIT */
/* What a floppy disk controller does, asked as the driver asks: floppyprobe.  One line for each
 * question, for docs/emulators.md.  Nothing here knows what is right.  The disk in the first drive
 * must have 18 sectors on a track; sectors 1 to 4 of cylinder 10 are overwritten. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/mm.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#include "lib/block/server.h"
#include "lib/driver/driver.h"
#include "servers/floppy/fdc.h"

enum {
    BASE = 0x3F0,
    RATE = 0x3F7,
    DMA = 4,
    DMA_PAGE = 0x81,
    DMA_CONTROL = 0x0A,
    LINE = 6,
    DMA_LIMIT = 0x1000000,
    PAGE = 4096,
    SECTOR = 512,
    CYLINDER = 10,
    WAIT = 1000000,             /* us: what has not come by then does not come */
    SPIN_UP = 500000,
    TRACK = 18,
    RATES = 4,
};

static L4_ThreadId_t deva;
static L4_Word_t master;
static struct hurd_deva_dma memory;
static uint8_t *pages;

static bool take_ports(uint16_t first, int log2)
{
    L4_Accept(L4_MapGrantItems(L4_CompleteIoSpace));
    int err = hurd_deva_ports_map(deva, master, L4_IoFpageLog2(first, log2).raw);
    L4_Accept(L4_UntypedWordsAcceptor);
    return !err;
}

static bool get_ready(void)
{
    uintptr_t address = 0;
    fdc = (struct fdc) { BASE, RATE, DMA, DMA_PAGE, DMA_CONTROL, LINE };
    if (block_server_master(&deva, &master) || !take_ports(BASE, 2) || !take_ports(BASE + 4, 1) ||
        !take_ports(RATE, 0) || !take_ports(DMA, 1) || !take_ports(DMA_PAGE, 0) ||
        !take_ports(DMA_CONTROL, 1) || !take_ports(DMA_CONTROL + 2, 0))
        return false;
    if (hurd_deva_dma_pages(deva, master, 1, DMA_LIMIT, &memory) ||
        hurd_vm_map_container(&address, PAGE, 0, 6, memory.container, 0))
        return false;
    pages = (uint8_t *) address;
    return !hurd_deva_irq_attach(deva, master, LINE, L4_MyGlobalId());
}

static void show(const char *what, bool came, const uint8_t *byte, unsigned count)
{
    printf("%s: interrupt %s,", what, came ? "yes" : "no");
    for (unsigned i = 0; i < count; i++)
        printf(" %02x", byte[i]);
    printf("%s, then %02x\n", count ? "" : " nothing", port_in8(BASE + FDC_STATUS));
}

/* A command, and all that comes of it. */
static void ask(const char *what, const uint8_t *bytes, unsigned count, uint32_t us)
{
    uint8_t result[16];
    while (fdc_interrupt(0))
        continue;
    bool sent = fdc_send(bytes, count), came = fdc_interrupt(us);
    if (!sent)
        printf("%s: not all bytes were taken\n", what);
    show(what, came, result, fdc_results(result, sizeof result));
}

#define ASK(what, us, ...)                                                                         \
    do {                                                                                           \
        const uint8_t bytes[] = { __VA_ARGS__ };                                                   \
        ask(what, bytes, sizeof bytes, us);                                                        \
    } while (0)

static void sense(const char *what)
{
    const uint8_t command[] = { FDC_SENSE };
    uint8_t result[16];
    fdc_send(command, sizeof command);
    unsigned count = fdc_results(result, sizeof result);
    printf("%s: sense", what);
    for (unsigned i = 0; i < count; i++)
        printf(" %02x", result[i]);
    printf("\n");
}

static void recover(void)
{
    fdc_reset();
    fdc_select(0);
    fdc_motor(0, true);
    port_out8(RATE, 0);
}

/* look: reads the status before the reset's end. */
static void reset(bool look)
{
    uint8_t inside = 0;
    port_out8(BASE + FDC_OUTPUT, 0x08);
    driver_pause(1000);
    if (look)
        inside = port_in8(BASE + FDC_STATUS);
    port_out8(BASE + FDC_OUTPUT, 0x0C);
    bool came = fdc_interrupt(WAIT);
    printf("reset");
    if (look)
        printf(", status inside %02x", inside);
    printf(": interrupt %s, then %02x\n", came ? "yes" : "no", port_in8(BASE + FDC_STATUS));
}

static void ask_reset(void)
{
    printf("status at first: %02x, changed %02x\n", port_in8(BASE + FDC_STATUS),
           port_in8(RATE) & FDC_CHANGED);
    sense("nothing happened");
    reset(true);
    reset(false);
    for (unsigned i = 0; i < 5; i++)
        sense("after the reset");
    printf("controller: %s\n", fdc_reset() ? "yes" : "no");
    sense("after the driver's reset");
    ASK("version", 1000, 0x10);
    ASK("unknown command", 1000, 0x1F);
}

static void ask_heads(void)
{
    ASK("drive status, motor off", 1000, FDC_DRIVE_STATUS, 0);
    ASK("drive status, drive 1", 1000, FDC_DRIVE_STATUS, 1);
    fdc_select(0);
    ASK("recalibrate, motor off", WAIT, FDC_RECALIBRATE, 0);
    sense("recalibrate, motor off");
    fdc_motor(0, true);
    driver_pause(SPIN_UP);
    printf("changed, motor on: %02x\n", port_in8(RATE) & FDC_CHANGED);
    ASK("seek 1", WAIT, FDC_SEEK, 0, 1);
    sense("seek 1");
    printf("changed, after a step: %02x\n", port_in8(RATE) & FDC_CHANGED);
    ASK("recalibrate", WAIT, FDC_RECALIBRATE, 0);
    sense("recalibrate");
    ASK("seek 0 again", WAIT, FDC_SEEK, 0, 0);
    sense("seek 0 again");
    ASK("drive status", 1000, FDC_DRIVE_STATUS, 0);
    fdc_select(1);
    ASK("recalibrate drive 1", WAIT, FDC_RECALIBRATE, 1);
    sense("recalibrate drive 1");
    recover();
}

static void ask_ids(void)
{
    for (uint8_t rate = 0; rate < RATES; rate++) {
        port_out8(RATE, rate);
        printf("rate %u, ", rate);
        ASK("read id", WAIT, FDC_READ_ID, 0);
        recover();
        fdc_recalibrate(0);
    }
    fdc_seek(0, CYLINDER);
    ASK("read id on cylinder 10", WAIT, FDC_READ_ID, 4);
    fdc_seek(0, 79);
    ASK("read id on cylinder 79", WAIT, FDC_READ_ID, 0);
    ASK("seek 90", WAIT, FDC_SEEK, 0, 90);
    sense("seek 90");
    recover();
    fdc_recalibrate(0);
}

/* Sectors of cylinder 10, with DMA for `sectors`. */
static void transfer(const char *what, bool reads, uint8_t cylinder, uint8_t head, uint8_t sector,
                     unsigned sectors, uint8_t last)
{
    const uint8_t bytes[] = { reads ? FDC_READ : FDC_WRITE, (uint8_t) (head << 2), cylinder, head,
                              sector, 2, last, 0x1B, 0xFF };
    fdc_dma(memory.physical[0], sectors * SECTOR, reads);
    ask(what, bytes, sizeof bytes, WAIT);
}

static bool intact(unsigned sectors, uint8_t seed)
{
    for (unsigned i = 0; i < sectors * SECTOR; i++) {
        if (pages[i] != (uint8_t) (seed + i / SECTOR))
            return false;
    }
    return true;
}

static void ask_data(void)
{
    fdc_seek(0, CYLINDER);
    for (unsigned i = 0; i < 4 * SECTOR; i++)
        pages[i] = (uint8_t) (0x30 + i / SECTOR);
    transfer("write 4", false, CYLINDER, 0, 1, 4, TRACK);
    memset(pages, 0, PAGE);
    transfer("read 4", true, CYLINDER, 0, 1, 4, TRACK);
    printf("what was read: %s\n", intact(4, 0x30) ? "what was written" : "something else");
    transfer("read sector 18", true, CYLINDER, 0, TRACK, 1, TRACK);
    transfer("read sector 19", true, CYLINDER, 0, TRACK + 1, 1, TRACK + 1);
    recover();
    fdc_seek(0, CYLINDER);
    transfer("read 2 from sector 18", true, CYLINDER, 0, TRACK, 2, TRACK);
    recover();
    fdc_seek(0, CYLINDER);
    transfer("read cylinder 11 with the heads on 10", true, CYLINDER + 1, 0, 1, 1, TRACK);
    recover();
    fdc_seek(0, CYLINDER);
    port_out8(RATE, 2);
    transfer("read at another rate", true, CYLINDER, 0, 1, 1, TRACK);
    recover();
}

/* The processor moves the data: SPECIFY says so. */
static void ask_by_hand(void)
{
    const uint8_t specify[] = { FDC_SPECIFY, 0xDF, 3 };
    const uint8_t bytes[] = { FDC_READ, 0, CYLINDER, 0, 1, 2, 1, 0x1B, 0xFF };
    uint8_t result[FDC_RESULTS];
    unsigned got = 0;
    fdc_seek(0, CYLINDER);
    fdc_send(specify, sizeof specify);
    while (fdc_interrupt(0))
        continue;
    fdc_send(bytes, sizeof bytes);
    bool came = fdc_interrupt(WAIT);
    uint8_t status = port_in8(BASE + FDC_STATUS);
    while (got < SECTOR && (port_in8(BASE + FDC_STATUS) & 0xF0) == 0xF0) {
        port_in8(BASE + FDC_DATA);
        got++;
    }
    bool more = fdc_interrupt(WAIT);
    printf("by hand: interrupt %s, status %02x, %u bytes, interrupt %s,", came ? "yes" : "no", status,
           got, more ? "yes" : "no");
    unsigned count = fdc_results(result, FDC_RESULTS);
    for (unsigned i = 0; i < count; i++)
        printf(" %02x", result[i]);
    printf("\n");
    recover();
}

int main(void)
{
    if (!get_ready()) {
        printf("floppyprobe: ports, memory or interrupts are not to be had\n");
        return EXIT_FAILURE;
    }
    ask_reset();
    ask_heads();
    ask_ids();
    ask_data();
    ask_by_hand();
    fdc_motor(0, false);
    printf("floppyprobe: done\n");
    return EXIT_SUCCESS;
}
