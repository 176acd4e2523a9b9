/* SPDX-License-Identifier: MIT */
/* What an IDE drive does, asked as the driver asks: diskprobe [DRIVE].  One line for each question,
 * for docs/emulators.md.  Nothing here knows what is right. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#include "lib/block/server.h"
#include "servers/ide/channel.h"
#include "servers/ide/dma.h"
#include "servers/ide/identify.h"
#include "tests/guest/disk/pci.h"
#include "servers/ide/ports.h"

enum {
    SECTOR = 64,
    SECTORS = 4,
    WORDS = 256,
    WAIT = 500000,              /* us: what has not come by then does not come */
    RESET_TIME = 5000000,       /* a reset ends when what was under way has, and that is the host's */
    LOOKS = 100000,
    PAGE = 4096,
};

static L4_ThreadId_t deva;
static L4_Word_t master;
static struct channel *channel;
static unsigned unit;           /* on the channel */
static uint16_t words[WORDS];

static bool take_ports(uint16_t first, int log2)
{
    L4_Accept(L4_MapGrantItems(L4_CompleteIoSpace));
    int err = hurd_deva_ports_map(deva, master, L4_IoFpageLog2(first, log2).raw);
    L4_Accept(L4_UntypedWordsAcceptor);
    return !err;
}

/* The next interrupt, acknowledged. */
static bool interrupt(uint32_t us)
{
    L4_ThreadId_t irq = L4_IrqId(channel->line);
    if (L4_IpcFailed(L4_Receive_Timeout(irq, L4_TimePeriod(us))))
        return false;
    L4_LoadMR(0, 0);
    L4_Send_Timeout(irq, L4_TimePeriod(WAIT));
    return true;
}

/* Bit 1 comes and goes with the turning of the disk, in Bochs as in old drives. */
static uint8_t steady(uint8_t s)
{
    return s == 0xFF ? s : s & ~2;
}

static uint8_t status(void)
{
    return steady(port_in8(channel->command + REGISTER_STATUS));
}

static uint8_t look(void)
{
    return steady(channel_look(channel));
}

static uint8_t error(void)
{
    return port_in8(channel->command + REGISTER_ERROR);
}

static void calm(void)
{
    channel_reset(channel);
    status();
    channel_interrupts(channel, true);
    while (interrupt(20000))
        status();
    channel_select(channel, unit);
}

/* Status reads until DRQ, or an error, is seen; -1: never. */
static long looks_until_data(void)
{
    for (long i = 1; i <= LOOKS; i++) {
        uint8_t s = look();
        if (!(s & STATUS_BUSY) && s & (STATUS_DATA | STATUS_ERROR))
            return i;
    }
    return -1;
}

static const char *soon(long looks)
{
    return looks < 0 ? "never" : looks <= 1 ? "at once" : "later";
}

static void ask_statuses(void)
{
    for (unsigned i = 0; i < 4; i++) {
        const struct channel *c = &channels[i / 2];
        channel_reset(c);
        port_out8(c->command + REGISTER_DRIVE, 0xE0 | (i % 2) << 4);
        L4_Sleep(L4_TimePeriod(2000));
        printf("status of drive %u: %02x, alternate %02x\n", i,
               steady(port_in8(c->command + REGISTER_STATUS)), steady(channel_look(c)));
    }
}

static void ask_identify(void)
{
    calm();
    channel_command(channel, unit, ATA_IDENTIFY, 0, 0, 0);
    bool came = interrupt(WAIT);
    uint8_t s = status();
    port_in_words(channel->command, words, WORDS);
    printf("identify: interrupt %s, status %02x, after the data %02x\n", came ? "yes" : "no", s,
           look());
    printf("words 49 53 63 80 83 88: %04x %04x %04x %04x %04x %04x\n", words[49], words[53],
           words[63], words[80], words[83], words[88]);
}

static void ask_identify_absent(void)
{
    calm();
    port_out8(channel->command + REGISTER_DRIVE, 0xE0 | !unit << 4);
    port_out8(channel->command + REGISTER_STATUS, ATA_IDENTIFY);
    bool came = interrupt(WAIT);
    printf("identify of the absent one: interrupt %s, status %02x\n", came ? "yes" : "no", status());
}

static void ask_read(void)
{
    calm();
    channel_command(channel, unit, ATA_READ, 0, SECTOR, SECTORS);
    long looks = looks_until_data();
    int count = 0;
    uint8_t s = 0;
    while (count < SECTORS && interrupt(WAIT)) {
        s = status();
        port_in_words(channel->command, words, WORDS);
        count++;
    }
    printf("read of 4: data %s, %d interrupts, last status %02x, then %02x, one more %s\n",
           soon(looks), count, s, look(), interrupt(WAIT) ? "yes" : "no");
}

static void ask_write(void)
{
    calm();
    channel_command(channel, unit, ATA_WRITE, 0, SECTOR, SECTORS);
    long looks = looks_until_data();
    bool early = interrupt(WAIT);
    int count = 0;
    uint8_t s = 0;
    for (int i = 0; i < SECTORS; i++) {
        port_out_words(channel->command, words, WORDS);
        count += interrupt(WAIT);
        s = status();
    }
    printf("write of 4: data %s, interrupt before it %s, %d interrupts, last status %02x\n",
           soon(looks), early ? "yes" : "no", count, s);
}

static void ask_beyond(const char *what, uint8_t code)
{
    calm();
    uint32_t size = words[60] | (uint32_t) words[61] << 16;
    channel_command(channel, unit, code, 0, size, 1);
    bool came = interrupt(WAIT);
    uint8_t s = status(), e = error();
    L4_Sleep(L4_TimePeriod(50000));
    printf("%s beyond the end: interrupt %s, status %02x, error %02x, later %02x\n", what,
           came ? "yes" : "no", s, e, look());
}

