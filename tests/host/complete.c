/* SPDX-License-Identifier: MIT */
/* links: servers/init/completion.c */
/* Completion of names: the longest beginning that all names have in common which begin with a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "servers/init/complete.h"

static struct completion offered(const char *begin, const char *const *names)
{
    struct completion c;
    completion_init(&c, begin, strlen(begin));
    for (; *names; names++)
        completion_offer(&c, *names);
    return c;
}

static const char *const NAMES[] = { "hello", "help", "halt", "hog", "ls", "hello", NULL };

static void one_name_is_taken_whole(void **state)
{
    (void) state;
    struct completion c = offered("ho", NAMES);
    assert_int_equal(c.count, 1);
    assert_string_equal(c.common, "hog");
}

static void of_several_what_they_share(void **state)
{
    (void) state;
    struct completion c = offered("he", NAMES);
    assert_int_equal(c.count, 3);
    assert_string_equal(c.common, "hel");
    c = offered("", NAMES);
    assert_int_equal(c.count, 6);
    assert_string_equal(c.common, "");
}

static void nothing_fits_and_a_whole_name_fits_itself(void **state)
{
    (void) state;
    assert_int_equal(offered("x", NAMES).count, 0);
    assert_int_equal(offered("hogs", NAMES).count, 0);
    struct completion c = offered("ls", NAMES);
    assert_int_equal(c.count, 1);
    assert_string_equal(c.common, "ls");
}

static void only_the_part_before_the_cursor_counts(void **state)
{
    (void) state;
    struct completion c;
    completion_init(&c, "hoXX", 2);
    completion_offer(&c, "hog");
    assert_int_equal(c.count, 1);
}

static void a_name_that_is_too_long_is_left_out(void **state)
{
    (void) state;
    char name[COMPLETE_NAME + 1];
    memset(name, 'h', sizeof name - 1);
    name[COMPLETE_NAME] = '\0';
    const char *const names[] = { name, NULL };
    assert_int_equal(offered("h", names).count, 0);
    name[COMPLETE_NAME - 1] = '\0';
    assert_int_equal(offered("h", names).count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_name_is_taken_whole),
        cmocka_unit_test(of_several_what_they_share),
        cmocka_unit_test(nothing_fits_and_a_whole_name_fits_itself),
        cmocka_unit_test(only_the_part_before_the_cursor_counts),
        cmocka_unit_test(a_name_that_is_too_long_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
