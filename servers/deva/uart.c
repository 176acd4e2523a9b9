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
    POLLS = 500,        /* about 500 us, where one byte takes 87 */
    PAUSES = 2000,      /* ms: the far end of an emulated line may be a slow reader */
    POLLS_STUCK = 4,    /* once a line was stuck so long nobody waits for it any more */
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
    u->stuck = false;
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

static bool can_send(struct uart *u, int polls)
{
    while (polls-- > 0) {
        if (reg_read(u, LINE_STATUS) & STATUS_CAN_SEND)
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
        reg_write(u, DATA, byte);
}

bool uart_read(struct uart *u, uint8_t *byte)
{
    if (!u->present || !(reg_read(u, LINE_STATUS) & STATUS_RECEIVED))
        return false;
    *byte = reg_read(u, DATA);
    return true;
}
