/* SPDX-License-Identifier: MIT */
/* The part of cmocka that our host tests use, for programs with the target's word size: Debian has cmocka for the build
 * machine's own words only.  TAP on stdout; a failed assertion ends its test, not the program. */
#ifndef WORDS32_CMOCKA_H
#define WORDS32_CMOCKA_H

#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
    int (*setup)(void **state);
    int (*teardown)(void **state);
};

#define cmocka_unit_test(f) { #f, f, NULL, NULL }
#define cmocka_unit_test_setup_teardown(f, up, down) { #f, f, up, down }
#define cmocka_unit_test_setup(f, up) { #f, f, up, NULL }
#define cmocka_unit_test_teardown(f, down) { #f, f, NULL, down }
#define cmocka_run_group_tests(tests, setup, teardown) \
    words32_run(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

static jmp_buf words32_failed;

__attribute__((noreturn, unused)) static void words32_fail(const char *file, int line, const char *what)
{
    printf("# %s:%d: %s\n", file, line, what);
    longjmp(words32_failed, 1);
}

__attribute__((noreturn, unused)) static void words32_differ(const char *file, int line, const char *what,
                                                             unsigned long long a, unsigned long long b)
{
    printf("# %s:%d: %s: got %#llx, wanted %#llx\n", file, line, what, a, b);
    longjmp(words32_failed, 1);
}

#define WORDS32_TRUE(c, what) ((c) ? (void)0 : words32_fail(__FILE__, __LINE__, what))
#define WORDS32_COMPARE(a, op, b)                                                                 \
    do {                                                                                          \
        unsigned long long words32_a = (unsigned long long)(a), words32_b = (unsigned long long)(b); \
        if (!(words32_a op words32_b))                                                            \
            words32_differ(__FILE__, __LINE__, #a " " #op " " #b, words32_a, words32_b);          \
    } while (0)

#define assert_true(c) WORDS32_TRUE(c, #c)
#define assert_false(c) WORDS32_TRUE(!(c), "not " #c)
#define assert_null(p) WORDS32_TRUE((p) == NULL, #p " is null")
#define assert_non_null(p) WORDS32_TRUE((p) != NULL, #p " is not null")
#define assert_ptr_equal(a, b) WORDS32_TRUE((const void *)(a) == (const void *)(b), #a " == " #b)
#define assert_ptr_not_equal(a, b) WORDS32_TRUE((const void *)(a) != (const void *)(b), #a " != " #b)
#define assert_string_equal(a, b) WORDS32_TRUE(strcmp(a, b) == 0, #a " equals " #b)
#define assert_memory_equal(a, b, n) WORDS32_TRUE(memcmp(a, b, n) == 0, #a " equals " #b)
#define assert_memory_not_equal(a, b, n) WORDS32_TRUE(memcmp(a, b, n) != 0, #a " differs from " #b)
#define assert_int_equal(a, b) WORDS32_COMPARE((long long)(a), ==, (long long)(b))
#define assert_int_not_equal(a, b) WORDS32_COMPARE((long long)(a), !=, (long long)(b))
#define assert_in_range(v, low, high)   \
    do {                                \
        WORDS32_COMPARE(v, >=, low);    \
        WORDS32_COMPARE(v, <=, high);   \
    } while (0)
#define fail() words32_fail(__FILE__, __LINE__, "fail()")
#define fail_msg(...) (printf("# " __VA_ARGS__), printf("\n"), fail())

__attribute__((unused)) static int words32_run(const struct CMUnitTest *tests, size_t count,
                                               int (*setup)(void **), int (*teardown)(void **))
{
    static void *group_state;
    static size_t i;                    /* static: survives the longjmp */
    static int failures;

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..%zu\n", count);
    if (setup && setup(&group_state) != 0)
        return 1;
    for (i = 0; i < count; i++) {
        void *volatile state = group_state;
        int bad = setjmp(words32_failed);
        if (!bad) {
            if (tests[i].setup && tests[i].setup((void **)&state) != 0)
                words32_fail(tests[i].name, 0, "its setup failed");
            tests[i].run((void **)&state);
            if (tests[i].teardown)
                tests[i].teardown((void **)&state);
        }
        failures += bad;
        printf("%sok %zu - %s\n", bad ? "not " : "", i + 1, tests[i].name);
    }
    if (teardown)
        teardown(&group_state);
    return failures;
}

#endif
