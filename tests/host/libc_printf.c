/* SPDX-License-Identifier: MIT */
/* Our printf engine against the build machine's, directive by directive. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

/* Ours under other names, so that both can be called. */
#define vsnprintf mini_vsnprintf
#define snprintf mini_snprintf
#define vsprintf mini_vsprintf
#define sprintf mini_sprintf
int mini_vsnprintf(char *restrict s, size_t size, const char *restrict format, va_list args);
int mini_snprintf(char *restrict s, size_t size, const char *restrict format, ...);
int mini_vsprintf(char *restrict s, const char *restrict format, va_list args);
int mini_sprintf(char *restrict s, const char *restrict format, ...);
#include "lib/libc-mini/printf.c"
#include "lib/libc-mini/printf_float.c"
#include "lib/libc-mini/snprintf.c"
#undef vsnprintf
#undef snprintf
#undef vsprintf
#undef sprintf

static char ours[20000], theirs[20000];

#define SAME(...)                                                   \
    do {                                                            \
        int mine = mini_snprintf(ours, sizeof ours, __VA_ARGS__);   \
        int host = snprintf(theirs, sizeof theirs, __VA_ARGS__);    \
        assert_string_equal(ours, theirs);                          \
        assert_int_equal(mine, host);                               \
    } while (0)

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wformat-extra-args"

static const char *const flags[] = {"",   "-",  "+",  " ",  "#",  "0",    "-+",
                                    "+ ", "-#", "0+", "#0", "-0", "+#0 -"};
static const char *const widths[] = {"", "1", "5", "12", "40"};
static const char *const precisions[] = {"", ".", ".0", ".1", ".5", ".12", ".30"};

static const long long values[] = {0,
                                   1,
                                   -1,
                                   7,
                                   8,
                                   9,
                                   10,
                                   255,
                                   256,
                                   -255,
                                   65535,
                                   65536,
                                   0x7fffffff,
                                   -0x7fffffffll - 1,
                                   0xffffffffll,
                                   0x123456789abcdefll,
                                   LLONG_MAX,
                                   LLONG_MIN};

static void integers_print_like_the_hosts(void **state)
{
    static const char *const lengths[] = {"hh", "h", "", "l", "ll", "j", "z", "t"};
    static const char conversions[] = "dioxuX";
    (void)state;
    for (size_t f = 0; f < sizeof flags / sizeof *flags; f++)
        for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
            for (size_t p = 0; p < sizeof precisions / sizeof *precisions; p++)
                for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
                    for (size_t c = 0; conversions[c]; c++) {
                        char format[64];
                        snprintf(format, sizeof format, "<%%%s%s%s%s%c>", flags[f], widths[w],
                                 precisions[p], lengths[l], conversions[c]);
                        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
                            if (l <= 2)
                                SAME(format, (int)values[v]);
                            else
                                SAME(format, values[v]);
                        }
                    }
}

static void strings_and_characters_print_like_the_hosts(void **state)
{
    (void)state;
    static const char *const left[] = {"", "-"};
    for (size_t f = 0; f < 2; f++)
        for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
            char format[64];
            for (size_t p = 0; p < sizeof precisions / sizeof *precisions; p++) {
                snprintf(format, sizeof format, "<%%%s%s%ss>", left[f], widths[w], precisions[p]);
                SAME(format, "");
                SAME(format, "a");
                SAME(format, "twelve chars");
                snprintf(format, sizeof format, "<%%%s%s%sls>", left[f], widths[w], precisions[p]);
                SAME(format, L"wide");
            }
            snprintf(format, sizeof format, "<%%%s%sc%%%s%slc>", left[f], widths[w], left[f],
                     widths[w]);
            SAME(format, 'x', L'y');
        }
    SAME("%c%c", 'a', 0);
    SAME("%.3s", (char[]){'n', 'o', 't', 'e'}); /* no zero within the precision */
}

