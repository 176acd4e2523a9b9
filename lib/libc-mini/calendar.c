/* SPDX-License-Identifier: MIT */
/* Days, months and years: ISO C 7.27.2.3 and 7.27.3.  There are no time zones: local time is UTC. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAY = 86400, DAYS_400 = 146097, DAYS_100 = 36524, DAYS_4 = 1461 };

static const char *const day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};
static const char *const month_names[] = {"January", "February", "March",     "April",
                                          "May",     "June",     "July",      "August",
                                          "September", "October", "November", "December"};

static int is_leap(long long year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from the start of year 1 to the start of `year`; both may be negative. */
static long long days_before(long long year)
{
    long long y = year - 1, cycles = y / 400;
    if (y % 400 < 0)
        cycles--;
    y -= cycles * 400;
    return cycles * DAYS_400 + y * 365 + y / 4 - y / 100;
}

/* Months count from 0; 12: the whole year. */
static int days_before_month(int month, int leap)
{
    static const short days[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    return days[month] + (month > 1 ? leap : 0);
}

struct tm *gmtime_r(const time_t *time, struct tm *tm)
{
    long long days = *time / DAY, seconds = *time % DAY;
    if (seconds < 0) {
        seconds += DAY;
        days--;
    }
    if (days > INT_MAX * 366ll || days < INT_MIN * 366ll) {
        errno = EOVERFLOW;
        return NULL;
    }
    long long year = 1970 + days * 400 / DAYS_400;      /* wrong by one at most */
    long long since = days + days_before(1970);
    while (days_before(year + 1) <= since)
        year++;
    while (days_before(year) > since)
        year--;
    if (year - 1900 > INT_MAX || year - 1900 < INT_MIN) {
        errno = EOVERFLOW;
        return NULL;
    }
    int leap = is_leap(year), month = 0, day = (int)(since - days_before(year));
    while (days_before_month(month + 1, leap) <= day)
        month++;
    int weekday = (int)((since + 1) % 7);               /* year 1 began with a Monday */
    *tm = (struct tm) {
        .tm_sec = (int)(seconds % 60), .tm_min = (int)(seconds / 60 % 60),
        .tm_hour = (int)(seconds / 3600), .tm_mday = day - days_before_month(month, leap) + 1,
        .tm_mon = month, .tm_year = (int)(year - 1900), .tm_wday = weekday < 0 ? weekday + 7 : weekday,
        .tm_yday = day,
    };
    return tm;
}

struct tm *localtime_r(const time_t *time, struct tm *tm)
{
    return gmtime_r(time, tm);
}

struct tm *gmtime(const time_t *time)
{
    static struct tm tm;
    return gmtime_r(time, &tm);
}

struct tm *localtime(const time_t *time)
{
    return gmtime(time);
}

/* Fields out of range are taken as they are, and put right. */
time_t mktime(struct tm *tm)
{
    long long months = tm->tm_year * 12ll + tm->tm_mon;
    long long year = 1900 + months / 12 - (months % 12 < 0);
    int month = (int)(months % 12 + (months % 12 < 0 ? 12 : 0));
    long long days = days_before(year) - days_before(1970)
                     + days_before_month(month, is_leap(year)) + tm->tm_mday - 1;
    time_t time = ((days * 24 + tm->tm_hour) * 60 + tm->tm_min) * 60 + tm->tm_sec;
    return gmtime_r(&time, tm) ? time : -1;
}

double difftime(time_t end, time_t start)
{
    return (double)(end - start);
}

/* ---- text ---- */

/* The week of ISO 8601, and the year that it belongs to. */
static int iso_week(const struct tm *tm, int *year)
{
    int weekday = (tm->tm_wday + 6) % 7, week = (tm->tm_yday - weekday + 10) / 7;
    *year = tm->tm_year + 1900;
    if (week < 1) {
        --*year;
        int days = 365 + is_leap(*year);
        week = (tm->tm_yday + days - weekday + 10) / 7;
    } else if (week == 53 && tm->tm_yday - weekday + 3 >= 365 + is_leap(*year)) {
        week = 1;
        ++*year;
    }
    return week;
}

static const char *name_of(const char *const *names, int number, int count)
{
    return number >= 0 && number < count ? names[number] : "?";
}

/* One conversion as text.  Returns NULL if there is none of that letter. */
static const char *convert(char letter, const struct tm *tm, char *text, size_t size)
{
    int year = tm->tm_year + 1900, hour12 = (tm->tm_hour + 11) % 12 + 1, iso;
    const char *inner = NULL;
    switch (letter) {
    case 'a': snprintf(text, size, "%.3s", name_of(day_names, tm->tm_wday, 7)); break;
    case 'A': return name_of(day_names, tm->tm_wday, 7);
    case 'b': case 'h': snprintf(text, size, "%.3s", name_of(month_names, tm->tm_mon, 12)); break;
    case 'B': return name_of(month_names, tm->tm_mon, 12);
    case 'c': inner = "%a %b %e %H:%M:%S %Y"; break;
    case 'C': snprintf(text, size, "%02d", year / 100); break;
    case 'd': snprintf(text, size, "%02d", tm->tm_mday); break;
    case 'D': case 'x': inner = "%m/%d/%y"; break;
    case 'e': snprintf(text, size, "%2d", tm->tm_mday); break;
    case 'F': inner = "%Y-%m-%d"; break;
    case 'g': iso_week(tm, &iso); snprintf(text, size, "%02d", iso % 100); break;
    case 'G': iso_week(tm, &iso); snprintf(text, size, "%d", iso); break;
    case 'H': snprintf(text, size, "%02d", tm->tm_hour); break;
    case 'I': snprintf(text, size, "%02d", hour12); break;
    case 'j': snprintf(text, size, "%03d", tm->tm_yday + 1); break;
    case 'm': snprintf(text, size, "%02d", tm->tm_mon + 1); break;
    case 'M': snprintf(text, size, "%02d", tm->tm_min); break;
    case 'n': return "\n";
    case 'p': return tm->tm_hour < 12 ? "AM" : "PM";
    case 'r': inner = "%I:%M:%S %p"; break;
    case 'R': inner = "%H:%M"; break;
    case 'S': snprintf(text, size, "%02d", tm->tm_sec); break;
    case 't': return "\t";
    case 'T': case 'X': inner = "%H:%M:%S"; break;
    case 'u': snprintf(text, size, "%d", (tm->tm_wday + 6) % 7 + 1); break;
    case 'U': snprintf(text, size, "%02d", (tm->tm_yday + 7 - tm->tm_wday) / 7); break;
    case 'V': snprintf(text, size, "%02d", iso_week(tm, &iso)); break;
    case 'w': snprintf(text, size, "%d", tm->tm_wday); break;
    case 'W': snprintf(text, size, "%02d", (tm->tm_yday + 7 - (tm->tm_wday + 6) % 7) / 7); break;
    case 'y': snprintf(text, size, "%02d", year % 100); break;
    case 'Y': snprintf(text, size, "%d", year); break;
    case 'z': return "+0000";
    case 'Z': return "UTC";
    case '%': return "%";
    default: return NULL;
    }
    if (inner)
        strftime(text, size, inner, tm);
    return text;
}

size_t strftime(char *restrict s, size_t size, const char *restrict format,
                const struct tm *restrict tm)
{
    size_t used = 0;
    for (; *format; format++) {
        char text[64], one[2] = {*format, '\0'};
        const char *piece = one;
        if (*format == '%') {
            format++;
            format += *format == 'E' || *format == 'O';
            piece = *format ? convert(*format, tm, text, sizeof text) : NULL;
            if (!piece)
                return 0;
        }
        size_t length = strlen(piece);
        if (length >= size - used)
            return 0;
        memcpy(s + used, piece, length);
        used += length;
    }
    if (size)
        s[used] = '\0';
    return size ? used : 0;
}

char *asctime(const struct tm *tm)
{
    static char text[64];
    strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y\n", tm);
    return text;
}

char *ctime(const time_t *time)
{
    return asctime(localtime(time));
}
