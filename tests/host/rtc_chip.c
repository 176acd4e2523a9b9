/* SPDX-License-Identifier: MIT */
/* links: servers/rtc/chip.c */
/* words: 32 */
/* The clock chip's registers: BCD and binary, 12 and 24 hours, with and without a century, and read
 * in the middle of an update. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "servers/rtc/chip.h"

enum { CENTURY = 0x32, BCD_24 = 2, BINARY_24 = 6, BCD_12 = 0, BINARY_12 = 4 };

static struct {
    uint8_t reg[64];
    unsigned updating;          /* so many reads of register A say that it updates */
    unsigned reads, change_at;  /* before this read, the registers become `next` */
    uint8_t next[64];
    unsigned pauses;
} chip;

uint8_t chip_register(uint8_t number)
{
    assert_true(number < sizeof chip.reg);
    if (++chip.reads == chip.change_at)
        memcpy(chip.reg, chip.next, sizeof chip.reg);
    if (number == 10 && chip.updating > 0) {
        chip.updating--;
        return 0xA6;
    }
    return chip.reg[number];
}

void chip_pause(void)
{
    chip.pauses++;
}

static void set(uint8_t *reg, uint8_t b, int century, int year, int month, int day, int hour,
                int minute, int second)
{
    reg[0] = second, reg[2] = minute, reg[4] = hour, reg[7] = day, reg[8] = month, reg[9] = year;
    reg[10] = 0x26, reg[11] = b, reg[CENTURY] = century;
}

static void begin(uint8_t b, int century, int year, int month, int day, int hour, int minute,
                  int second)
{
    memset(&chip, 0, sizeof chip);
    set(chip.reg, b, century, year, month, day, hour, minute, second);
}

static void expect(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                   unsigned second)
{
    struct chip_time t;
    assert_true(chip_read(&t));
    assert_int_equal(t.year, year);
    assert_int_equal(t.month, month);
    assert_int_equal(t.day, day);
    assert_int_equal(t.hour, hour);
    assert_int_equal(t.minute, minute);
    assert_int_equal(t.second, second);
}

static void refuse(void)
{
    struct chip_time t;
    assert_false(chip_read(&t));
}

static void bcd_and_binary_are_told_apart(void **state)
{
    (void) state;
    begin(BCD_24, 0x20, 0x26, 0x11, 0x29, 0x23, 0x59, 0x58);
    expect(2026, 11, 29, 23, 59, 58);
    begin(BINARY_24, 0x20, 26, 11, 29, 23, 59, 58);
    expect(2026, 11, 29, 23, 59, 58);
    begin(BINARY_24, 20, 26, 11, 29, 0, 0, 0);          /* a binary century */
    expect(2026, 11, 29, 0, 0, 0);
}

static void hours_to_twelve_have_a_midnight_and_a_noon(void **state)
{
    (void) state;
    begin(BCD_12, 0x20, 0x26, 1, 1, 0x12, 0, 0);
    expect(2026, 1, 1, 0, 0, 0);
    begin(BCD_12, 0x20, 0x26, 1, 1, 0x92, 0x30, 0);
    expect(2026, 1, 1, 12, 30, 0);
    begin(BCD_12, 0x20, 0x26, 1, 1, 0x91, 0, 0);
    expect(2026, 1, 1, 23, 0, 0);
    begin(BINARY_12, 0x20, 26, 1, 1, 0x80 | 11, 0, 0);
    expect(2026, 1, 1, 23, 0, 0);
    begin(BCD_12, 0x20, 0x26, 1, 1, 0, 0, 0);
    refuse();
    begin(BCD_12, 0x20, 0x26, 1, 1, 0x13, 0, 0);
    refuse();
}

static void without_a_century_the_year_says_which_one_it_is(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 3; i++) {
        static const uint8_t none[] = { 0, 0xFF, 0x50 };
        begin(BCD_24, none[i], 0x26, 1, 1, 0, 0, 0);
        expect(2026, 1, 1, 0, 0, 0);
        begin(BCD_24, none[i], 0x80, 1, 1, 0, 0, 0);
        expect(1980, 1, 1, 0, 0, 0);
        begin(BCD_24, none[i], 0x79, 1, 1, 0, 0, 0);
        expect(2079, 1, 1, 0, 0, 0);
    }
    begin(BCD_24, 0x19, 0x99, 0x12, 0x31, 0, 0, 0);
    expect(1999, 12, 31, 0, 0, 0);
}

static void a_date_that_there_is_not_is_refused(void **state)
{
    static const int wrong[][6] = {     /* year, month, day, hour, minute, second */
        { 0x26, 0x00, 0x01, 0, 0, 0 },       { 0x26, 0x13, 0x01, 0, 0, 0 },
        { 0x26, 0x01, 0x00, 0, 0, 0 },       { 0x26, 0x01, 0x32, 0, 0, 0 },
        { 0x26, 0x04, 0x31, 0, 0, 0 },       { 0x26, 0x02, 0x29, 0, 0, 0 },
        { 0x26, 0x01, 0x01, 0x24, 0, 0 },    { 0x26, 0x01, 0x01, 0, 0x60, 0 },
        { 0x26, 0x01, 0x01, 0, 0, 0x60 },    { 0x26, 0x01, 0x01, 0, 0, 0x1A },
        { 0xA0, 0x01, 0x01, 0, 0, 0 },       { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF },
    };
    (void) state;
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const int *w = wrong[i];
        begin(BCD_24, 0x20, w[0], w[1], w[2], w[3], w[4], w[5]);
        refuse();
    }
    begin(BCD_24, 0x20, 0x24, 2, 0x29, 0, 0, 0);
    expect(2024, 2, 29, 0, 0, 0);
    begin(BCD_24, 0x21, 0x00, 2, 0x29, 0, 0, 0);
    refuse();
}

static void an_update_is_waited_for(void **state)
{
    (void) state;
    begin(BCD_24, 0x20, 0x26, 1, 1, 0, 0, 5);
    chip.updating = 3;
    expect(2026, 1, 1, 0, 0, 5);
    assert_int_equal(chip.pauses, 3);
    begin(BCD_24, 0x20, 0x26, 1, 1, 0, 0, 5);
    chip.updating = 1000000;
    refuse();
    assert_true(chip.pauses < 100);
}

/* The new year comes between any two reads: the time is the old one or the new one, no mixture. */
static void no_time_is_half_old_and_half_new(void **state)
{
    (void) state;
    for (unsigned at = 1; at <= 30; at++) {
        struct chip_time t;
        begin(BCD_24, 0x19, 0x99, 0x12, 0x31, 0x23, 0x59, 0x59);
        set(chip.next, BCD_24, 0x20, 0, 1, 1, 0, 0, 0);
        chip.change_at = at;
        assert_true(chip_read(&t));
        bool old = t.year == 1999 && t.month == 12 && t.day == 31 && t.hour == 23 &&
                   t.minute == 59 && t.second == 59;
        bool new = t.year == 2000 && t.month == 1 && t.day == 1 && t.hour == 0 && t.minute == 0 &&
                   t.second == 0;
        assert_true(old || new);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bcd_and_binary_are_told_apart),
        cmocka_unit_test(hours_to_twelve_have_a_midnight_and_a_noon),
        cmocka_unit_test(without_a_century_the_year_says_which_one_it_is),
        cmocka_unit_test(a_date_that_there_is_not_is_refused),
        cmocka_unit_test(an_update_is_waited_for),
        cmocka_unit_test(no_time_is_half_old_and_half_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
