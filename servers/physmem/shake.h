/* SPDX-License-Identifier: MIT */
/* HURD_PM_DEBUG_SHAKE: pages of programs move to other frames at random, and lose their mappings. */
#ifndef PHYSMEM_SHAKE_H
#define PHYSMEM_SHAKE_H

#include <stdbool.h>
#include <stdint.h>

void shake_start(uint32_t seed);        /* 0: off */
bool shake_on(void);
bool shake_all_the_time(void);          /* the seed was odd */
void shake_step(unsigned pages);        /* moves so many, if it finds them; between requests only */

extern uint32_t shake_moved;            /* pages so far, modulo 2^32 */

#endif
