/* SPDX-License-Identifier: MIT */
/* The serial port: 115200 baud, 8N1, an interrupt for each received byte, output by polling.
 * Called by console.c; the hop after it is hardware.  A port that is not there reads as all ones.
 * */
#include "uart.h"
#include "ports.h"

enum {                  /* offsets from the base */
    DATA = 0,           /* DLAB: divisor, low byte */
    INT_ENABLE = 1,     /* DLAB: divisor, high byte */
    FIFO_CONTROL = 2,   /* written; read: interrupt identification, bits 6-7 set = FIFO works */
    LINE_CONTROL = 3,
    MODEM_CONTROL = 4,
    LINE_STATUS = 5,
    MODEM_STATUS = 6,
};

enum {
    LINE_DLAB = 0x80,
    LINE_8N1 = 0x03,
    MODEM_DTR_RTS_OUT2 = 0x0b,  /* OUT2 lets the interrupt through to the 8259 */
    MODEM_LOOP = 0x10,
    STATUS_RECEIVED = 0x01,
    STATUS_CAN_SEND = 0x20,
    INT_RECEIVED = 0x01,
};

enum {
    DIVISOR_115200 = 1,
    POLLS = 20000,      /* > 10 ms, where one byte takes 87 us */
    POLLS_STUCK = 4,    /* once it was stuck for a while nobody waits for it any more */
    STUCK_AFTER = 16,
};

static uint8_t reg_read(struct uart *u, int reg)
{
    return port_in8((uint16_t) (u->base + reg));
}

static void reg_write(struct uart *u, int reg, uint8_t value)
{
    port_out8((uint16_t) (u->base + reg), value);
}

/* In loop mode the modem lines that go out come back in: RTS and OUT2 as CTS and DCD.  No other
 * chip does that, and no empty bus. */
static bool uart_answers(struct uart *u)
{
    reg_write(u, MODEM_CONTROL, MODEM_LOOP | 0x0a);
    bool answers = (reg_read(u, MODEM_STATUS) & 0xf0) == 0x90;
    reg_write(u, MODEM_CONTROL, MODEM_DTR_RTS_OUT2);
    return answers && reg_read(u, LINE_STATUS) != 0xff;
}

bool uart_init(struct uart *u, uint16_t base)
{
    u->base = base;
    u->stuck = 0;
    u->has_fifo = false;
    u->present = uart_answers(u);
    if (!u->present)
        return false;
    reg_write(u, INT_ENABLE, 0);
    reg_write(u, LINE_CONTROL, LINE_DLAB | LINE_8N1);
    reg_write(u, DATA, DIVISOR_115200);
    reg_write(u, INT_ENABLE, 0);
    reg_write(u, LINE_CONTROL, LINE_8N1);
    reg_write(u, FIFO_CONTROL, 0x01);       /* on, threshold one byte; what was typed early stays */
    u->has_fifo = (reg_read(u, FIFO_CONTROL) & 0xc0) == 0xc0;
    reg_write(u, INT_ENABLE, INT_RECEIVED);
    return true;
}

void uart_write(struct uart *u, uint8_t byte)
{
    if (!u->present)
        return;
    int polls = u->stuck < STUCK_AFTER ? POLLS : POLLS_STUCK;
    while (!(reg_read(u, LINE_STATUS) & STATUS_CAN_SEND)) {
        if (--polls == 0) {
            u->stuck++;     /* this byte is lost; a line that comes back to life is used again */
            return;
        }
    }
    u->stuck = 0;
    reg_write(u, DATA, byte);
}

bool uart_read(struct uart *u, uint8_t *byte)
{
    if (!u->present || !(reg_read(u, LINE_STATUS) & STATUS_RECEIVED))
        return false;
    *byte = reg_read(u, DATA);
    return true;
}
