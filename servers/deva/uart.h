/* SPDX-License-Identifier: MIT */
/* A serial port: 16550 or 8250.  Every wait here has a limit. */
#ifndef DEVA_UART_H
#define DEVA_UART_H

#include <stdbool.h>
#include <stdint.h>

struct uart {
    uint16_t base;      /* the first of its eight ports */
    bool present;       /* uart_init() found a port; if not, the ports are not touched */
    bool has_fifo;      /* 16550A */
    bool stuck;         /* the line did not take the last byte in time */
};

/* Looks for a port at `base`, and sets it up.  Returns true if there is one. */
bool uart_init(struct uart *u, uint16_t base);
/* Sends a byte, if there is a port.  Blocks until the port takes the byte, for about 2 s at most.
 * If the port does not take it, the byte is lost, and the next one does not wait. */
void uart_write(struct uart *u, uint8_t byte);

/* Takes one received byte, if there is one. */
bool uart_read(struct uart *u, uint8_t *byte);

#endif
