/* SPDX-License-Identifier: MIT */
/* links: lib/shell/words.c lib/shell/pattern.c lib/shell/variables.c lib/shell/arithmetic.c */
/* How the shell reads a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/shell/variables.h"
#include "lib/shell/words.h"
#include "tests/host/no_files.h"

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
    static const char no_commands[] = "commands in words, $(COMMAND) and `COMMAND`, are not known here";
    assert_string_equal(words_split(&w, "a $(b)"), no_commands);
    assert_string_equal(words_split(&w, "a \"$(b)\""), no_commands);
    assert_string_equal(words_split(&w, "a `b`"), no_commands);
    EXPECT_ARGZ("a '$(b)' '`b`' \"`\"", "a\0$(b)\0`b`\0`", 4);
}

static void operators_are_words_when_they_are_quoted(void **state)
{
    (void) state;
    EXPECT_ARGZ("a '|' \\; \">\" b\\<c", "a\0|\0;\0>\0b<c", 5);
    assert_null(w.output);
    EXPECT_ARGZ("ls 'a|b'|hello", "ls\0a|b", 2);
    assert_int_equal(w.end, WORDS_PIPE);
    assert_string_equal(w.rest, "hello");
    EXPECT_ARGZ("hello", "hello", 1);
    assert_int_equal(w.end, WORDS_LINE);
    assert_non_null(words_split(&w, "| hello"));
    assert_non_null(words_split(&w, "a & | hello"));
}

static void files_stand_behind_their_signs(void **state)
{
    (void) state;
    EXPECT_ARGZ("a >x b < 'y z' c", "a\0b\0c", 3);
    assert_string_equal(w.output, "x");
    assert_string_equal(w.input, "y z");
    assert_false(w.appends);
    EXPECT_ARGZ("a>>x", "a", 1);
    assert_string_equal(w.output, "x");
    assert_true(w.appends);
    assert_null(w.input);
    assert_non_null(words_split(&w, ">"));
    assert_non_null(words_split(&w, "> x"));
    assert_non_null(words_split(&w, "a >"));
    assert_non_null(words_split(&w, "a > ; b"));
    assert_non_null(words_split(&w, "a > x > y"));
    assert_non_null(words_split(&w, "a < x < y"));
}

static void errors_go_to_a_file_or_where_the_output_goes(void **state)
{
    (void) state;
    EXPECT_ARGZ("a 2>x b 2 a2 2x", "a\0b\0" "2\0a2\0" "2x", 5);
    assert_string_equal(w.errors, "x");
    assert_null(w.output);
    assert_false(w.errors_append);
    EXPECT_ARGZ("a 2>> x >y", "a", 1);
    assert_string_equal(w.errors, "x");
    assert_true(w.errors_append && !w.appends);
    EXPECT_ARGZ("a 1>> y 2>&1 b", "a\0b", 2);
    assert_string_equal(w.output, "y");
    assert_true(w.appends && w.errors_join && !w.errors);
    EXPECT_ARGZ("a >&2;", "a", 1);
    assert_true(w.output_joins && words_redirect(&w));
    EXPECT_ARGZ("a 2>x 1>&2", "a", 1);
    assert_true(w.output_joins && w.errors);
    EXPECT_ARGZ("a a2>x", "a\0" "a2", 2);
    assert_string_equal(w.output, "x");
    EXPECT_ARGZ("a '2'>x", "a\0" "2", 2);
    assert_false(w.errors || w.errors_join || w.output_joins);
    EXPECT_ARGZ("a", "a", 1);
    assert_false(words_redirect(&w));
    assert_string_equal(words_split(&w, "a 2>&1 > x"), "2>&1 belongs behind the > that it means");
    assert_string_equal(words_split(&w, "a 2>&3"), "only 2>&1 and >&2 join two streams");
    assert_string_equal(words_split(&w, "a >&x"), "only 2>&1 and >&2 join two streams");
    static const char *const twice[] = { "a 2>x 2>y", "a 2>x 2>&1", "a 2>&1 2>x", "a >x >&2", "a >&2 >x", "a 2>&1 >&2", "a >&2 2>&1",
                                         "a >&2 2>x" };
    for (size_t i = 0; i < sizeof twice / sizeof *twice; i++)
        assert_string_equal(words_split(&w, twice[i]), "there are two files for the same thing");
    assert_non_null(words_split(&w, "2> x"));
    assert_non_null(words_split(&w, "a 2>"));
}

static void commands_follow_each_other(void **state)
{
    (void) state;
    EXPECT_ARGZ("a b; c", "a\0b", 2);
    assert_string_equal(w.rest, " c");
    EXPECT_ARGZ("a &; c", "a", 1);
    assert_true(w.background);
    assert_string_equal(w.rest, " c");
    EXPECT_ARGZ("a;", "a", 1);
    assert_string_equal(w.rest, "");
    EXPECT_ARGZ("a ';' b", "a\0;\0b", 3);
    assert_null(w.rest);
    assert_non_null(words_split(&w, "; a"));
    EXPECT_ARGZ("a b#c # d ; e", "a\0b#c", 2);
    assert_null(w.rest);
}

static void a_command_ends_at_its_operator_or_line(void **state)
{
    (void) state;
    EXPECT_ARGZ("a&&b", "a", 1);
    assert_int_equal(w.end, WORDS_AND);
    assert_string_equal(w.rest, "b");
    EXPECT_ARGZ("a ||b", "a", 1);
    assert_int_equal(w.end, WORDS_OR);
    assert_string_equal(w.rest, "b");
    EXPECT_ARGZ("a 'b\nc' # d && e\nf", "a\0b\nc", 2);
    assert_int_equal(w.end, WORDS_LINE);
    assert_string_equal(w.rest, "f");
    EXPECT_ARGZ("a &\nb", "a", 1);
    assert_true(w.background);
    assert_string_equal(w.rest, "b");
    assert_string_equal(words_split(&w, "&& a"), "nothing stands before the &&");
    assert_string_equal(words_split(&w, "|| a"), "nothing stands before the ||");
    assert_non_null(words_split(&w, "a & && b"));
}

static void sums_become_their_values(void **state)
{
    (void) state;
    const char *problem;
    assert_true(variables_assign("I=7", &problem));
    assert_true(variables_assign("N=-3", &problem));
    assert_true(variables_assign("WORD=seven", &problem));
    EXPECT_ARGZ("a $((1+2*3)) x$(( $I - 2 - 1 ))y \"$((I % 4 * 2))\" '$((1))'", "a\0007\0x4y\0006\0$((1))", 5);
    EXPECT_ARGZ("a $((N * N)) $((-I / 2)) $((10 - -N)) $((NONE + 1)) $((- - 5))", "a\0009\0-3\0007\0001\0005", 6);
    EXPECT_ARGZ("a $((2147483647)) $((-2147483647 - 1))", "a\0002147483647\0-2147483648", 3);
    static const struct { const char *line, *problem; } wrong[] = {
        { "a $((1", "not closed" },           { "a $(())", "a number is missing" },
        { "a $((1 +))", "a number is missing" }, { "a $((1 2))", "an operator is missing" },
        { "a $((1 / 0))", "division by zero" }, { "a $((1 % NONE))", "division by zero" },
        { "a $((WORD))", "is no number" },    { "a $((2147483648))", "too large" },
        { "a $((2147483647 + 1))", "too large" }, { "a $((65536 * 32768))", "too large" },
        { "a $((-2147483647 - 2))", "too large" }, { "a $((2147483647 * 2 - 1))", "too large" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *said = words_split(&w, wrong[i].line);
        if (!said || !strstr(said, wrong[i].problem))
            fail_msg("%s: %s", wrong[i].line, said ? said : "nothing");
    }
    assert_null(words_skip(&w, "a $((1 / 0)); b"));
    assert_int_equal(w.end, WORDS_SEMICOLON);
    assert_true(variables_unset("I") && variables_unset("N") && variables_unset("WORD"));
}

static void a_command_that_is_skipped_has_no_values(void **state)
{
    (void) state;
    const char *problem;
    assert_true(variables_assign("LONG=long", &problem));
    assert_null(words_skip(&w, "a $LONG; b"));
    assert_int_equal(w.count, 2);
    assert_string_equal(w.word[1], "");
    assert_string_equal(w.rest, " b");
    assert_non_null(words_skip(&w, "a 'b"));
    assert_true(variables_unset("LONG"));
}

static void variables_become_their_values(void **state)
{
    (void) state;
    const char *problem;
    assert_true(variables_assign("NAME=some words", &problem));
    assert_null(problem);
    EXPECT_ARGZ("a $NAME x${NAME}y \"$NAME\" '$NAME' \\$NAME",
                "a\0some words\0xsome wordsy\0some words\0$NAME\0$NAME", 6);
    EXPECT_ARGZ("a $NONE$ $/ b", "a\0$\0$/\0b", 4);
    EXPECT_ARGZ("a > $NAME", "a", 1);
    assert_string_equal(w.output, "some words");
    assert_non_null(words_split(&w, "a ${NAME"));
    variables_set_status(7);
    EXPECT_ARGZ("a $? ${?}", "a\0007\0007", 3);
}

static void a_script_knows_its_own_words(void **state)
{
    (void) state;
    const char *const own[] = { "script", "one" };
    struct variables_words before = variables_set_words((struct variables_words) { own, 2 });
    EXPECT_ARGZ("a $0 $1 x$2 $#", "a\0script\0one\0x\0001", 5);
    variables_set_words(before);
    EXPECT_ARGZ("a x$1 $#", "a\0x\0000", 3);
}

static void variables_are_set_and_removed(void **state)
{
    (void) state;
    const char *problem;
    char text[VARIABLES_TEXT + 8] = "LONG=";
    assert_false(variables_assign("a b", &problem));
    assert_false(variables_assign("=x", &problem));
    assert_false(variables_assign("1A=x", &problem));
    assert_false(variables_assign("A-B=x", &problem));
    assert_true(variables_assign("A=1", &problem));
    assert_true(variables_assign("B=", &problem));
    assert_true(variables_assign("A=22", &problem));
    assert_string_equal(variables_get("A", 1), "22");
    assert_string_equal(variables_get("B", 1), "");
    assert_true(variables_unset("NAME"));
    assert_false(variables_unset("NAME"));
    char envz[16];
    assert_int_equal(variables_write(envz, sizeof envz), 8);
    assert_memory_equal(envz, "B=\0A=22", 8);
    assert_int_equal(variables_write(envz, 7), 3);
    memset(text + 5, 'x', VARIABLES_TEXT);
    assert_true(variables_assign(text, &problem));
    assert_non_null(problem);
    for (int i = 0; i < VARIABLES_MOST; i++) {
        snprintf(text, sizeof text, "V%d=", i);
        assert_true(variables_assign(text, &problem));
        assert_int_equal(problem != NULL, i >= VARIABLES_MOST - 2);
    }
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
        cmocka_unit_test(operators_are_words_when_they_are_quoted),
        cmocka_unit_test(files_stand_behind_their_signs),
        cmocka_unit_test(errors_go_to_a_file_or_where_the_output_goes),
        cmocka_unit_test(commands_follow_each_other),
        cmocka_unit_test(a_command_ends_at_its_operator_or_line),
        cmocka_unit_test(sums_become_their_values),
        cmocka_unit_test(a_command_that_is_skipped_has_no_values),
        cmocka_unit_test(variables_become_their_values),
        cmocka_unit_test(a_script_knows_its_own_words),
        cmocka_unit_test(variables_are_set_and_removed),
        cmocka_unit_test(a_line_longer_than_an_argz_is_refused),
        cmocka_unit_test(too_many_words_are_refused),
        cmocka_unit_test(numbers_are_decimal_or_hexadecimal_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
