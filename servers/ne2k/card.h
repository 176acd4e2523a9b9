/* SPDX-License-Identifier: MIT */
/* The chip (DP8390 with NE2000's data port): frames go out and come in. */
#ifndef NE2K_CARD_H
#define NE2K_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include <hurd/net.h>

/* Resets the card, and reads its address.  Returns false if it does not answer as such a card. */
bool card_init(uint16_t ports, uint8_t address[6]);

/* Sends a frame of 60 to HURD_NET_FRAME bytes.  Returns false if the last one does not leave the
 * card, or if the card does not take this one.  Blocks, for some ms at most. */
bool card_send(const uint8_t *frame, unsigned bytes);

/* Takes the next frame out of the card.  Returns its length; 0: there is none. */
unsigned card_receive(uint8_t *frame);

/* Takes the card's interrupts back.  Returns whether there was one. */
bool card_interrupt(void);

/* The real ones are in lib/driver and main.c; host tests bring a card of their own. */
uint8_t port_in8(uint16_t port);
uint16_t port_in16(uint16_t port);
void port_out8(uint16_t port, uint8_t value);
void port_out16(uint16_t port, uint16_t value);
void card_pause(void);          /* about a millisecond */

#endif
