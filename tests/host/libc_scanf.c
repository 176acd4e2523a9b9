/* SPDX-License-Identifier: MIT */
/* Our sscanf() against the build machine's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define sscanf mini_sscanf
#define vsscanf mini_vsscanf
#define fscanf mini_fscanf
#define vfscanf mini_vfscanf
#define scanf mini_scanf
#define vscanf mini_vscanf
#include "lib/libc-mini/scanf.c"
#undef sscanf
#undef vsscanf
#undef fscanf
#undef vfscanf
#undef scanf
#undef vscanf

static const char *const texts[] = {
    "", " ", "12", " -12 34", "0x1f,7", "077 8", "abc def", "a1b2", "| page 12 offset 3400", "1.5e3 x",
    "99999999999", "-", "+5", "[x]=y", "12:34:56", "100%", "a]b", "nan", "tail\n", "08 9",
};

/* Every pair of a format and a text: the same result, and the same in all variables. */
static void numbers_and_words_agree(void **state)
{
    static const char *const two_ints[] = {
        "%d", "%d %d", "%i,%i", "%o %o", "%x%n", "%u%d", "| page %d offset %d", "%2d%3d", "%*d %d", "%d:%d",
        "%d%%", "%3i%i", "%n%d", " %d ",
    };
    (void) state;
    for (size_t f = 0; f < sizeof two_ints / sizeof *two_ints; f++) {
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
            int a[2] = { 7, 7 }, b[2] = { 7, 7 };
            int n = mini_sscanf(texts[t], two_ints[f], &a[0], &a[1]);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
            int m = sscanf(texts[t], two_ints[f], &b[0], &b[1]);
#pragma GCC diagnostic pop
            if (n != m || (strcmp(texts[t], "99999999999") && memcmp(a, b, sizeof a)))
                fail_msg("\"%s\" by \"%s\": %d %d %d, wanted %d %d %d", texts[t], two_ints[f], n, a[0], a[1], m,
                         b[0], b[1]);
        }
    }
}

static void arguments_may_have_numbers(void **state)
{
    (void)state;
    int a = 0, b = 0;
    char word[8] = "";
    assert_int_equal(mini_sscanf("1 x 2", "%3$d %1$7s %2$d", word, &b, &a), 3);
    assert_int_equal(a, 1);
    assert_int_equal(b, 2);
    assert_string_equal(word, "x");
    assert_int_equal(mini_sscanf("5", "%33$d", &a), 0);
}

static void text_agrees(void **state)
{
    static const char *const two_texts[] = {
        "%s", "%s %s", "%3s%s", "%[a-c]%s", "%[^ ] %s", "%[]a]%s", "%[^]]%s", "%*s %s", " %[[x]%s", "%1[a]%[0-9]",
    };
    (void) state;
    for (size_t f = 0; f < sizeof two_texts / sizeof *two_texts; f++) {
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
            char a[2][64] = { "-", "-" }, b[2][64] = { "-", "-" };
            int n = mini_sscanf(texts[t], two_texts[f], a[0], a[1]);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
            int m = sscanf(texts[t], two_texts[f], b[0], b[1]);
#pragma GCC diagnostic pop
            if (n != m || memcmp(a, b, sizeof a))
                fail_msg("\"%s\" by \"%s\": %d %s %s, wanted %d %s %s", texts[t], two_texts[f], n, a[0], a[1], m, b[0],
                         b[1]);
        }
    }
}

static void sizes_and_characters(void **state)
{
    signed char tiny = 0;
    short small = 0;
    long long large = 0;
    float single = 0;
    double real = 0;
    char two[2];
    (void) state;
    assert_int_equal(mini_sscanf("-3 300 -9000000000 1.5 2.5e10", "%hhd%hd%lld%f%lf", &tiny, &small, &large, &single,
                                 &real), 5);
    assert_true(tiny == -3 && small == 300 && large == -9000000000 && single == 1.5f && real == 2.5e10);
    assert_int_equal(mini_sscanf("xyz", "%2c", two), 1);
    assert_memory_equal(two, "xy", 2);
    assert_int_equal(mini_sscanf("x", "%2c", two), EOF);
    assert_int_equal(mini_sscanf("x", "%q", two), 0);
    int n = 7;
    assert_int_equal(mini_sscanf("0xg", "%i%n", &n, &n), 0);    /* no number, as the standard has it; glibc takes the 0 */
    assert_int_equal(n, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_words_agree),
        cmocka_unit_test(arguments_may_have_numbers), cmocka_unit_test(text_agrees),
        cmocka_unit_test(sizes_and_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
