/* SPDX-License-Identifier: MIT */
/* The drivers of the keyboard and of the serial port.  They are one program, because each program
 * carries its libraries; as drivers they are two tasks, each with its own device. */
#include "keyboard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pc/uart.h>

#include "lib/driver/console.h"
#include "servers/deva/ports.h"
#include "servers/serial/serial.h"

static struct keyboard keyboard;

void port_pause(void)
{
    driver_pause(1000);
}

/* deva gets scan codes, and says which lights shall be on. */
static void work(struct driver_work *w)
{
    if (!keyboard.present)
        keyboard_adopt(&keyboard, 0);
    if (w->sent < w->count) {
        w->sent = w->count;
        keyboard_light(&keyboard, w->out[w->count - 1]);
    }
    while (w->received < w->room && keyboard_read(&keyboard, &w->in[w->received])) {
        if (w->in[w->received])
            w->received++;
    }
}

static int keyboard_drive(const struct driver *d)
{
    uint16_t data, status;
    int err = driver_ports(d, 0, &data, NULL);
    if (!err)
        err = driver_ports(d, 1, &status, NULL);
    return err ? err : driver_console(d, work);
}

int main(int argc, char **argv)
{
    struct driver d;
    int err = driver_init(&d);
    if (!err)
        err = d.device.resource[0].base == UART_COM1 ? serial_drive(&d) : keyboard_drive(&d);
    printf("%s: %s\n", argc > 0 ? argv[0] : "driver", strerror(err));
    return EXIT_FAILURE;
}
