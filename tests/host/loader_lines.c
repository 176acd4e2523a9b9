/* SPDX-License-Identifier: MIT */
/* links: boot/options.c */
/* flags: -Iboot */
/* Command lines as boot loaders hand them over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail
#include "loader.h"

static void a_path_in_front_of_a_name_is_dropped(void **state)
{
    (void)state;
    assert_string_equal(line_without_path("/a/long/path/kernel nosep run=/a/b"), "kernel nosep run=/a/b");
    assert_string_equal(line_without_path("kernel nosep /x"), "kernel nosep /x");
    assert_string_equal(line_without_path(""), "");
    assert_string_equal(line_without_path("/a/ x"), " x");
}

static void a_line_is_copied_whole_or_not_at_all(void **state)
{
    (void)state;
    char to[8];
    assert_int_equal(line_copy(to, 8, "sevenup", false), 8);
    assert_string_equal(to, "sevenup");
    assert_int_equal(line_copy(to, 7, "sevenup", false), 0);
    assert_int_equal(line_copy(to, 0, "", false), 0);
    assert_int_equal(line_copy(to, 1, "", true), 1);
}

static void what_grub_escapes_is_as_it_was(void **state)
{
    (void)state;
    char to[32];
    const char *line = "run=hello,it\\'s,\\\"a\\\\b,\\n\\";
    assert_int_equal(line_copy(to, sizeof to, line, true), sizeof "run=hello,it's,\"a\\b,\\n\\");
    assert_string_equal(to, "run=hello,it's,\"a\\b,\\n\\");
    line_copy(to, sizeof to, line, false);
    assert_string_equal(to, line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_in_front_of_a_name_is_dropped),
        cmocka_unit_test(a_line_is_copied_whole_or_not_at_all),
        cmocka_unit_test(what_grub_escapes_is_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
