/* SPDX-License-Identifier: MIT */
/* The time of day: asked once of a driver of class HURD_DEVICE_CLOCK, and kept from there on by the
 * kernel's clock.  The driver may come later than the file system, or never; until then nobody
 * knows the day. */
#include <errno.h>

#include <hurd/clock.h>
#include <hurd/device.h>
#include <hurd/startup.h>
#include <l4/schedule.h>

#include "servers/ext2fs/server.h"

enum {
    SECOND = 1000000,                   /* us */
    PAUSE_MOST = 64 * SECOND,           /* between two questions; the first pause is a second */
    DAY = 86400,
    DAYS_4 = 1461,
    YEAR_LEAST = 1970, YEAR_MOST = 2099,
};

static uint64_t kernel_clock(void)
{
    return L4_SystemClock().raw;
}

/* Seconds since 1970.  From 1901 to 2099, each fourth year has 366 days. */
static int64_t seconds_of(const struct hurd_clock_time *t)
{
    static const uint16_t before[12] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
    L4_Word_t years = t->year - YEAR_LEAST;
    int64_t days = (int64_t) years * 365 + (years + 1) / 4 + before[t->month - 1] + t->day - 1;
    if (t->year % 4 == 0 && t->month > 2)
        days++;
    return days * DAY + (int64_t) (t->hour * 60 + t->minute) * 60 + t->second;
}

static int clock_ask(struct hurd_clock_time *t)
{
    struct hurd_startup_cap console = __hurd_startup_data->console;
    struct hurd_driver driver;
    int err = hurd_driver_find(L4_ThreadIdOfRaw(console.server), console.cap, HURD_DEVICE_CLOCK, 0,
                               &driver);
    if (!err && L4_IsNilThread(driver.thread))
        err = ENOENT;
    if (!err)
        err = hurd_clock_read(driver.thread, t);
    if (!err && (t->year < YEAR_LEAST || t->year > YEAR_MOST || t->month - 1 > 11))
        err = EPROTO;
    return err;
}

int64_t clock_seconds(void)
{
    static int64_t boot;                /* when the kernel's clock was 0; 0: not known */
    static uint64_t next, pause = SECOND;
    struct hurd_clock_time t;
    uint64_t now = kernel_clock();
    if (boot == 0 && now >= next) {
        if (!clock_ask(&t)) {
            uint64_t then = t.kernel_low | (uint64_t) t.kernel_high << 32;
            boot = seconds_of(&t) - (int64_t) (then / SECOND);
        } else
            pause = pause < PAUSE_MOST ? pause * 2 : pause;
        now = kernel_clock();
        next = now + pause;
    }
    return boot ? boot + (int64_t) (now / SECOND) : 0;
}
