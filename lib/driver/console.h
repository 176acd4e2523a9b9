/* SPDX-License-Identifier: MIT */
/* For the drivers of the console's parts: the loop that talks with deva, hurd/console.h. */
#ifndef DRIVER_CONSOLE_H
#define DRIVER_CONSOLE_H

#include "driver.h"

/* What the device has to do. */
struct driver_work {
    const uint8_t *out;         /* to send: [sent, count) */
    unsigned sent, count;
    uint8_t *in;                /* room for what it receives: [received, room) */
    unsigned received, room;
};

/* Takes the device from deva, and drives it for ever.  work() sends what the device takes now,
 * receives what it has, and counts both up; it does not block.  The loop calls it after each
 * message, for example an interrupt, and once a second at least;
 * not before the device is ours.  Returns only if deva refuses: an
 * errno. */
int driver_console(const struct driver *d, void (*work)(struct driver_work *w));

#endif
