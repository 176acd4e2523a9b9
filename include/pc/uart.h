/* SPDX-License-Identifier: MIT */
/* The serial port of a PC (8250, 16450, 16550A), for all programs that use one: how to find it, and
 * how to set it.  `in` and `out` are the port instructions of the program that includes this.
 * Every wait has a limit, UART_POLLS reads of the status. */
#ifndef PC_UART_H
#define PC_UART_H

#include <stdbool.h>
#include <stdint.h>

#define UART_COM1 0x3F8

enum uart_register {            /* the distance of a register from the first port */
    UART_DATA = 0, /* with DIVISOR set in the line's control: the low byte of the divisor */
    UART_INTERRUPTS = 1,        /* with DIVISOR set: the high byte */
    UART_FIFO = 2, /* when written; when read, the two top bits are set if the FIFO works */
    UART_LINE = 3,
    UART_MODEM = 4,
    UART_STATUS = 5,
    UART_MODEM_STATUS = 6,
    UART_SCRATCH = 7,           /* keeps a byte; an 8250 has no such register */
};

enum {
    UART_INTERRUPT_RECEIVED = 0x01,
    UART_INTERRUPT_CAN_SEND = 0x02,
    UART_NO_INTERRUPT = 0x01,   /* in what is read from UART_FIFO */
    UART_FIFO_ON = 0x01,        /* bytes in the FIFO stay there */
    UART_FIFO_WORKS = 0xC0,
    UART_DIVISOR = 0x80,
    UART_8N1 = 0x03,
    UART_MODEM_ON = 0x0B,       /* DTR, RTS; OUT2 lets interrupts through, on real machines and in
                                   Bochs */
    UART_MODEM_LOOP = 0x10,
    UART_RECEIVED = 0x01,
    UART_CAN_SEND = 0x20,
    UART_ALL_SENT = 0x40,
    UART_POLLS = 100000,
};

typedef uint8_t uart_in(uint16_t port);
typedef void uart_out(uint16_t port, uint8_t value);

/* All but the oldest chips have a scratch register.  A zero goes over the bus in between, because a
 * bus without a device may repeat what it carried last. */
static inline bool uart_remembers(uint16_t base, uart_in *in, uart_out *out)
{
    out(base + UART_SCRATCH, 0x5A);
    out(base + UART_INTERRUPTS, 0);
    return in(base + UART_SCRATCH) == 0x5A && in(base + UART_INTERRUPTS) == 0;
}

/* In loop mode, outgoing modem lines come back in: RTS and OUT2 as CTS and DCD.  v86 has no loop
 * mode, and an 8250 has no scratch register; so one of the two is enough. */
static inline bool uart_loops(uint16_t base, uart_in *in, uart_out *out)
{
    out(base + UART_MODEM, UART_MODEM_LOOP | 0x0A);
    uint8_t status = in(base + UART_MODEM_STATUS);
    out(base + UART_MODEM, UART_MODEM_ON);
    return (status & 0xF0) == 0x90;
}

/* Returns true if there is a port.  Post: it makes no interrupts. */
static inline bool uart_find(uint16_t base, uart_in *in, uart_out *out)
{
    return (uart_remembers(base, in, out) || uart_loops(base, in, out)) &&
           in(base + UART_STATUS) != 0xFF;
}

/* Waits until the status has one of these bits.  Returns false if it does not come before the
 * limit. */
static inline bool uart_wait(uint16_t base, uint8_t bits, uart_in *in)
{
    for (int i = 0; i < UART_POLLS; i++)
        if (in(base + UART_STATUS) & bits)
            return true;
    return false;
}

/* Sets the port to 115200 8N1 without interrupts.  What was sent before goes out first; what was
 * received stays. */
static inline void uart_set(uint16_t base, uart_in *in, uart_out *out)
{
    uart_wait(base, UART_ALL_SENT, in);
    out(base + UART_LINE, UART_8N1);
    out(base + UART_INTERRUPTS, 0);
    out(base + UART_LINE, UART_DIVISOR | UART_8N1);
    out(base + UART_DATA, 1);
    out(base + UART_INTERRUPTS, 0);
    out(base + UART_LINE, UART_8N1);
    out(base + UART_FIFO, UART_FIFO_ON);
    out(base + UART_MODEM, UART_MODEM_ON);
}

/* Returns true if the port is a 16550A. */
static inline bool uart_has_fifo(uint16_t base, uart_in *in)
{
    return (in(base + UART_FIFO) & UART_FIFO_WORKS) == UART_FIFO_WORKS;
}

/* Sends a byte when the port can take it, or when the limit is reached. */
static inline void uart_send(uint16_t base, uint8_t byte, uart_in *in, uart_out *out)
{
    uart_wait(base, UART_CAN_SEND, in);
    out(base + UART_DATA, byte);
}

#endif
