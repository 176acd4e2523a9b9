/* SPDX-License-Identifier: MIT */
/* links: servers/ne2k/card.c */
/* words: 32 */
/* The network card's driver on a card made of C: frames, the ring's end, and a card that makes no
 * sense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "servers/ne2k/card.h"

enum { PORTS = 0xC000, FIRST = 0x46, END = 0x80, MEMORY = 0x8000 };

static struct {
    uint8_t memory[MEMORY];     /* 0x4000 to 0x7FFF are the card's RAM, below 32 is the PROM */
    uint8_t command, status, boundary, current, own[6], mask;
    uint16_t at, count;
    bool deaf;                  /* a reset does not end */
    bool stuck;                 /* a frame does not leave */
    unsigned resets, pauses, sent;
    uint8_t last[2048];
    unsigned last_bytes;
    uint16_t size;
} card;

void card_pause(void)
{
    card.pauses++;
}

uint8_t port_in8(uint16_t port)
{
    assert_true(port >= PORTS && port < PORTS + 32);
    switch (port - PORTS) {
    case 0:
        return card.command;
    case 7:
        return card.command & 0x40 ? card.current : card.status;
    case 31:
        card.status |= card.deaf ? 0 : 0x80;
        return 0;
    default:
        return 0xFF;
    }
}

static void transmit(void)
{
    card.sent++;
    card.last_bytes = card.size;
    assert_true(card.size <= sizeof card.last);
    memcpy(card.last, card.memory + 0x4000, card.size);
    if (!card.stuck)
        card.command &= ~4u;
}

static void page_1(unsigned reg, uint8_t value)
{
    if (reg >= 1 && reg <= 6)
        card.own[reg - 1] = value;
    if (reg == 7)
        card.current = value;
}

static void page_0(unsigned reg, uint8_t value)
{
    switch (reg) {
    case 3: card.boundary = value; break;
    case 5: card.size = (card.size & 0xFF00) | value; break;
    case 6: card.size = (uint16_t) (value << 8 | (card.size & 0xFF)); break;
    case 7: card.status &= ~value; break;
    case 8: card.at = (card.at & 0xFF00) | value; break;
    case 9: card.at = (uint16_t) (value << 8 | (card.at & 0xFF)); break;
    case 10: card.count = (card.count & 0xFF00) | value; break;
    case 11: card.count = (uint16_t) (value << 8 | (card.count & 0xFF)); break;
    case 15: card.mask = value; card.resets++; break;
    default: break;
    }
}

void port_out8(uint16_t port, uint8_t value)
{
    unsigned reg = port - PORTS;
    assert_true(reg < 32);
    if (reg == 0) {
        card.command = value;
        if (value & 4)
            transmit();
    } else if (reg < 16 && card.command & 0x40) {
        page_1(reg, value);
    } else if (reg < 16) {
        page_0(reg, value);
    }
}

static void step(void)
{
    assert_true(card.count >= 2);
    assert_true(card.at < MEMORY);
    card.at += 2;
    card.count -= 2;
    if (card.count == 0)
        card.status |= 0x40;
}

uint16_t port_in16(uint16_t port)
{
    assert_int_equal(port, PORTS + 16);
    uint16_t word = (uint16_t) (card.memory[card.at] | card.memory[card.at + 1] << 8);
    step();
    return word;
}

void port_out16(uint16_t port, uint16_t value)
{
    assert_int_equal(port, PORTS + 16);
    card.memory[card.at] = (uint8_t) value;
    card.memory[card.at + 1] = (uint8_t) (value >> 8);
    step();
}

static void begin(void)
{
    uint8_t address[6];
    memset(&card, 0, sizeof card);
    for (unsigned i = 0; i < 6; i++)
        card.memory[2 * i] = card.memory[2 * i + 1] = (uint8_t) (0x52 + i);
    assert_true(card_init(PORTS, address));
    assert_memory_equal(address, "\x52\x53\x54\x55\x56\x57", 6);
    assert_memory_equal(card.own, address, 6);
    assert_int_equal(card.boundary, FIRST);
    assert_int_equal(card.current, FIRST + 1);
}

static uint8_t pattern(unsigned i)
{
    return (uint8_t) (i * 13 + (i >> 8));
}

