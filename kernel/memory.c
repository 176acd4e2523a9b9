/* SPDX-License-Identifier: MIT */
/* The three memory functions that a compiler may call for. */
#include "types.h"

void *memset(void *d, int c, size_t n)
{
    void *to = d;
    if (((word_t)d | n) & 3) {
        __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(c) : "memory");
    } else {
        n /= 4;
        __asm__ volatile("rep stosl" : "+D"(to), "+c"(n) : "a"((c & 0xFF) * 0x01010101) : "memory");
    }
    return d;
}

void *memcpy(void *d, const void *s, size_t n)
{
    void *to = d;
    if (((word_t)d | (word_t)s | n) & 3) {
        __asm__ volatile("rep movsb" : "+D"(to), "+S"(s), "+c"(n) : : "memory");
    } else {
        n /= 4;
        __asm__ volatile("rep movsl" : "+D"(to), "+S"(s), "+c"(n) : : "memory");
    }
    return d;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;
    for (; n; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}
