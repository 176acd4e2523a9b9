/* SPDX-License-Identifier: MIT */
/* What programs take for granted that were written elsewhere: that the compiler finds the functions
 * it calls, constructors, a large stack, floating point in text. */
#include <inttypes.h>
#include <libc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "suite.h"

/* ---- what the compiler calls ---- */

static volatile unsigned u32 = 0x80f00080;
static volatile unsigned long long u64 = 0x00f0000080000000, zero64;
static volatile double two = 2.0;

TEST(builtins_count_bits)
{
    EXPECT_EQ(__builtin_popcount(u32), 6);
    EXPECT_EQ(__builtin_popcount(~0u * (u32 != 0)), 32);
    EXPECT_EQ(__builtin_popcountll(u64), 5);
    EXPECT_EQ(__builtin_popcountll(zero64), 0);
    EXPECT_EQ(__builtin_parity(u32), 0);
    EXPECT_EQ(__builtin_parityll(u64), 1);
    EXPECT_EQ(__builtin_ctzll(u64), 31);
    EXPECT_EQ(__builtin_ctzll(u64 << 1), 32);
    EXPECT_EQ(__builtin_clzll(u64), 8);
    EXPECT_EQ(__builtin_clzll(u64 & 0xffffffff), 32);
    EXPECT_EQ(__builtin_ffsll((long long)u64), 32);
    EXPECT_EQ(__builtin_ffsll((long long)(u64 << 5)), 37);
    EXPECT_EQ(__builtin_ffsll((long long)zero64), 0);
    EXPECT_EQ(__builtin_clrsb((int)u32), 0);
    EXPECT_EQ(__builtin_clrsb(-(int)(u32 != 0)), 31);
    EXPECT_EQ(__builtin_clrsbll((long long)u64), 7);
    EXPECT_EQ(__builtin_clrsbll(-(long long)(u64 >> 31)), 38);
}

TEST(builtins_raise_to_powers)
{
    EXPECT(__builtin_powi(two, 10) == 1024.0);
    EXPECT(__builtin_powi(two, -2) == 0.25);
    EXPECT(__builtin_powif((float)two, 0) == 1.0f);
    EXPECT(__builtin_powil(two, 63) == 9223372036854775808.0L);
}

/* As under -ftrapv. */
long long __mulvdi3(long long a, long long b);
int __addvsi3(int a, int b);
int __negvsi2(int a);

int child_overflow(void)
{
    return child_argument == 0   ? __addvsi3(0x7fffffff, (int)(two * 2))
           : child_argument == 1 ? (int)__mulvdi3((long long)u64, 1 << 20)
                                 : __negvsi2((int)0x80000000);
}

TEST(trapping_arithmetic_computes_or_aborts)
{
    EXPECT_EQ(__mulvdi3(-5, (long long)(two * 1e10)), -100000000000);
    EXPECT_EQ(__addvsi3(0x7ffffffe, 1), 0x7fffffff);
    EXPECT_EQ(__negvsi2(5), -5);
    for (unsigned long i = 0; i < 3; i++)
        EXPECT_EQ(child_run("overflow", i, NULL), HURD_MM_STATUS_ABORTED);
}

/* ---- constructors and destructors ---- */

static char order[8];
static bool had_arguments;

static void note(char c)
{
    order[strlen(order)] = c;
}

static __attribute__((constructor)) void plain_constructor(int argc, char **argv, char **envp)
{
    had_arguments = argc >= 1 && argv[argc] == NULL && envp == environ;
    note('c');
}

static __attribute__((constructor(200))) void second_constructor(void) { note('b'); }
static __attribute__((constructor(101))) void first_constructor(void) { note('a'); }

TEST(constructors_run_before_main_in_order)
{
    EXPECT(strcmp(order, "abc") == 0);
    EXPECT(had_arguments);
}