static void pointers_print_like_the_hosts(void **state)
{
    (void)state;
    SAME("%p %20p %-20p|", (void *)0x1234, (void *)0xdeadbeef, (void *)1);
    SAME("%p %10p", NULL, NULL);
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static long double long_double_of(uint64_t mantissa, unsigned exponent)
{
    struct {
        uint64_t mantissa;
        uint64_t exponent;
    } bits = {mantissa, exponent};
    long double value = 0;
    memcpy(&value, &bits, 10);
    return value;
}

static const double doubles[] = {
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    1.5,
    2.5,
    0.1,
    0.125,
    0.3,
    9.5,
    9.9999999,
    99.5,
    999999.5,
    999999.4,
    0.0001,
    0.00001,
    0.00009999995,
    123456789.0,
    1e15,
    1e16,
    1e22,
    1e23,
    3.141592653589793,
    1.7976931348623157e308,
    2.2250738585072014e-308,
    2.225073858507201e-308,
    4.9406564584124654e-324,
    1e-10,
    5e-5,
    18446744073709551616.0,
    999999999.0,
    1000000000.0,
    999999999.9999999,
    1.0 / 3,
    0x1.8p0,
    0x1.fffffffffffffp0,
    0x1.08p0,
    0x1.18p0,
    INFINITY,
    -INFINITY,
};

static void float_format(char format[64], size_t f, size_t w, size_t p, const char *length, char c)
{
    snprintf(format, 64, "<%%%s%s%s%s%c>", flags[f], widths[w], precisions[p], length, c);
}

/* The host's %#g loses its zeros where a number is rounded up to a power of ten. */
static bool host_is_right(const char *format)
{
    return !strchr(format, '#') || !strpbrk(format, "gG");
}

#define SAME_FLOAT(format, value)                                                                  \
    do {                                                                                           \
        if (host_is_right(format))                                                                 \
            SAME(format, value);                                                                   \
    } while (0)

static void floating_point_prints_like_the_hosts(void **state)
{
    (void)state;
    char format[64];
    for (size_t f = 0; f < sizeof flags / sizeof *flags; f++)
        for (size_t w = 0; w < sizeof widths / sizeof *widths; w += 3)
            for (size_t p = 0; p < sizeof precisions / sizeof *precisions; p++)
                for (const char *c = "aAeEfFgG"; *c; c++)
                    for (size_t v = 0; v < sizeof doubles / sizeof *doubles; v++) {
                        float_format(format, f, w, p, v % 2 ? "" : "l", *c);
                        SAME_FLOAT(format, doubles[v]);
                        float_format(format, f, w, p, "L", *c);
                        SAME_FLOAT(format, (long double)doubles[v] / 3);
                    }
    SAME("%f %g", NAN, -NAN);
    SAME("%.1100f", 4.9406564584124654e-324);
    SAME("%.1500e", 1.7976931348623157e308 / 3);
    SAME("%d %f %s %.3Le %d", 1, 2.5, "x", 2.5L, 3);
}

static void alternate_g_keeps_its_zeros(void **state)
{
    (void)state;
    mini_snprintf(ours, sizeof ours, "%#g %#g %#g %#.0g %#.3G %#.3g", 1.0, 999999.5, 100000.0, 5.0,
                  0.00009999995, 0.0);
    assert_string_equal(ours, "1.00000 1.00000e+06 100000. 5. 0.000100 0.00");
}

static void any_floating_point_number_prints_like_the_hosts(void **state)
{
    (void)state;
    char format[64];
    srandom(4711);
    for (int i = 0; i < 10000; i++) {
        uint64_t bits = (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^ (uint64_t)random();
        size_t f = (size_t)random() % 13, w = (size_t)random() % 5, p = (size_t)random() % 7;
        char c = "aefg"[random() % 4];
        float_format(format, f, w, p, "", c);
        SAME_FLOAT(format, double_of(i % 3 ? bits : bits >> 12));
        if (i % 8)
            continue;
        float_format(format, f, w, p, "L", c);
        unsigned exponent = (unsigned)random() % 0xffff | 1;
        long double value = long_double_of(bits | (uint64_t)1 << 63, exponent);
        SAME_FLOAT(format, value);
    }
    SAME("%.17000Lf", long_double_of(1, 0));
    SAME("%Lf", long_double_of(~(uint64_t)0, 0x7ffe));
}

static void stars_take_width_and_precision_from_the_arguments(void **state)
{
    (void)state;
    for (int w = -15; w <= 15; w += 5)
        for (int p = -2; p <= 8; p++) {
            SAME("<%*.*d>", w, p, 42);
            SAME("<%*.*s>", w, p, "string");
        }
    SAME("100%% of %d", 5);
}

static void counts_are_stored_in_every_length(void **state)
{
    (void)state;
    signed char hh;
    short h;
    int n;
    long l;
    long long ll;
    intmax_t j;
    ptrdiff_t t;
    assert_int_equal(
        mini_snprintf(ours, 4, "a%hhnb%hnc%nd%lne%llnf%jng%tn", &hh, &h, &n, &l, &ll, &j, &t), 7);
    assert_int_equal(hh, 1);
    assert_int_equal(h, 2);
    assert_int_equal(n, 3);
    assert_int_equal(l, 4);
    assert_int_equal(ll, 5);
    assert_int_equal(j, 6);
    assert_int_equal(t, 7);
}

static void arguments_may_have_numbers(void **state)
{
    (void)state;
    SAME("%2$s %1$d", 7, "seven");
    SAME("%3$c%2$c%1$c%3$c", 'a', 'b', 'c');
    SAME("%4$s %1$lld %3$.2f %2$Lf", 1ll << 40, 2.5L, 1.25, "end");
    SAME("%1$d %1$x %1$#o %2$s %1$05d", 64, "x");
    SAME("%3$*1$.*2$f|%3$*2$.*1$f", 12, 3, 3.14159265);
    SAME("%2$*1$d|", -8, 5);
    SAME("%2$zu %1$hhd %3$p %4$jd", -1, (size_t)99, (void *)0x1234, (intmax_t)-5);
    SAME("%1$s%%%1$s", "x");
    int n = 0;
    assert_int_equal(mini_snprintf(ours, 20, "%2$s%1$n", &n, "four"), 4);
    assert_int_equal(n, 4);
    errno = 0;
    assert_int_equal(mini_snprintf(ours, 10, "%33$d", 1), -1);
    assert_int_equal(errno, EINVAL);
}

static void output_is_cut_to_the_buffer_and_the_whole_length_returned(void **state)
{
    (void)state;
    for (size_t size = 0; size < 20; size++) {
        memset(ours, '~', sizeof ours);
        assert_int_equal(mini_snprintf(ours, size, "%s%05d", "twelve chars", 7), 17);
        if (size) {
            assert_int_equal(strlen(ours), size < 18 ? size - 1 : 17);
            assert_memory_equal(ours, "twelve chars00007", strlen(ours));
        }
        assert_int_equal(ours[size < 18 ? size : 18], '~');
    }
    assert_int_equal(mini_snprintf(NULL, 0, "%d", 12345), 5);
    assert_int_equal(mini_sprintf(ours, "%s!", "whole"), 6);
    assert_string_equal(ours, "whole!");
}

static void what_cannot_be_printed_is_an_error(void **state)
{
    (void)state;
    errno = 0;
    assert_int_equal(mini_snprintf(ours, 10, "%y", 1), -1);
    assert_int_equal(errno, EINVAL);
    errno = 0;
    assert_int_equal(mini_snprintf(ours, 10, "%", 1), -1);
    assert_int_equal(errno, EINVAL);
    errno = 0;
    assert_int_equal(mini_snprintf(ours, 10, "%ls", L"\x20ac"), -1);
    assert_int_equal(errno, EILSEQ);
    errno = 0;
    assert_int_equal(mini_snprintf(ours, 10, "%*d%*d", INT_MAX, 1, INT_MAX, 1), -1);
    assert_int_equal(errno, EOVERFLOW);
    for (const char *c = "aefg"; *c; c++) {
        char format[8];
        snprintf(format, sizeof format, "%%#.*%c", *c);
        errno = 0;
        assert_int_equal(mini_snprintf(ours, 10, format, INT_MAX, 1e-4), -1);
        assert_int_equal(errno, EOVERFLOW);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_print_like_the_hosts),
        cmocka_unit_test(strings_and_characters_print_like_the_hosts),
        cmocka_unit_test(pointers_print_like_the_hosts),
        cmocka_unit_test(floating_point_prints_like_the_hosts),
        cmocka_unit_test(alternate_g_keeps_its_zeros),
        cmocka_unit_test(any_floating_point_number_prints_like_the_hosts),
        cmocka_unit_test(stars_take_width_and_precision_from_the_arguments),
        cmocka_unit_test(counts_are_stored_in_every_length),
        cmocka_unit_test(arguments_may_have_numbers),
        cmocka_unit_test(output_is_cut_to_the_buffer_and_the_whole_length_returned),
        cmocka_unit_test(what_cannot_be_printed_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
