/* SPDX-License-Identifier: MIT */
/* Numbers from text, beside the build machine's library: value, end and errno are the same. */
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

double mini_strtod(const char *restrict s, char **restrict end);
float mini_strtof(const char *restrict s, char **restrict end);
long double mini_strtold(const char *restrict s, char **restrict end);
double mini_atof(const char *s);

#define strtod mini_strtod
#define strtof mini_strtof
#define strtold mini_strtold
#define atof mini_atof
#include "lib/libc-mini/number_float.c"
#undef strtod
#undef strtof
#undef strtold
#undef atof

/* The same function of both libraries; `size` bytes of the result count, unless it is a NaN. */
#define COMPARE(type, function, size, text)                                                        \
    do {                                                                                           \
        char *end, *mini_end;                                                                      \
        errno = 0;                                                                                 \
        type theirs = function(text, &end);                                                        \
        int error = errno;                                                                         \
        errno = 0;                                                                                 \
        type ours = mini_##function(text, &mini_end);                                              \
        if ((memcmp(&ours, &theirs, size) && (ours == ours || theirs == theirs)) ||                \
            end != mini_end || errno != error)                                                     \
            fail_msg("%s: %s: %.20Lg, errno %d, %td bytes; wanted %.20Lg, %d, %td", #function,     \
                     text, (long double) ours, errno, mini_end - text, (long double) theirs,       \
                     error, end - text);                                                           \
    } while (0)

static void compare(const char *text)
{
    COMPARE(double, strtod, sizeof(double), text);
    COMPARE(float, strtof, sizeof(float), text);
    COMPARE(long double, strtold, 10, text);
}

static void what_is_no_number_ends_before_it(void **state)
{
    (void) state;
    static const char *const texts[] = {
        "", "x", ".", "+", "-.", "e5", "1e", "1e+", "1e-x", "0x", "0x.p1", "0xg", "in", "infin", "na",
        "nan(", "nan(1;)", "nan(12_a)b", "  +3.25e2x", "1.2.3", "--1", "\t\n 7",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        compare(texts[i]);
}

static void the_ends_of_the_formats_are_met(void **state)
{
    (void) state;
    static const char *const texts[] = {
        "0", "-0", "0e99999999999", "inf", "-INFINITY", "nan", "1e400", "-1e-400", "4.9e-324",
        "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623157e308",
        "1.7976931348623158e308", "1.7976931348623159e308", "2.2250738585072014e-308",
        "2.2250738585072011e-308", "0x1p-1074", "0x1p-1075", "0x1.8p-1075", "0x1.8p-1074",
        "0x1.fffffffffffff7p1023", "0x1.fffffffffffff8p1023", "0x1p99999999999", "1e99999999999",
        "1e-99999999999", "3.4028235e38", "3.4028236e38", "1.4e-45", "7e-46", "7.1e-46",
        "3.6e-4951", "1.8e-4951", "1.19e4932", "1.18973149535723176502e4932", "1e4950", "1e-4970",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        compare(texts[i]);
}

static void ties_go_to_the_even_number(void **state)
{
    (void) state;
    static const char *const texts[] = {
        "9007199254740993", "9007199254740992.99999999999999999999999999", "9007199254740995",
        "9007199254740993.00000000000000000000000000000000000000000001", "16777217", "16777219",
        "18446744073709551617", "36893488147419103233", "1e23", "8.5", "0x1.00000000000008p0",
        "0x1.00000000000018p0", "0x1.000000000000080000000000001p0", "0x1.000001p0", "0x1.000003p0",
        "100000000000000000000000000000000000000000000000000000000000000000000e-60",
        "00000000000000000000000.1",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        compare(texts[i]);
}

static void random_text_gives_the_same_numbers(void **state)
{
    (void) state;
    char text[1500];
    srand(1);
    for (int i = 0; i < 12000; i++) {
        union { uint64_t bits; double value; } u = {
            (uint64_t) rand() << 33 ^ (uint64_t) rand() << 11 ^ (uint64_t) rand()};
        switch (rand() % 6) {
        case 0: sprintf(text, "%d.%de%d", rand(), rand(), rand() % 700 - 350); break;
        case 1: sprintf(text, "%.*e", rand() % 25, u.value); break;
        case 2: sprintf(text, "%d.%d", rand() % 1000, rand() % 100000); break;
        case 3: sprintf(text, "0x%x.%xp%d", rand(), rand(), rand() % 2300 - 1150); break;
        case 4: sprintf(text, "%d%d%d%de%d", rand(), rand(), rand(), rand(), rand() % 100 - 50); break;
        default: sprintf(text, "%d.%de%d", rand(), rand(), rand() % 10000 - 5000);
        }
        compare(text);
    }
}

static void more_digits_than_are_kept_are_read(void **state)
{
    (void) state;
    char text[1500];
    for (int i = 0; i < 50; i++) {
        int n = 700 + rand() % 700;
        for (int j = 0; j < n; j++)
            text[j] = (char) ('0' + rand() % 10);
        text[rand() % n] = '.';
        text[n] = '\0';
        COMPARE(double, strtod, sizeof(double), text);
        COMPARE(float, strtof, sizeof(float), text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_number_ends_before_it),
        cmocka_unit_test(the_ends_of_the_formats_are_met),
        cmocka_unit_test(ties_go_to_the_even_number),
        cmocka_unit_test(random_text_gives_the_same_numbers),
        cmocka_unit_test(more_digits_than_are_kept_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
