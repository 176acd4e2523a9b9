/* SPDX-License-Identifier: MIT */
/* Strings, memory, numbers from text, sorting: ours against the build machine's. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/host/libc_ours.h"
#include "lib/libc-mini/ctype.c"
#include "lib/libc-mini/memory.c"
#include "lib/libc-mini/number.c"
#include "lib/libc-mini/sort.c"
#include "lib/libc-mini/string.c"
#define LIBC_OURS_END
#include "tests/host/libc_ours.h"

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

/* ---- memory ---- */

static void memory_functions_agree_at_every_offset_and_length(void **state)
{
    unsigned char a[96], b[96], source[96];
    (void)state;
    for (size_t i = 0; i < sizeof source; i++)
        source[i] = (unsigned char)(i * 37 + 11);
    for (size_t from = 0; from < 9; from++)
        for (size_t to = 0; to < 9; to++)
            for (size_t n = 0; n < 70; n++) {
                memset(a, 0xee, sizeof a);
                memset(b, 0xee, sizeof b);
                assert_ptr_equal(mini_memcpy(a + to, source + from, n), a + to);
                memcpy(b + to, source + from, n);
                assert_memory_equal(a, b, sizeof a);
                assert_ptr_equal(mini_memset(a + to, (int)n + 0x300, n), a + to);
                memset(b + to, (int)n + 0x300, n);
                assert_memory_equal(a, b, sizeof a);
                memcpy(a, source, sizeof a);
                memcpy(b, source, sizeof b);
                assert_ptr_equal(mini_memmove(a + to, a + from, n), a + to);     /* overlaps */
                memmove(b + to, b + from, n);
                assert_memory_equal(a, b, sizeof a);
                assert_int_equal(sign(mini_memcmp(a + from, source + to, n)),
                                 sign(memcmp(a + from, source + to, n)));
                assert_ptr_equal(mini_memchr(a + to, source[n], n), memchr(a + to, source[n], n));
            }
}

static void memory_comparison_is_of_unsigned_bytes(void **state)
{
    (void)state;
    assert_true(mini_memcmp("\x80", "\x7f", 1) > 0);
    assert_true(mini_strcmp("\x80", "\x7f") > 0);
    assert_true(mini_strncmp("a\xff", "ab", 2) > 0);
}

/* ---- strings ---- */

static const char *const texts[] = {"",
                                    "a",
                                    "b",
                                    "ab",
                                    "aab",
                                    "aabaab",
                                    "abcabcabd",
                                    "abd",
                                    "abcabd",
                                    "bb",
                                    "zzz",
                                    "\xff\x01z",
                                    "the quick brown fox",
                                    "fox",
                                    "  two  words ",
                                    " "};
enum { TEXTS = sizeof texts / sizeof *texts };

static void strings_agree_in_pairs(void **state)
{
    (void)state;
    for (int i = 0; i < TEXTS; i++) {
        const char *a = texts[i];
        assert_int_equal(mini_strlen(a), strlen(a));
        for (size_t n = 0; n < 12; n++)
            assert_int_equal(mini_strnlen(a, n), strlen(a) < n ? strlen(a) : n);
        for (int c = 0; c < 256; c++) {
            assert_ptr_equal(mini_strchr(a, c), strchr(a, c));
            assert_ptr_equal(mini_strrchr(a, c), strrchr(a, c));
        }
        for (int k = 0; k < TEXTS; k++) {
            const char *b = texts[k];
            assert_int_equal(sign(mini_strcmp(a, b)), sign(strcmp(a, b)));
            assert_int_equal(sign(mini_strcoll(a, b)), sign(strcmp(a, b)));
            for (size_t n = 0; n < 12; n++)
                assert_int_equal(sign(mini_strncmp(a, b, n)), sign(strncmp(a, b, n)));
            assert_ptr_equal(mini_strstr(a, b), strstr(a, b));
            assert_ptr_equal(mini_strpbrk(a, b), strpbrk(a, b));
            assert_int_equal(mini_strspn(a, b), strspn(a, b));
            assert_int_equal(mini_strcspn(a, b), strcspn(a, b));
        }
    }
}

