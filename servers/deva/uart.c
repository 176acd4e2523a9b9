/* SPDX-License-Identifier: MIT */
/* The serial port: 115200 baud, 8N1, an interrupt for each received byte, output by polling.
 * Called by console.c; the hop after it is hardware.  What deva shares with all others who speak
 * through a serial port is in <pc/uart.h>. */
#include "uart.h"
#include "ports.h"

#include <pc/uart.h>

enum {
    POLLS = 500,        /* about 500 us, where one byte takes 87 */
    PAUSES = 2000,      /* ms: the far end of an emulated line may be a slow reader */
    POLLS_STUCK = 4,    /* once a line was stuck so long nobody waits for it any more */
};

static uint8_t status(struct uart *u)
{
    return port_in8(u->base + UART_STATUS);
}

bool uart_init(struct uart *u, uint16_t base)
{
    *u = (struct uart) { .base = base, .present = uart_find(base, port_in8, port_out8) };
    if (!u->present)
        return false;
    uart_set(base, port_in8, port_out8);
    u->has_fifo = uart_has_fifo(base, port_in8);
    port_out8(base + UART_INTERRUPTS, UART_INTERRUPT_RECEIVED);
    return true;
}

static bool can_send(struct uart *u, int polls)
{
    while (polls-- > 0) {
        if (status(u) & UART_CAN_SEND)
            return true;
    }
    return false;
}

/* Waits until the port takes a byte, with a bound. */
static bool wait_to_send(struct uart *u)
{
    if (can_send(u, u->stuck ? POLLS_STUCK : POLLS))
        return true;
    for (int i = 0; i < PAUSES && !u->stuck; i++) {
        port_pause();
        if (can_send(u, 1))
            return true;
    }
    return false;
}

/* TODO(deva): output by interrupts, so that nobody waits for the line.
 * A byte for a line that is stuck is lost; one that comes back to life is used again. */
void uart_write(struct uart *u, uint8_t byte)
{
    if (!u->present)
        return;
    u->stuck = !wait_to_send(u);
    if (!u->stuck)
        port_out8(u->base + UART_DATA, byte);
}

bool uart_read(struct uart *u, uint8_t *byte)
{
    if (!u->present || !(status(u) & UART_RECEIVED))
        return false;
    *byte = port_in8(u->base + UART_DATA);
    return true;
}