static void ask_nonsense(void)
{
    calm();
    channel_command(channel, unit, 0xFD, 0, 0, 1);
    bool came = interrupt(WAIT);
    uint8_t s = status();
    printf("unknown command: interrupt %s, status %02x, error %02x\n", came ? "yes" : "no", s,
           error());
}

static void ask_flush(void)
{
    calm();
    channel_command(channel, unit, ATA_FLUSH, 0, 0, 0);
    bool came = interrupt(WAIT);
    printf("flush: interrupt %s, status %02x\n", came ? "yes" : "no", status());
}

static void ask_reset(void)
{
    calm();
    channel_command(channel, unit, ATA_READ, 0, SECTOR, SECTORS);
    looks_until_data();
    port_out8(channel->control, 4);
    uint8_t inside = look();
    port_out8(channel->control, 0);
    uint8_t after = look();
    bool came = interrupt(WAIT);
    channel_wait(channel, STATUS_DATA, 0, RESET_TIME);
    uint8_t s = status();
    printf("reset in a read: inside %02x, just after %02x, then %02x, error %02x, "
           "signature %02x %02x %02x %02x, interrupt %s\n",
           inside, after, s, error(), port_in8(channel->command + REGISTER_COUNT),
           port_in8(channel->command + REGISTER_LBA), port_in8(channel->command + REGISTER_LBA + 1),
           port_in8(channel->command + REGISTER_LBA + 2), came ? "yes" : "no");
}

static void ask_quiet(void)
{
    calm();
    channel_interrupts(channel, false);
    channel_command(channel, unit, ATA_READ, 0, SECTOR, 1);
    looks_until_data();
    bool quiet = !interrupt(WAIT);
    channel_interrupts(channel, true);
    bool came = interrupt(WAIT);
    status();
    port_in_words(channel->command, words, WORDS);
    printf("interrupts off: %s, on again with one pending: %s\n", quiet ? "none" : "one",
           came ? "comes" : "none");
}

/* ---- the bus master ---- */

/* A table for `bytes`, a command for a sector more or less. */
static void dma_read(uint32_t bytes, uint32_t sectors, bool started)
{
    calm();
    dma_prepare(channel, bytes, true);
    channel_command(channel, unit, ATA_READ_DMA, 0, SECTOR, sectors);
    if (started)
        dma_start(channel, true);
}

static void dma_tell(const char *what)
{
    bool came = interrupt(WAIT);
    uint8_t before = port_in8(channel->bus_master + 2), s = look();
    status();
    uint8_t after = port_in8(channel->bus_master + 2);
    dma_stop(channel);
    printf("%s: interrupt %s, master %02x, status %02x, master after the status %02x, stopped %02x\n",
           what, came ? "yes" : "no", before & 7, s, after & 7,
           port_in8(channel->bus_master + 2) & 7);
}

static void ask_dma(void)
{
    calm();
    channel_command(channel, unit, ATA_SET_FEATURES, FEATURE_TRANSFER_MODE, 0, 0x42);
    bool came = interrupt(WAIT);
    printf("set features, mode 42: interrupt %s, status %02x\n", came ? "yes" : "no", status());
    dma_read(SECTORS * 512, SECTORS, true);
    dma_tell("dma of 4");
    dma_read(SECTORS * 512, 1, true);
    dma_tell("dma, table too long");
    dma_read(512, SECTORS, true);
    dma_tell("dma, table too short");
    dma_read(512, 1, false);
    dma_tell("dma, master not started");
}

static bool get_ready(unsigned drive)
{
    uintptr_t address = 0;
    uint16_t base;
    channel = &channels[drive / 2];
    unit = drive % 2;
    if (block_server_master(&deva, &master))
        return false;
    for (unsigned i = 0; i < CHANNELS; i++) {
        channels[i].present = true;     /* a reset at any rate */
        if (!take_ports(channels[i].command, 3) || !take_ports(channels[i].control, 0))
            return false;
    }
    base = take_ports(0xCF8, 3) ? pci_bus_master() : 0;
    for (unsigned i = 0; base && take_ports(base, 4) && i < CHANNELS; i++)
        channels[i].bus_master = base + 8 * i;
    if (hurd_deva_dma_memory(deva, master, &dma_memory) ||
        hurd_vm_map_container(&address, HURD_DEVA_DMA_PAGES * PAGE, 0, 6, dma_memory.container, 0))
        return false;
    dma_pages = (uint8_t *) address;
    return !hurd_deva_irq_attach(deva, master, channel->line, L4_MyGlobalId());
}

int main(int argc, char **argv)
{
    if (!get_ready(argc > 1 ? (unsigned) atoi(argv[1]) & 3 : 0)) {
        printf("diskprobe: ports, memory or interrupts are not to be had\n");
        return EXIT_FAILURE;
    }
    ask_statuses();
    ask_identify();
    ask_identify_absent();
    ask_read();
    ask_write();
    ask_nonsense();
    ask_flush();
    ask_reset();
    ask_quiet();
    ask_identify();
    ask_beyond("read", ATA_READ);
    ask_beyond("write", ATA_WRITE);
    printf("bus master: %s\n", channel->bus_master ? "yes" : "no");
    if (channel->bus_master && words[49] & 1 << 8)
        ask_dma();
    printf("diskprobe: done\n");
    return EXIT_SUCCESS;
}
