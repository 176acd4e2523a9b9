/* SPDX-License-Identifier: MIT */
/* The three memory functions that a compiler may call for. */
#include "../../types.h"

/* Words first, on whatever boundary: a copy of a page shall not take 4096 steps. */
void *memset(void *d, int c, size_t n)
{
    void *to = d;
    size_t words = n / 4;
    __asm__ volatile("rep stosl; mov %3, %1; rep stosb"
                     : "+D"(to), "+c"(words) : "a"((c & 0xFF) * 0x01010101), "r"(n & 3) : "memory");
    return d;
}

void *memcpy(void *d, const void *s, size_t n)
{
    void *to = d;
    size_t words = n / 4;
    __asm__ volatile("rep movsl; mov %3, %2; rep movsb"
                     : "+D"(to), "+S"(s), "+c"(words) : "r"(n & 3) : "memory");
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
