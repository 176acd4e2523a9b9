/* SPDX-License-Identifier: MIT */
/* POSIX strptime(): strftime()'s text, read again. */
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char *const names[] = {
    "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
};
enum { DAYS = 7, MONTHS = 12 };

struct reading {
    const char *at;                     /* NULL: the text does not fit */
    struct tm *tm;
    int century, year;                  /* -1: not given */
    int afternoon;                      /* -1: not given */
};

static void blanks(struct reading *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

static int number(struct reading *r, int digits, int least, int most)
{
    int n = 0, i = 0;
    blanks(r);
    for (; i < digits && isdigit((unsigned char)*r->at); i++)
        n = n * 10 + (*r->at++ - '0');
    if (i == 0 || n < least || n > most)
        r->at = NULL;
    return n;
}

static int name(struct reading *r, int first, int count)
{
    for (int i = first; i < first + count; i++) {
        size_t length = strlen(names[i]);
        if (strncasecmp(r->at, names[i], 3))
            continue;
        r->at += strncasecmp(r->at, names[i], length) ? 3 : length;
        return i - first;
    }
    r->at = NULL;
    return 0;
}

static int half(struct reading *r)
{
    bool am = !strncasecmp(r->at, "am", 2), pm = !strncasecmp(r->at, "pm", 2);
    r->at = am || pm ? r->at + 2 : NULL;
    return pm;
}

static bool read_all(struct reading *r, const char *format);

static bool convert(struct reading *r, char letter)
{
    struct tm *tm = r->tm;
    const char *inner = NULL;
    switch (letter) {
    case 'a': case 'A': tm->tm_wday = name(r, 0, DAYS); break;
    case 'b': case 'B': case 'h': tm->tm_mon = name(r, DAYS, MONTHS); break;
    case 'c': inner = "%a %b %e %H:%M:%S %Y"; break;
    case 'C': r->century = number(r, 2, 0, 99); break;
    case 'd': case 'e': tm->tm_mday = number(r, 2, 1, 31); break;
    case 'D': case 'x': inner = "%m/%d/%y"; break;
    case 'F': inner = "%Y-%m-%d"; break;
    case 'H': tm->tm_hour = number(r, 2, 0, 23); break;
    case 'I': tm->tm_hour = number(r, 2, 1, 12); break;
    case 'j': tm->tm_yday = number(r, 3, 1, 366) - 1; break;
    case 'm': tm->tm_mon = number(r, 2, 1, 12) - 1; break;
    case 'M': tm->tm_min = number(r, 2, 0, 59); break;
    case 'n': case 't': blanks(r); break;
    case 'p': r->afternoon = half(r); break;
    case 'r': inner = "%I:%M:%S %p"; break;
    case 'R': inner = "%H:%M"; break;
    case 'S': tm->tm_sec = number(r, 2, 0, 60); break;
    case 'T': case 'X': inner = "%H:%M:%S"; break;
    case 'U': case 'W': number(r, 2, 0, 53); break;
    case 'w': tm->tm_wday = number(r, 1, 0, 6); break;
    case 'y': r->year = number(r, 2, 0, 99); break;
    case 'Y':
        tm->tm_year = number(r, 4, 0, 9999) - 1900;
        r->year = r->century = -1;
        break;
    case '%': r->at = *r->at == '%' ? r->at + 1 : NULL; break;
    default: return false;
    }
    return inner ? read_all(r, inner) : r->at != NULL;
}

static bool read_all(struct reading *r, const char *format)
{
    for (; *format; format++) {
        if (isspace((unsigned char)*format)) {
            blanks(r);
        } else if (*format != '%') {
            if (*r->at != *format)
                return false;
            r->at++;
        } else {
            format++;
            format += *format == 'E' || *format == 'O';
            if (!convert(r, *format))
                return false;
        }
    }
    return true;
}

char *strptime(const char *restrict text, const char *restrict format, struct tm *restrict tm)
{
    struct reading r = {.at = text, .tm = tm, .century = -1, .year = -1, .afternoon = -1};
    if (!read_all(&r, format))
        return NULL;
    if (r.century >= 0)
        tm->tm_year = r.century * 100 - 1900 + (r.year >= 0 ? r.year : 0);
    else if (r.year >= 0)
        tm->tm_year = r.year < 69 ? r.year + 100 : r.year;
    if (r.afternoon >= 0)
        tm->tm_hour = tm->tm_hour % 12 + 12 * r.afternoon;
    return (char *)(size_t)r.at;
}
