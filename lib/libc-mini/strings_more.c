/* SPDX-License-Identifier: MIT */
/* <strings.h>, and what <string.h> has beyond ISO C that few programs call. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* ---- <strings.h> ---- */

int strncasecmp(const char *a, const char *b, size_t n)
{
    for (; n; a++, b++, n--) {
        int x = tolower((unsigned char)*a), y = tolower((unsigned char)*b);
        if (x != y || x == 0)
            return x - y;
    }
    return 0;
}

int strcasecmp(const char *a, const char *b)
{
    return strncasecmp(a, b, (size_t)-1);
}

int ffs(int n)
{
    for (int bit = 0; bit < 32; bit++)
        if ((unsigned)n >> bit & 1)
            return bit + 1;
    return 0;
}

int bcmp(const void *a, const void *b, size_t n)
{
    return memcmp(a, b, n);
}

void bcopy(const void *from, void *to, size_t n)
{
    memmove(to, from, n);
}

void bzero(void *s, size_t n)
{
    memset(s, 0, n);
}

char *index(const char *s, int c)
{
    return strchr(s, c);
}

char *rindex(const char *s, int c)
{
    return strrchr(s, c);
}

/* ---- memory ---- */

void *memrchr(const void *s, int c, size_t n)
{
    const unsigned char *p = (const unsigned char *)s + n;
    while (n--)
        if (*--p == (unsigned char)c)
            return (void *)(size_t)p;
    return NULL;
}

void *memccpy(void *restrict dest, const void *restrict src, int c, size_t n)
{
    const void *last = memchr(src, c, n);
    size_t length = last ? (size_t)((const char *)last - (const char *)src) + 1 : n;
    memcpy(dest, src, length);
    return last ? (char *)dest + length : NULL;
}

void *mempcpy(void *restrict dest, const void *restrict src, size_t n)
{
    return (char *)memcpy(dest, src, n) + n;
}

/* ---- strings ---- */

char *stpncpy(char *restrict dest, const char *restrict src, size_t n)
{
    size_t length = strnlen(src, n);
    memcpy(dest, src, length);
    memset(dest + length, 0, n - length);
    return dest + length;
}

size_t strlcpy(char *restrict dest, const char *restrict src, size_t size)
{
    size_t length = strlen(src), fits = length < size ? length : size - 1;
    if (size) {
        memcpy(dest, src, fits);
        dest[fits] = '\0';
    }
    return length;
}

size_t strlcat(char *restrict dest, const char *restrict src, size_t size)
{
    size_t length = strnlen(dest, size);
    return length + strlcpy(dest + length, src, size - length);
}

char *strcasestr(const char *haystack, const char *needle)
{
    size_t length = strlen(needle);
    for (;; haystack++) {
        if (strncasecmp(haystack, needle, length) == 0)
            return (char *)(size_t)haystack;
        if (!*haystack)
            return NULL;
    }
}

char *strchrnul(const char *s, int c)
{
    char *found = strchr(s, c);
    return found ? found : (char *)(size_t)s + strlen(s);
}

char *strsep(char **text, const char *delimiters)
{
    char *start = *text;
    if (!start)
        return NULL;
    char *end = start + strcspn(start, delimiters);
    *text = *end ? end + 1 : NULL;
    *end = '\0';
    return start;
}

/* ---- messages ---- */

int strerror_r(int number, char *text, size_t size)
{
    const char *message = strerror(number);
    size_t length = strlcpy(text, message, size);
    if (length >= size)
        return ERANGE;
    return strncmp(message, "Unknown", 7) == 0 ? EINVAL : 0;
}
