/* SPDX-License-Identifier: MIT */
/* flags: -Ikernel/arch/x86 */
/* words: 32 */
/* The two 8259 as the kernel drives them: which lines fire, which are masked, and spurious interrupts, which a
 * chip raises when a request goes away before it is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/arch/x86/x86.h"

static struct chip {
    uint8_t mask, requested, in_service;
    uint8_t selected;           /* which of the two the next read gives: 0Ah, 0Bh */
    unsigned ended;             /* EOI commands */
} chip[2];

static struct chip *chip_at(uint16_t port)
{
    return &chip[port >= 0xA0];
}

static uint8_t fake_in8(uint16_t port)
{
    struct chip *c = chip_at(port);
    return port & 1 ? c->mask : c->selected == 0x0B ? c->in_service : c->requested;
}

static void fake_out8(uint16_t port, uint8_t value)
{
    struct chip *c = chip_at(port);
    if (port & 1)
        c->mask = value;
    else if (value == 0x20)
        c->ended++;
    else if (value == 0x0A || value == 0x0B)
        c->selected = value;
}

bool gdb_here;                  /* gdb's stub has a line of its own when it is there */

#define in8 fake_in8
#define out8 fake_out8
#include "kernel/arch/x86/pic.c"

static int fresh(void **state)
{
    (void)state;
    memset(chip, 0, sizeof chip);
    mask = (uint16_t)~(1u << LINE_TIMER | 1u << LINE_CASCADE);
    pic_init();
    for (word_t line = 1; line < 16; line++)
        if (line != LINE_CASCADE)
            arch_interrupt_unmask(line);
    return 0;
}

static void a_line_that_fires_is_masked_and_ended_on_its_chips(void **state)
{
    (void)state;
    chip[0].in_service = 1u << 4;
    assert_true(pic_accept(4));
    assert_int_equal(chip[0].mask, 1u << 4);
    assert_int_equal(chip[0].ended, 1);
    assert_int_equal(chip[1].ended, 0);
    chip[1].in_service = 1u << 6;
    assert_true(pic_accept(14));
    assert_int_equal(chip[1].mask, 1u << 6);
    assert_int_equal(chip[0].ended, 2);
    assert_int_equal(chip[1].ended, 1);
}

static void the_timer_is_never_masked(void **state)
{
    (void)state;
    chip[0].in_service = 1;
    assert_true(pic_accept(0));
    assert_int_equal(chip[0].mask, 0);
}

static void a_spurious_irq7_fires_nothing_and_is_not_ended(void **state)
{
    (void)state;
    chip[0].selected = 0x0A;
    chip[0].requested = 1u << 7;        /* a request is no proof: only one in service is */
    assert_false(pic_accept(7));
    assert_int_equal(chip[0].ended, 0);
    assert_int_equal(chip[0].mask, 0);
    chip[0].in_service = 1u << 7;
    assert_true(pic_accept(7));
    assert_int_equal(chip[0].mask, 1u << 7);
}

static void a_spurious_irq15_ends_the_cascade_alone(void **state)
{
    (void)state;
    chip[0].in_service = 1u << LINE_CASCADE;
    assert_false(pic_accept(15));
    assert_int_equal(chip[0].ended, 1);
    assert_int_equal(chip[1].ended, 0);
    assert_int_equal(chip[1].mask, 0);
}

static void the_line_of_gdbs_stub_is_nobodys_while_the_stub_is_there(void **state)
{
    (void)state;
    assert_true(arch_interrupt_available(GDB_LINE));
    gdb_here = true;
    assert_false(arch_interrupt_available(GDB_LINE));
    assert_true(arch_interrupt_available(GDB_LINE + 1));
    gdb_here = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_line_that_fires_is_masked_and_ended_on_its_chips, fresh),
        cmocka_unit_test_setup(the_timer_is_never_masked, fresh),
        cmocka_unit_test_setup(a_spurious_irq7_fires_nothing_and_is_not_ended, fresh),
        cmocka_unit_test_setup(a_spurious_irq15_ends_the_cascade_alone, fresh),
        cmocka_unit_test_setup(the_line_of_gdbs_stub_is_nobodys_while_the_stub_is_there, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