/* A frame comes from the wire; length and next page are what the card says of it. */
static void comes(unsigned bytes, unsigned length, uint8_t follows)
{
    unsigned at = card.current * 256u, end = END * 256u;
    const uint8_t header[4] = { 1, follows, (uint8_t) length, (uint8_t) (length >> 8) };
    for (unsigned i = 0; i < bytes + 4; i++) {
        card.memory[at] = i < 4 ? header[i] : pattern(i - 4);
        at = at + 1 == end ? FIRST * 256u : at + 1;
    }
    card.current = follows;
    card.status |= 1;
}

static void comes_well(unsigned bytes)
{
    unsigned pages = (bytes + 4 + 4 + 255) / 256, follows = card.current + pages;
    comes(bytes, bytes + 4, (uint8_t) (follows >= END ? follows - (END - FIRST) : follows));
}

static void expect_frame(unsigned bytes)
{
    uint8_t frame[HURD_NET_FRAME + 16];
    memset(frame, 0xEE, sizeof frame);
    assert_int_equal(card_receive(frame), bytes);
    for (unsigned i = 0; i < bytes; i++)
        assert_int_equal(frame[i], pattern(i));
    assert_int_equal(frame[HURD_NET_FRAME], 0xEE);
}

static void frames_of_all_sizes_come_all_around_the_ring(void **state)
{
    (void) state;
    begin();
    for (unsigned bytes = 60; bytes <= HURD_NET_FRAME; bytes++) {
        comes_well(bytes);
        assert_true(card_interrupt());
        assert_false(card_interrupt());
        expect_frame(bytes);
        expect_frame(0);
        uint8_t behind = card.current == FIRST ? END - 1 : card.current - 1;
        assert_int_equal(card.boundary, behind);
    }
    comes_well(100);
    comes_well(200);
    expect_frame(100);
    expect_frame(200);
    assert_int_equal(card.resets, 1);
}

static void a_ring_without_sense_resets_the_card(void **state)
{
    static const struct { unsigned length; uint8_t follows; } bad[] = {
        { 104, 0 },   { 104, FIRST - 1 }, { 104, END }, { 104, 0xFF }, { 104, FIRST + 1 },
        { 0, 0x50 },  { 3, 0x50 },        { 63, 0x50 }, { HURD_NET_FRAME + 5, 0x50 }, { 0xFFFF, 0x50 },
    };
    uint8_t frame[HURD_NET_FRAME + 2];
    (void) state;
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin();
        comes(100, bad[i].length, bad[i].follows);
        card.current = bad[i].follows == FIRST + 1 ? 0x50 : bad[i].follows;
        assert_int_equal(card_receive(frame), 0);
        assert_int_equal(card.resets, 2);
        assert_int_equal(card.current, FIRST + 1);
        comes_well(77);
        expect_frame(77);
    }
}

static void an_overflow_resets_the_card(void **state)
{
    (void) state;
    begin();
    card.status |= 0x10;
    assert_true(card_interrupt());
    assert_int_equal(card.resets, 2);
    comes_well(60);
    expect_frame(60);
}

static void a_frame_is_sent_as_it_is(void **state)
{
    uint8_t frame[HURD_NET_FRAME];
    (void) state;
    begin();
    for (unsigned i = 0; i < sizeof frame; i++)
        frame[i] = pattern(i);
    assert_true(card_send(frame, 61));
    assert_int_equal(card.last_bytes, 61);
    assert_memory_equal(card.last, frame, 61);
    assert_true(card_send(frame, HURD_NET_FRAME));
    assert_int_equal(card.last_bytes, HURD_NET_FRAME);
    assert_memory_equal(card.last, frame, HURD_NET_FRAME);
    assert_false(card_send(frame, 59));
    assert_false(card_send(frame, HURD_NET_FRAME + 1));
    card.stuck = true;
    assert_true(card_send(frame, 60));
    assert_false(card_send(frame, 60));         /* the last one is still there */
    assert_true(card.pauses > 0 && card.pauses < 1000);
    assert_int_equal(card.sent, 3);
}

static void a_card_that_does_not_reset_is_none(void **state)
{
    uint8_t address[6];
    (void) state;
    memset(&card, 0, sizeof card);
    card.deaf = true;
    assert_false(card_init(PORTS, address));
    assert_true(card.pauses < 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_of_all_sizes_come_all_around_the_ring),
        cmocka_unit_test(a_ring_without_sense_resets_the_card),
        cmocka_unit_test(an_overflow_resets_the_card),
        cmocka_unit_test(a_frame_is_sent_as_it_is),
        cmocka_unit_test(a_card_that_does_not_reset_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
