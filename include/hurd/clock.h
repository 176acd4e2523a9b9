/* SPDX-License-Identifier: MIT */
/* The time of day, from a driver of class HURD_DEVICE_CLOCK (hurd/device.h: hurd_driver_find()).
 * Every task may ask.
 *
 *   label  operation    request words   reply
 *   1104   clock_read   none            0 year, 1 month 1..12, 2 day 1..31, 3 hour 0..23,
 *                                       4 minute, 5 second 0..59, 6 the kernel's clock at that
 *                                       time, in us: low, 7 high
 *
 * The time is what the clock chip says; whether that is UTC or local time, nobody tells it.  EIO:
 * the chip's registers hold no time, or it does not stop updating them.  EINVAL: there are
 * words. */
#ifndef HURD_CLOCK_H
#define HURD_CLOCK_H

#include <l4/types.h>

#define HURD_CLOCK_READ 1104

struct hurd_clock_time {
    L4_Word_t year, month, day, hour, minute, second;
    L4_Word_t kernel_low, kernel_high;
};

/* Returns 0 or an errno.  EPROTO: what the driver says is no time.  ETIMEDOUT: it says nothing for
 * HURD_DEVICE_PATIENCE us.  EIO: also if the driver ends meanwhile; another one is on its way then.
 * Blocks until the driver replies: a millisecond or some. */
int hurd_clock_read(L4_ThreadId_t driver, struct hurd_clock_time *time);

#endif
