/* SPDX-License-Identifier: MIT */
/* The processor's port instructions, and time.  The real ones are in ports.asm and time.c; host
 * tests bring a machine of their own. */
#ifndef IDE_PORTS_H
#define IDE_PORTS_H

#include <stdint.h>

uint8_t port_in8(uint16_t port);
uint16_t port_in16(uint16_t port);
uint32_t port_in32(uint16_t port);
void port_out8(uint16_t port, uint8_t value);
void port_out32(uint16_t port, uint32_t value);

/* `words` is the number of 16-bit words. */
void port_in_words(uint16_t port, void *to, uint32_t words);
void port_out_words(uint16_t port, const void *from, uint32_t words);

/* Returns the microseconds since some moment. */
uint64_t port_clock(void);

/* Sleeps for `us` microseconds, so other threads run.  Blocks. */
void port_pause(uint32_t us);

#endif
