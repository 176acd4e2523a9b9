/* SPDX-License-Identifier: MIT */
/* The processor's port instructions, for deva's drivers.  The real ones are in ports.asm and
 * main.c; host tests bring a machine of their own. */
#ifndef DEVA_PORTS_H
#define DEVA_PORTS_H

#include <stdint.h>

uint8_t port_in8(uint16_t port);
void port_out8(uint16_t port, uint8_t value);

/* Sleeps for a millisecond, so other threads run while hardware is not ready.  Blocks. */
void port_pause(void);

#endif
