/* SPDX-License-Identifier: MIT */
/* links: servers/deva/line.c lib/terminal/sequence.c */
/* Lines as programs read them, and what the user sees of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "servers/deva/line.h"

static struct line line;
static char shown[3 * LINE_SIZE];
static size_t shown_count;

static void put(uint8_t byte)
{
    if (byte == '\b') {
        assert_true(shown_count > 0);
        shown_count--;
    } else {
        assert_true(shown_count < sizeof shown);
        shown[shown_count++] = (char) byte;
    }
}

static int fresh(void **state)
{
    (void) state;
    line_init(&line);
    shown_count = 0;
    memset(shown, 0, sizeof shown);
    return 0;
}

static void type(const char *keys)
{
    for (; *keys; keys++) {
        assert_false(line.complete);
        line_feed(&line, (uint8_t) *keys, put);
    }
}

/* A line is ready and is this; it is read. */
static void expect_line(const char *text)
{
    assert_true(line.complete);
    assert_int_equal(line.length - line.taken, strlen(text));
    assert_memory_equal(line.bytes + line.taken, text, strlen(text));
    line_drop(&line, (unsigned) strlen(text));
    assert_false(line.complete);
}

/* Up to the cursor the user sees this. */
static void expect_shown(const char *text)
{
    assert_int_equal(shown_count, strlen(text));
    assert_memory_equal(shown, text, shown_count);
}

static void enter_is_a_newline_whatever_it_sends(void **state)
{
    (void) state;
    type("a\r");
    expect_line("a\n");
    type("b\n");
    expect_line("b\n");
    type("c\r");
    expect_line("c\n");
    type("\nd\r");             /* the second half of CR LF is no line of its own */
    expect_line("d\n");
    type("\r");
    expect_line("\n");
    expect_shown("a\nb\nc\nd\n\n");
}

static void nothing_is_read_before_enter(void **state)
{
    (void) state;
    type("abc");
    assert_false(line.complete);
    expect_shown("abc");
}

static void erase_takes_back_a_character_and_what_it_showed(void **state)
{
    (void) state;
    type("ab\x7f" "c\bd\r");
    expect_line("ad\n");
    type("x\x01\x7fy\tz\x7f\x7f\x7f\x7f\x7f\x7f");
    expect_shown("ad\n");
    type("\xc3\xa9\xe2\x94\x80\x7f!\r");      /* a character of UTF-8 is one */
    expect_line("\xc3\xa9!\n");
}

static void kill_takes_back_the_line_and_word_a_word(void **state)
{
    (void) state;
    type("one two  \x17");
    expect_shown("one ");
    type("three\x15");
    expect_shown("");
    type("\x17\x15left\r");
    expect_line("left\n");
}

static void ctrl_d_ends_the_file_at_the_start_and_else_the_line(void **state)
{
    (void) state;
    type("\x04");
    assert_true(line.complete);
    expect_line("");
    type("ab\x04");
    expect_line("ab");
    type("c\r");
    expect_line("c\n");
}

static void a_line_is_read_in_pieces(void **state)
{
    (void) state;
    type("abcdef\r");
    line_drop(&line, 4);
    assert_true(line.complete);
    expect_line("ef\n");
}

static void a_long_line_keeps_room_for_its_end(void **state)
{
    (void) state;
    for (unsigned i = 0; i < LINE_SIZE + 10; i++)
        line_feed(&line, 'x', put);
    assert_int_equal(shown[shown_count - 1], '\a');
    assert_false(line.complete);
    type("\r");
    assert_int_equal(line.length, LINE_SIZE);
    assert_int_equal(line.bytes[LINE_SIZE - 1], '\n');
    line_drop(&line, LINE_SIZE);
    type("y\r");
    expect_line("y\n");
}

static void keys_that_are_no_characters_do_nothing(void **state)
{
    (void) state;
    type("a\x1b[A\x1bOP\x1b[[A\x1b[3;5~\x1b\x1b[Db\r");
    expect_line("ab\n");
    expect_shown("ab\n");
}

static void control_characters_are_kept_and_shown(void **state)
{
    (void) state;
    type("a\x01\tb\r");
    expect_line("a\x01\tb\n");
    expect_shown("a^A b\n");
}

#define T(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(enter_is_a_newline_whatever_it_sends),
        T(nothing_is_read_before_enter),
        T(erase_takes_back_a_character_and_what_it_showed),
        T(kill_takes_back_the_line_and_word_a_word),
        T(ctrl_d_ends_the_file_at_the_start_and_else_the_line),
        T(a_line_is_read_in_pieces),
        T(a_long_line_keeps_room_for_its_end),
        T(keys_that_are_no_characters_do_nothing),
        T(control_characters_are_kept_and_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
