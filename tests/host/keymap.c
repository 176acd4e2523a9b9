/* SPDX-License-Identifier: MIT */
/* links: servers/deva/keymap.c */
/* Scan codes of set 1 to bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "servers/deva/keymap.h"

/* What `count` scan codes type on a fresh keyboard. */
static const char *typed(const uint8_t *codes, size_t count)
{
    static char text[256];
    struct keymap map = { 0 };
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += keymap_decode(&map, codes[i], (uint8_t *) text + length);
    text[length] = '\0';
    return text;
}

#define TYPED(...) \
    typed((const uint8_t[]) { __VA_ARGS__ }, sizeof((const uint8_t[]) { __VA_ARGS__ }))

enum { A = 0x1e, B = 0x30, C = 0x2e, ONE = 0x02, SHIFT = 0x2a, RSHIFT = 0x36, CTRL = 0x1d,
       CAPS = 0x3a, NUM = 0x45, UP = 0x80 };

static void a_key_types_when_pressed_and_not_when_released(void **state)
{
    (void) state;
    assert_string_equal(TYPED(A, A | UP, B, B | UP), "ab");
}

static void answers_of_the_keyboard_and_its_self_test_type_nothing(void **state)
{
    (void) state;
    assert_string_equal(TYPED(0xfa, 0xfe, 0xee, 0xaa, 0xfc, 0xff, 0x00, A, A | UP, 0xfa, A), "aa");
}

static void every_row_of_the_keyboard_is_in_its_place(void **state)
{
    (void) state;
    assert_string_equal(TYPED(0x02, 0x0b, 0x0c, 0x0d), "10-=");
    assert_string_equal(TYPED(0x10, 0x19, 0x1a, 0x1b), "qp[]");
    assert_string_equal(TYPED(0x1e, 0x26, 0x27, 0x28, 0x29), "al;'`");
    assert_string_equal(TYPED(0x2b, 0x2c, 0x32, 0x33, 0x34, 0x35), "\\zm,./");
    assert_string_equal(TYPED(0x01, 0x0e, 0x0f, 0x1c, 0x39), "\x1b\x7f\t\n ");
}

static void either_shift_types_the_upper_character_until_released(void **state)
{
    (void) state;
    assert_string_equal(TYPED(SHIFT, A, ONE, SHIFT | UP, A, ONE), "A!a1");
    assert_string_equal(TYPED(RSHIFT, A, 0x28, RSHIFT | UP, A), "A\"a");
    assert_string_equal(TYPED(SHIFT, RSHIFT, SHIFT | UP, A), "A");
}

static void caps_lock_changes_letters_only_and_shift_undoes_it(void **state)
{
    (void) state;
    assert_string_equal(TYPED(CAPS, CAPS | UP, A, ONE, SHIFT, A, ONE, SHIFT | UP), "A1a!");
    assert_string_equal(TYPED(CAPS, CAPS | UP, CAPS, CAPS | UP, A), "a");
}

static void ctrl_and_a_letter_type_a_control_character(void **state)
{
    (void) state;
    assert_string_equal(TYPED(CTRL, C, C | UP, CTRL | UP, C), "\x03" "c");
    assert_string_equal(TYPED(0xe0, CTRL, A, 0xe0, CTRL | UP, A), "\x01" "a");
    assert_string_equal(TYPED(CTRL, ONE), "");
}

static void arrow_keys_send_escape_sequences(void **state)
{
    (void) state;
    assert_string_equal(TYPED(0xe0, 0x48, 0xe0, 0xc8), "\x1b[A");
    assert_string_equal(TYPED(0xe0, 0x50, 0xe0, 0x4b, 0xe0, 0x4d), "\x1b[B\x1b[D\x1b[C");
    assert_string_equal(TYPED(0xe0, 0x53, 0xe0, 0x47, 0xe0, 0x4f), "\x1b[3~\x1b[H\x1b[F");
}

static void the_shifts_that_a_keyboard_invents_for_grey_keys_are_ignored(void **state)
{
    (void) state;
    assert_string_equal(TYPED(0xe0, SHIFT, 0xe0, 0x48, 0xe0, 0xc8, 0xe0, SHIFT | UP, A), "\x1b[Aa");
}

static void the_keypad_types_digits_with_num_lock_and_moves_without(void **state)
{
    (void) state;
    assert_string_equal(TYPED(0x48), "\x1b[A");
    assert_string_equal(TYPED(NUM, NUM | UP, 0x48, 0x52, 0x53), "80.");
    assert_string_equal(TYPED(NUM, NUM | UP, 0xe0, 0x48), "\x1b[A");
    assert_string_equal(TYPED(0x4a, 0x4e, 0x4c), "-+");
}

static void keypad_enter_and_slash_type(void **state)
{
    (void) state;
    assert_string_equal(TYPED(0xe0, 0x1c, 0xe0, 0x9c, 0xe0, 0x35), "\n/");
}

static void the_pause_key_is_swallowed_whole(void **state)
{
    (void) state;
    assert_string_equal(TYPED(0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, C, 0x48), "c\x1b[A");
}

static void no_sequence_of_codes_writes_more_than_the_limit(void **state)
{
    (void) state;
    uint32_t random = 1;
    struct keymap map = { 0 };
    for (int i = 0; i < 200000; i++) {
        uint8_t out[KEYMAP_MAX];        /* the sanitizer watches its end */
        random = random * 1664525u + 1013904223u;
        assert_true(keymap_decode(&map, (uint8_t) (random >> 24), out) <= KEYMAP_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_types_when_pressed_and_not_when_released),
        cmocka_unit_test(answers_of_the_keyboard_and_its_self_test_type_nothing),
        cmocka_unit_test(every_row_of_the_keyboard_is_in_its_place),
        cmocka_unit_test(either_shift_types_the_upper_character_until_released),
        cmocka_unit_test(caps_lock_changes_letters_only_and_shift_undoes_it),
        cmocka_unit_test(ctrl_and_a_letter_type_a_control_character),
        cmocka_unit_test(arrow_keys_send_escape_sequences),
        cmocka_unit_test(the_shifts_that_a_keyboard_invents_for_grey_keys_are_ignored),
        cmocka_unit_test(the_keypad_types_digits_with_num_lock_and_moves_without),
        cmocka_unit_test(keypad_enter_and_slash_type),
        cmocka_unit_test(the_pause_key_is_swallowed_whole),
        cmocka_unit_test(no_sequence_of_codes_writes_more_than_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
