/* SPDX-License-Identifier: MIT */
/* The driver of the serial port. */
#ifndef SERIAL_H
#define SERIAL_H

#include "lib/driver/console.h"

/* Drives the device for ever.  Returns only if deva refuses something: an errno. */
int serial_drive(const struct driver *d);

#endif
