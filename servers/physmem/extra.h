/* SPDX-License-Identifier: MIT */
/* What main.c needs of request_extra.c: some of its work is due at a time, not with a request. */
#ifndef PHYSMEM_EXTRA_H
#define PHYSMEM_EXTRA_H

#include <stdbool.h>
#include <stdint.h>

extern bool alarm_there;            /* a thread of main.c calls extra_alarm() in time */
extern bool alarm_wanted;           /* extra_alarm() has something to do, now or later */
extern bool extra_waits;            /* holders of extra pages have been asked for some */

/* Does what is due now.  True: it must be called again in *wait microseconds. */
bool extra_alarm(uint32_t *wait);

/* After each request: if the frames for which parked requests wait are there, they go on. */
void extra_settle(void);

uint32_t now(void);                 /* microseconds, modulo 2^32 */

#endif
