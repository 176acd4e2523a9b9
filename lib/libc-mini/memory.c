/* SPDX-License-Identifier: MIT */
/* The mem* functions of ISO C 7.24.  The string instructions are the shortest way to move bytes,
 * and on an emulator that counts instructions the cheapest.  The compiler also cannot turn them
 * into calls of these functions. */
#include <stdint.h>
#include <string.h>

void *memcpy(void *restrict dest, const void *restrict src, size_t n)
{
    void *d = dest;
    const void *s = src;
    size_t words = n / 4;
    __asm__ volatile("rep movsl" : "+D"(d), "+S"(s), "+c"(words) : : "memory");
    size_t bytes = n % 4;
    __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(bytes) : : "memory");
    return dest;
}

void *memmove(void *dest, const void *src, size_t n)
{
    if ((uintptr_t)dest - (uintptr_t)src >= n)      /* dest is below src, or behind its end */
        return memcpy(dest, src, n);
    char *d = (char *)dest + n - 1;
    const char *s = (const char *)src + n - 1;
    __asm__ volatile("std; rep movsb; cld" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
    return dest;
}

void *memset(void *dest, int c, size_t n)
{
    void *d = dest;
    uint32_t pattern = (unsigned char)c * 0x01010101u;
    size_t words = n / 4;
    __asm__ volatile("rep stosl" : "+D"(d), "+c"(words) : "a"(pattern) : "memory");
    size_t bytes = n % 4;
    __asm__ volatile("rep stosb" : "+D"(d), "+c"(bytes) : "a"(pattern) : "memory");
    return dest;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *p = a, *q = b;
    for (; n; n--, p++, q++)
        if (*p != *q)
            return *p - *q;
    return 0;
}

void *memchr(const void *s, int c, size_t n)
{
    const unsigned char *p = s;
    for (; n; n--, p++)
        if (*p == (unsigned char)c)
            return (void *)(uintptr_t)p;
    return NULL;
}
