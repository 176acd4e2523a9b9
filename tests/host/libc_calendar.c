/* SPDX-License-Identifier: MIT */
/* Dates, beside the build machine's library. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* Ours, beside the build machine's. */
#define gmtime_r mini_gmtime_r
#define gmtime mini_gmtime
#define localtime_r mini_localtime_r
#define localtime mini_localtime
#define mktime mini_mktime
#define difftime mini_difftime
#define strftime mini_strftime
#define asctime mini_asctime
#define ctime mini_ctime
struct tm *mini_gmtime(const time_t *time);
size_t mini_strftime(char *restrict s, size_t size, const char *restrict format,
                     const struct tm *restrict tm);
#include "lib/libc-mini/calendar.c"
#undef gmtime_r
#undef mktime
#undef strftime
#undef asctime

static const char letters[] = "aAbBcCdDeFgGhHIjmMnprRStTuUVwWxXyYzZ%";

static void compare(time_t time)
{
    struct tm theirs, ours;
    char text[128], mini_text[128], format[4] = "%?|";
    assert_non_null(gmtime_r(&time, &theirs));
    assert_non_null(mini_gmtime_r(&time, &ours));
    assert_int_equal(ours.tm_year, theirs.tm_year);
    assert_int_equal(ours.tm_mon, theirs.tm_mon);
    assert_int_equal(ours.tm_mday, theirs.tm_mday);
    assert_int_equal(ours.tm_hour, theirs.tm_hour);
    assert_int_equal(ours.tm_min, theirs.tm_min);
    assert_int_equal(ours.tm_sec, theirs.tm_sec);
    assert_int_equal(ours.tm_wday, theirs.tm_wday);
    assert_int_equal(ours.tm_yday, theirs.tm_yday);
    assert_true(mini_mktime(&ours) == time);
    for (const char *l = letters; *l; l++) {
        if (*l == 'Z')
            continue;                   /* the build machine says GMT */
        format[1] = *l;
        size_t length = strftime(text, sizeof text, format, &theirs);
        assert_int_equal(mini_strftime(mini_text, sizeof mini_text, format, &ours), length);
        assert_string_equal(mini_text, text);
    }
}

static void days_of_four_centuries_are_the_same(void **state)
{
    (void) state;
    for (time_t day = 0; day < 146097; day += 11)
        compare((day - 60000) * 86400 + day * 97 % 86400);
    for (int year = 1890; year < 2120; year++) {
        struct tm tm = {.tm_year = year - 1900, .tm_mon = 11, .tm_mday = 27};
        time_t start = timegm(&tm);
        for (int day = 0; day < 12; day++)
            compare(start + day * 86400);
    }
}

static void fields_out_of_range_are_put_right(void **state)
{
    (void) state;
    srand(1);
    for (int i = 0; i < 20000; i++) {
        struct tm ours = {.tm_sec = rand() % 10000 - 5000, .tm_min = rand() % 10000 - 5000,
                          .tm_hour = rand() % 1000 - 500, .tm_mday = rand() % 2000 - 1000,
                          .tm_mon = rand() % 200 - 100, .tm_year = rand() % 300};
        struct tm theirs = ours;
        assert_true(mini_mktime(&ours) == timegm(&theirs));
        assert_int_equal(ours.tm_yday, theirs.tm_yday);
    }
}

static void what_does_not_fit_is_nothing(void **state)
{
    (void) state;
    struct tm tm;
    char text[8];
    time_t none = INT64_MAX, day = 0;
    mini_gmtime(&day);
    assert_null(mini_gmtime_r(&none, &tm));
    assert_int_equal(errno, EOVERFLOW);
    mini_gmtime_r(&day, &tm);
    assert_int_equal(mini_strftime(text, 5, "%Y", &tm), 4);
    assert_int_equal(mini_strftime(text, 4, "%Y", &tm), 0);
    assert_int_equal(mini_strftime(text, 8, "%Q", &tm), 0);
    assert_int_equal(mini_strftime(text, 8, "%", &tm), 0);
    assert_int_equal(mini_strftime(text, 0, "", &tm), 0);
    assert_string_equal(mini_asctime(&tm), "Thu Jan  1 00:00:00 1970\n");
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_of_four_centuries_are_the_same),
        cmocka_unit_test(fields_out_of_range_are_put_right),
        cmocka_unit_test(what_does_not_fit_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
