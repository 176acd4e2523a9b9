/* SPDX-License-Identifier: MIT */
/* The functions that the compiler calls for __builtin_popcount() and the like, because a 486 has no
 * instructions for them.  They are Pecan's own, because the library of an i686 compiler may use
 * CMOV.  If no bit is set, the results of ctz and clz are undefined, as with the builtins. */
#include <stdint.h>

int __popcountsi2(uint32_t n);
int __popcountdi2(uint64_t n);
int __paritysi2(uint32_t n);
int __paritydi2(uint64_t n);
int __ctzsi2(uint32_t n);
int __ctzdi2(uint64_t n);
int __clzsi2(uint32_t n);
int __clzdi2(uint64_t n);
int __ffssi2(uint32_t n);
int __ffsdi2(uint64_t n);
int __clrsbsi2(int32_t n);
int __clrsbdi2(int64_t n);

static int lowest(uint32_t n)
{
    uint32_t at;
    __asm__("bsfl %1, %0" : "=r"(at) : "rm"(n) : "cc");
    return (int)at;
}

static int highest(uint32_t n)
{
    uint32_t at;
    __asm__("bsrl %1, %0" : "=r"(at) : "rm"(n) : "cc");
    return (int)at;
}

static uint32_t high(uint64_t n)
{
    return (uint32_t)(n >> 32);
}

/* Adds two neighbours, then four, then eight.  The multiplication adds the four bytes. */
int __popcountsi2(uint32_t n)
{
    n -= n >> 1 & 0x55555555;
    n = (n & 0x33333333) + (n >> 2 & 0x33333333);
    n = (n + (n >> 4)) & 0x0f0f0f0f;
    return (int)(n * 0x01010101 >> 24);
}

int __popcountdi2(uint64_t n)
{
    return __popcountsi2((uint32_t)n) + __popcountsi2(high(n));
}
int __paritysi2(uint32_t n)
{
    return __popcountsi2(n) & 1;
}
int __paritydi2(uint64_t n)
{
    return __paritysi2((uint32_t)n ^ high(n));
}

int __ctzsi2(uint32_t n)
{
    return lowest(n);
}
int __ctzdi2(uint64_t n)
{
    return (uint32_t)n ? lowest((uint32_t)n) : 32 + lowest(high(n));
}
int __clzsi2(uint32_t n)
{
    return 31 - highest(n);
}
int __clzdi2(uint64_t n)
{
    return high(n) ? 31 - highest(high(n)) : 63 - highest((uint32_t)n);
}
int __ffssi2(uint32_t n)
{
    return n ? 1 + lowest(n) : 0;
}
int __ffsdi2(uint64_t n)
{
    return n ? 1 + __ctzdi2(n) : 0;
}

/* Returns the number of bits after the sign bit that are equal to it. */
int __clrsbsi2(int32_t n)
{
    uint32_t differ = (uint32_t)(n < 0 ? ~n : n);
    return differ ? __clzsi2(differ) - 1 : 31;
}

int __clrsbdi2(int64_t n)
{
    uint64_t differ = (uint64_t)(n < 0 ? ~n : n);
    return differ ? __clzdi2(differ) - 1 : 63;
}
