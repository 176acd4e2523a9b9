/* SPDX-License-Identifier: MIT */
/* 64-bit division for a 32-bit processor: the functions that the compiler calls for `/` and `%` of
 * long long.  They are Pecan's own, because the library of an i686 compiler may use CMOV, which a
 * 486 does not have. */
#include <stdint.h>

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *rest);
uint64_t __udivdi3(uint64_t n, uint64_t d);
uint64_t __umoddi3(uint64_t n, uint64_t d);
int64_t __divdi3(int64_t n, int64_t d);
int64_t __moddi3(int64_t n, int64_t d);
int64_t __divmoddi4(int64_t n, int64_t d, int64_t *rest);

/* Returns high:low / d.  Pre: high < d, so the quotient fits into a word. */
static uint32_t divide_words(uint32_t high, uint32_t low, uint32_t d, uint32_t *rest)
{
    uint32_t q, r;
    __asm__("divl %4" : "=a"(q), "=d"(r) : "a"(low), "d"(high), "rm"(d) : "cc");
    *rest = r;
    return q;
}

/* If d = 0, the processor raises the divide exception, as for 32 bits. */
static uint64_t divide_by_word(uint64_t n, uint32_t d, uint64_t *rest)
{
    uint32_t high = (uint32_t)(n >> 32), r;
    uint32_t q_high = divide_words(0, high, d, &r);
    uint32_t q_low = divide_words(r, (uint32_t)n, d, &r);
    *rest = r;
    return (uint64_t)q_high << 32 | q_low;
}

/* Pre: d >= 2^32, so the quotient is below 2^32.  It shifts and subtracts, in at most 32 rounds. */
static uint64_t divide_by_long(uint64_t n, uint64_t d, uint64_t *rest)
{
    uint64_t q = 0;
    int shift = 0;
    while (d <= n && !(d >> 63)) {
        d <<= 1;
        shift++;
    }
    for (; shift >= 0; shift--, d >>= 1) {
        q <<= 1;
        if (n >= d) {
            n -= d;
            q |= 1;
        }
    }
    *rest = n;
    return q;
}

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *rest)
{
    uint64_t r;
    uint64_t q = d >> 32 ? divide_by_long(n, d, &r) : divide_by_word(n, (uint32_t)d, &r);
    if (rest)
        *rest = r;
    return q;
}

uint64_t __udivdi3(uint64_t n, uint64_t d)
{
    return __udivmoddi4(n, d, 0);
}

uint64_t __umoddi3(uint64_t n, uint64_t d)
{
    uint64_t rest;
    __udivmoddi4(n, d, &rest);
    return rest;
}

static uint64_t magnitude(int64_t n)
{
    return n < 0 ? -(uint64_t)n : (uint64_t)n;
}

int64_t __divmoddi4(int64_t n, int64_t d, int64_t *rest)
{
    uint64_t r;
    uint64_t q = __udivmoddi4(magnitude(n), magnitude(d), &r);
    if (rest)
        *rest = (int64_t)(n < 0 ? -r : r);
    return (int64_t)((n < 0) != (d < 0) ? -q : q);
}

int64_t __divdi3(int64_t n, int64_t d)
{
    return __divmoddi4(n, d, 0);
}

int64_t __moddi3(int64_t n, int64_t d)
{
    int64_t rest;
    __divmoddi4(n, d, &rest);
    return rest;
}
