/* SPDX-License-Identifier: MIT */
/* Accents that wait for their letter.  A layout says so by a combining character (Unicode 0300 to
 * 0308) in place of the accent itself. */
#ifndef DEVA_ACCENTS_H
#define DEVA_ACCENTS_H

#include <stdbool.h>
#include <stdint.h>

bool accent_waits(uint16_t c);

/* Returns the letter with the accent; 0: there is none. */
uint16_t accent_join(uint16_t accent, uint16_t letter);

/* Returns the accent as a character of its own. */
uint16_t accent_alone(uint16_t accent);

#endif
