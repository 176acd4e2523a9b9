/* SPDX-License-Identifier: MIT */
/* links: lib/libc-mini/division.c */
/* 64-bit division by 32-bit steps, against a machine that has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *rest);
uint64_t __udivdi3(uint64_t n, uint64_t d);
uint64_t __umoddi3(uint64_t n, uint64_t d);
int64_t __divdi3(int64_t n, int64_t d);
int64_t __moddi3(int64_t n, int64_t d);

static const uint64_t edges[] = {1,
                                 2,
                                 3,
                                 10,
                                 0x7fffffff,
                                 0x80000000,
                                 0x80000001,
                                 0xffffffff,
                                 0x100000000,
                                 0x100000001,
                                 0x123456789,
                                 0x7fffffffffffffff,
                                 0x8000000000000000,
                                 0x8000000000000001,
                                 0xfffffffeffffffff,
                                 0xffffffff00000000,
                                 UINT64_MAX - 1,
                                 UINT64_MAX};

static uint64_t random_word(void)
{
    uint64_t n = (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^ (uint64_t)random();
    return n >> random() % 64;
}

static void compare_unsigned(uint64_t n, uint64_t d)
{
    uint64_t rest = 0;
    assert_true(__udivdi3(n, d) == n / d);
    assert_true(__umoddi3(n, d) == n % d);
    assert_true(__udivmoddi4(n, d, &rest) == n / d);
    assert_true(rest == n % d);
    assert_true(__udivmoddi4(n, d, NULL) == n / d);
}

static void compare_signed(int64_t n, int64_t d)
{
    if (d == 0 || (n == INT64_MIN && d == -1))
        return;
    assert_true(__divdi3(n, d) == n / d);
    assert_true(__moddi3(n, d) == n % d);
}

static void division_agrees_at_the_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        for (size_t k = 0; k < sizeof edges / sizeof *edges; k++) {
            compare_unsigned(edges[i], edges[k]);
            compare_unsigned(0, edges[k]);
            compare_signed((int64_t)edges[i], (int64_t)edges[k]);
            compare_signed(-(int64_t)(edges[i] >> 1), (int64_t)edges[k]);
        }
}

static void division_agrees_for_random_numbers(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        uint64_t n = random_word(), d = random_word();
        compare_unsigned(n, d ? d : 1);
        compare_signed((int64_t)n, (int64_t)d);
        compare_signed(-(int64_t)(n >> 1), (int64_t)d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(division_agrees_at_the_edges),
        cmocka_unit_test(division_agrees_for_random_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
