/* SPDX-License-Identifier: MIT */
/* The serial port: 115200 baud, 8N1.  The driver sends when the port says that it can (serial.c);
 * deva sends by polling while no driver runs (its console.c).  <pc/uart.h> has what all programs
 * need that use a serial port. */
#include "uart.h"

#include <pc/uart.h>

#include "servers/deva/ports.h"

enum {
    POLLS = 500,        /* about 500 us; one byte takes 87 us */
    PAUSES = 2000,      /* in ms: behind an emulated line there may be a slow reader */
    POLLS_STUCK = 4,    /* when the line was stuck once, hardly anybody waits for it any more */
    FIFO_BYTES = 16,    /* of a 16550A, for output */
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
    uart_listen(u, true, false);
    return true;
}

void uart_adopt(struct uart *u, uint16_t base)
{
    *u = (struct uart) { .base = base, .present = true };
    uart_set(base, port_in8, port_out8);
    u->has_fifo = uart_has_fifo(base, port_in8);
}

static bool can_send(struct uart *u, int polls)
{
    while (polls-- > 0) {
        if (status(u) & UART_CAN_SEND)
            return true;
    }
    return false;
}

/* Waits until the port can take a byte, at most POLLS and PAUSES.  Returns false if it cannot. */
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

/* A byte for a line that is stuck is lost.  A line that takes bytes again is used again. */
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

/* ---- for a driver ---- */

/* A port that can send has an empty FIFO. */
unsigned uart_send_some(struct uart *u, const uint8_t *bytes, unsigned count)
{
    unsigned sent = 0, room = u->has_fifo ? FIFO_BYTES : 1;
    while (sent < count && (status(u) & UART_CAN_SEND)) {
        for (unsigned i = 0; i < room && sent < count; i++)
            port_out8(u->base + UART_DATA, bytes[sent++]);
    }
    return sent;
}

void uart_listen(struct uart *u, bool received, bool can_send)
{
    uint8_t wanted = (received ? UART_INTERRUPT_RECEIVED : 0) |
                     (can_send ? UART_INTERRUPT_CAN_SEND : 0);
    if (wanted == u->interrupts)
        return;
    u->interrupts = wanted;
    port_out8(u->base + UART_INTERRUPTS, wanted);
}

bool uart_interrupt_waits(struct uart *u)
{
    return !(port_in8(u->base + UART_FIFO) & UART_NO_INTERRUPT);
}
