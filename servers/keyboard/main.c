/* SPDX-License-Identifier: MIT */
/* The driver of the keyboard.  deva gets its scan codes, and says which lights shall be on. */
#include "keyboard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/driver/console.h"
#include "servers/deva/ports.h"

static struct keyboard keyboard;

void port_pause(void)
{
    driver_pause(1000);
}

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

int main(void)
{
    struct driver d;
    uint16_t data, status;
    int err = driver_init(&d);
    if (!err)
        err = driver_ports(&d, 0, &data, NULL);
    if (!err)
        err = driver_ports(&d, 1, &status, NULL);
    if (!err)
        err = driver_console(&d, work);
    printf("keyboard: %s\n", strerror(err));
    return EXIT_FAILURE;
}
