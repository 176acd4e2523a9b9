/* SPDX-License-Identifier: MIT */
/* HURD_PM_DEBUG_SHAKE: pages of programs move to other frames at random, and lose their
 * mappings. */
#ifndef PHYSMEM_SHAKE_H
#define PHYSMEM_SHAKE_H

#include <stdbool.h>
#include <stdint.h>

void shake_start(uint32_t seed);        /* 0: off */
bool shake_on(void);
bool shake_all_the_time(void);          /* the seed was odd */
void shake_step(unsigned pages);        /* moves up to so many pages; only between requests */

extern uint32_t shake_moved;            /* pages moved so far, modulo 2^32 */

#endif
