/* SPDX-License-Identifier: MIT */
/* Times and modes of files as people read them.  Pure. */
#include "lib/filecommands/date.h"

#include <stdio.h>

enum {
    DAY = 86400,
    DAYS_400 = 146097,          /* in 400 years, */
    DAYS_100 = 36524,
    DAYS_4 = 1461,
    DAYS_TO_1970 = 719468,      /* from 1 March of the year 0 */
};

/* Years begin in March here, so a leap day is the last of its year. */
static void date_of(int64_t days, int *year, unsigned *month, unsigned *day)
{
    days += DAYS_TO_1970;
    int64_t era = (days >= 0 ? days : days - DAYS_400 + 1) / DAYS_400;
    unsigned in_era = (unsigned) (days - era * DAYS_400);
    unsigned in_years = in_era - in_era / (DAYS_4 - 1) + in_era / DAYS_100 -
                        in_era / (DAYS_400 - 1);
    unsigned years = in_years / 365;
    unsigned in_year = in_era - (365 * years + years / 4 - years / 100);
    unsigned march = (5 * in_year + 2) / 153;           /* months since March */
    *day = in_year - (153 * march + 2) / 5 + 1;
    *month = march < 10 ? march + 3 : march - 9;
    *year = (int) (era * 400 + years + (*month <= 2));
}

void date_text(int64_t seconds, char text[DATE_TEXT])
{
    int year;
    unsigned month, day;
    int64_t days = seconds / DAY - (seconds % DAY < 0);
    unsigned minutes = (unsigned) (seconds - days * DAY) / 60;
    date_of(days, &year, &month, &day);
    snprintf(text, DATE_TEXT, "%04d-%02u-%02u %02u:%02u", year, month, day, minutes / 60,
             minutes % 60);
}

void mode_text(unsigned mode, char text[11])
{
    static const char type[] = "?pc?d?b?-?l?s???", right[] = "rwxrwxrwx";
    text[0] = type[mode >> 12 & 15];
    for (unsigned i = 0; i < 9; i++)
        text[1 + i] = mode >> (8 - i) & 1 ? right[i] : '-';
    if (mode & 04000)
        text[3] = text[3] == 'x' ? 's' : 'S';
    if (mode & 02000)
        text[6] = text[6] == 'x' ? 's' : 'S';
    if (mode & 01000)
        text[9] = text[9] == 'x' ? 't' : 'T';
    text[10] = '\0';
}
