/* SPDX-License-Identifier: MIT */
/* The processor's port instructions, for drivers: ports.asm and main.c have the real ones, host
 * tests bring a machine of their own. */
#ifndef DEVA_PORTS_H
#define DEVA_PORTS_H

#include <stdint.h>

uint8_t port_in8(uint16_t port);
void port_out8(uint16_t port, uint8_t value);

/* A millisecond for others, while hardware is not ready. */
void port_pause(void);

#endif