/* The last one to run ends the child with a status that tells the order. */
static bool telling;
static void at_exit(void) { note('x'); }
static __attribute__((destructor)) void plain_destructor(void) { note('3'); }
static __attribute__((destructor(200))) void second_destructor(void) { note('2'); }
static __attribute__((destructor(101))) void last_destructor(void)
{
    note('1');
    if (telling)
        _Exit(strcmp(order, "abcx321") == 0 ? 44 : 45);
}

int child_destructors(void)
{
    telling = true;
    return atexit(at_exit);
}

TEST(destructors_run_after_atexit_functions_in_order)
{
    EXPECT_EQ(child_run("destructors", 0, NULL), 44);
}

static void nothing(void) { }

/* What the standard promises: 32 functions. */
int child_atexit_32(void)
{
    int refused = 0;
    for (int i = 0; i < 32; i++)
        refused += atexit(nothing) != 0;
    return refused ? 1 : 48;
}

TEST(atexit_takes_32_functions)
{
    EXPECT_EQ(child_run("atexit_32", 0, NULL), 48);
}

/* ---- the main thread's stack ---- */

/* 960 KB of it, a page a call. */
static unsigned deep(unsigned left)
{
    volatile char frame[PAGE - 64];
    frame[0] = (char)left;
    return left ? deep(left - 1) + (frame[0] == (char)left) : 0;
}

int child_deep(void)
{
    return deep(240) == 240 ? 46 : 47;
}

TEST(main_has_a_stack_of_a_megabyte)
{
    EXPECT_EQ(child_run_with(400, "deep", 0, NULL), 46);
}

/* ---- mistakes ---- */

int child_double_free(void)
{
    char *volatile p = malloc(child_argument);
    free(p);
    free(p);
    return 0;
}

TEST(double_free_ends_the_task)
{
    EXPECT_EQ(child_run("double_free", 50, NULL), HURD_MM_STATUS_ABORTED);
    EXPECT_EQ(child_run("double_free", 50000, NULL), HURD_MM_STATUS_ABORTED);
}

/* ---- text ---- */

TEST(printf_takes_the_formats_of_inttypes)
{
    char text[100];
    uint32_t a = 4000000000;
    int64_t b = -5;
    uintptr_t c = 0x1234;
    uint_least16_t d = 16;
    int_fast32_t e = -32;
    uint8_t f = 200;
    uintmax_t g = 7;
    snprintf(text, sizeof text,
             "%" PRIu32 " %" PRId64 " %" PRIxPTR " %" PRIuLEAST16 " %" PRIdFAST32 " %" PRIu8
             " %" PRIuMAX " %" PRIX32, a, b, c, d, e, f, g, a);
    EXPECT(strcmp(text, "4000000000 -5 1234 16 -32 200 7 EE6B2800") == 0);
}

/* The engine is compared with another one in tests/host/libc_printf.c; here it is for this
 * processor's alignment and long double. */
TEST(printf_prints_floating_point)
{
    char text[100];
    snprintf(text, sizeof text, "%f|%.3e|%g|%8.2f|%-8.1f|%La|%.0f", 1.0 / 8, two * 617.2835, 0.0001,
             -3.14159, 2.25, (long double)two, 1e15 + 0.5);
    EXPECT(strcmp(text, "0.125000|1.235e+03|0.0001|   -3.14|2.2     |0x8p-2|1000000000000000") ==
           0);
}

const struct test libc_tests[] = {
    T(builtins_count_bits),
    T(builtins_raise_to_powers),
    T(trapping_arithmetic_computes_or_aborts),
    T(constructors_run_before_main_in_order),
    T(destructors_run_after_atexit_functions_in_order),
    T(atexit_takes_32_functions),
    T(main_has_a_stack_of_a_megabyte),
    T(double_free_ends_the_task),
    T(printf_takes_the_formats_of_inttypes),
    T(printf_prints_floating_point),
    {NULL, NULL},
};
