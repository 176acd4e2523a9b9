/* SPDX-License-Identifier: MIT */
/* What main.c needs of request_extra.c: time goes on between requests. */
#ifndef PHYSMEM_EXTRA_H
#define PHYSMEM_EXTRA_H

#include <stdbool.h>
#include <stdint.h>

extern bool alarm_there;            /* a thread calls extra_alarm() when it is time (main.c) */
extern bool alarm_wanted;           /* extra_alarm() has something to do, now or later */
extern bool extra_waits;            /* holders of extra pages have been asked for some */

/* What is due now; true: again in *wait microseconds. */
bool extra_alarm(uint32_t *wait);

/* After a request: if what others wait for is there, they go on. */
void extra_settle(void);

uint32_t now(void);                 /* microseconds, modulo 2^32 */

#endif
