/* SPDX-License-Identifier: MIT */
/* The driver of the first serial port.  It sends when the port says that it can, and does not wait
 * for it. */
#include "uart.h"

#include <stddef.h>

#include "servers/isa/isa.h"

enum { ROUNDS = 4 };            /* while the interrupt's line stays high */

static uint16_t base;
static struct uart uart;

/* The line goes up for the interrupt controller once, so everything is done before we leave: what
 * comes meanwhile makes no new interrupt. */
static void work(struct driver_work *w)
{
    if (!uart.present)
        uart_adopt(&uart, base);
    for (int i = 0; i < ROUNDS; i++) {
        w->sent += uart_send_some(&uart, w->out + w->sent, w->count - w->sent);
        while (w->received < w->room && uart_read(&uart, &w->in[w->received]))
            w->received++;
        uart_listen(&uart, w->received < w->room, w->sent < w->count);
        if (!uart_interrupt_waits(&uart))
            return;
    }
}

int serial_drive(const struct driver *d)
{
    int err = driver_ports(d, 0, &base, NULL);
    return err ? err : driver_console(d, work);
}
