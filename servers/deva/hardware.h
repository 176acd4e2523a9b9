/* SPDX-License-Identifier: MIT */
/* The console's screen, serial port and keyboard, whether deva drives them or drivers do. */
#ifndef DEVA_HARDWARE_H
#define DEVA_HARDWARE_H

#include "parts.h"

bool hardware_present(enum part part);

/* Sends a byte over the serial line.  Blocks as uart_write() or part_put() does. */
void hardware_put(uint8_t byte);

/* Shows what has changed in the picture of the screen, if deva drives it. */
void hardware_show(void);

/* Gives console.c what the devices have received that deva drives itself. */
void hardware_receive(void);

/* ---- for parts.c */
void hardware_lend(enum part part);     /* from now on, a driver drives it; deva does not */
void hardware_resume(enum part part);   /* deva drives it again */
void hardware_offer(enum part part);    /* its driver has nothing to do, and could send something */
void hardware_send(enum part part, uint8_t byte);       /* to a device that deva drives */
/* A driver has received this.  Returns how many bytes were taken, from the first on. */
unsigned hardware_take(enum part part, const uint8_t *bytes, unsigned count);

#endif
