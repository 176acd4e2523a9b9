/* SPDX-License-Identifier: MIT */
/* links: servers/ide/identify.c */
/* What drives of several emulators say of themselves, and what is made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "servers/ide/identify.h"

static uint16_t words[IDENTIFY_WORDS];
static struct identity identity;

static void say(uint16_t w49, uint16_t w53, uint16_t w63, uint16_t w88, uint32_t sectors)
{
    memset(words, 0, sizeof words);
    words[49] = w49;
    words[53] = w53;
    words[60] = (uint16_t) sectors;
    words[61] = (uint16_t) (sectors >> 16);
    words[63] = w63;
    words[88] = w88;
    identify_read(words, &identity);
}

static void qemu_does_dma(void **state)
{
    (void) state;
    say(0x0B00, 7, 7, 0x203F, 0x7FF8);
    assert_int_equal(identity.sectors, 0x7FF8);
    assert_int_equal(identity.dma_mode, 0x42);
}

static void bochs_does_multiword_dma(void **state)
{
    (void) state;
    say(0x0300, 7, 7, 0x003F, 0x7FF8);
    assert_int_equal(identity.dma_mode, 0x42);
    say(0x0300, 3, 7, 0x003F, 0x7FF8);          /* word 88 is not valid */
    assert_int_equal(identity.dma_mode, 0x22);
    say(0x0300, 3, 1, 0, 0x7FF8);
    assert_int_equal(identity.dma_mode, 0x20);
}

static void v86_does_none(void **state)
{
    (void) state;
    say(0x0200, 7, 0x0407, 0, 0x7FF8);
    assert_int_equal(identity.sectors, 0x7FF8);
    assert_int_equal(identity.dma_mode, 0);
}

static void a_drive_without_modes_does_none(void **state)
{
    (void) state;
    say(0x0300, 7, 0, 0, 1000);
    assert_int_equal(identity.dma_mode, 0);
}

static void a_drive_without_lba_is_not_used(void **state)
{
    (void) state;
    say(0x0100, 7, 7, 0, 0x7FF8);
    assert_int_equal(identity.sectors, 0);
}

static void a_drive_larger_than_28_bits_is_used_as_far_as_they_reach(void **state)
{
    (void) state;
    say(0x0B00, 7, 7, 0x3F, 0xFFFFFFFF);
    assert_int_equal(identity.sectors, 1u << 28);
}

static void sectors_at_once_are_a_power_of_two_up_to_sixteen(void **state)
{
    (void) state;
    static const uint16_t said[][2] = { { 0x8010, 16 }, { 0x0010, 16 }, { 0x8080, 16 }, { 0x8008, 8 },
                                        { 0x800C, 8 }, { 0x8002, 2 }, { 0x8001, 1 }, { 0, 1 } };
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        memset(words, 0, sizeof words);
        words[47] = said[i][0];
        identify_read(words, &identity);
        assert_int_equal(identity.multiple, said[i][1]);
    }
}

static void the_model_has_its_bytes_in_order_and_no_blanks_behind(void **state)
{
    (void) state;
    static const char model[] = "QEMU HARDDISK";
    memset(words, 0, sizeof words);
    for (int i = 0; i < 20; i++)
        words[27 + i] = 0x2020;
    for (int i = 0; model[i]; i++)
        words[27 + i / 2] = i % 2 ? (words[27 + i / 2] & 0xFF00) | model[i]
                                  : (words[27 + i / 2] & 0x00FF) | model[i] << 8;
    identify_read(words, &identity);
    assert_string_equal(identity.model, model);
    words[27] = 0x1B5B;                         /* an escape sequence is not printed */
    identify_read(words, &identity);
    assert_memory_equal(identity.model, "?[MU", 4);
    for (int i = 0; i < 20; i++)
        words[27 + i] = 0x4142;
    identify_read(words, &identity);
    assert_memory_equal(identity.model, "ABABABABABABABABABABABABABABABABABABABAB", 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(qemu_does_dma),
        cmocka_unit_test(bochs_does_multiword_dma),
        cmocka_unit_test(v86_does_none),
        cmocka_unit_test(a_drive_without_modes_does_none),
        cmocka_unit_test(a_drive_without_lba_is_not_used),
        cmocka_unit_test(a_drive_larger_than_28_bits_is_used_as_far_as_they_reach),
        cmocka_unit_test(sectors_at_once_are_a_power_of_two_up_to_sixteen),
        cmocka_unit_test(the_model_has_its_bytes_in_order_and_no_blanks_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
