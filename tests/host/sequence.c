/* SPDX-License-Identifier: MIT */
/* links: lib/terminal/sequence.c */
/* Escape sequences, told from characters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/terminal/sequence.h"

/* Returns the text without its sequences: in place of each one that ends stand the letter of its kind and its final byte. */
static const char *filtered(const char *text, bool from_keys)
{
    static char out[256];
    struct sequence s = { .from_keys = from_keys };
    size_t n = 0;
    for (; *text; text++) {
        enum sequence_kind kind = sequence_feed(&s, (uint8_t) *text);
        if (kind == SEQUENCE_NONE) {
            out[n++] = *text;
        } else if (kind != SEQUENCE_MORE) {
            out[n++] = kind == SEQUENCE_ESC ? 'E' : kind == SEQUENCE_CSI ? 'C' : 'S';
            out[n++] = s.final;
        }
    }
    out[n] = '\0';
    return out;
}

static void each_kind_ends_at_its_final(void **state)
{
    (void) state;
    assert_string_equal(filtered("a\x1b[1;2Hb\x1b(Bc\x1bMd\x1bOPe", false), "aCHbEBcEMdSPe");
    assert_string_equal(filtered("\x1b[[Ax\x1b[[Ey", true), "xy");
    assert_string_equal(filtered("\x1b[3$x", true), "C$x");
    assert_string_equal(filtered("\x1b[3$xy", false), "Cxy");
}

static void strings_end_at_bel_or_st_and_keys_begin_none(void **state)
{
    (void) state;
    assert_string_equal(filtered("\x1b]0;t\aa\x1bPq\x1b\\b\x1b]u\x1b[mc", false), "abCmc");
    assert_string_equal(filtered("\x1b]a\x1bPb", true), "E]aEPb");
}

static void a_control_character_ends_what_was_cut_short(void **state)
{
    (void) state;
    assert_string_equal(filtered("\x1b[3\nx\x1b\ry\x1b(\tz\x1b[2\x18w", false), "\nx\ry\tzw");
    assert_string_equal(filtered("\x1b[3\xc3\xa9", false), "\xc3\xa9");
}

static void fed(struct sequence *s, const char *text)
{
    *s = (struct sequence) { 0 };
    while (*text)
        sequence_feed(s, (uint8_t) *text++);
}

static void parameters_are_counted_bounded_and_may_be_missing(void **state)
{
    struct sequence s;
    (void) state;
    fed(&s, "\x1b[m");
    assert_int_equal(s.count, 0);
    assert_int_equal(sequence_parameter(&s, 0, 7), 7);
    fed(&s, "\x1b[;5;0;123456789012345678901234567890m");
    assert_int_equal(s.count, 4);
    assert_int_equal(sequence_parameter(&s, 0, 7), 7);
    assert_int_equal(sequence_parameter(&s, 1, 7), 5);
    assert_int_equal(sequence_parameter(&s, 2, 7), 7);
    assert_int_equal(sequence_parameter(&s, 3, 7), 9999);
    assert_int_equal(sequence_parameter(&s, 4, 7), 7);
    fed(&s, "\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20m");
    assert_int_equal(sequence_parameter(&s, 15, 0), 16);
    assert_int_equal(sequence_parameter(&s, 16, 7), 7);
}

static void marks_and_a_doubled_escape_are_told(void **state)
{
    struct sequence s;
    (void) state;
    fed(&s, "\x1b[?25l");
    assert_int_equal(s.mark, '?');
    fed(&s, "\x1b[2 q");
    assert_int_equal(s.mark, ' ');
    fed(&s, "\x1b\x1b[A");
    assert_true(s.twice);
    fed(&s, "\x1b[A");
    assert_false(s.twice);
    assert_int_equal(s.mark, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_ends_at_its_final),
        cmocka_unit_test(strings_end_at_bel_or_st_and_keys_begin_none),
        cmocka_unit_test(a_control_character_ends_what_was_cut_short),
        cmocka_unit_test(parameters_are_counted_bounded_and_may_be_missing),
        cmocka_unit_test(marks_and_a_doubled_escape_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
