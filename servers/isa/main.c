/* SPDX-License-Identifier: MIT */
/* Four drivers in one program, because each program carries its libraries.  As drivers they are
 * tasks of their own, each with its own device. */
#include "isa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pc/uart.h>

#include "servers/deva/ports.h"
#include "servers/screen/vga.h"

void port_pause(void)
{
    driver_pause(1000);
}

static int drive(const struct driver *d)
{
    if (d->device.class != HURD_DEVICE_CONSOLE)
        return clock_drive(d);
    switch (d->device.resource[0].base) {
    case UART_COM1:
        return serial_drive(d);
    case SCREEN_PORTS:
        return screen_drive(d);
    default:
        return keyboard_drive(d);
    }
}

int main(int argc, char **argv)
{
    struct driver d;
    int err = driver_init(&d);
    if (!err)
        err = drive(&d);
    printf("%s: %s\n", argc > 0 ? argv[0] : "isa", strerror(err));
    return EXIT_FAILURE;
}
