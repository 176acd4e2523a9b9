/* SPDX-License-Identifier: MIT */
/* links: servers/init/words.c */
/* How the shell reads a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "servers/init/words.h"

static struct words w;

static void expect_argz(const char *line, const char *argz, size_t length, size_t count)
{
    assert_null(words_split(&w, line));
    assert_int_equal(w.count, count);
    assert_int_equal(w.text_length, length);
    assert_memory_equal(w.text, argz, length);
    assert_null(w.word[count]);
}

#define EXPECT_ARGZ(line, argz, count) expect_argz(line, argz "\0", sizeof argz, count)

static void a_line_becomes_an_argz(void **state)
{
    (void) state;
    EXPECT_ARGZ("  run  demo --corrupt=3\t", "run\0demo\0--corrupt=3", 3);
    assert_string_equal(w.word[1], "demo");
    assert_false(w.background);
}

static void an_empty_line_has_no_words(void **state)
{
    (void) state;
    expect_argz(" \t ", "", 0, 0);
}

static void quotes_keep_spaces_and_may_be_empty(void **state)
{
    (void) state;
    EXPECT_ARGZ("a \"b c\" 'd \"e' f\\ g \"\"", "a\0b c\0d \"e\0f g\0", 5);
}

static void an_ampersand_at_the_end_means_background(void **state)
{
    (void) state;
    EXPECT_ARGZ("run spin &", "run\0spin", 2);
    assert_true(w.background);
    EXPECT_ARGZ("run spin&", "run\0spin", 2);
    assert_true(w.background);
    EXPECT_ARGZ("run 'a&b' \\&", "run\0a&b\0&", 3);
    assert_false(w.background);
}

static void mistakes_are_named(void **state)
{
    (void) state;
    assert_non_null(words_split(&w, "run \"hello"));
    assert_non_null(words_split(&w, "run hello\\"));
    assert_non_null(words_split(&w, "&"));
    assert_non_null(words_split(&w, "run a & b"));
}

static void operators_of_larger_shells_are_refused_unless_quoted(void **state)
{
    (void) state;
    const char *const lines[] = { "ls | hello", "ls|hello", "ls > x", "ls >x", "a; b", "a <b", ">" };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_non_null(words_split(&w, lines[i]));
    EXPECT_ARGZ("a '|' \\; \">\"", "a\0|\0;\0>", 4);
}

static void a_line_longer_than_an_argz_is_refused(void **state)
{
    (void) state;
    char line[WORDS_TEXT + 10];
    memset(line, 'x', sizeof line);
    line[WORDS_TEXT - 1] = '\0';
    assert_null(words_split(&w, line));
    line[WORDS_TEXT - 1] = 'x';
    line[WORDS_TEXT] = '\0';
    assert_non_null(words_split(&w, line));
}

static void too_many_words_are_refused(void **state)
{
    (void) state;
    char line[2 * (WORDS_MAX + 1) + 1];
    for (int i = 0; i <= WORDS_MAX; i++)
        memcpy(line + 2 * i, "x ", 3);
    assert_non_null(words_split(&w, line));
    line[2 * WORDS_MAX] = '\0';
    assert_null(words_split(&w, line));
    assert_int_equal(w.count, WORDS_MAX);
}

static void numbers_are_decimal_or_hexadecimal_words(void **state)
{
    (void) state;
    unsigned long n;
    assert_true(words_number("513", &n));
    assert_int_equal(n, 513);
    assert_true(words_number("0x1Ff", &n));
    assert_int_equal(n, 0x1ff);
    assert_true(words_number("4294967295", &n));
    assert_int_equal(n, 0xffffffffu);
    assert_true(words_number("0xffffffff", &n));
    assert_false(words_number("4294967296", &n));
    assert_false(words_number("0x100000000", &n));
    assert_false(words_number("", &n));
    assert_false(words_number("0x", &n));
    assert_false(words_number("12a", &n));
    assert_false(words_number("-1", &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_becomes_an_argz),
        cmocka_unit_test(an_empty_line_has_no_words),
        cmocka_unit_test(quotes_keep_spaces_and_may_be_empty),
        cmocka_unit_test(an_ampersand_at_the_end_means_background),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(operators_of_larger_shells_are_refused_unless_quoted),
        cmocka_unit_test(a_line_longer_than_an_argz_is_refused),
        cmocka_unit_test(too_many_words_are_refused),
        cmocka_unit_test(numbers_are_decimal_or_hexadecimal_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
