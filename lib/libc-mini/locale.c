/* SPDX-License-Identifier: MIT */
/* The locale "C": ISO C 7.11. */
#include <limits.h>
#include <locale.h>
#include <stddef.h>
#include <string.h>

static char none[] = "", point[] = ".", name[] = "C";

char *setlocale(int category, const char *locale)
{
    if (category < LC_ALL || category > LC_TIME)
        return NULL;
    return !locale || !*locale || !strcmp(locale, name) || !strcmp(locale, "POSIX") ? name : NULL;
}

struct lconv *localeconv(void)
{
    static struct lconv c = {
        point, none, none, none, none, none, none, none, none, none,
        CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX,
        CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX,
    };
    return &c;
}
