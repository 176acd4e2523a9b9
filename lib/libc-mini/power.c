/* SPDX-License-Identifier: MIT */
/* The function that the compiler calls for __builtin_powi(): x to the power of an integer. */

#define POWER(name, type)                                                                         \
    type name(type x, int n);                                                                     \
    type name(type x, int n)                                                                      \
    {                                                                                             \
        type result = 1;                                                                          \
        for (unsigned left = n < 0 ? -(unsigned)n : (unsigned)n; left; left /= 2) {               \
            if (left % 2)                                                                         \
                result *= x;                                                                      \
            x *= x;                                                                               \
        }                                                                                         \
        return n < 0 ? 1 / result : result;                                                       \
    }

POWER(__powisf2, float)
POWER(__powidf2, double)
POWER(__powixf2, long double)
