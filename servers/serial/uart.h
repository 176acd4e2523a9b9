/* SPDX-License-Identifier: MIT */
/* A serial port: 16550 or 8250.  Every wait here has a limit. */
#ifndef SERIAL_UART_H
#define SERIAL_UART_H

#include <stdbool.h>
#include <stdint.h>

struct uart {
    uint16_t base;      /* the first of its eight ports */
    bool present;       /* uart_init() found a port; if not, the ports are not touched */
    bool has_fifo;      /* 16550A */
    bool stuck;         /* the line did not take the last byte in time */
    uint8_t interrupts; /* what uart_listen() has set */
};

/* Looks for a port at `base`, and sets it up.  Returns true if there is one. */
bool uart_init(struct uart *u, uint16_t base);
/* Goes on where another program left off, without interrupts.  Pre: there is a port at `base`.
 * What was received stays.  Blocks until what was sent is out, for a limited time. */
void uart_adopt(struct uart *u, uint16_t base);

/* Sends a byte, if there is a port.  Blocks until the port takes the byte, for about 2 s at most.
 * If the port does not take it, the byte is lost, and the next one does not wait. */
void uart_write(struct uart *u, uint8_t byte);

/* Takes one received byte, if there is one. */
bool uart_read(struct uart *u, uint8_t *byte);

/* ---- without waiting, for a driver with interrupts */

/* Sends as many of the bytes as the port takes now.  Returns how many these were. */
unsigned uart_send_some(struct uart *u, const uint8_t *bytes, unsigned count);

/* The port makes an interrupt when it has received something, when it can send, or both. */
void uart_listen(struct uart *u, bool received, bool can_send);
bool uart_interrupt_waits(struct uart *u);      /* the line is high */

#endif
