/* SPDX-License-Identifier: MIT */
/* The str* functions of ISO C 7.24.  Those that allocate memory are in malloc.c. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

size_t strlen(const char *s)
{
    const char *end = s;
    while (*end)
        end++;
    return (size_t)(end - s);
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;
    while (n < max && s[n])
        n++;
    return n;
}

char *stpcpy(char *restrict dest, const char *restrict src)
{
    while ((*dest = *src))
        dest++, src++;
    return dest;
}

char *strcpy(char *restrict dest, const char *restrict src)
{
    stpcpy(dest, src);
    return dest;
}

char *strncpy(char *restrict dest, const char *restrict src, size_t n)
{
    size_t length = strnlen(src, n);
    memcpy(dest, src, length);
    memset(dest + length, 0, n - length);
    return dest;
}

char *strcat(char *restrict dest, const char *restrict src)
{
    stpcpy(dest + strlen(dest), src);
    return dest;
}

char *strncat(char *restrict dest, const char *restrict src, size_t n)
{
    size_t length = strnlen(src, n);
    char *end = dest + strlen(dest);
    memcpy(end, src, length);
    end[length] = 0;
    return dest;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n && *a && *a == *b; n--)
        a++, b++;
    return n ? (unsigned char)*a - (unsigned char)*b : 0;
}

int strcoll(const char *a, const char *b)
{
    return strcmp(a, b);
}

size_t strxfrm(char *restrict dest, const char *restrict src, size_t n)
{
    size_t length = strlen(src);
    if (length < n)
        memcpy(dest, src, length + 1);
    return length;
}

char *strchr(const char *s, int c)
{
    for (; *s != (char)c; s++)
        if (!*s)
            return NULL;
    return (char *)(uintptr_t)s;
}

char *strrchr(const char *s, int c)
{
    const char *found = NULL;
    do {
        if (*s == (char)c)
            found = s;
    } while (*s++);
    return (char *)(uintptr_t)found;
}

size_t strspn(const char *s, const char *accept)
{
    size_t n = 0;
    while (s[n] && strchr(accept, s[n]))
        n++;
    return n;
}

size_t strcspn(const char *s, const char *reject)
{
    size_t n = 0;
    while (s[n] && !strchr(reject, s[n]))
        n++;
    return n;
}

char *strpbrk(const char *s, const char *accept)
{
    s += strcspn(s, accept);
    return *s ? (char *)(uintptr_t)s : NULL;
}

char *strstr(const char *haystack, const char *needle)
{
    size_t length = strlen(needle);
    for (;; haystack++) {
        if ((*haystack == *needle || length == 0) && strncmp(haystack, needle, length) == 0)
            return (char *)(uintptr_t)haystack;
        if (!*haystack)
            return NULL;
    }
}

char *strtok_r(char *restrict s, const char *restrict delimiters, char **restrict rest)
{
    if (!s)
        s = *rest;
    s += strspn(s, delimiters);
    if (!*s) {
        *rest = s;
        return NULL;
    }
    char *end = s + strcspn(s, delimiters);
    *rest = *end ? end + 1 : end;
    *end = 0;
    return s;
}

char *strtok(char *restrict s, const char *restrict delimiters)
{
    static char *rest;
    return strtok_r(s, delimiters, &rest);
}
