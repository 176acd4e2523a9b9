/* SPDX-License-Identifier: MIT */
/* links: lib/filecommands/date.c */
/* Dates against the build machine's gmtime(), and modes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "lib/filecommands/date.h"

static void dates_are_those_of_the_build_machine(void **state)
{
    (void) state;
    for (int64_t t = -70000000000; t < 70000000000; t += 86400 * 13 + 4001) {
        char ours[DATE_TEXT], theirs[64];
        time_t time = t;
        struct tm tm;
        gmtime_r(&time, &tm);
        snprintf(theirs, sizeof theirs, "%04d-%02d-%02d %02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
                 tm.tm_mday, tm.tm_hour, tm.tm_min);
        date_text(t, ours);
        assert_string_equal(ours, theirs);
    }
}

static void modes_are_those_of_ls(void **state)
{
    (void) state;
    char text[11];
    mode_text(0100644, text);
    assert_string_equal(text, "-rw-r--r--");
    mode_text(0041777, text);
    assert_string_equal(text, "drwxrwxrwt");
    mode_text(0106711, text);
    assert_string_equal(text, "-rws--s--x");
    mode_text(0121777, text);
    assert_string_equal(text, "lrwxrwxrwt");
    mode_text(0107666, text);
    assert_string_equal(text, "-rwSrwSrwT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_those_of_the_build_machine),
        cmocka_unit_test(modes_are_those_of_ls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