static void strings_copy_and_append_alike(void **state)
{
    char a[64], b[64];
    (void)state;
    for (int i = 0; i < TEXTS; i++)
        for (size_t n = 0; n < 30; n++) {
            memset(a, '~', sizeof a);
            memset(b, '~', sizeof b);
            assert_ptr_equal(mini_strncpy(a, texts[i], n), a);
            strncpy(b, texts[i], n);
            assert_memory_equal(a, b, sizeof a);
            mini_strcpy(a, "front:");
            memcpy(b, "front:", 7);
            assert_ptr_equal(mini_strncat(a, texts[i], n), a);
            strncat(b, texts[i], n);
            assert_string_equal(a, b);
            assert_ptr_equal(mini_stpcpy(a, texts[i]), a + strlen(texts[i]));
            assert_string_equal(a, texts[i]);
            assert_ptr_equal(mini_strcat(a, "end"), a);
            assert_memory_equal(a + strlen(texts[i]), "end", 4);
            assert_int_equal(mini_strxfrm(b, texts[i], sizeof b), strlen(texts[i]));
            assert_string_equal(b, texts[i]);
        }
}

static void strtok_takes_words_apart(void **state)
{
    (void)state;
    char text[] = "  one, two,,three ", *rest;
    assert_string_equal(mini_strtok(text, " ,"), "one");
    char other[] = "a;b";
    assert_string_equal(mini_strtok_r(other, ";", &rest), "a");
    assert_string_equal(mini_strtok(NULL, " ,"), "two");
    assert_string_equal(mini_strtok_r(NULL, ";", &rest), "b");
    assert_string_equal(mini_strtok(NULL, " ,"), "three");
    assert_null(mini_strtok(NULL, " ,"));
    assert_null(mini_strtok(NULL, " ,"));
    assert_null(mini_strtok_r(NULL, ";", &rest));
}

static void character_classes_agree(void **state)
{
    (void)state;
    for (int c = -1; c < 128; c++) {
        assert_int_equal(!!mini_isalnum(c), !!isalnum(c));
        assert_int_equal(!!mini_isalpha(c), !!isalpha(c));
        assert_int_equal(!!mini_isblank(c), !!isblank(c));
        assert_int_equal(!!mini_iscntrl(c), !!iscntrl(c));
        assert_int_equal(!!mini_isdigit(c), !!isdigit(c));
        assert_int_equal(!!mini_isgraph(c), !!isgraph(c));
        assert_int_equal(!!mini_islower(c), !!islower(c));
        assert_int_equal(!!mini_isprint(c), !!isprint(c));
        assert_int_equal(!!mini_ispunct(c), !!ispunct(c));
        assert_int_equal(!!mini_isspace(c), !!isspace(c));
        assert_int_equal(!!mini_isupper(c), !!isupper(c));
        assert_int_equal(!!mini_isxdigit(c), !!isxdigit(c));
        assert_int_equal(mini_tolower(c), tolower(c));
        assert_int_equal(mini_toupper(c), toupper(c));
    }
}

/* ---- numbers ---- */

static const char *const numbers[] = {"",
                                      "0",
                                      "-0",
                                      "+7",
                                      "  42xyz",
                                      "-1",
                                      "0x",
                                      "0xg",
                                      "0x1f",
                                      "0X1F",
                                      "-0x80",
                                      "077",
                                      "08",
                                      "09",
                                      "0b1",
                                      "zz",
                                      "ZZ9",
                                      "+-3",
                                      "2147483647",
                                      "2147483648",
                                      "-2147483648",
                                      "-2147483649",
                                      "4294967295",
                                      "4294967296",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      "-9223372036854775808",
                                      "-9223372036854775809",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "-18446744073709551615",
                                      "-18446744073709551616",
                                      "99999999999999999999999999",
                                      "\t\n\v\f\r 5",
                                      "- 5",
                                      "0x7fffffffffffffff",
                                      "0xffffffffffffffffff",
                                      "1777777777777777777777",
                                      "123456789012345678901234567890 tail"};

