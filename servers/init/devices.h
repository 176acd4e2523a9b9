/* SPDX-License-Identifier: MIT */
/* The shell's commands for devices and drivers. */
#ifndef INIT_DEVICES_H
#define INIT_DEVICES_H

#include "lib/shell/words.h"

void devices_obey(const struct words *w);       /* `devices` */
void devices_date(const struct words *w);
void devices_beep(const struct words *w);

/* Returns when no driver is about to start any more, or after some seconds.  Pre: the framework has
 * been started. */
void devices_settle(void);

#endif
