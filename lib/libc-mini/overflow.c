/* SPDX-License-Identifier: MIT */
/* The functions that the compiler calls for arithmetic with -ftrapv: they return the result, or
 * abort. */
#include <stdint.h>
#include <stdlib.h>

#define TRAPPING(name, type, operation)                                                           \
    type name(type a, type b);                                                                    \
    type name(type a, type b)                                                                     \
    {                                                                                             \
        type result;                                                                              \
        if (operation(a, b, &result))                                                             \
            abort();                                                                              \
        return result;                                                                            \
    }

TRAPPING(__addvsi3, int32_t, __builtin_add_overflow)
TRAPPING(__addvdi3, int64_t, __builtin_add_overflow)
TRAPPING(__subvsi3, int32_t, __builtin_sub_overflow)
TRAPPING(__subvdi3, int64_t, __builtin_sub_overflow)
TRAPPING(__mulvsi3, int32_t, __builtin_mul_overflow)
TRAPPING(__mulvdi3, int64_t, __builtin_mul_overflow)

#define TRAPPING_NEGATION(name, subtraction, type)                                                \
    type name(type a);                                                                            \
    type name(type a) { return subtraction(0, a); }

TRAPPING_NEGATION(__negvsi2, __subvsi3, int32_t)
TRAPPING_NEGATION(__negvdi2, __subvdi3, int64_t)

int32_t __absvsi2(int32_t a);
int64_t __absvdi2(int64_t a);
int32_t __absvsi2(int32_t a) { return a < 0 ? __negvsi2(a) : a; }
int64_t __absvdi2(int64_t a) { return a < 0 ? __negvdi2(a) : a; }