static void numbers_are_read_alike_in_every_base(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        for (int base = -1; base <= 37; base++) {
            char *a = NULL, *b = NULL;
#define COMPARE(name)                                                           \
            errno = 0;                                                          \
            intmax_t name##_ours = (intmax_t)mini_##name(numbers[i], &a, base);  \
            int name##_errno = errno;                                           \
            errno = 0;                                                          \
            intmax_t name##_host = (intmax_t)name(numbers[i], &b, base);   \
            assert_int_equal(name##_ours, name##_host);                         \
            if (base == 0 || (base >= 2 && base <= 36)) {                       \
                assert_int_equal(name##_errno, errno);                          \
                assert_ptr_equal(a, b);                                         \
            } else {                                                            \
                assert_int_equal(name##_errno, EINVAL);                         \
            }
            COMPARE(strtol)
            COMPARE(strtoul)
            COMPARE(strtoll)
            COMPARE(strtoull)
        }
    assert_int_equal(mini_atoi(" -17 "), -17);
    assert_int_equal(mini_atol("99"), 99);
    assert_int_equal(mini_atoll("-9223372036854775808"), LLONG_MIN);
}

static void division_has_the_sign_of_the_standard(void **state)
{
    (void)state;
    assert_int_equal(mini_div(-7, 2).quot, -3);
    assert_int_equal(mini_div(-7, 2).rem, -1);
    assert_int_equal(mini_lldiv(7, -2).quot, -3);
    assert_int_equal(mini_lldiv(7, -2).rem, 1);
    assert_int_equal(mini_ldiv(-8, -3).rem, -2);
    assert_int_equal(mini_abs(-3), 3);
    assert_int_equal(mini_llabs(-3000000000ll), 3000000000ll);
    assert_int_equal(mini_labs(5), 5);
}

static void rand_repeats_after_srand_and_stays_in_range(void **state)
{
    int first[20];
    (void)state;
    mini_srand(5);
    for (int i = 0; i < 20; i++)
        assert_true((first[i] = mini_rand()) >= 0);
    mini_srand(5);
    for (int i = 0; i < 20; i++)
        assert_int_equal(mini_rand(), first[i]);
    mini_srand(6);
    assert_int_not_equal(mini_rand(), first[0]);
}

/* ---- sorting ---- */

static int compare_ints(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static int compare_threes(const void *a, const void *b)
{
    return memcmp(a, b, 3);
}

static void qsort_sorts_and_bsearch_finds(void **state)
{
    int n[300];
    (void)state;
    for (size_t count = 0; count <= 300; count += 1 + count / 7) {
        long long sum = 0;
        for (size_t i = 0; i < count; i++)
            sum += n[i] = mini_rand() % 100 * 2;
        mini_qsort(n, count, sizeof *n, compare_ints);
        for (size_t i = 0; i < count; i++) {
            sum -= n[i];
            assert_true(i == 0 || n[i - 1] <= n[i]);
            int *found = mini_bsearch(&n[i], n, count, sizeof *n, compare_ints);
            assert_non_null(found);
            assert_int_equal(*found, n[i]);
            int odd = n[i] + 1;
            assert_null(mini_bsearch(&odd, n, count, sizeof *n, compare_ints));
        }
        assert_int_equal(sum, 0);
    }
    char threes[] = "zzzaaamnobbbabcaba";
    mini_qsort(threes, 6, 3, compare_threes);
    assert_string_equal(threes, "aaaabaabcbbbmnozzz");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_functions_agree_at_every_offset_and_length),
        cmocka_unit_test(memory_comparison_is_of_unsigned_bytes),
        cmocka_unit_test(strings_agree_in_pairs),
        cmocka_unit_test(strings_copy_and_append_alike),
        cmocka_unit_test(strtok_takes_words_apart),
        cmocka_unit_test(character_classes_agree),
        cmocka_unit_test(numbers_are_read_alike_in_every_base),
        cmocka_unit_test(division_has_the_sign_of_the_standard),
        cmocka_unit_test(rand_repeats_after_srand_and_stays_in_range),
        cmocka_unit_test(qsort_sorts_and_bsearch_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
