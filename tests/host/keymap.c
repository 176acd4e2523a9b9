/* SPDX-License-Identifier: MIT */
/* links: servers/deva/keymap.c servers/deva/accents.c */
/* Scan codes of set 1 to bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "servers/deva/keymap.h"

static enum keymap_layout layout;

/* What `count` scan codes type on a fresh keyboard. */
static const char *typed(const uint8_t *codes, size_t count)
{
    static char text[256];
    struct keymap map = { .layout = layout };
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

static void shift_with_a_page_key_is_for_the_console_and_types_nothing(void **state)
{
    (void) state;
    static const uint8_t codes[] = { SHIFT, 0xe0, 0x49, 0x49, 0xe0, 0x51, SHIFT | UP, 0x49, NUM, SHIFT,
                                     0x49, 0xe0, 0x49 };
    struct keymap map = { .layout = layout };
    uint8_t text[64];
    size_t length = 0;
    for (size_t i = 0; i < sizeof codes; i++)
        length += keymap_decode(&map, codes[i], text + length);
    assert_int_equal(map.scroll, 2);
    assert_int_equal(length, 5);
    assert_memory_equal(text, "\x1b[5~9", 5);
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

enum { EXTENDED = 0xe0, ALT = 0x38, DELETE = 0x53 };

/* Every key of a layout's four rows, in the order in which they lie. */
static const uint8_t ROWS[] = {
    0x29, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d,
    0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b,
    0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x2b,
    0x56, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35,
};

static void each_layout_has_a_character_for_every_key(void **state)
{
    (void) state;
    assert_int_equal(sizeof ROWS, 48);
    for (layout = 0; layout < KEYMAP_LAYOUTS; layout++) {
        for (size_t i = 0; i < sizeof ROWS; i++)
            assert_true(strlen(TYPED(ROWS[i], 0x39)) > 0);
    }
    layout = KEYMAP_US;
    assert_string_equal(typed(ROWS, sizeof ROWS), "`1234567890-=qwertyuiop[]asdfghjkl;'\\\\zxcvbnm,./");
}

static void german_keys(void **state)
{
    (void) state;
    layout = KEYMAP_DE;
    assert_string_equal(TYPED(0x15, 0x2c, 0x1a, 0x0c, 0x56), "zyüß<");
    assert_string_equal(TYPED(SHIFT, 0x27, 0x0c, 0x35, 0x08), "Ö?_/");
    assert_string_equal(TYPED(CAPS, 0x27, 0x0c, 0x08, 0x1e), "Öß7A");
    assert_string_equal(TYPED(EXTENDED, ALT, 0x10, 0x08, 0x0b, 0x0c, 0x12, 0x56, 0x1e), "@{}\\€|a");
    assert_string_equal(TYPED(EXTENDED, ALT, EXTENDED, ALT | UP, 0x10), "q");
    assert_string_equal(TYPED(ALT, 0x10), "q");         /* the left one is not AltGr */
    assert_string_equal(TYPED(EXTENDED, 0x35), "/");    /* the keypad's, not the key's */
    assert_string_equal(TYPED(CTRL, 0x15), "\x1a");      /* Ctrl-Z */
    layout = KEYMAP_US;
}

static void french_keys(void **state)
{
    (void) state;
    layout = KEYMAP_FR;
    assert_string_equal(TYPED(0x10, 0x1e, 0x27, 0x33, 0x03, 0x0a), "aqm;éç");
    assert_string_equal(TYPED(SHIFT, 0x03, 0x0a, 0x33, 0x1e), "29.Q");
    assert_string_equal(TYPED(CAPS, 0x03, 0x10), "éA");
    assert_string_equal(TYPED(EXTENDED, ALT, 0x03, 0x06, 0x0b, 0x0d), "~[@}");
    assert_string_equal(TYPED(CTRL, 0x2e), "\x03");
    layout = KEYMAP_US;
}

static void accents_wait_for_their_letter(void **state)
{
    (void) state;
    enum { CIRCUMFLEX = 0x29, ACUTE = 0x0d, E = 0x12, BLANK = 0x39, FRENCH = 0x1a };
    layout = KEYMAP_DE;
    assert_string_equal(TYPED(CIRCUMFLEX, E, CIRCUMFLEX | UP, E), "êe");
    assert_string_equal(TYPED(ACUTE, SHIFT, E), "É");
    assert_string_equal(TYPED(SHIFT, ACUTE, SHIFT | UP, A, SHIFT, ACUTE, SHIFT | UP, BLANK), "à`");
    assert_string_equal(TYPED(CIRCUMFLEX, BLANK, A), "^a");
    assert_string_equal(TYPED(ACUTE, ACUTE, A), "´a");
    assert_string_equal(TYPED(ACUTE, CIRCUMFLEX, A), "´^a");
    assert_string_equal(TYPED(CIRCUMFLEX, B, A), "^ba");
    assert_string_equal(TYPED(ACUTE, EXTENDED, ALT, E), "´€");          /* as many bytes as there can be */
    assert_string_equal(TYPED(CIRCUMFLEX, 0x1c), "^\n");
    assert_string_equal(TYPED(CIRCUMFLEX, CTRL, 0x2e, CTRL | UP, A), "\x03" "a");
    assert_string_equal(TYPED(CIRCUMFLEX, EXTENDED, 0x48, A), "\x1b[Aa");
    layout = KEYMAP_FR;
    assert_string_equal(TYPED(FRENCH, E, SHIFT, FRENCH, SHIFT | UP, E), "êë");
    assert_string_equal(TYPED(EXTENDED, ALT, 0x0a, EXTENDED, ALT | UP, E), "^e");       /* AltGr's does not wait */
    layout = KEYMAP_US;
    assert_string_equal(TYPED(CIRCUMFLEX, E), "`e");
}

static bool restarts(const uint8_t *codes, size_t count)
{
    uint8_t out[KEYMAP_MAX];
    struct keymap map = { 0 };
    for (size_t i = 0; i < count; i++)
        keymap_decode(&map, codes[i], out);
    return map.restart;
}

#define RESTARTS(...) \
    restarts((const uint8_t[]) { __VA_ARGS__ }, sizeof((const uint8_t[]) { __VA_ARGS__ }))

static void ctrl_alt_del_asks_for_a_restart_and_less_does_not(void **state)
{
    (void) state;
    assert_true(RESTARTS(CTRL, ALT, EXTENDED, DELETE));
    assert_true(RESTARTS(EXTENDED, CTRL, EXTENDED, ALT, DELETE));
    assert_false(RESTARTS(CTRL, EXTENDED, DELETE));
    assert_false(RESTARTS(ALT, EXTENDED, DELETE));
    assert_false(RESTARTS(CTRL, ALT, EXTENDED, DELETE | UP));
    assert_false(RESTARTS(CTRL, ALT, ALT | UP, EXTENDED, DELETE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_types_when_pressed_and_not_when_released),
        cmocka_unit_test(shift_with_a_page_key_is_for_the_console_and_types_nothing),
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
        cmocka_unit_test(each_layout_has_a_character_for_every_key),
        cmocka_unit_test(german_keys),
        cmocka_unit_test(french_keys),
        cmocka_unit_test(accents_wait_for_their_letter),
        cmocka_unit_test(ctrl_alt_del_asks_for_a_restart_and_less_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
