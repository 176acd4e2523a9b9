/* SPDX-License-Identifier: MIT */
/* The drivers that are in this program.  Each drives the device for ever; it returns only if deva
 * refuses something: an errno. */
#ifndef ISA_H
#define ISA_H

#include "lib/driver/console.h"

int clock_drive(const struct driver *d);        /* ../rtc */
int keyboard_drive(const struct driver *d);     /* ../keyboard */
int screen_drive(const struct driver *d);       /* ../screen */
int serial_drive(const struct driver *d);       /* ../serial */

#endif
