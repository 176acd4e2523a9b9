/* SPDX-License-Identifier: MIT */
/* The card has 16 KB of memory, counted in pages of 256 bytes.  The first ones are for the frame
 * that goes out; the others are a ring for those that come in.  Each of these begins with four
 * bytes: status, the page of the next one, and the length, of these four and a checksum too.
 * DP8390D data sheet; the NE2000 adds a data port and a reset port. */
#include "card.h"


enum {
    COMMAND = 0,                /* with the page of registers in bits 6-7 */
    STOP = 0x01, START = 0x02, TRANSMIT = 0x04, READ = 0x08, WRITE = 0x10, NO_DATA = 0x20,
    PAGE_1 = 0x40,
    /* Registers of page 0 when written. */
    RING_FIRST = 1, RING_END = 2, BOUNDARY = 3, SEND_PAGE = 4, SEND_LOW = 5, SEND_HIGH = 6,
    STATUS = 7,                 /* also when read; ones that are written take the bits back */
    ADDRESS_LOW = 8, ADDRESS_HIGH = 9, COUNT_LOW = 10, COUNT_HIGH = 11,
    RECEIVE_SETUP = 12, SEND_SETUP = 13, DATA_SETUP = 14, MASK = 15,
    /* Registers of page 1. */
    OWN_ADDRESS = 1, CURRENT = 7, MULTICAST = 8,
    DATA = 16, RESET = 31,      /* ports */
    STATUS_RECEIVED = 0x01, STATUS_SENT = 0x02, STATUS_SEND_ERROR = 0x08, STATUS_OVERFLOW = 0x10,
    STATUS_COUNT_DONE = 0x40, STATUS_RESET = 0x80,
    WANTED = STATUS_RECEIVED | STATUS_SENT | STATUS_SEND_ERROR | STATUS_OVERFLOW,
    DATA_WORDS = 0x49,          /* 16 bits, no loop, 8 bytes at a time */
    ACCEPT_BROADCAST = 0x04, ACCEPT_NOTHING = 0x20, SEND_LOOP = 0x02,
    MEMORY = 0x40,              /* the first page of the card's memory, */
    FIRST = 0x46,               /* of the ring, */
    END = 0x80,                 /* and the one behind it */
    HEADER = 4,
    CHECKSUM = 4,
    LEAST = 60,
    WAITS = 50,                 /* ms */
    LOOKS = 1000,
};

static uint16_t base;
static uint8_t next;            /* the page of the next frame that comes */
static uint8_t own[6];

static void out(unsigned reg, uint8_t value)
{
    port_out8((uint16_t) (base + reg), value);
}

static uint8_t in(unsigned reg)
{
    return port_in8((uint16_t) (base + reg));
}

/* ---- the card's memory ---- */

static void transfer_begin(uint16_t at, unsigned bytes, uint8_t direction)
{
    out(COMMAND, NO_DATA | START);
    out(COUNT_LOW, (uint8_t) bytes);
    out(COUNT_HIGH, (uint8_t) (bytes >> 8));
    out(ADDRESS_LOW, (uint8_t) at);
    out(ADDRESS_HIGH, (uint8_t) (at >> 8));
    out(COMMAND, direction | START);
}

/* Takes whole words, so an odd last byte is read with one that is not used. */
static void memory_read(uint16_t at, uint8_t *to, unsigned bytes)
{
    transfer_begin(at, (bytes + 1) & ~1u, READ);
    for (unsigned i = 0; i < bytes; i += 2) {
        uint16_t word = port_in16((uint16_t) (base + DATA));
        to[i] = (uint8_t) word;
        if (i + 1 < bytes)
            to[i + 1] = (uint8_t) (word >> 8);
    }
    out(STATUS, STATUS_COUNT_DONE);
}

static bool memory_write(uint16_t at, const uint8_t *from, unsigned bytes)
{
    transfer_begin(at, (bytes + 1) & ~1u, WRITE);
    for (unsigned i = 0; i < bytes; i += 2)
        port_out16((uint16_t) (base + DATA), (uint16_t) (from[i] | (i + 1 < bytes ? from[i + 1] << 8
                                                                                 : 0)));
    for (int i = 0; i < LOOKS; i++) {
        if (in(STATUS) & STATUS_COUNT_DONE) {
            out(STATUS, STATUS_COUNT_DONE);
            return true;
        }
    }
    return false;
}

