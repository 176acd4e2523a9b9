/* SPDX-License-Identifier: MIT */
/* The chip updates its registers once a second.  For up to 2 ms they make no sense, and a flag says
 * so 244 us before.  So the time is read when the flag is down, until two readings are the same: a
 * reading that was interrupted for long is caught by that, too. */
#include "chip.h"

#include <string.h>

enum {
    SECOND = 0, MINUTE = 2, HOUR = 4, DAY = 7, MONTH = 8, YEAR = 9,
    STATUS_A = 10,
    UPDATING = 0x80,
    STATUS_B = 11,
    HOURS_24 = 2,
    BINARY = 4,
    CENTURY = 0x32,             /* where PCs keep it; some have other things there */
    HOUR_PM = 0x80,             /* only if the hours go to 12 */
    READINGS = 20,
    WAITS = 10,                 /* ms; an update takes 2 */
    FIRST_YEAR = 1980,          /* without a century, years are from 1980 to 2079 */
    CENTURY_LEAST = 19,
    CENTURY_MOST = 29,
};

struct registers {
    uint8_t second, minute, hour, day, month, year, century, status_b;
};

static bool wait_for_update(void)
{
    for (int i = 0; chip_register(STATUS_A) & UPDATING; i++) {
        if (i == WAITS)
            return false;
        chip_pause();
    }
    return true;
}

static bool registers_read(struct registers *r)
{
    if (!wait_for_update())
        return false;
    *r = (struct registers) {
        chip_register(SECOND), chip_register(MINUTE), chip_register(HOUR), chip_register(DAY),
        chip_register(MONTH), chip_register(YEAR), chip_register(CENTURY), chip_register(STATUS_B),
    };
    return true;
}

static bool is_bcd(uint8_t value)
{
    return (value & 15) <= 9 && value >> 4 <= 9;
}

static unsigned from_bcd(uint8_t value)
{
    return (value >> 4) * 10u + (value & 15);
}

/* Returns 255 for what is no number in the chip's form. */
static unsigned number(const struct registers *r, uint8_t value)
{
    if (r->status_b & BINARY)
        return value;
    return is_bcd(value) ? from_bcd(value) : 255;
}

static unsigned hour_of(const struct registers *r)
{
    if (r->status_b & HOURS_24)
        return number(r, r->hour);
    unsigned hour = number(r, r->hour & ~HOUR_PM);
    if (hour == 0 || hour > 12)
        return 255;
    return hour % 12 + (r->hour & HOUR_PM ? 12 : 0);
}

/* The century's byte is BCD in PCs, also if the rest is binary; QEMU's is then binary.  What is no
 * century in either form is something else, and the year says which century it is. */
static unsigned year_of(const struct registers *r)
{
    unsigned year = number(r, r->year), century = is_bcd(r->century) ? from_bcd(r->century) : 0;
    if (century < CENTURY_LEAST || century > CENTURY_MOST)
        century = r->century;
    if (year > 99)
        return 0;
    if (century >= CENTURY_LEAST && century <= CENTURY_MOST)
        return century * 100 + year;
    return year >= FIRST_YEAR % 100 ? 1900 + year : 2000 + year;
}

static unsigned days_of(unsigned month, unsigned year)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool decode(const struct registers *r, struct chip_time *t)
{
    *t = (struct chip_time) {
        year_of(r), number(r, r->month), number(r, r->day), hour_of(r), number(r, r->minute),
        number(r, r->second),
    };
    return t->year != 0 && t->month >= 1 && t->month <= 12 && t->day >= 1 &&
           t->day <= days_of(t->month, t->year) && t->hour < 24 && t->minute < 60 && t->second < 60;
}

bool chip_read(struct chip_time *time)
{
    struct registers last, now;
    if (!registers_read(&last))
        return false;
    for (int i = 0; i < READINGS; i++) {
        if (!registers_read(&now))
            return false;
        if (!memcmp(&now, &last, sizeof now))
            return decode(&now, time);
        last = now;
    }
    return false;
}
