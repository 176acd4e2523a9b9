/* SPDX-License-Identifier: MIT */
/* Multibyte characters of the "C" locale: ISO C 7.22.7 and 7.22.8.  Each byte is one. */
#include <errno.h>
#include <stdlib.h>

int mbtowc(wchar_t *restrict to, const char *restrict s, size_t n)
{
    if (!s)
        return 0;                       /* there are no states */
    if (n == 0)
        return -1;
    if (to)
        *to = (unsigned char)*s;
    return *s != '\0';
}

int mblen(const char *s, size_t n)
{
    return mbtowc(NULL, s, n);
}

int wctomb(char *s, wchar_t c)
{
    if (!s)
        return 0;
    if (c < 0 || c > 255) {
        errno = EILSEQ;
        return -1;
    }
    *s = (char)c;
    return 1;
}

size_t mbstowcs(wchar_t *restrict to, const char *restrict s, size_t n)
{
    size_t i = 0;
    for (; (!to || i < n) && s[i]; i++)
        if (to)
            to[i] = (unsigned char)s[i];
    if (to && i < n)
        to[i] = 0;
    return i;
}

size_t wcstombs(char *restrict to, const wchar_t *restrict s, size_t n)
{
    size_t i = 0;
    char c;
    for (; (!to || i < n) && s[i]; i++) {
        if (wctomb(&c, s[i]) < 0)
            return (size_t)-1;
        if (to)
            to[i] = c;
    }
    if (to && i < n)
        to[i] = '\0';
    return i;
}