/* A frame may go on at the ring's beginning. */
static void ring_read(uint8_t page, unsigned offset, uint8_t *to, unsigned bytes)
{
    unsigned at = page * 256u + offset, end = END * 256u;
    if (at >= end)
        at -= (END - FIRST) * 256u;
    unsigned before = end - at < bytes ? end - at : bytes;
    memory_read((uint16_t) at, to, before);
    if (before < bytes)
        memory_read(FIRST * 256u, to + before, bytes - before);
}

/* ---- setting up ---- */

static void registers_set(void)
{
    out(COMMAND, NO_DATA | STOP);
    out(DATA_SETUP, DATA_WORDS);
    out(COUNT_LOW, 0);
    out(COUNT_HIGH, 0);
    out(RECEIVE_SETUP, ACCEPT_NOTHING);
    out(SEND_SETUP, SEND_LOOP);
    out(RING_FIRST, FIRST);
    out(RING_END, END);
    out(BOUNDARY, FIRST);
    out(STATUS, 0xFF);
    out(MASK, WANTED);
    out(COMMAND, NO_DATA | STOP | PAGE_1);
    for (unsigned i = 0; i < 6; i++)
        out(OWN_ADDRESS + i, own[i]);
    for (unsigned i = 0; i < 8; i++)
        out(MULTICAST + i, 0);
    next = FIRST + 1;
    out(CURRENT, next);
    out(COMMAND, NO_DATA | START);
    out(SEND_SETUP, 0);
    out(RECEIVE_SETUP, ACCEPT_BROADCAST);
}

bool card_init(uint16_t ports, uint8_t address[6])
{
    uint8_t prom[12];
    base = ports;
    out(RESET, in(RESET));
    for (int i = 0; !(in(STATUS) & STATUS_RESET); i++) {
        if (i == WAITS)
            return false;
        card_pause();
    }
    out(COMMAND, NO_DATA | STOP);
    out(DATA_SETUP, DATA_WORDS);
    memory_read(0, prom, sizeof prom);  /* each byte twice */
    for (unsigned i = 0; i < 6; i++)
        address[i] = own[i] = prom[2 * i];
    registers_set();
    return in(COMMAND) == (NO_DATA | START);
}

/* ---- frames ---- */

bool card_send(const uint8_t *frame, unsigned bytes)
{
    for (int i = 0; in(COMMAND) & TRANSMIT; i++) {
        if (i == WAITS)
            return false;
        card_pause();
    }
    if (bytes < LEAST || bytes > HURD_NET_FRAME || !memory_write(MEMORY * 256, frame, bytes))
        return false;
    out(SEND_PAGE, MEMORY);
    out(SEND_LOW, (uint8_t) bytes);
    out(SEND_HIGH, (uint8_t) (bytes >> 8));
    out(COMMAND, NO_DATA | TRANSMIT | START);
    return true;
}

static uint8_t current_page(void)
{
    out(COMMAND, NO_DATA | START | PAGE_1);
    uint8_t page = in(CURRENT);
    out(COMMAND, NO_DATA | START);
    return page;
}

/* The page behind the last one that is read: one less than the next one, in the ring. */
static void ring_free(void)
{
    out(BOUNDARY, next == FIRST ? END - 1 : next - 1);
}

unsigned card_receive(uint8_t *frame)
{
    uint8_t header[HEADER];
    uint8_t current = current_page();
    if (current == next)
        return 0;
    ring_read(next, 0, header, HEADER);
    unsigned length = header[2] | header[3] << 8, follows = header[1];
    unsigned bytes = length - CHECKSUM;
    if (current < FIRST || current >= END || follows < FIRST || follows >= END || follows == next ||
        length < LEAST + CHECKSUM || bytes > HURD_NET_FRAME) {
        registers_set();        /* what is in the ring is lost */
        return 0;
    }
    ring_read(next, HEADER, frame, bytes);
    next = (uint8_t) follows;
    ring_free();
    return bytes;
}

bool card_interrupt(void)
{
    uint8_t status = in(STATUS) & WANTED;
    if (!status)
        return false;
    out(STATUS, status);
    if (status & STATUS_OVERFLOW)
        registers_set();
    return true;
}
